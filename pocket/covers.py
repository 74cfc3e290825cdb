"""What hides a face: a mask, a scarf, a hand or a sticker, laid over a drawing where its landmarks say."""

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from pocket import palette
from pocket.canvas import COS, SIN, Pixels, Points, fill
from pocket.drawing import Drawing

Cover = Literal["mask", "scarf", "hand", "sticker"]
COVERS: Final[tuple[Cover, ...]] = get_args(Cover)

_MASKS: Final = ((150, 196, 214), (232, 234, 236), (52, 54, 60))


@dataclass(frozen=True)
class _Face:
    """A picture to paint upon, and the plane of a face: 1 is the distance between the eyes.

    The origin lies between the eyes, x runs to the right eye of the picture and y down to the chin; of a turned
    head the face's `middle` lies aside of the eyes'.
    """

    pixels: Pixels
    origin: Points
    across: Points
    down: Points
    mouth: float
    chin: float
    middle: float
    half_width: float

    def paint(self, x: NDArray[np.float64], y: NDArray[np.float64], colour: NDArray[np.float64]) -> None:
        """Fill a shape given in the face's plane."""
        fill(self.pixels, self.origin + np.outer(x, self.across) + np.outer(y, self.down), colour)

    def limb(self, path: list[tuple[float, float]], width: float, colour: NDArray[np.float64]) -> None:
        """Fill a limb of this width along straight pieces, round at joints and ends."""
        for x, y in path:
            self.paint(x + width / 2 * COS, y + width / 2 * SIN, colour)
        for (x0, y0), (x1, y1) in itertools.pairwise(path):
            length = math.hypot(x1 - x0, y1 - y0)
            aside = width / 2 / length
            nx, ny = -(y1 - y0) * aside, (x1 - x0) * aside
            self.paint(
                np.array([x0 + nx, x1 + nx, x1 - nx, x0 - nx]),
                np.array([y0 + ny, y1 + ny, y1 - ny, y0 - ny]),
                colour,
            )


def covered(drawing: Drawing, cover: Cover, seed: int) -> Pixels:
    """Return the drawing's picture with part of the face hidden; the seed decides colours and place.

    A mask and a scarf leave the eyes, a sticker hides them, a hand hides one eye or the mouth. Raises
    `ValueError` for a cover that is none of `COVERS`.
    """
    if cover not in _COVERS:
        raise ValueError(f"nothing to cover a face is called {cover!r}; there are {', '.join(COVERS)}")
    face = _face_of(drawing)
    _COVERS[cover](face, np.random.default_rng((17, seed)))
    return face.pixels


def _face_of(drawing: Drawing) -> _Face:
    left_eye, right_eye, _, left_corner, right_corner = drawing.landmarks.astype(np.float64)
    left, top, right, bottom = (float(edge) for edge in drawing.box)
    origin = (left_eye + right_eye) / 2
    to_mouth = (left_corner + right_corner) / 2 - origin
    across = right_eye - left_eye
    unit = max(float(np.hypot(*across)), 0.75 * float(np.hypot(*to_mouth)), 2.0)
    across = across / max(float(np.hypot(*across)), 1e-6) * unit
    down = np.array((-across[1], across[0]))
    return _Face(
        pixels=drawing.pixels.copy(),
        origin=origin,
        across=across,
        down=down,
        mouth=float(to_mouth @ down) / unit**2,
        chin=(bottom - float(origin[1])) / unit,
        middle=float((np.array((left + right, top + bottom)) / 2 - origin) @ across) / unit**2,
        half_width=(right - left) / 2 / unit,
    )


