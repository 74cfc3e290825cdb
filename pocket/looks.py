"""The looks of a drawing: what a photo shows, redrawn by another hand."""

import math
from typing import Final

import cv2
import numpy as np

from pocket import brushes
from pocket.brushes import Field
from pocket.canvas import Pixels
from pocket.wording import LOOKS, Look

_PAPER: Final = np.array((247, 243, 232), np.float32)
_INK: Final = np.array((30, 28, 32), np.float32)
# Lengths in pixels of a picture 128 wide.
_LINE: Final = 0.7
_WAVER: Final = 0.35
# Each tone of hatching: the brightness at which it sets in and at which it is full, its angle and its spacing.
_HATCHINGS: Final = ((190, 70, -0.85, 3.7), (118, 20, 0.62, 3.9), (70, 10, -0.12, 3.5))
# A background is drawn so many levels brighter, to set off the person.
_BACKGROUND_LIFT: Final = 70.0
# Within a background neighbouring pixels differ by at most so much in each colour; at an edge, by more than _EDGE.
_STEP: Final = (3, 3, 3)
_EDGE: Final = 9


def in_look(pixels: Pixels, look: Look, seed: int) -> Pixels:
    """Return a finished picture (height, width, 3) in a look; "photo" is how it comes.

    The same arguments give the same picture; the seed moves only the hand: wavering, hatching, paper. Raises
    `ValueError` for a look that is none of `LOOKS`.
    """
    if look not in LOOKS:
        raise ValueError(f"no look is called {look!r}; there are {', '.join(LOOKS)}")
    if look == "photo":
        return pixels
    return brushes.at_size_of(_in_ink(brushes.at_least_base(pixels), seed), pixels)


def _in_ink(pixels: Pixels, seed: int) -> Pixels:
    """Redraw a picture with pen and ink: contours of even weight, hatched shadows, blacks filled with a brush."""
    random = np.random.default_rng((11, seed))
    shape, unit = pixels.shape[:2], brushes.scale_of(pixels)
    across, down, press = (brushes.slow_field(random, shape, cells) for cells in (19, 19, 13))
    photo = brushes.exposed(pixels)
    photo = brushes.wavered(photo, across * (_WAVER * unit), down * (_WAVER * unit))
    behind = _background(photo)

    strength = brushes.edge_strength(photo, _LINE * unit)
    lines = brushes.contours(strength, 2 * unit, 20.0, 0.36 + 0.1 * press)
    blacks = _blacks(photo, unit) * (1 - behind)
    hatching = 0.75 * _hatched(photo, behind, brushes.slow_field(random, shape, 6), unit)
    ink = np.maximum(np.maximum(lines, blacks), hatching) - 0.9 * lines * _inside(blacks, unit)

    grain = brushes.slow_field(random, shape, 2 * brushes.BASE_SIDE)
    paper = _PAPER + (3.5 * grain + 2 * press)[..., None]
    return brushes.picture(paper + ink[..., None] * (_INK - paper))


def _background(photo: Field) -> Field:
    """Return 1 where the colour of an upper corner goes on without an edge, 0 elsewhere."""
    side = brushes.BASE_SIDE
    small = cv2.resize(photo, (side, side), interpolation=cv2.INTER_AREA)
    # The square root tells black hair from a black wall.
    small = cv2.medianBlur((np.sqrt(np.clip(small, 0, 255)) * 15.97).astype(np.uint8), 5)
    change = brushes.largest(cv2.morphologyEx(small, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)))
    mask = np.pad((change > _EDGE).astype(np.uint8), 1)
    for corner in ((1, 1), (side - 2, 1)):
        if not mask[corner[1] + 1, corner[0] + 1]:
            cv2.floodFill(small, mask, corner, 0, _STEP, _STEP, 4 | cv2.FLOODFILL_MASK_ONLY | 255 << 8)
    region = cv2.inRange(mask[1:-1, 1:-1], 255, 255)
    region = cv2.morphologyEx(region, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    region = cv2.GaussianBlur(cv2.dilate(region, np.ones((3, 3), np.uint8)), (0, 0), 0.8)
    height, width = photo.shape[:2]
    full = cv2.resize(region, (width, height), interpolation=cv2.INTER_LINEAR)
    return full.astype(np.float32) / np.float32(255)


def _blacks(photo: Field, unit: float) -> Field:
    """Return where the pen is laid aside for the brush: 1 in black, with sharpened borders."""
    value = brushes.largest(photo)
    near, far = brushes.softened(value, 0.5 * unit), brushes.softened(value, 2.2 * unit)
    return 1 - brushes.shares(56, 74, near + 0.7 * (near - far))


def _inside(blacks: Field, unit: float) -> Field:
    """Return where black lies on all sides: a line there is left white."""
    return brushes.shares(0.94, 0.99, brushes.softened(blacks, 1.5 * unit))


def _hatched(photo: Field, behind: Field, sway: Field, unit: float) -> Field:
    """Return hatching, 0 to 1: the darker a place, the wider its lines and the more their directions."""
    tone = brushes.softened(brushes.luminance(photo), 0.6 * unit) + _BACKGROUND_LIFT * behind
    height, width = tone.shape
    x = np.arange(width, dtype=np.float32) / np.float32(unit)
    y = np.arange(height, dtype=np.float32)[:, None] / np.float32(unit)
    hatched = np.zeros_like(tone)
    for light, dark, angle, spacing in _HATCHINGS:
        place = (x * math.cos(angle) + y * math.sin(angle) + 1.5 * sway) / spacing
        from_line = np.abs(place - np.round(place)) * (spacing * unit)
        half = brushes.shares(0, 1, (light - tone) / (light - dark)) * (0.21 * spacing * unit)
        started = brushes.shares(0, 0.3 * unit, half)
        np.maximum(hatched, np.clip(half + 0.5 - from_line, 0, 1) * started, out=hatched)
    return hatched
