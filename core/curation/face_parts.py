"""What is seen at the places where a face's landmarks say that its parts are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.artifacts import Face, Pixels

# Places in distances between the eyes, from their middle: to the picture's right on an upright face, and down.
_SKIN: Final = ((0.0, -0.35), (-0.35, -0.35), (0.35, -0.35))
_BRIDGE: Final = 0.35  # of the nose: of the way to the mouth
_CHEEKS: Final = 0.5  # below each eye: of the way to the mouth
_CHIN: Final = 0.3  # below the mouth
_REACH: Final = 0.09
# An eye has a pupil, whatever its colour: where both are of one brightness something lies over them. In shares of the
# face's range of light; drawn eyes have 0.2 and more, closed ones their lashes, a bar or a sticker 0.
_FLAT: Final = 0.04
# Where the tip of the nose, mouth and chin have one colour (its shares, whatever the light), and that is no skin's,
# it is a mask's. A beard leaves the nose; drawn skin is warmer than 0.13.
_ONE_COLOUR: Final = 0.015
_COLD: Final = 0.05


@dataclass(frozen=True)
class Parts:
    """A face's parts: `hidden` is the share of eyes and mouth that something seems to cover, 0, 0.5 or 1.

    `warmth` is by how much its skin is redder than blue, as a share of its brightness: 0.05 to 0.3 in the light of day
    whatever the skin; 0 in black and white; less under a filter that turns colours. Skin is the third warmest of
    forehead, nose, cheeks and chin: hair, glasses or a mask may lie over some of them, a filter over all.
    """

    hidden: float
    warmth: float


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
    below = [np.median(part, axis=0) for part in seen([nose, lips, lips + _CHIN * unit * down])]
    cheeks = seen([eye + _CHEEKS * (lips - eyes) for eye in (first_eye, second_eye)])
    warmths = sorted(_warmth(tone) for tone in [*below, *(np.median(part, axis=0) for part in skin + cheeks)])
    mouth_hidden = (
        len(below) == 3
        and max(float(np.abs(_colour(one) - _colour(below[1])).sum()) for one in below) < _ONE_COLOUR
        and _warmth(below[1]) < _COLD
    )
    return Parts(hidden=(eyes_hidden + mouth_hidden) / 2, warmth=warmths[-3] if len(warmths) > 2 else 1.0)


def _around(pixels: Pixels, point: NDArray[np.float64], radius: int) -> NDArray[np.float64]:
    """Return the pixels (count, 3) around a place, as far as the picture goes."""
    column, row = (round(float(value)) for value in point)
    part = pixels[
        max(0, row - radius) : max(0, row + radius + 1), max(0, column - radius) : max(0, column + radius + 1)
    ]
    return part.reshape(-1, 3).astype(np.float64)


def _warmth(pixel: NDArray[np.float64]) -> float:
    return float(pixel[0] - pixel[2]) / (float(pixel.sum()) + 1)


def _colour(pixel: NDArray[np.float64]) -> NDArray[np.float64]:
    """A colour without its brightness, so that a shadow is none."""
    return np.asarray(3 * pixel[:2] / (pixel.sum() + 30))
