"""Everything that is ever asked of a photo's pixels, measured once."""

import base64
import json
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

import numpy as np

from core.artifacts import Embedding, Face, Pixels
from core.curation.appearance import Light, blur, hues, light, noise, resized
from core.curation.cropping import centre_crop
from core.curation.embedding import Embedder
from core.curation.face_parts import parts_of
from core.curation.fingerprints import Print, print_of
from core.faces import FacePack

_SMALLEST_VIEW: Final = 16


@dataclass(frozen=True)
class Measured:
    """What was measured on one photo; it holds face templates and a thumbnail, so it is as personal as the photo.

    `width` and `height` are the file's own, `kept` is (width, height) as the studio keeps it, in which the faces
    lie. `blur` is that of the largest face, or of the picture's middle, seen `seen_at` pixels wide as
    in training. `light` lies on the same. `hues` are the whole picture's; `hidden`, `warmth` and `glasses` are the
    largest face's (`face_parts.Parts`), as `eyes` are (`core.eyes`), where there is a model of them. `look` is what an
    embedder sees, where there is one. `recognised` is how surely, from 0 to 1, a judge of prompts sees on what would be
    learnt that which is `said` of it; nobody looked while nothing is said.

    What was measured before a field was there lacks it; its default finds no fault.
    """

    width: int
    height: int
    kept: tuple[int, int]
    faces: tuple[Face, ...]
    blur: float
    seen_at: int
    noise: float
    light: Light
    hashes: tuple[int, int]  # of the picture and of its mirror image
    thumbnail: Pixels = field(repr=False, compare=False)  # (32, 32, 3)
    detail: Pixels | None = field(default=None, repr=False, compare=False)  # (64, 64)
    hues: float = 255.0
    hidden: float = 0.0
    warmth: float = 1.0
    glasses: bool = False
    eyes: float | None = None
    look: Embedding | None = field(default=None, repr=False, compare=False)
    said: str = ""
    recognised: float | None = None

    @property
    def face(self) -> Face | None:
        """The largest face."""
        return self.faces[0] if self.faces else None

    @property
    def print(self) -> Print:
        """What copies of the photo are searched by."""
        return Print(self.hashes, self.thumbnail, self.detail)

    def to_json(self) -> str:
        """Return all of it as JSON."""
        document = asdict(self) | {
            "faces": [asdict(face) | {"embedding": _text(face.embedding)} for face in self.faces],
            "hashes": [f"{number:064x}" for number in self.hashes],
            "thumbnail": _text(self.thumbnail),
            "detail": None if self.detail is None else _text(self.detail),
            "look": None if self.look is None else _text(self.look),
        }
        return json.dumps(document)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what `to_json` wrote."""
        document = json.loads(text)
        one, mirrored = (int(number, 16) for number in document["hashes"])
        rest: dict[str, Any] = {
            "kept": tuple(document["kept"]),
            "faces": tuple(_face(face) for face in document["faces"]),
            "light": Light(**document["light"]),
            "hashes": (one, mirrored),
            "thumbnail": _array(document["thumbnail"], np.uint8).reshape(32, 32, 3),
        }
        if detail := document.get("detail"):
            rest["detail"] = _array(detail, np.uint8).reshape(64, 64)
        if look := document.get("look"):
            rest["look"] = _array(look, np.float32)
        return cls(**(document | rest))


def measure(
    pixels: Pixels,
    pack: FacePack | None,
    size: int,
    original: tuple[int, int] | None = None,
    embedder: Embedder | None = None,
) -> Measured:
    """Measure a photo for a family that trains at `size` pixels; without a pack no face is looked for.

    `original` is (width, height) of the file, where the studio keeps it smaller.
    """
    height, width = pixels.shape[:2]
    faces = pack.faces_in(pixels) if pack else ()
    seen_at = size // 2 if faces else size
    seen = _seen(pixels, faces[0], seen_at) if faces else centre_crop(pixels, size)
    fingerprint = print_of(pixels)
    parts = parts_of(pixels, faces[0]) if faces else None
    return Measured(
        width=original[0] if original else width,
        height=original[1] if original else height,
        kept=(width, height),
        faces=faces,
        blur=blur(seen),
        seen_at=seen_at,
        noise=noise(pixels),
        light=light(seen),
        hashes=fingerprint.hashes,
        thumbnail=fingerprint.thumbnail,
        detail=fingerprint.detail,
        hues=hues(pixels),
        hidden=parts.hidden if parts else 0.0,
        glasses=parts.glasses if parts else False,
        warmth=parts.warmth if parts else 1.0,
        eyes=pack.eyes_in(pixels, faces[0]) if pack and faces else None,
        look=embedder.of(pixels) if embedder else None,
    )


def _seen(pixels: Pixels, face: Face, seen_at: int) -> Pixels:
    """Return the square around the face's box, as far as the picture goes, with its side scaled to `seen_at`."""
    left, top, right, bottom = face.box
    middle_x, middle_y, half = (left + right) / 2, (top + bottom) / 2, face.side / 2
    height, width = pixels.shape[:2]
    first_row, last_row = (round(np.clip(middle_y + way * half, 0, height)) for way in (-1, 1))
    first_column, last_column = (round(np.clip(middle_x + way * half, 0, width)) for way in (-1, 1))
    part = pixels[first_row:last_row, first_column:last_column]
    if not part.size:
        raise ValueError(f"a face outside its picture of {width}x{height}: {face.box}")
    scale = seen_at / face.side
    rows, columns = (max(_SMALLEST_VIEW, round(edge * scale)) for edge in part.shape[:2])
    return resized(part, columns, rows)


def _text(numbers: np.ndarray) -> str:
    return base64.b64encode(numbers.tobytes()).decode()


def _array(text: str, kind: type[np.generic]) -> Any:
    return np.frombuffer(base64.b64decode(text), kind)


def _face(document: dict[str, Any]) -> Face:
    return Face(
        box=tuple(document["box"]),
        landmarks=tuple((x, y) for x, y in document["landmarks"]),
        score=document["score"],
        embedding=_array(document["embedding"], np.float32),
    )
