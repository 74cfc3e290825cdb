"""What a training sees of each photo of a draft, before it begins."""

from sqlmodel import col, select

from core.chat.scene import Scene
from core.conversation.effects import ShowCrops
from core.conversation.messages import Cropped, Heard
from core.conversation.views import Shown
from core.storage.keys import photo_place, photos_key
from core.storage.tables import Photo


def show_crops(scene: Scene, _: ShowCrops) -> Heard | None:
    """Which part of each photo that is used a training sees, as the worker noted when it looked."""
    draft = scene.draft()
    if draft is None:
        return None
    key = photos_key(draft.handle)
    used = scene.session.exec(
        select(Photo).where(Photo.profile_id == draft.id, col(Photo.chosen)).order_by(col(Photo.number))
    )
    parts = [
        (photo, scene.studio.unseal(key, photo.sealed, photo_place(draft.handle, photo.number)).get("part"))
        for photo in used
    ]
    return Cropped(
        draft.handle,
        tuple(Shown(photo.file, key, str(photo.number), part=tuple(part)) for photo, part in parts if part),
    )