def _mask(face: _Face, random: np.random.Generator) -> None:
    colour = np.array(_MASKS[random.integers(len(_MASKS))], np.float64)
    middle, half, top, low = face.middle, 0.92 * face.half_width, 0.38 * face.mouth, face.chin + 0.05
    for side in (-1.0, 1.0):
        for height in (top + 0.15, low - 0.45):
            ear = middle + side * face.half_width * 1.05
            face.limb([(middle + side * half * 0.9, height), (ear, 0.15)], 0.06, colour * 0.9)
    x = middle + half * np.array([-1, -0.45, 0, 0.45, 1, 0.95, 0.5, 0, -0.5, -0.95])
    rise, sink = top + 0.1, low - 0.35
    y = np.array([rise, top - 0.06, top - 0.12, top - 0.06, rise, sink, low, low + 0.06, low, sink])
    face.paint(x, y, colour)
    for share in (0.35, 0.55, 0.75):
        height = top + share * (low - top)
        fold = [(middle - half * 0.88, height), (middle, height + 0.05), (middle + half * 0.88, height)]
        face.limb(fold, 0.035, colour * 0.84)


def _scarf(face: _Face, random: np.random.Generator) -> None:
    shades = list(palette.THINGS.values())
    colour, stripe = (np.array(shades[place]) for place in random.choice(len(shades), 2, replace=False))
    half, top, low = 1.22 * face.half_width, 0.5 * face.mouth, face.chin + 1.0
    x = np.linspace(-1, 1, 15)
    upper = top + 0.12 * np.cos(3 * math.pi * x) - 0.1 * x**2
    face.paint(
        face.middle + half * np.concatenate([x, 0.82 * x[::-1]]),
        np.concatenate([upper, np.full(15, low) + 0.3 * (1 - x**2)]),
        colour,
    )
    for share in (0.2, 0.5, 0.8):
        heights = upper + share * (low - top)
        line = face.middle + half * (0.97 - 0.18 * share) * x
        face.limb(list(zip(line.tolist(), heights.tolist(), strict=True)), 0.11, stripe * 0.92)


def _hand(face: _Face, random: np.random.Generator) -> None:
    skin = np.array(palette.SKINS[random.integers(len(palette.SKINS))]) * 0.94
    side = float(random.choice((-1, 1)))
    over_mouth = random.random() < 0.5
    palm = (side * 0.45, face.mouth + 0.12) if over_mouth else (side * 0.62, 0.2)
    wrist = (side * (face.half_width + 0.9), face.chin + 0.9)
    face.limb([wrist, palm], 0.7, skin * 0.82)
    face.limb([wrist, palm], 0.64, skin)
    face.paint(palm[0] + 0.55 * COS, palm[1] + 0.48 * SIN, skin)
    # Fingers lie beside one another; a darker rim tells them apart.
    for finger in range(4):
        lean = (finger - 1.5) * 0.24
        tip = (
            (palm[0] - side * (1.2 - 0.1 * abs(finger - 1)), palm[1] + lean)
            if over_mouth
            else (palm[0] + lean * 1.1 - side * 0.15, palm[1] - 0.95 + 0.12 * abs(finger - 1))
        )
        root = (palm[0] - side * 0.2, palm[1] + lean) if over_mouth else (palm[0] + lean, palm[1] - 0.1)
        face.limb([root, tip], 0.27, skin * 0.78)
        face.limb([root, tip], 0.215, skin)


def _sticker(face: _Face, random: np.random.Generator) -> None:
    colour = np.array(palette.THINGS[str(random.choice(("yellow", "pink", "red", "blue")))])
    reach = 0.62
    for side in (-0.5, 0.5):
        turn = np.linspace(0, 2 * math.pi, 10, endpoint=False) - math.pi / 2
        star = reach * np.where(np.arange(10) % 2, 0.62, 1.0)
        face.paint(
            side + 1.14 * star * np.cos(turn), 1.14 * star * np.sin(turn), np.array((255.0, 255.0, 255.0))
        )
        face.paint(side + star * np.cos(turn), star * np.sin(turn), colour)
    face.limb([(-0.2, 0.0), (0.2, 0.0)], 0.2, colour)


_COVERS: Final[Mapping[str, Callable[[_Face, np.random.Generator], None]]] = {
    "mask": _mask,
    "scarf": _scarf,
    "hand": _hand,
    "sticker": _sticker,
}
