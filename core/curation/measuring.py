"""Everything that is ever asked of a photo's pixels, measured once."""

import base64
import json
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

import numpy as np

from core.artifacts import Face, Pixels
from core.curation.appearance import Light, blur, light, noise, resized
from core.curation.cropping import centre_crop
from core.curation.fingerprints import perceptual_hash, thumbnail
from core.faces import FacePack

_SMALLEST_VIEW: Final = 16


@dataclass(frozen=True)
class Measured:
    """What was measured on one photo; it holds face templates and a thumbnail, so it is as personal as the photo.

    `width` and `height` are the file's own, `kept` is (width, height) as the studio keeps it, in which the faces
    lie. `blur` is that of the largest face, or of the picture's middle, seen `seen_at` pixels wide as
    in training. `light` lies on the same.
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

    @property
    def face(self) -> Face | None:
        """The largest face."""
        return self.faces[0] if self.faces else None

    def to_json(self) -> str:
        """Return all of it as JSON."""
        document = asdict(self) | {
            "faces": [asdict(face) | {"embedding": _text(face.embedding)} for face in self.faces],
            "hashes": [f"{number:064x}" for number in self.hashes],
            "thumbnail": _text(self.thumbnail),
        }
        return json.dumps(document)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what `to_json` wrote."""
        document = json.loads(text)
        one, mirrored = (int(number, 16) for number in document["hashes"])
        rest = {
            "kept": tuple(document["kept"]),
            "faces": tuple(_face(face) for face in document["faces"]),
            "light": Light(**document["light"]),
            "hashes": (one, mirrored),
            "thumbnail": _array(document["thumbnail"], np.uint8).reshape(32, 32, 3),
        }
        return cls(**(document | rest))


def measure(
    pixels: Pixels, pack: FacePack | None, size: int, original: tuple[int, int] | None = None
) -> Measured:
    """Measure a photo for a family that trains at `size` pixels; without a pack no face is looked for.

    `original` is (width, height) of the file, where the studio keeps it smaller.
    """
    height, width = pixels.shape[:2]
    faces = pack.faces_in(pixels) if pack else ()
    seen_at = size // 2 if faces else size
    seen = _seen(pixels, faces[0], seen_at) if faces else centre_crop(pixels, size)
    return Measured(
        width=original[0] if original else width,
        height=original[1] if original else height,
        kept=(width, height),
        faces=faces,
        blur=blur(seen),
        seen_at=seen_at,
        noise=noise(pixels),
        light=light(seen),
        hashes=(perceptual_hash(pixels), perceptual_hash(np.ascontiguousarray(pixels[:, ::-1]))),
        thumbnail=thumbnail(pixels),
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
