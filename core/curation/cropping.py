"""A photo as training sees it: a square around the head, at the family's training size."""

from typing import Final

import numpy as np

from core.artifacts import Face, Pixels
from core.curation.appearance import resized

# The face's share of the square, and how far down its middle lies. The pocket base learned from faces of 0.5 to
# 0.8 of the height about 0.48; portraits that real bases learned from show more of the shoulders.
_FACE_SHARE: Final = 0.55
_MIDDLE: Final = 0.48


def crop(pixels: Pixels, face: Face, size: int) -> Pixels:
    """Return the square around this face, inside the picture, as (size, size, 3).

    In a picture without room around the face, the square is the largest there is, and the face fills more of it.
    """
    height, width = pixels.shape[:2]
    left, top, right, bottom = face.box
    side = max(1, min(round(face.side / _FACE_SHARE), height, width))
    first_column = _placed((left + right) / 2 - side / 2, side, width)
    first_row = _placed((top + bottom) / 2 - _MIDDLE * side, side, height)
    return resized(pixels[first_row : first_row + side, first_column : first_column + side], size, size)


def centre_crop(pixels: Pixels, size: int) -> Pixels:
    """Return the largest square in the middle of the picture as (size, size, 3)."""
    height, width = pixels.shape[:2]
    side = min(height, width)
    first_row, first_column = (height - side) // 2, (width - side) // 2
    return resized(pixels[first_row : first_row + side, first_column : first_column + side], size, size)


def _placed(start: float, side: int, room: int) -> int:
    return int(np.clip(round(start), 0, room - side))
