"""Carrying out what the conversation wants done; every function runs inside the turn's transaction."""

import secrets
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from sqlmodel import col, select

from core.chat import drafts
from core.chat.scene import Scene
from core.chat.views import work_view
from core.conversation.effects import (
    AddPhotos,
    Confirm,
    Delete,
    DeletePhotos,
    Describe,
    Draw,
    DrawAgain,
    Effect,
    KeepPhoto,
    OpenDraft,
    OpenSupport,
    PutAside,
    Relearn,
    Select,
    SetConsent,
    StopWork,
    UndoPhotos,
    WantClass,
)
from core.conversation.messages import Drawing, Heard
from core.storage.database import clock
from core.storage.erasing import Notice, begin_deletion, begin_photo_deletion
from core.storage.keys import profile_key
from core.storage.tables import (
    OPEN_WORK,
    Profile,
    ProfileState,
    Work,
    WorkKind,
)
from core.storage.work import take_away


def carry_out(scene: Scene, effect: Effect) -> Heard | None:
    """Do one thing; what came of it is heard by the conversation in the same turn."""
    return _DOERS[type(effect)](scene, effect)


def _draw(scene: Scene, effect: Draw) -> Heard | None:
    return _ask_drawing(scene, effect.profile, asdict(effect.prompt))


def _ask_drawing(scene: Scene, handle: int, asked: dict[str, Any]) -> Heard | None:
    profile = scene.profile(handle)
    if profile is None:
        return None
    session, studio = scene.session, scene.studio
    work = scene.ask(WorkKind.DRAW, profile, asked["count"])
    asked["seed"] = secrets.randbits(32) if asked.get("seed") is None else asked["seed"]
    work.sealed = studio.seal(profile_key(handle), asked, f"work-{work.handle}")
    session.flush()
    return Drawing(work_view(studio, session, work, handle))


def _draw_again(scene: Scene, effect: DrawAgain) -> Heard | None:
    before = scene.work(effect.work)
    profile = scene.session.get(Profile, before.profile_id) if before else None
    if before is None or profile is None:
        return None
    asked = scene.studio.unseal(profile_key(profile.handle), before.sealed, f"work-{before.handle}")
    return _ask_drawing(scene, profile.handle, {**asked, "seed": None})


def _stop_work(scene: Scene, effect: StopWork) -> Heard | None:
    work = scene.work(effect.work)
    if work is None or work.state not in OPEN_WORK:
        return None
    profile = scene.session.get_one(Profile, work.profile_id)
    if effect.keep:
        work.cancel = "keep"
        return None
    take_away(scene.session, work, "")
    if work.kind == WorkKind.LEARN:
        profile.state = ProfileState.CANCELLED
        if profile.retention in ("delete", "template"):
            begin_photo_deletion(scene.session, scene.studio, profile)
    return None


def _select(scene: Scene, effect: Select) -> None:
    if profile := scene.profile(effect.profile):
        scene.account.current_id = profile.id


def _delete(scene: Scene, effect: Delete) -> None:
    if profile := scene.profile(effect.profile):
        notice = Notice(scene.platform, scene.chat, effect.done)
        begin_deletion(scene.session, scene.studio, profile, notice)


def _delete_photos(scene: Scene, effect: DeletePhotos) -> None:
    if profile := scene.profile(effect.profile):
        notice = Notice(scene.platform, scene.chat, effect.done)
        begin_photo_deletion(scene.session, scene.studio, profile, notice)


def _set_consent(scene: Scene, effect: SetConsent) -> None:
    profile = scene.profile(effect.profile)
    if profile is None:
        return
    profile.consent, profile.consent_at = effect.consent, clock(scene.session)
    if effect.consent == "withdrawn":
        for work in scene.session.exec(
            select(Work).where(Work.profile_id == profile.id, col(Work.state).in_(OPEN_WORK))
        ):
            take_away(scene.session, work, "")


def _open_support(scene: Scene, effect: OpenSupport) -> None:
    if profile := scene.profile(effect.profile):
        profile.support_until = clock(scene.session) + effect.hours * 3600 if effect.hours else 0.0


_DOERS: dict[type, Callable[[Scene, Any], Heard | None]] = {
    OpenDraft: drafts.open_draft,
    Describe: drafts.describe,
    AddPhotos: drafts.add_photos,
    KeepPhoto: drafts.keep_photo,
    UndoPhotos: drafts.undo_photos,
    Confirm: drafts.confirm,
    Relearn: drafts.relearn,
    PutAside: drafts.put_aside,
    WantClass: drafts.want_class,
    Draw: _draw,
    DrawAgain: _draw_again,
    StopWork: _stop_work,
    Select: _select,
    Delete: _delete,
    DeletePhotos: _delete_photos,
    SetConsent: _set_consent,
    OpenSupport: _open_support,
}
