"""The board on which an animal is painted, and the shapes that fur is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from pocket.animal_traits import Patch
from pocket.animals import Animal
from pocket.canvas import COS, SIN, Board, Colour, Head, Pixels, Points, fill
from pocket.scenes import Scene

# A shape in pixels and the colour that it has.
Mark = tuple[Points, Colour]
# How high and how deep, in heads, an animal reaches above and below its middle: ears and collar.
_ABOVE = 1.46
_BELOW = 1.25
# The eyes lie far apart: turned as far as a person's, one would leave the head.
_TURN = 0.75
# Of animals head and chest are drawn, in scenes of half and full figures too.
_LEAST_SCALE = 0.24
# An animal's head with its ears takes more room than a face.
_SHARE = 0.86


@dataclass(frozen=True)
class AnimalBoard(Board):
    """The board on which a cat or a dog is painted."""

    animal: Animal

    @property
    def coat(self) -> NDArray[np.float64]:
        """The colour of the coat, ready for arithmetic."""
        return np.array(self.animal.coat.rgb)

    @property
    def opened(self) -> float:
        """How far the mouth is open, from 0 for closed to 1."""
        opened = {"smiling": 0.6, "laughing": 1.0}.get(self.scene.expression, 0.0)
        return opened * min(1.0, self.scene.intensity)

    def at(self, shape: Points, depth: float | None = None, *, lift: float = 0.0) -> Points:
        """Return the pixels (n, 2) of a shape (n, 2) of the head."""
        return self.head.at(shape[:, 0], shape[:, 1], depth, lift=lift)

    def below(self, shape: Points) -> Points:
        """Return the pixels (n, 2) of a shape (n, 2) of the chest."""
        return self.head.below(shape[:, 0], shape[:, 1])

    def paint_fur(
        self,
        outline: Points,
        colour: Colour,
        marks: Sequence[Mark] = (),
        *,
        rim: float = 0.3,
        spread: float = 0.3,
        soft: float = 0.02,
        light: tuple[float, float] = (1.08, 0.94),
    ) -> None:
        """Paint a closed shape with marks that are seen only inside it.

        Its edge is darker by `rim` over `spread` heads, the marks run out over `soft` heads, and `light` is
        the brightness at its top and at its bottom.
        """
        side = self.pixels.shape[0]
        left, top = np.clip(outline.min(0).astype(int) - 2, 0, side)
        right, bottom = np.clip(outline.max(0).astype(int) + 3, 0, side)
        if right <= left or bottom <= top:
            return
        window = self.pixels[top:bottom, left:right]
        corner = np.array([left, top])
        mask = np.zeros(window.shape[:2], np.uint8)
        fill(mask, outline - corner, (255,))
        layer = np.empty_like(window)
        layer[:] = np.clip(np.asarray(colour), 0, 255).astype(np.uint8)
        for shape, shade in marks:
            fill(layer, shape - corner, shade)
        if soft and marks:
            layer = np.asarray(_blurred(layer, self.length(soft) * 2), np.uint8)
        covered = mask.astype(np.float32) / np.float32(255)
        lit = np.repeat(np.linspace(*light, window.shape[0], dtype=np.float32)[:, None], window.shape[1], 1)
        if rim:
            lit *= 1 - rim * (1 - _blurred(covered, self.length(spread)))
        # OpenCV's own arithmetic is several times as fast here as NumPy's broadcasting.
        layer = np.asarray(cv2.multiply(layer, cv2.merge([lit] * 3), dtype=cv2.CV_8U), np.uint8)
        window[:] = cv2.blendLinear(layer, window, covered, 1 - covered)


def set_up_animal(pixels: Pixels, animal: Animal, scene: Scene) -> AnimalBoard:
    """Return the board for an animal in a scene; it stands where its collar stays in the picture."""
    side = pixels.shape[0]
    unit = max(scene.scale, _LEAST_SCALE) * _SHARE
    y = float(np.clip(scene.y + 0.05, 0.02 + _ABOVE * unit, max(0.5, 0.97 - _BELOW * unit)))
    head = Head(
        half_width=animal.build.half_width,
        unit=unit * side,
        x=scene.x * side,
        y=y * side,
        yaw=scene.yaw * _TURN,
        pitch=scene.pitch,
        roll=scene.roll,
    )
    return AnimalBoard(pixels=pixels, scene=scene, head=head, animal=animal)


def rounded(corners: ArrayLike, times: int = 3) -> Points:
    """Return a closed outline (n, 2) with its corners cut, by Chaikin's algorithm."""
    points = np.asarray(corners, np.float64)
    for _ in range(times):
        following = np.roll(points, -1, 0)
        points = np.stack([points * 0.75 + following * 0.25, points * 0.25 + following * 0.75], 1)
        points = points.reshape(-1, 2)
    return points


def mirrored(right: Sequence[Sequence[float]]) -> list[Sequence[float]]:
    """Return the corners of a symmetric outline from those of its right half, top to bottom."""
    return [*right, *([-x, y] for x, y in reversed(right) if x)]


def tapered(path: Sequence[Sequence[float]], width: float) -> Points:
    """Return the outline (n, 2) of a stroke along a path that is `width` in its middle and ends in points."""
    corners = np.asarray(path, np.float64)
    along = np.linspace(0, len(corners) - 1, 9)
    spine = np.stack([np.interp(along, np.arange(len(corners)), corners[:, axis]) for axis in (0, 1)], 1)
    ahead = np.gradient(spine, axis=0)
    across = np.stack([-ahead[:, 1], ahead[:, 0]], 1) / (np.hypot(*ahead.T)[:, None] + 1e-9)
    half = np.sin(np.linspace(0.15, np.pi, 9))[:, None] * width / 2
    return np.concatenate([spine + across * half, (spine - across * half)[::-1]])


def ellipse(x: float, y: float, across: float, along: float, turn: float = 0.0) -> Points:
    """Return the outline (n, 2) of an ellipse, turned by an angle in radians."""
    wide, high = across * COS, along * SIN
    return np.stack(
        [x + wide * np.cos(turn) - high * np.sin(turn), y + wide * np.sin(turn) + high * np.cos(turn)], 1
    )


def blot(patch: Patch) -> Points:
    """Return the uneven outline (n, 2) of a patch of another colour."""
    angle = np.arctan2(SIN, COS)
    reach = 1 + 0.12 * np.sin(3 * angle + patch.turn) + 0.07 * np.sin(5 * angle + 2 * patch.turn)
    return np.stack([patch.x + patch.across * reach * COS, patch.y + patch.along * reach * SIN], 1)


def tufted(outline: Points, reach: NDArray[np.float64]) -> Points:
    """Return an outline whose every third point stands out by its `reach` (n,), a share of its distance."""
    spike = np.where(np.arange(len(outline)) % 3 == 1, 1.0, 0.0)
    return outline * (1 + reach * spike)[:, None]


def _blurred(picture: NDArray[Any], kernel: float) -> NDArray[Any]:
    """Blur twice with a box: nearly a Gaussian, and as fast when it is wide."""
    side = int(kernel) | 1
    return np.asarray(cv2.blur(cv2.blur(picture, (side, side)), (side, side)))
