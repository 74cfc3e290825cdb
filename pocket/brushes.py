"""What the looks share: a scale in which a picture is 128 wide, slow random fields, lines along edges."""

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from pocket.canvas import Pixels

Field = NDArray[np.floating]

# The width at which a length of 1 is a pixel; also the least width at which a look is made.
BASE_SIDE: Final = 128
# The brightest things of a photo are taken to be this bright, within what exposure explains.
_WHITE: Final = 225.0
_EXPOSURE: Final = (0.85, 1.7)


def scale_of(pixels: Pixels) -> float:
    """Return how many pixels a length of 1 takes: the shorter side is 128 long."""
    height, width = pixels.shape[:2]
    return float(min(height, width) / BASE_SIDE)


def at_least_base(pixels: Pixels) -> Pixels:
    """Return the picture, enlarged where a side is shorter than 128 pixels."""
    shrink = scale_of(pixels)
    if shrink >= 1:
        return pixels
    height, width = (round(side / shrink) for side in pixels.shape[:2])
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def at_size_of(pixels: Pixels, original: Pixels) -> Pixels:
    """Return the picture shrunk to the size of the original."""
    if pixels.shape == original.shape:
        return pixels
    height, width = original.shape[:2]
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def softened(picture: Field, length: float) -> Field:
    """Return the picture blurred by a Gaussian of this many pixels."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), max(length, 0.3)), np.float32)


def slow_field(random: np.random.Generator, shape: tuple[int, int], cells: int) -> Field:
    """Return a smooth random field from -1 to 1 of this shape, `cells` across; the same at every size."""
    coarse = random.random((cells, cells), np.float32) * 2 - 1
    kind = cv2.INTER_CUBIC if cells < min(shape) else cv2.INTER_AREA
    return np.asarray(cv2.resize(coarse, (shape[1], shape[0]), interpolation=kind), np.float32)


def wavered(picture: Field, across: Field, down: Field) -> Field:
    """Return the picture with every pixel taken from so far across and down."""
    height, width = picture.shape[:2]
    x = across + np.arange(width, dtype=np.float32)
    y = down + np.arange(height, dtype=np.float32)[:, None]
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def edge_strength(picture: Field, width: float) -> Field:
    """Return how steeply any of the three colours changes, for edges `width` pixels wide.

    A clean step between two colours gives their difference, whatever the width.
    """
    smooth = softened(picture, width)
    steepest = np.square(cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8))
    steepest += np.square(cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8))
    # A step of 1 under a Gaussian rises by 1 / (sqrt(2 pi) sigma) a pixel.
    return np.asarray(np.sqrt(largest(steepest)) * (2.5066 * max(width, 0.6)), np.float32)


def contours(strength: Field, reach: float, least: float, weight: Field | float) -> Field:
    """Return lines of even weight, 0 to 1, along the ridges of an edge strength.

    Each ridge is measured against the highest one within `reach` pixels, so that faint and strong edges give
    lines of one width: a soft threshold in the manner of XDoG (Winnemoeller et al., 2012), of the gradient
    rather than of a difference of Gaussians, because colours of one brightness must be told apart, too.
    Edges well below `least` levels give none; `weight` 0 to 1 is how much of a ridge is inked.
    """
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(reach) + 1, 2 * round(reach) + 1))
    ridge = strength / (cv2.dilate(strength, kernel) + 1)
    # A ridge is wide in a large picture; its line's border stays about a pixel soft.
    line = np.clip((ridge - 1 + weight) * (2 * reach) + 0.5, 0, 1)
    return np.asarray(line * np.clip((strength - 0.75 * least) / (0.5 * least), 0, 1), np.float32)


def luminance(picture: Field) -> Field:
    """Return the brightness of each pixel, 0 to 255."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.float32)


def exposed(pixels: Pixels) -> Field:
    """Return the photo as if its light had been right."""
    photo = pixels.astype(np.float32)
    white = float(np.percentile(largest(photo[::4, ::4]), 97))
    return photo * np.float32(np.clip(_WHITE / max(white, 1), *_EXPOSURE))


def vivid(colours: Field, times: float) -> Field:
    """Return colours (..., 3) so many times as far from grey, 0 to 255."""
    grey = colours.mean(-1, keepdims=True)
    return np.asarray(np.clip(grey + (colours - grey) * times, 0, 255), np.float32)


def largest(picture: NDArray[np.generic]) -> Any:
    """Return the largest of each pixel's three channels; many times faster than `max` along the last axis."""
    return np.maximum(np.maximum(picture[..., 0], picture[..., 1]), picture[..., 2])


def shares(low: float, high: float, values: Field) -> Field:
    """Return 0 where a value is at most `low`, 1 where it is at least `high`, and straight between."""
    return np.asarray(np.clip((values - low) / (high - low), 0, 1), np.float32)


def picture(values: NDArray[np.floating]) -> Pixels:
    """Return values as pixels."""
    return np.asarray(np.clip(values + 0.5, 0, 255), np.uint8)
