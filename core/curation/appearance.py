"""How well a picture was taken, as numbers: blur, noise, light."""

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from core.artifacts import Pixels

_LUMA: Final = np.array([[0.299, 0.587, 0.114]], np.float32)  # ITU-R BT.601
_REBLUR: Final = 9
_CALM_BLOCKS: Final = 25.0
_BLOCK: Final = 16
_MAD_TO_DEVIATION: Final = 0.6745
_CLIPPED: Final = 250
_FEW_PIXELS: Final = 64
_TONES: Final = 16


@dataclass(frozen=True)
class Light:
    """The light on a part of a picture, in grey levels; `clipped` is the share with a channel at its end."""

    mean: float
    deviation: float
    lowest: float  # 1st percentile
    highest: float  # 98th percentile
    clipped: float

    @property
    def range(self) -> float:
        """How far the darkest spots are from the brightest."""
        return self.highest - self.lowest


def luma(pixels: Pixels) -> NDArray[np.float32]:
    """Return the brightness of every pixel, 0 to 255."""
    return np.asarray(cv2.transform(pixels.astype(np.float32), _LUMA), np.float32)


def resized(pixels: Pixels, width: int, height: int) -> Pixels:
    """Return the picture at another size: averaged where it shrinks, Lanczos where it grows."""
    shrinks = width <= pixels.shape[1] and height <= pixels.shape[0]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LANCZOS4
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=how), np.uint8)


def blur(pixels: Pixels) -> float:
    """Return how little another blur would change the picture, 0 (sharp) to 1, whatever its contrast.

    After Crété-Roffet et al., The blur effect, 2007. A picture of one colour has no edge to be sharp: 1.
    """
    grey = luma(pixels)
    kept = []
    for axis, kernel in ((0, (1, _REBLUR)), (1, (_REBLUR, 1))):
        sharp = np.abs(np.diff(grey, axis=axis))
        soft = np.abs(np.diff(cv2.blur(grey, kernel), axis=axis))
        lost = np.maximum(0, sharp - soft).sum()
        kept.append(1 - float(lost) / float(sharp.sum()) if sharp.sum() > 0 else 1.0)
    return max(kept)


def blur_limit(side: int) -> float:
    """Return the largest blur that still counts as sharp for a face, or a picture, seen `side` pixels wide.

    The larger a sharp photo is shown, the softer its pixels. Drawn faces (photos 1024 px wide): sharp ones stay
    below 0.34 at 64 px (636 photos) and 0.36 at 256 px (90); those out of focus by an eightieth of the width
    begin at 0.36 and 0.72. A few sharp photographs measure 0.24 to 0.37 at 64 px and 0.26 to 0.45 at 256 px;
    blurred by 1.7 pixels at 256 px, 0.71. (The variance of the Laplacian of real faces at 256 px, sharp 115 and
    more, blurred by one pixel 30, wants another limit for every size and contrast.)
    """
    return 0.36 + 0.07 * math.log2(side / 64)


def noise(pixels: Pixels) -> float:
    """Return the standard deviation of the grain in the calmest quarter of a picture, in grey levels.

    The median absolute diagonal detail of blocks (Donoho and Johnstone, 1994), so that edges do not count.
    """
    grey = luma(pixels)
    height, width = (edge // (2 * _BLOCK) * (2 * _BLOCK) for edge in grey.shape)
    if not height or not width:
        return 0.0
    grey = grey[:height, :width]
    detail = np.abs(grey[::2, ::2] - grey[1::2, ::2] - grey[::2, 1::2] + grey[1::2, 1::2]) / 2
    blocks = detail.reshape(height // (2 * _BLOCK), _BLOCK, width // (2 * _BLOCK), _BLOCK)
    medians = np.median(blocks.transpose(0, 2, 1, 3).reshape(-1, _BLOCK * _BLOCK), axis=1)
    return float(np.percentile(medians, _CALM_BLOCKS)) / _MAD_TO_DEVIATION


def light(pixels: Pixels) -> Light:
    """Measure the light on a part of a picture."""
    grey = luma(pixels)
    return Light(
        mean=float(grey.mean()),
        deviation=float(grey.std()),
        lowest=float(np.percentile(grey, 1)),
        highest=float(np.percentile(grey, 98)),
        clipped=float((pixels.max(axis=2) >= _CLIPPED).mean()),
    )


def hues(pixels: Pixels) -> float:
    """Return how much the colours of a picture differ where it is equally bright, in grey levels.

    Next to nothing in a picture of one tone, whatever the tone: black and white, sepia, a filter's blue.
    """
    small = resized(pixels, _FEW_PIXELS, _FEW_PIXELS)
    bright, red, blue = (
        channel.ravel().astype(np.float64) for channel in cv2.split(cv2.cvtColor(small, cv2.COLOR_RGB2YCrCb))
    )
    tone = np.minimum(bright * _TONES / 256, _TONES - 1).astype(np.intp)
    count = np.maximum(np.bincount(tone, minlength=_TONES), 1)
    spread = 0.0
    for chroma in (red, blue):
        usual = np.bincount(tone, chroma, _TONES) / count
        spread += float(((chroma - usual[tone]) ** 2).mean())
    return math.sqrt(spread)
