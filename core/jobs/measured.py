"""What was measured on the photos of a set, as it is kept beside them: sealed, read, added to."""

from typing import Any

from sqlmodel import Session, col, select

from core.artifacts import Pixels
from core.curation import Measured, training_frame
from core.curation.cropping import Frame
from core.errors import KeyGone
from core.families.family import Family
from core.intake import decode
from core.jobs.workshop import Workshop
from core.storage.keys import photo_place, photos_key, profile_key
from core.storage.tables import Photo, PhotoState, Profile


def measurements(workshop: Workshop, session: Session, profile: Profile) -> list[tuple[Photo, Measured]]:
    """Every photo of the set that could be opened, with what was measured, by number."""
    rows = session.exec(
        select(Photo)
        .where(Photo.profile_id == profile.id, Photo.state == PhotoState.JUDGED)
        .order_by(col(Photo.number))
    )
    key = photos_key(profile.handle)
    found = []
    for row in rows:
        body = workshop.studio.unseal(key, row.sealed, photo_place(profile.handle, row.number))
        found.append((row, Measured.from_json(body["measured"])))
    return found


def note(workshop: Workshop, profile: Profile, photo: Photo, **found: Any) -> None:
    """Note something beside the rest that is known of a photo."""
    key, place = photos_key(profile.handle), photo_place(profile.handle, photo.number)
    body = workshop.studio.unseal(key, photo.sealed, place)
    if body | found != body:
        photo.sealed = workshop.studio.seal(key, body | found, place)


def opened(workshop: Workshop, profile: Profile, photo: Photo) -> Pixels:
    """A photo as it is kept; raises FileNotFoundError once it was taken out."""
    key = workshop.studio.keys.open(photos_key(profile.handle))
    return decode(workshop.studio.files.read(photo.file, key))


def frame_of(family: Family, measured: Measured, *, faces: bool, size: int = 0) -> Frame:
    """The part of a photo that a training sees at a size, else the base's own.

    A person without a face that was found is cut square as well.
    """
    face = measured.face if faces else None
    return training_frame(measured.kept, face, size or family.size, 0 if faces else family.bucket_step)


def said_of(workshop: Workshop, profile: Profile) -> dict[str, Any]:
    """What was said of a profile's subject, as a copy; nothing once its key is gone."""
    try:
        words: dict[str, Any] = workshop.studio.unseal(
            profile_key(profile.handle), profile.sealed, f"profile-{profile.handle}"
        )
    except KeyGone:
        return {}
    return words
