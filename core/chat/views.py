"""What the conversation may know of an account, read from the rows."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from core.chat import captions
from core.chat.link_views import links_of
from core.chat.space_views import grants_of, rules_of, spaces_of
from core.chat.version_views import Learnt, best_samples
from core.chat.work_views import bases_of, latest_offers, work_view
from core.conversation.views import (
    ImportView,
    PhotoView,
    ProfileView,
    Shown,
    SpaceView,
    View,
)
from core.errors import KeyGone
from core.storage import ledger
from core.storage.database import clock
from core.storage.keys import photos_key, profile_key
from core.storage.states import WEIGHTS_NUMBER
from core.storage.studio import Studio
from core.storage.tables import (
    OPEN_WORK,
    Account,
    Photo,
    PhotoState,
    Profile,
    ProfileState,
    Space,
    Version,
    Work,
    WorkKind,
)

WORKER_SILENT_SECONDS = 60.0

# Asked at every turn, so put together once: building a statement costs more than running it.
_PROFILES = (
    select(Profile)
    .where(col(Profile.account_id) == bindparam("account"), Profile.state != ProfileState.DELETING)
    .order_by(col(Profile.id))
)
_WORKS = (
    select(Work)
    .where(
        ((col(Work.account_id) == bindparam("account")) & col(Work.state).in_(OPEN_WORK))
        | col(Work.id).in_(bindparam("ids", expanding=True)),
        Work.kind != WorkKind.LOOK,
    )
    .order_by(col(Work.id))
)


def build_view(
    studio: Studio, session: Session, account: Account, *, person: str = "", group: bool = False,
    new: bool = False, work_ids: tuple[int, ...] = (), space: SpaceView | None = None,
) -> View:  # fmt: skip
    """The view of one account; `work_ids` are ended works that the turn is about."""
    now = clock(session)
    rows = session.exec(_PROFILES, params={"account": account.id}).all()
    learnt = Learnt.of(session, rows)
    profiles = [
        learnt.told(
            profile_view(
                studio,
                session,
                row,
                learnt.versions.get(row.version_id),
                now,
                with_photos=row.id == account.draft_id,
            ),
            row,
        )
        for row in rows
    ]
    handles = {row.id: row.handle for row in rows}
    draft = next((one for one, row in zip(profiles, rows, strict=True) if row.id == account.draft_id), None)
    if space:
        handles |= _ids_of(session, space)
    works = session.exec(_WORKS, params={"account": account.id, "ids": list(work_ids)}).all()
    offers, seen_at = latest_offers(session)
    settings = studio.settings
    limited = not settings.unlimited
    return View(
        person=person,
        new=new,
        group=group,
        profiles=tuple(profiles),
        draft=draft,
        current=handles.get(account.current_id),
        works=tuple(work_view(studio, session, work, handles.get(work.profile_id, 0)) for work in works),
        pictures_left=ledger.balance(session, account.id or 0, ledger.PICTURE) if limited else None,
        trainings_left=ledger.balance(session, account.id or 0, ledger.TRAINING) if limited else None,
        worker_alive=seen_at is None or now - seen_at < WORKER_SILENT_SECONDS,
        training_seconds=offers.get("training_seconds"),
        picture_seconds=offers.get("picture_seconds"),
        minors=settings.minors,
        base=settings.base,
        base_title=offers.get("base_title", settings.base),
        training=offers.get("training", {}),
        methods=tuple(offers.get("methods", View.methods)),
        base_content=offers.get("base_content", ""),
        bases=bases_of(offers),
        space=space,
        spaces=spaces_of(studio, session, account),
        links=links_of(studio, session, account),
        grants=grants_of(studio, session, {row.id: row.handle for row in rows if not row.sample}),
        client_language=account.language,
        chosen=account.chosen_language,
    )


def _ids_of(session: Session, space: SpaceView) -> dict[int | None, int]:
    """Row ids and handles of the profiles that are shared there."""
    wanted = [profile.handle for profile in space.shared]
    rows = session.exec(select(Profile.id, Profile.handle).where(col(Profile.handle).in_(wanted)))
    return dict(rows.all())


def language_of(account: Account, space: Space | None = None) -> str:
    """In which language somebody is told something that they did not ask for: the space's if it has one."""
    rule = rules_of(space).language if space else ""
    return rule or account.chosen_language or account.language


