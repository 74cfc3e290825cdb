"""Carrying out what the conversation wants done; every function runs inside the turn's transaction."""

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from sqlmodel import Session, col, func, select

from core.accounts import name_key, open_profile
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
    Select,
    SetConsent,
    StopWork,
    UndoPhotos,
    WantClass,
)
from core.conversation.messages import Drawing, Heard, Learning, Looked, Opened
from core.storage import ledger
from core.storage.database import clock
from core.storage.erasing import Notice, begin_deletion, begin_photo_deletion, discard_photo
from core.storage.keys import photos_key, profile_key
from core.storage.studio import Studio
from core.storage.tables import (
    OPEN_WORK,
    Account,
    Photo,
    Profile,
    ProfileState,
    Version,
    WantedClass,
    Work,
    WorkKind,
    WorkState,
)
from core.storage.work import ask, finish, hold_ref

BATCH_SECONDS = 20.0  # photos that follow within this time are answered in the same message


@dataclass(frozen=True)
class Scene:
    """Where an effect is carried out."""

    studio: Studio
    session: Session
    account: Account
    platform: str
    chat: str

    def profile(self, handle: int) -> Profile | None:
        """The account's own profile of this handle, unless it is being deleted."""
        row = self.session.exec(
            select(Profile).where(Profile.handle == handle, Profile.account_id == self.account.id)
        ).first()
        return row if row and row.state != ProfileState.DELETING else None

    def draft(self) -> Profile | None:
        """The draft that is open."""
        return self.session.get(Profile, self.account.draft_id) if self.account.draft_id else None

    def work(self, handle: int) -> Work | None:
        """The account's own work of this handle."""
        return self.session.exec(
            select(Work).where(Work.handle == handle, Work.account_id == self.account.id)
        ).first()


def carry_out(scene: Scene, effect: Effect) -> Heard | None:
    """Do one thing; what came of it is heard by the conversation in the same turn."""
    return _DOERS[type(effect)](scene, effect)


def _words(scene: Scene, profile: Profile, **changes: str) -> dict[str, Any]:
    place = f"profile-{profile.handle}"
    words: dict[str, Any] = scene.studio.unseal(profile_key(profile.handle), profile.sealed, place)
    if changes:
        words.update(changes)
        profile.sealed = scene.studio.seal(profile_key(profile.handle), words, place)
    return words


def _open_draft(scene: Scene, effect: OpenDraft) -> Heard | None:
    draft = scene.draft()
    if draft is None and (aside := _aside(scene)):
        draft = aside
    elif draft is None:
        draft = open_profile(scene.studio, scene.session, scene.account, {})
    scene.account.draft_id = draft.id
    return Opened(draft.handle) if effect.kind else None


def _aside(scene: Scene) -> Profile | None:
    """The newest draft that was put aside."""
    return scene.session.exec(
        select(Profile)
        .where(Profile.account_id == scene.account.id, Profile.state == ProfileState.DRAFT)
        .order_by(col(Profile.id).desc())
    ).first()


def _describe(scene: Scene, effect: Describe) -> None:
    draft = scene.draft()
    if draft is None:
        return
    match effect.field:
        case "class_word":
            _words(scene, draft, class_word=effect.value)
        case "name":
            _words(scene, draft, name=effect.value)
            draft.name_key = name_key(scene.studio, scene.account, effect.value)
        case "retention":
            draft.retention = effect.value
        case "consent":
            draft.consent, draft.consent_at = effect.value, clock(scene.session)
        case "photos_done":
            draft.photos_done = bool(effect.value)


def _add_photos(scene: Scene, effect: AddPhotos) -> Heard | None:
    draft = scene.draft()
    if draft is None:
        return None
    now = clock(scene.session)
    same_album = bool(effect.photos.group) and effect.photos.group == draft.batch_group
    if not same_album and now - draft.batch_at > BATCH_SECONDS:
        draft.batch += 1
    draft.batch_at, draft.batch_group = now, effect.photos.group
    number = scene.session.exec(select(func.max(Photo.number)).where(Photo.profile_id == draft.id)).one() or 0
    for upload in effect.photos.files:
        unique = scene.studio.keys.fingerprint("uploads", f"{scene.platform}:{upload.unique}".encode())
        if scene.session.exec(
            select(Photo.id).where(Photo.profile_id == draft.id, Photo.unique_ref == unique)
        ).first():
            continue  # the very same file, sent again
        number += 1
        photo = Photo(
            profile_id=draft.id or 0,
            number=number,
            platform=scene.platform,
            chat=scene.chat,
            unique_ref=unique,
            created_at=now,
        )
        place = f"photo-{draft.handle}-{number}"
        photo.sealed = scene.studio.seal(photos_key(draft.handle), {"upload": asdict(upload)}, place)
        scene.session.add(photo)
    draft.photos_done = False
    scene.session.flush()
    return Looked(draft.handle)


