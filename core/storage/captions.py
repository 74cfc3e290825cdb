"""What a photo is called and what stands under it: sealed with the photos' key, and erased with the photo."""

import json
from dataclasses import asdict, dataclass

from core.storage.keys import photos_key, seal, unseal
from core.storage.studio import Studio
from core.storage.tables import Photo

OWNER, FILE, MODEL = "owner", "file", "model"  # whose words a caption is


@dataclass(frozen=True)
class Words:
    """A photo's words; `caption` lacks the trigger where nobody wrote it."""

    name: str = ""  # of the file as it came
    caption: str = ""
    by: str = ""  # owner, file, model; empty while there is none
    of: str = ""  # the kind of subject that a model captioned beside: of another kind it has to do so anew


def words_of(photo: Photo, handle: int, key: bytes) -> Words:
    """The words of a photo of the profile with this handle, whose photos' key this is."""
    return Words(**json.loads(unseal(key, photo.words, _place(photo, handle)))) if photo.words else Words()


def write_words(studio: Studio, photo: Photo, handle: int, words: Words) -> None:
    """Note a photo's words; raises `KeyGone` when the photos are being deleted."""
    key = studio.keys.create(photos_key(handle))
    photo.words = seal(key, json.dumps(asdict(words)).encode(), _place(photo, handle))


def _place(photo: Photo, handle: int) -> str:
    return f"words-{handle}-{photo.number}"
