"""What the conversation may know of the versions of an account's profiles, read in two statements for all of them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from core.conversation.views import ProfileView, Shown, VersionView
from core.storage.keys import profile_key
from core.storage.tables import Checkpoint, Profile, ProfileState, Version

_VERSIONS = (
    select(Version)
    .where(col(Version.profile_id).in_(bindparam("ids", expanding=True)))
    .order_by(col(Version.number))
)
_CHECKPOINTS = (
    select(Checkpoint)
    .where(col(Checkpoint.version_id).in_(bindparam("ids", expanding=True)))
    .order_by(col(Checkpoint.step))
)


@dataclass(frozen=True)
class Learnt:
    """Every version of some profiles, and their checkpoints."""

    versions: Mapping[int | None, Version]
    checkpoints: Mapping[int, Sequence[Checkpoint]]  # by version

    @classmethod
    def of(cls, session: Session, rows: Sequence[Profile]) -> "Learnt":
        """Read what was learnt of these profiles."""
        ids = [row.id for row in rows if row.version_id]
        versions = session.exec(_VERSIONS, params={"ids": ids}).all() if ids else ()
        own = [row.id for row in rows if row.version_id and not row.sample]
        wanted = [version.id for version in versions if version.profile_id in own]
        checkpoints: dict[int, list[Checkpoint]] = {}
        for checkpoint in session.exec(_CHECKPOINTS, params={"ids": wanted}) if wanted else ():
            checkpoints.setdefault(checkpoint.version_id, []).append(checkpoint)
        return cls({version.id: version for version in versions}, checkpoints)

    def told(self, view: ProfileView, row: Profile) -> ProfileView:
        """A profile's view with its versions."""
        current = self.versions.get(row.version_id)
        if current is None or row.sample:
            return view
        steps = tuple(one.step for one in self.checkpoints.get(current.id or 0, ()))
        return replace(
            view,
            version=current.number,
            best_step=current.best_step,
            steps=steps if current.state == ProfileState.TRAINED else (),
            versions=tuple(self._views(row)),
        )

    def _views(self, row: Profile) -> Iterator[VersionView]:
        for version in self.versions.values():
            if version.profile_id != row.id:
                continue
            origin = self.versions.get(version.origin_id)
            known = self.checkpoints.get(version.id or 0, ())
            kept = next((one for one in known if one.step == version.best_step), None)
            yield VersionView(
                number=version.number,
                state=str(version.state),
                quality=version.quality,
                similarity=version.similarity,
                step=version.best_step,
                origin=origin.number if origin else 0,
                sample=next(iter(samples_of(kept, row.handle)), None) if kept else None,
            )


def samples_of(checkpoint: Checkpoint, handle: int) -> tuple[Shown, ...]:
    """A checkpoint's pictures with their likeness under each."""
    return tuple(
        Shown(file, profile_key(handle), "" if similarity is None else f"{similarity:.2f}")
        for file, similarity in json.loads(checkpoint.samples or "[]")
    )


def best_samples(session: Session, row: Profile, version: Version | None) -> tuple[Shown, ...]:
    """The fixed-seed pictures of the checkpoint that was kept."""
    if version is None or version.best_step is None:
        return ()
    kept = session.exec(
        select(Checkpoint).where(Checkpoint.version_id == version.id, Checkpoint.step == version.best_step)
    ).first()
    return samples_of(kept, row.handle) if kept else ()
