"""The versions of a profile: which one counts, and what remains where a new one came to nothing."""

from sqlmodel import Session, col, select

from core.storage.erasing import discard_checkpoint, doom
from core.storage.tables import Checkpoint, Profile, ProfileState, Version


def checkpoints(session: Session, version: Version) -> list[Checkpoint]:
    """A version's checkpoints, first to last."""
    return list(
        session.exec(
            select(Checkpoint).where(Checkpoint.version_id == version.id).order_by(col(Checkpoint.step))
        )
    )


def numbered(session: Session, profile: Profile, number: int) -> Version | None:
    """The trained version of this number."""
    return session.exec(
        select(Version).where(
            Version.profile_id == profile.id,
            Version.number == number,
            Version.state == ProfileState.TRAINED,
        )
    ).first()


def end_badly(session: Session, profile: Profile, state: ProfileState, reason: str = "") -> None:
    """The current version came to nothing: the newest trained one before it counts again, if there is one."""
    if profile.version_id:
        session.get_one(Version, profile.version_id).state = state
    session.flush()
    before = session.exec(
        select(Version)
        .where(Version.profile_id == profile.id, Version.state == ProfileState.TRAINED)
        .order_by(col(Version.number).desc())
    ).first()
    if before is None:
        profile.state, profile.reason = state, reason
        return
    profile.version_id = before.id
    profile.state, profile.reason = ProfileState.TRAINED, ""


def choose_step(version: Version, checkpoint: Checkpoint) -> None:
    """Make a checkpoint what its version is."""
    version.weights, version.best_step = checkpoint.weights, checkpoint.step
    version.similarity, version.quality = checkpoint.similarity, checkpoint.quality


def at_step(version: Version, checkpoint: Checkpoint) -> Version:
    """A version as it would be at another checkpoint; it is in no session and never stored."""
    copy = Version.model_validate(version.model_dump())
    choose_step(copy, checkpoint)
    return copy


def discard_version(session: Session, version: Version) -> None:
    """Take a version out; its files are erased by upkeep."""
    for checkpoint in checkpoints(session, version):
        discard_checkpoint(session, checkpoint)
    for name in (version.template, version.saved, version.curve):
        doom(session, name)
    session.delete(version)
