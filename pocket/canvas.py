"""The easel: a picture in the making, and where a head's own coordinates fall on it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from pocket.people import Person
from pocket.scenes import Scene

Pixels = NDArray[np.uint8]
Points = NDArray[np.float64]
Colour = Sequence[float] | NDArray[np.float64]

# Polygons are given to OpenCV in sixteenths of a pixel.
_FRACTION_BITS: Final = 4
_CIRCLE: Final = np.linspace(0, 2 * math.pi, 40, endpoint=False)
COS: Final = np.cos(_CIRCLE)
SIN: Final = np.sin(_CIRCLE)
SIDES: Final = (-1, 1)
# How much larger a child's figure is drawn than a grown-up's, and how far down, in heads, its head moves then.
_NEARER: Final = 1.22
_NEARER_BY: Final = {"half": 0.4, "full": 1.57}


@dataclass(frozen=True)
class Head:
    """A head before a camera: a bulge that turns (yaw), nods (pitch) and tilts (roll), then is flattened."""

    half_width: float
    unit: float
    x: float
    y: float
    yaw: float
    pitch: float
    roll: float

    def at(self, x: ArrayLike, y: ArrayLike, depth: ArrayLike | None = None, *, lift: float = 0.0) -> Points:
        """Return the pixels (n, 2) of points of the head; without `depth` they lie `lift` above the face."""
        x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
        if depth is None:
            across, along = x / (self.half_width * 1.05), y / 1.25
            depth = 0.75 * np.sqrt(np.clip(1 - across**2 - along**2, 0, 1))
        z = np.asarray(depth) + lift
        turned = x * math.cos(self.yaw) + z * math.sin(self.yaw)
        z = z * math.cos(self.yaw) - x * math.sin(self.yaw)
        nodded = y * math.cos(self.pitch) - z * math.sin(self.pitch) * 0.9
        across = turned * math.cos(self.roll) - nodded * math.sin(self.roll)
        along = turned * math.sin(self.roll) + nodded * math.cos(self.roll)
        return np.stack([self.x + self.unit * across, self.y + self.unit * along], -1)

    def below(self, x: ArrayLike, y: ArrayLike) -> Points:
        """Return the pixels of points of the body, which follows the head's turn only a little."""
        x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
        across = x + 0.25 * math.sin(self.yaw)
        return np.stack([self.x + self.unit * across, self.y + self.unit * y], -1)


@dataclass(frozen=True)
class Board:
    """A picture in the making: `pixels` (side, side, 3) is painted upon, the rest says where things are."""

    pixels: Pixels
    scene: Scene
    head: Head

    def length(self, heads: float) -> float:
        """Return a length in pixels."""
        return heads * self.head.unit

    def fill(self, outline: Points, colour: Colour) -> None:
        """Paint a closed shape."""
        fill(self.pixels, outline, colour)

    def stroke(self, path: Points, colour: Colour, heads: float, *, closed: bool = False) -> None:
        """Paint a line, at least a pixel wide."""
        width = max(1, round(max(1, self.length(heads))))
        cv2.polylines(
            self.pixels, [_fixed(path)], closed, _scalar(colour), width, cv2.LINE_AA, _FRACTION_BITS
        )

    def disc(self, centre: Points, colour: Colour, heads: float, *, least: int = 1) -> None:
        """Paint a round spot, at least `least` pixels in radius."""
        disc(self.pixels, centre, colour, max(least, int(self.length(heads))))


@dataclass(frozen=True)
class Easel(Board):
    """The board on which a person is painted."""

    person: Person

    @property
    def skin(self) -> NDArray[np.float64]:
        """The colour of the skin, ready for arithmetic."""
        return np.array(self.person.skin)

    @property
    def hair(self) -> NDArray[np.float64]:
        """The colour of the hair, ready for arithmetic."""
        return np.array(self.person.hair.rgb)


def set_up(pixels: Pixels, person: Person, scene: Scene) -> Easel:
    """Return the easel for a person in a scene, over a background already painted."""
    side = pixels.shape[0]
    unit, y = scene.scale * side * 0.96, scene.y * side
    if person.is_child and scene.framing != "portrait":
        y, unit = y + unit * _NEARER_BY[scene.framing], unit * _NEARER
    head = Head(
        half_width=person.skull.half_width,
        unit=unit,
        x=scene.x * side,
        y=y,
        yaw=scene.yaw,
        pitch=scene.pitch,
        roll=scene.roll,
    )
    return Easel(pixels, scene, head, person)


def fill(pixels: Pixels, outline: Points, colour: Colour) -> None:
    """Paint a closed shape with smooth edges on any picture or mask."""
    cv2.fillPoly(pixels, [_fixed(outline)], _scalar(colour), cv2.LINE_AA, _FRACTION_BITS)


def disc(pixels: Pixels, centre: Points, colour: Colour, radius: int) -> None:
    """Paint a round spot, its centre on a whole pixel."""
    cv2.circle(pixels, whole(centre), radius, _scalar(colour), -1, cv2.LINE_AA)


def whole(point: Points) -> tuple[int, int]:
    """Return the pixel that a point lies in."""
    return int(point[0]), int(point[1])


def _fixed(points: Points) -> NDArray[np.int32]:
    return np.round(points * (1 << _FRACTION_BITS)).astype(np.int32).reshape(-1, 1, 2)


def _scalar(colour: Colour) -> tuple[float, ...]:
    return tuple(float(channel) for channel in np.clip(np.asarray(colour), 0, 255))
