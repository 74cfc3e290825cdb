"""What the conversation may know of an account, read from the rows."""

import json
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, func, select

from core.chat.link_views import links_of
from core.chat.space_views import grants_of, is_withheld, name_of, rules_of, spaces_of
from core.chat.version_views import Learnt, samples_of
from core.conversation.language import gettext as _
from core.conversation.views import (
    NO_WISH,
    BaseView,
    PhotoView,
    ProfileView,
    Shown,
    SpaceView,
    View,
    WorkView,
)
from core.errors import KeyGone
from core.prompts import from_record
from core.storage import ledger
from core.storage.database import clock
from core.storage.fairness import drawings_ahead
from core.storage.keys import photos_key, profile_key
from core.storage.studio import Studio
from core.storage.tables import (
    OPEN_WORK,
    Account,
    Checkpoint,
    Member,
    Photo,
    PhotoState,
    PictureRow,
    Profile,
    ProfileState,
    Space,
    Version,
    Work,
    WorkerRow,
    WorkKind,
)
from core.subjects import FACEID

WORKER_SILENT_SECONDS = 60.0
PANEL_PHOTOS = 4  # samples shown in a progress message

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
_LAST_WORKER = select(WorkerRow).order_by(col(WorkerRow.seen_at).desc()).limit(1)


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


def latest_offers(session: Session) -> tuple[dict[str, Any], float | None]:
    """What the worker that was heard of last offers, and when that was."""
    worker = session.exec(_LAST_WORKER).first()
    return (json.loads(worker.offers or "{}"), worker.seen_at) if worker else ({}, None)


def bases_of(offers: dict[str, Any]) -> tuple[BaseView, ...]:
    """The base models that a worker offers."""
    return tuple(BaseView(**base) for base in offers.get("bases", ()))


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
    if with_photos:
        photos = tuple(
            photo_view(photo, row.handle)
            for photo in session.exec(
                select(Photo).where(Photo.profile_id == row.id).order_by(col(Photo.number))
            )
        )
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
        support_until=row.support_until if row.support_until > now else 0.0,
        sheet=best_samples(session, row, version)[:1],
    )


def best_samples(session: Session, row: Profile, version: Version | None) -> tuple[Shown, ...]:
    """The fixed-seed pictures of the checkpoint that was kept."""
    if version is None or version.best_step is None:
        return ()
    kept = session.exec(
        select(Checkpoint).where(Checkpoint.version_id == version.id, Checkpoint.step == version.best_step)
    ).first()
    return samples_of(kept, row.handle) if kept else ()


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


def work_view(studio: Studio, session: Session, work: Work, profile: int) -> WorkView:
    """One work as people see it."""
    progress = json.loads(work.progress or "{}")
    asked: dict[str, Any] = {}
    if work.sealed:
        try:
            asked = studio.unseal(profile_key(profile), work.sealed, f"work-{work.handle}")
        except KeyGone:
            asked = {}
    pictures = session.exec(
        select(PictureRow).where(PictureRow.work_id == work.id).order_by(col(PictureRow.number))
    ).all()
    version = session.get(Version, work.version_id) if work.version_id else None
    samples: tuple[Shown, ...] = ()
    if work.kind == WorkKind.LEARN and version:
        row = session.get_one(Profile, work.profile_id)
        latest = session.exec(
            select(Checkpoint)
            .where(Checkpoint.version_id == version.id)
            .order_by(col(Checkpoint.step).desc())
        ).first()
        samples = best_samples(session, row, version) or (samples_of(latest, row.handle) if latest else ())
    ahead = _ahead(session, work)
    withheld = is_withheld(session, work)
    if withheld:
        pictures = []
    member = session.get(Member, (work.space, work.account_id)) if work.space else None
    return WorkView(
        handle=work.handle,
        profile=profile,
        kind=str(work.kind),
        state=str(work.state),
        reason="revoked" if withheld else work.reason,
        step=progress.get("step", 0),
        steps=progress.get("steps", 0),
        seconds_left=progress.get("seconds_left", _wait(session, work, ahead, asked.get("count", 4))),
        ahead=ahead,
        similarities=tuple(progress.get("similarities", ())),
        asked=asked.get("count", work.count),
        prompt=asked.get("text", ""),
        wish=from_record(asked) if "text" in asked else NO_WISH,
        drawn=tuple(progress.get("drawn", {}).items()),
        delivered=tuple((row.handle, _shown(row, profile)) for row in pictures if not row.dropped),
        dropped=tuple((row.handle, _shown(row, profile)) for row in pictures if row.dropped),
        best_step=version.best_step if version else None,
        refunded=progress.get("refunded", False),
        halved=progress.get("halved", False),
        diverged=progress.get("diverged", False),
        samples=samples[:PANEL_PHOTOS],
        filter_off=progress.get("filter_off", ""),
        space=work.space,
        asker=name_of(studio, member) if member else "",
    )


def _shown(row: PictureRow, profile: int) -> Shown:
    label = ""
    if row.similarity is not None:
        label = _("likeness {likeness}").format(likeness=f"{row.similarity:.2f}")
    return Shown(row.file, profile_key(profile), label)


def _ahead(session: Session, work: Work) -> int:
    """How many of the same kind come first."""
    if work.kind == WorkKind.DRAW:
        return drawings_ahead(session, work)
    if session.get_one(Profile, work.profile_id).method == FACEID:
        return 0
    return session.exec(
        select(func.count())
        .select_from(Work)
        .join(Profile, col(Profile.id) == col(Work.profile_id))
        .where(
            Work.kind == work.kind,
            col(Work.state).in_(OPEN_WORK),
            col(Work.id) < work.id,
            Profile.method != FACEID,  # which takes a moment
        )
    ).one()


def _wait(session: Session, work: Work, ahead: int, count: int) -> float | None:
    """Seconds until it is done, from what this machine measured; None before it measured anything."""
    offers, __ = latest_offers(session)
    if work.kind == WorkKind.LEARN:
        each = offers.get("training_seconds")
        return None if each is None else float(each) * (ahead + 1)
    each = offers.get("picture_seconds")
    return None if each is None else float(each) * 1.5 * count * (ahead + 1)
