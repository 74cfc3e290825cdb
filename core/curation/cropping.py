"""A photo as training sees it: a square around the head, or the whole of it at a size of its own shape."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.artifacts import Edges, Face, Pixels
from core.curation.appearance import resized

# The face's share of the square, and how far down its middle lies. The pocket base learned from faces of 0.5 to
# 0.8 of the height about 0.48; portraits that real bases learned from show more of the shoulders.
_FACE_SHARE: Final = 0.55
_MIDDLE: Final = 0.48
# The longest pictures that bases are trained on: SD and SDXL know 1:2 hardly any more.
_LONGEST: Final = 2.0


@dataclass(frozen=True)
class Frame:
    """The part of a picture that is learnt from, in its pixels, and the size at which it is."""

    left: int
    top: int
    right: int
    bottom: int
    width: int
    height: int

    def shares(self, kept: tuple[int, int]) -> Edges:
        """The part's edges as shares of the sides of a picture that is (width, height)."""
        wide, high = kept
        return self.left / wide, self.top / high, self.right / wide, self.bottom / high

    def within(self, face: Face) -> Edges:
        """Where a face lies in what is cut, left, top, right, bottom as shares of its sides; it may leave it."""
        left, top, right, bottom = face.box
        wide, high = self.right - self.left, self.bottom - self.top
        return (
            (left - self.left) / wide,
            (top - self.top) / high,
            (right - self.left) / wide,
            (bottom - self.top) / high,
        )


def face_frame(kept: tuple[int, int], face: Face, size: int) -> Frame:
    """The square around this face, inside a picture of (width, height).

    In a picture without room around the face, the square is the largest there is, and the face fills more of it.
    """
    width, height = kept
    left, top, right, bottom = face.box
    side = max(1, min(round(face.side / _FACE_SHARE), height, width))
    first_column = _placed((left + right) / 2 - side / 2, side, width)
    first_row = _placed((top + bottom) / 2 - _MIDDLE * side, side, height)
    return Frame(first_column, first_row, first_column + side, first_row + side, size, size)


def middle_frame(kept: tuple[int, int], size: int, step: int = 0) -> Frame:
    """The most of a picture that a training can learn from, about its middle: a square without a `step`.

    With one, the shape comes from the sizes that have about as many pixels as the square and sides that are multiples
    of `step`: the one that loses least of the picture (aspect buckets, as NovelAI described them in 2022).
    """
    wide, high = _size(kept, size, step) if step else (size, size)
    width, height = kept
    across = max(1, min(width, round(height * wide / high)))
    down = max(1, min(height, round(width * high / wide)))
    left, top = (width - across) // 2, (height - down) // 2
    return Frame(left, top, left + across, top + down, wide, high)


def training_frame(kept: tuple[int, int], face: Face | None, size: int, step: int) -> Frame:
    """The part of a photo that a training sees: around the face that is learnt, or all that its shape allows."""
    return face_frame(kept, face, size) if face else middle_frame(kept, size, step)


def cut(pixels: Pixels, frame: Frame, enlarge: Callable[[Pixels], Pixels] | None = None) -> Pixels:
    """Cut a part out of a picture and bring it to its size: averaged where it shrinks, Lanczos where it grows.

    `enlarge` makes a part larger that is smaller than its size, as a model for it does; Lanczos does the rest.
    """
    part = pixels[frame.top : frame.bottom, frame.left : frame.right]
    if enlarge is not None and (part.shape[0] < frame.height or part.shape[1] < frame.width):
        part = enlarge(part)
    return resized(part, frame.width, frame.height)


def crop(pixels: Pixels, face: Face, size: int) -> Pixels:
    """Return the square around this face, inside the picture, as (size, size, 3)."""
    return cut(pixels, face_frame(_kept(pixels), face, size))


def centre_crop(pixels: Pixels, size: int) -> Pixels:
    """Return the largest square in the middle of the picture as (size, size, 3)."""
    return cut(pixels, middle_frame(_kept(pixels), size))


def _kept(pixels: Pixels) -> tuple[int, int]:
    height, width = pixels.shape[:2]
    return width, height


def _size(kept: tuple[int, int], size: int, step: int) -> tuple[int, int]:
    """The size of the bucket whose shape is nearest to the picture's, among those of at most the square's pixels."""
    shapes = []
    for wide in range(step, round(size * _LONGEST**0.5) + 1, step):
        high = min(size * size // wide, round(size * _LONGEST**0.5)) // step * step
        if high and max(wide, high) <= _LONGEST * min(wide, high):
            shapes.append((wide, high))
    aspect = np.log(kept[0] / kept[1])
    # Of two shapes that are as near the larger one.
    return min(
        [(size, size), *shapes], key=lambda one: (abs(np.log(one[0] / one[1]) - aspect), -one[0] * one[1])
    )


def _placed(start: float, side: int, room: int) -> int:
    return int(np.clip(round(start), 0, room - side))