def profile_view(
    studio: Studio, session: Session, row: Profile, version: Version | None, now: float, *, with_photos: bool
) -> ProfileView:
    """One profile; its photos are read only where they are asked about."""
    try:
        words = (
            studio.unseal(profile_key(row.handle), row.sealed, f"profile-{row.handle}") if row.sealed else {}
        )
    except KeyGone:
        words = {}
    photos: tuple[PhotoView, ...] = ()
    missing: tuple[str, ...] = tuple(words.get("missing", ()))
    files: list[Photo] = []
    if with_photos:
        files += session.exec(select(Photo).where(Photo.profile_id == row.id).order_by(col(Photo.number)))
        shown = [photo for photo in files if photo.number > WEIGHTS_NUMBER]
        photos = captions.told(studio, row.handle, shown, [photo_view(photo, row.handle) for photo in shown])
    # Whoever said something of a photo has said whose it is.
    open_ones = {photo.number for photo in photos if not photo.owner and not photo.waiting}
    subjects = [
        tuple(number for number in group if number in open_ones) for group in words.get("subjects", ())
    ]
    subjects = [group for group in subjects if group]
    return ProfileView(
        handle=row.handle,
        state=str(row.state),
        name=words.get("name", ""),
        kind=row.kind,
        method=row.method,
        plan=json.loads(words.get("plan") or "{}"),
        class_word=words.get("class_word", ""),
        trigger=words.get("trigger", ""),
        retention=row.retention,
        consent=row.consent,
        sample=bool(row.sample),
        reason=row.reason,
        photos=photos,
        texts=captions.texts_of(studio, row.handle, files),
        reviewing=words.get("reviewing", ""),
        photos_done=row.photos_done,
        batch=row.batch,
        base=version.base if version else "",
        similarity=version.similarity if version else None,
        own_similarity=version.own_similarity if version else None,
        quality=version.quality if version else None,
        stopped=version.stopped if version else "",
        causes=tuple(version.causes.split()) if version else (),
        curve=Shown(version.curve, profile_key(row.handle)) if version and version.curve else None,
        floor=version.floor if version else None,
        missing=missing,
        subjects=tuple(subjects) if len(subjects) > 1 else (),
        support_until=row.support_until if row.support_until > now else 0.0,
        sheet=best_samples(session, row, version)[:1],
        imported=import_view(words, files) if "imported" in words else None,
    )


def import_view(words: dict[str, Any], files: Sequence[Photo]) -> ImportView:
    """What is known of the file of weights that a profile came as."""
    file = next((one for one in files if one.number == WEIGHTS_NUMBER), None)
    refused = file is not None and file.state == PhotoState.REFUSED
    return ImportView(
        waiting=file is not None and not refused,
        refusal=file.verdict if file and refused else "",
        detail=file.detail if file and refused else "",
        stands_for=words.get("stands_for", ""),
        **words["imported"],
    )


def photo_view(photo: Photo, handle: int) -> PhotoView:
    """One photo of a set."""
    return PhotoView(
        number=photo.number,
        waiting=photo.state in (PhotoState.ANNOUNCED, PhotoState.STORED) or _is_judged_anew(photo),
        verdict=photo.verdict,
        detail=photo.detail,
        other=photo.other,
        owner=photo.owner,
        chosen=photo.chosen,
        thumbnail=Shown(photo.thumbnail, photos_key(handle)) if photo.thumbnail else None,
    )


def _is_judged_anew(photo: Photo) -> bool:
    """Whether the rules have changed since it was judged, and no worker has looked yet."""
    return photo.state == PhotoState.JUDGED and not photo.verdict
