"""Effects on a draft whose weights come from a file."""

from dataclasses import asdict
from typing import Any

from core.accounts import name_key, new_trigger, open_profile
from core.chat.scene import Scene
from core.conversation.effects import DropImport, OpenImport, TakeIn
from core.conversation.messages import Heard, Looked
from core.storage.database import clock
from core.storage.erasing import begin_deletion
from core.storage.keys import photo_place, photos_key, profile_key
from core.storage.states import WEIGHTS_NUMBER
from core.storage.tables import Photo, Profile, ProfileState, Version

KEPT = ("name", "class_word")  # answers that hold for another file as well


def open_import(scene: Scene, effect: OpenImport) -> Heard:
    """Begin a draft for a file; it takes the place of one that another file was sent for."""
    answers = _put_away(scene)
    words: dict[str, Any] = {"trigger": new_trigger(), "imported": {}, **answers}
    draft = open_profile(scene.studio, scene.session, scene.account, words)
    draft.home_id = scene.home
    if answers.get("name"):
        draft.name_key = name_key(scene.studio, scene.account, answers["name"])
    # Telegram's own name of a file is the same for everybody who sends it.
    unique = f"{scene.platform}:{effect.upload.unique}".encode()
    place = photo_place(draft.handle, WEIGHTS_NUMBER)
    scene.session.add(
        Photo(
            profile_id=draft.id or 0,
            number=WEIGHTS_NUMBER,
            platform=scene.platform,
            chat=scene.chat,
            unique_ref=scene.studio.keys.fingerprint("uploads", unique),
            sealed=scene.studio.seal(photos_key(draft.handle), {"upload": asdict(effect.upload)}, place),
            created_at=clock(scene.session),
        )
    )
    scene.account.draft_id = draft.id
    scene.session.flush()
    return Looked(draft.handle)


def _put_away(scene: Scene) -> dict[str, str]:
    """Delete the draft of an earlier file; what was answered about it already."""
    draft = scene.draft()
    if draft is None:
        return {}
    words = scene.studio.unseal(profile_key(draft.handle), draft.sealed, f"profile-{draft.handle}")
    if "imported" not in words or draft.state != ProfileState.DRAFT:
        return {}  # a draft with photos stays, put aside
    begin_deletion(scene.session, scene.studio, draft, None)
    scene.session.flush()
    return {field: words[field] for field in KEPT if words.get(field)}


def drop_import(scene: Scene, effect: DropImport) -> None:
    """Erase a draft whose file was refused."""
    draft = scene.profile(effect.profile)
    if draft and draft.state == ProfileState.DRAFT:
        begin_deletion(scene.session, scene.studio, draft, None)


def take_in(scene: Scene, _: TakeIn) -> None:
    """Make the draft a profile that can be drawn; it has no photos, so there is nothing to compare with."""
    draft = scene.draft()
    version = _version(scene, draft) if draft else None
    if draft is None or version is None or draft.consent not in ("self", "agreed"):
        return
    draft.state = version.state = ProfileState.TRAINED
    draft.retention, version.trained_at = "delete", clock(scene.session)
    scene.account.draft_id, scene.account.current_id = None, draft.id


def _version(scene: Scene, draft: Profile) -> Version | None:
    return scene.session.get(Version, draft.version_id) if draft.version_id else None
