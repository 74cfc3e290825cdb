"""What people see of one work: how far it is, what came of it, how long it takes."""

import json
from typing import Any

from sqlmodel import Session, col, func, select

from core.chat.space_views import is_withheld, name_of
from core.chat.version_views import best_samples, samples_of
from core.conversation.language import gettext as _
from core.conversation.views import NO_WISH, BaseView, GridView, Shown, WorkView
from core.errors import KeyGone
from core.prompts import from_record
from core.storage.fairness import drawings_ahead
from core.storage.keys import profile_key
from core.storage.studio import Studio
from core.storage.tables import (
    OPEN_WORK,
    Checkpoint,
    Member,
    PictureRow,
    Profile,
    Version,
    Work,
    WorkerRow,
    WorkKind,
)
from core.subjects import FACEID

PANEL_PHOTOS = 4  # samples shown in a progress message

# Asked at every turn, so put together once.
_LAST_WORKER = select(WorkerRow).order_by(col(WorkerRow.seen_at).desc()).limit(1)


def latest_offers(session: Session) -> tuple[dict[str, Any], float | None]:
    """What the worker that was heard of last offers, and when that was."""
    worker = session.exec(_LAST_WORKER).first()
    return (json.loads(worker.offers or "{}"), worker.seen_at) if worker else ({}, None)


def bases_of(offers: dict[str, Any]) -> tuple[BaseView, ...]:
    """The base models that a worker offers."""
    return tuple(
        BaseView(**{**base, "samplers": tuple(base.get("samplers", ()))}) for base in offers.get("bases", ())
    )


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
        longer=progress.get("longer", False),
        samples=samples[:PANEL_PHOTOS],
        grid=_grid(progress),
        filter_off=progress.get("filter_off", ""),
        space=work.space,
        asker=name_of(studio, member) if member else "",
    )


def _grid(progress: dict[str, Any]) -> GridView | None:
    told = progress.get("grid")
    return GridView(told["axis"], tuple(told["columns"]), tuple(told["rows"])) if told else None


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