def _keep_photo(scene: Scene, effect: KeepPhoto) -> None:
    draft = scene.draft()
    photo = _photo(scene, draft, effect.number) if draft else None
    if photo and photo.file:
        photo.owner = "kept" if effect.keep else "removed"
        photo.chosen = effect.keep


def _undo_photos(scene: Scene, _: UndoPhotos) -> Heard | None:
    draft = scene.draft()
    if draft is None:
        return None
    photos = scene.session.exec(select(Photo).where(Photo.profile_id == draft.id)).all()
    newest = max((photo.created_at for photo in photos), default=0.0)
    for photo in photos:
        if newest - photo.created_at < BATCH_SECONDS:
            discard_photo(scene.session, photo)
    scene.session.flush()
    return Looked(draft.handle)


def _photo(scene: Scene, draft: Profile, number: int) -> Photo | None:
    return scene.session.exec(
        select(Photo).where(Photo.profile_id == draft.id, Photo.number == number)
    ).first()


def _confirm(scene: Scene, _: Confirm) -> Heard | None:
    draft = scene.draft()
    if draft is None:
        return None
    session, studio = scene.session, scene.studio
    session.flush()
    version = Version(
        profile_id=draft.id or 0,
        base=studio.settings.base,
        seed=secrets.randbits(53),
        created_at=clock(session),
    )
    session.add(version)
    session.flush()
    work = ask(
        session,
        kind=WorkKind.LEARN,
        account_id=scene.account.id,
        profile_id=draft.id,
        version_id=version.id,
        platform=scene.platform,
        chat=scene.chat,
    )
    unit, ref = hold_ref(work)
    unlimited = studio.settings.unlimited
    ledger.hold(session, scene.account.id or 0, unit, 1, ref, clock(session), unlimited=unlimited)
    for photo in session.exec(select(Photo).where(Photo.profile_id == draft.id)):
        if not photo.chosen:
            discard_photo(session, photo)
    draft.state = ProfileState.QUEUED
    draft.version_id = version.id
    scene.account.draft_id = None
    scene.account.current_id = draft.id
    return Learning(work_view(studio, session, work, draft.handle))


def _put_aside(scene: Scene, _: PutAside) -> None:
    scene.account.draft_id = None


def _want_class(scene: Scene, effect: WantClass) -> None:
    row = scene.session.get(WantedClass, effect.word) or WantedClass(word=effect.word)
    row.times += 1
    scene.session.add(row)


def _draw(scene: Scene, effect: Draw) -> Heard | None:
    return _ask_drawing(scene, effect.profile, asdict(effect.prompt))


def _ask_drawing(scene: Scene, handle: int, asked: dict[str, Any]) -> Heard | None:
    profile = scene.profile(handle)
    if profile is None:
        return None
    session, studio = scene.session, scene.studio
    work = ask(
        session,
        kind=WorkKind.DRAW,
        account_id=scene.account.id,
        profile_id=profile.id,
        version_id=profile.version_id,
        platform=scene.platform,
        chat=scene.chat,
    )
    asked["seed"] = secrets.randbits(32) if asked.get("seed") is None else asked["seed"]
    work.sealed = studio.seal(profile_key(handle), asked, f"work-{work.handle}")
    unit, ref = hold_ref(work)
    unlimited = studio.settings.unlimited
    ledger.hold(
        session, scene.account.id or 0, unit, asked["count"], ref, clock(session), unlimited=unlimited
    )
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
    finish(scene.session, work, WorkState.CANCELLED, used=0)
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
            finish(scene.session, work, WorkState.CANCELLED, used=0)


def _open_support(scene: Scene, effect: OpenSupport) -> None:
    if profile := scene.profile(effect.profile):
        profile.support_until = clock(scene.session) + effect.hours * 3600 if effect.hours else 0.0


_DOERS: dict[type, Callable[[Scene, Any], Heard | None]] = {
    OpenDraft: _open_draft,
    Describe: _describe,
    AddPhotos: _add_photos,
    KeepPhoto: _keep_photo,
    UndoPhotos: _undo_photos,
    Confirm: _confirm,
    PutAside: _put_aside,
    WantClass: _want_class,
    Draw: _draw,
    DrawAgain: _draw_again,
    StopWork: _stop_work,
    Select: _select,
    Delete: _delete,
    DeletePhotos: _delete_photos,
    SetConsent: _set_consent,
    OpenSupport: _open_support,
}
