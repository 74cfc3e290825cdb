"""Effects on the draft of a profile, from its opening to its confirmation."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlmodel import col, func, select

from core.accounts import name_key, open_profile
from core.captions import is_text
from core.chat import captions
from core.chat.arrivals import ask_look
from core.chat.scene import Scene
from core.chat.work_views import work_view
from core.conversation.effects import (
    AddPhotos,
    Confirm,
    Describe,
    KeepPhoto,
    LearnSubject,
    OpenDraft,
    PutAside,
    Relearn,
    UndoPhotos,
    WantClass,
)
from core.conversation.messages import Heard, Learning, Looked, Opened
from core.storage.database import clock
from core.storage.erasing import discard_photo
from core.storage.keys import photo_place, photos_key, profile_key
from core.storage.tables import (
    Photo,
    PhotoState,
    Profile,
    ProfileState,
    Version,
    WantedClass,
    Work,
    WorkKind,
)
from core.subjects import STYLE, has_face
from core.verdicts import SOFT, Verdict, is_used

BATCH_SECONDS = 20.0  # photos that follow within this time are answered in the same message


def _words(scene: Scene, profile: Profile, **changes: str) -> dict[str, Any]:
    place = f"profile-{profile.handle}"
    words: dict[str, Any] = scene.studio.unseal(profile_key(profile.handle), profile.sealed, place)
    if changes:
        words.update(changes)
        profile.sealed = scene.studio.seal(profile_key(profile.handle), words, place)
    return words


def open_draft(scene: Scene, effect: OpenDraft) -> Heard | None:
    """Open a new draft, or the one that was put aside."""
    draft = scene.draft()
    if draft is None and (aside := _aside(scene)):
        draft = aside
    elif draft is None:
        draft = open_profile(scene.studio, scene.session, scene.account, {})
        draft.home_id = scene.home
    scene.account.draft_id = draft.id
    return Opened(draft.handle) if effect.kind else None


def _aside(scene: Scene) -> Profile | None:
    """The newest draft that was put aside."""
    return scene.session.exec(
        select(Profile)
        .where(Profile.account_id == scene.account.id, Profile.state == ProfileState.DRAFT)
        .order_by(col(Profile.id).desc())
    ).first()


def describe(scene: Scene, effect: Describe) -> None:
    """Fill one field in."""
    draft = scene.draft()
    if draft is None:
        return
    if draft.state != ProfileState.DRAFT and effect.field not in ("photos_done", "plan", "reviewing"):
        return  # what was learnt already was learnt as what it is; only its photos and how it goes may change
    rules = _rules(scene, draft)
    match effect.field:
        case "kind":
            draft.kind = effect.value
        case "method":
            draft.method = effect.value
            _words(scene, draft, plan="")  # another method has other settings
        case "plan" | "reviewing":
            _words(scene, draft, **{effect.field: effect.value})
        case "class_word":
            _words(scene, draft, class_word=effect.value)
        case "name":
            _words(scene, draft, name=effect.value)
            draft.name_key = name_key(scene.studio, scene.account, effect.value)
        case "stands_for":
            _words(scene, draft, stands_for=effect.value)
        case "retention":
            draft.retention = effect.value
        case "consent":
            draft.consent, draft.consent_at = effect.value, clock(scene.session)
        case "photos_done":
            draft.photos_done = bool(effect.value)
    if _rules(scene, draft) != rules:
        _judge_anew(scene, draft)
    elif effect.field == "class_word":  # what the photos are seen to show is looked for under another word
        _look_again(scene, draft, _judged(scene, draft))


def _rules(scene: Scene, draft: Profile) -> tuple[object, ...]:
    """By which rules a set's photos are judged and chosen."""
    faces = has_face(draft.kind, _words(scene, draft).get("class_word", ""))
    return faces, draft.kind == STYLE, draft.method


def _judge_anew(scene: Scene, draft: Profile) -> None:
    """Other rules: what was said of the photos no longer holds, and a worker looks at the set again."""
    photos = _judged(scene, draft)
    for photo in photos:
        photo.verdict, photo.chosen = "", photo.owner == "kept"
    _look_again(scene, draft, photos)


def _judged(scene: Scene, draft: Profile) -> Sequence[Photo]:
    return scene.session.exec(
        select(Photo).where(Photo.profile_id == draft.id, Photo.state == PhotoState.JUDGED)
    ).all()


def _look_again(scene: Scene, draft: Profile, photos: Sequence[Photo]) -> None:
    if photos:
        scene.session.flush()
        ask_look(scene.session, draft, photos[-1])


