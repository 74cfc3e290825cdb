"""What is seen at the places where a face's landmarks say that its parts are."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.artifacts import Face, Pixels
from core.curation.appearance import luma

# Places in distances between the eyes, from their middle: to the picture's right on an upright face, and down.
_SKIN: Final = ((0.0, -0.35), (-0.35, -0.35), (0.35, -0.35))
_BRIDGE: Final = 0.35  # of the nose: of the way to the mouth
_CHEEKS: Final = 0.5  # below each eye: of the way to the mouth
_CHIN: Final = 0.3  # below the mouth
_REACH: Final = 0.09
# An eye has a pupil, whatever its colour: where both are of one brightness something lies over them. In shares of the
# face's range of light; drawn eyes have 0.2 and more, closed ones their lashes, a bar or a sticker 0.
_FLAT: Final = 0.04
# A mouth has lips, and a line between them, whoever's: how much brightness varies around it, as a share of itself.
# Drawn mouths 0.095 and more; masks 0.09 and less, half of all hands and a fifth of scarves too.
_MOUTHLESS: Final = 0.09
_MOUTH: Final = ((-0.35, 0.35), (-0.25, 0.3))  # from its middle: across, and down
_MOUTH_PLACES: Final = (15, 12)
_NO_BLACK: Final = 20.0  # grey levels; in the dark nothing varies by much
# Nor is a chin this much bluer than red, bearded or not: it is a scarf. Drawn chins 600 times never.
_COLD: Final = -0.04


@dataclass(frozen=True)
class Parts:
    """A face's parts: `hidden` is the share of eyes and mouth that something seems to cover, 0, 0.5 or 1.

    `glasses` says that it is the eyes alone. `warmth` is by how much its skin is redder than blue, as a share of its
    brightness: 0.05 to 0.3 in the light of day whatever the skin; 0 in black and white; less under a filter that turns
    colours. Skin is the third warmest of forehead, nose, cheeks and chin: hair, glasses or a mask may lie over some of
    them, a filter over all.
    """

    hidden: float
    warmth: float
    glasses: bool = False


def parts_of(pixels: Pixels, face: Face) -> Parts:
    """Look at a face's parts; on one whose landmarks lie outside the picture, at what is left."""
    first_eye, second_eye, nose, *mouth = (np.array(point) for point in face.landmarks)
    across = second_eye - first_eye
    eyes, lips = (first_eye + second_eye) / 2, np.mean(mouth, axis=0)
    unit = max(float(np.linalg.norm(across)), 0.75 * float(np.linalg.norm(lips - eyes)), 1.0)
    right = across / max(float(np.linalg.norm(across)), 1e-6)
    down = np.array((-right[1], right[0]))
    radius = max(1, round(unit * _REACH))

    def seen(points: Sequence[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
        return [part for point in points if len(part := _around(pixels, point, radius))]

    skin = seen([eyes + unit * (x * right + y * down) for x, y in _SKIN] + [eyes + _BRIDGE * (lips - eyes)])
    if not skin:
        return Parts(hidden=0.0, warmth=1.0)
    ocular = seen([first_eye, second_eye])
    light = float(np.ptp(np.concatenate(skin + ocular).mean(axis=1))) + 1
    eyes_hidden = bool(ocular) and max(float(part.std(axis=0).mean()) for part in ocular) < _FLAT * light
    chin = lips + _CHIN * unit * down
    below = [np.median(part, axis=0) for part in seen([nose, lips, chin])]
    cheeks = seen([eye + _CHEEKS * (lips - eyes) for eye in (first_eye, second_eye)])
    warmths = sorted(_warmth(tone) for tone in [*below, *(np.median(part, axis=0) for part in skin + cheeks)])
    mouth = [lips + unit * (x * right + y * down) for x, y in _mouth_places()]
    mouth_hidden = _varies(pixels, mouth) < _MOUTHLESS or any(
        _warmth(np.median(part, axis=0)) < _COLD for part in seen([chin])
    )
    return Parts(
        hidden=(eyes_hidden + mouth_hidden) / 2,
        warmth=warmths[-3] if len(warmths) > 2 else 1.0,
        glasses=eyes_hidden and not mouth_hidden,
    )


def _mouth_places() -> Iterator[tuple[float, float]]:
    across, down = (np.linspace(*ends, count) for ends, count in zip(_MOUTH, _MOUTH_PLACES, strict=True))
    return itertools.product(across, down)


def _varies(pixels: Pixels, points: Sequence[NDArray[np.float64]]) -> float:
    """How much the brightness differs between places, as a share of what it is; outside the picture its edge counts."""
    height, width = pixels.shape[:2]
    columns, rows = np.rint(np.array(points)).astype(np.intp).T
    grey = luma(pixels[rows.clip(0, height - 1), columns.clip(0, width - 1)][None])
    return float(grey.std() / (grey.mean() + _NO_BLACK))


def _around(pixels: Pixels, point: NDArray[np.float64], radius: int) -> NDArray[np.float64]:
    """Return the pixels (count, 3) around a place, as far as the picture goes."""
    column, row = (round(float(value)) for value in point)
    part = pixels[
        max(0, row - radius) : max(0, row + radius + 1), max(0, column - radius) : max(0, column + radius + 1)
    ]
    return part.reshape(-1, 3).astype(np.float64)


def _warmth(pixel: NDArray[np.float64]) -> float:
    return float(pixel[0] - pixel[2]) / (float(pixel.sum()) + 1)