def add_photos(scene: Scene, effect: AddPhotos) -> Heard | None:
    """Take announced files into the set; the very same file counts once."""
    draft = scene.draft()
    if draft is None:
        return None
    now = clock(scene.session)
    same_album = bool(effect.photos.group) and effect.photos.group == draft.batch_group
    if not same_album and now - draft.batch_at > BATCH_SECONDS:
        draft.batch += 1
    draft.batch_at, draft.batch_group = now, effect.photos.group
    texts = [one for one in effect.photos.files if is_text(one.name, one.mime)]
    if texts:
        captions.forget_refused(scene, draft)
    for upload in effect.photos.files:
        unique = scene.studio.keys.fingerprint("uploads", f"{scene.platform}:{upload.unique}".encode())
        if scene.session.exec(
            select(Photo.id).where(Photo.profile_id == draft.id, Photo.unique_ref == unique)
        ).first():
            continue  # the very same file, sent again
        number = captions.next_number(scene, draft, upload)
        photo = Photo(
            profile_id=draft.id or 0,
            number=number,
            platform=scene.platform,
            chat=scene.chat,
            unique_ref=unique,
            created_at=now,
        )
        place = photo_place(draft.handle, number)
        photo.sealed = scene.studio.seal(photos_key(draft.handle), {"upload": asdict(upload)}, place)
        captions.announced(scene, draft, photo, upload)
        scene.session.add(photo)
    draft.photos_done = draft.photos_done and len(texts) == len(effect.photos.files)
    scene.session.flush()
    return Looked(draft.handle)


def keep_photo(scene: Scene, effect: KeepPhoto) -> None:
    """Put a photo back, or take it out, as far as its verdict leaves that to its owner."""
    draft = scene.draft()
    photo = _photo(scene, draft, effect.number) if draft else None
    if draft is None or photo is None or not photo.file:
        return
    if effect.keep and photo.verdict == Verdict.DUPLICATE:
        _exchange(scene, draft, photo)
    elif effect.keep and photo.verdict != Verdict.ACCEPTED and photo.verdict not in SOFT:
        return
    photo.owner = "kept" if effect.keep else "removed"
    photo.chosen = is_used(photo.verdict, photo.owner)
    scene.session.flush()
    if photo.state == PhotoState.JUDGED:
        ask_look(scene.session, draft, photo)  # another may take its place, and the card counts anew


def _exchange(scene: Scene, draft: Profile, copy: Photo) -> None:
    """A copy takes the place of what it repeats."""
    repeated = copy.other
    for photo in scene.session.exec(select(Photo).where(Photo.profile_id == draft.id)):
        if photo.number == repeated or (photo.verdict == Verdict.DUPLICATE and photo.other == repeated):
            photo.verdict, photo.other, photo.chosen = str(Verdict.DUPLICATE), copy.number, False
            photo.owner = "" if photo.owner == "kept" else photo.owner
    copy.verdict, copy.other = str(Verdict.ACCEPTED), None


def learn_subject(scene: Scene, effect: LearnSubject) -> None:
    """Take the others' photos out, and have the rest judged without them."""
    draft = scene.draft()
    if draft is None:
        return
    for number in effect.others:
        keep_photo(scene, KeepPhoto(number, keep=False))
    _judge_anew(scene, draft)


def undo_photos(scene: Scene, _: UndoPhotos) -> Heard | None:
    """Take the photos of the latest batch out."""
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


def confirm(scene: Scene, _: Confirm) -> Heard | None:
    """Freeze the version, hold the credit and queue the training."""
    draft = scene.draft()
    if draft is None:
        return None
    work = queue(scene, draft)
    for photo in scene.session.exec(select(Photo).where(Photo.profile_id == draft.id)):
        if not photo.chosen:
            discard_photo(scene.session, photo)
    scene.account.draft_id = None
    scene.account.current_id = draft.id
    return Learning(work_view(scene.studio, scene.session, work, draft.handle))


def relearn(scene: Scene, effect: Relearn) -> Heard | None:
    """Queue the training anew as a new version, while its photos are there."""
    profile = scene.profile(effect.profile)
    settled = (ProfileState.FAILED, ProfileState.CANCELLED, ProfileState.TRAINED)
    if profile is None or profile.state not in settled or not learnable(scene, profile):
        return None
    work = queue(scene, profile)
    return Learning(work_view(scene.studio, scene.session, work, profile.handle))


def learnable(scene: Scene, profile: Profile) -> bool:
    """Whether there is consent, and a photo to learn from."""
    if profile.consent not in ("self", "agreed") or profile.sample:
        return False
    photos = select(Photo.id).where(Photo.profile_id == profile.id, col(Photo.chosen))
    return scene.session.exec(photos).first() is not None


def queue(scene: Scene, profile: Profile, **fields: Any) -> Work:
    """Freeze a new version with these fields, hold the credit and queue its training."""
    session, studio = scene.session, scene.studio
    before = session.exec(select(func.max(Version.number)).where(Version.profile_id == profile.id)).one() or 0
    fields = {"plan": _words(scene, profile).get("plan") or "{}", **fields}
    version = Version(
        profile_id=profile.id or 0,
        number=before + 1,
        base=studio.settings.base,
        seed=secrets.randbits(53),
        created_at=clock(session),
        **fields,
    )
    session.add(version)
    session.flush()
    profile.state, profile.reason, profile.version_id = ProfileState.QUEUED, "", version.id
    return scene.ask(WorkKind.LEARN, profile, 1)


def put_aside(scene: Scene, _: PutAside) -> None:
    """Keep the draft for later."""
    scene.account.draft_id = None


def want_class(scene: Scene, effect: WantClass) -> None:
    """Count a class word that the list lacks."""
    row = scene.session.get(WantedClass, effect.word) or WantedClass(word=effect.word)
    row.times += 1
    scene.session.add(row)
