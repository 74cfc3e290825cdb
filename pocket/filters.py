"""What phones and light-hearted apps do to a picture: filters by name, each a pure function of it."""

from collections.abc import Callable, Mapping
from typing import Final, Literal, get_args

import cv2
import numpy as np

from pocket.canvas import Pixels

Filter = Literal["sepia", "smooth skin", "cold vignette", "monochrome", "neon", "pixelated"]
FILTERS: Final[tuple[Filter, ...]] = get_args(Filter)

_SEPIA: Final = np.array([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]], np.float32)
_COLD: Final = np.array((0.78, 0.95, 1.22), np.float32)


def with_filter(pixels: Pixels, name: Filter, strength: float = 1.0) -> Pixels:
    """Return the picture (height, width, 3) under a filter; `strength` 0 leaves it as it is, 1 is all of it.

    Raises `ValueError` for a filter that is none of `FILTERS`.
    """
    if name not in _FILTERS:
        raise ValueError(f"no filter is called {name!r}; there are {', '.join(FILTERS)}")
    photo = pixels.astype(np.float32)
    changed = photo + strength * (_FILTERS[name](pixels) - photo)
    return np.asarray(np.clip(changed, 0, 255), np.uint8)


def _sepia(pixels: Pixels) -> np.ndarray:
    return np.asarray(pixels.astype(np.float32) @ _SEPIA.T)


def _smooth_skin(pixels: Pixels) -> np.ndarray:
    """Wax the skin and lighten it, as beauty filters do: freckles, moles and wrinkles are gone."""
    reach = pixels.shape[1] / 128
    smooth = cv2.medianBlur(pixels, 2 * round(2 * reach) + 1)
    smooth = cv2.bilateralFilter(smooth, 2 * round(3 * reach) + 1, 60, 3 * reach)
    glow = cv2.GaussianBlur(smooth, (0, 0), 4 * reach).astype(np.float32)
    light = smooth.astype(np.float32)
    return np.asarray(255 - (255 - light) * (1 - 0.22 * glow / 255))


def _cold_vignette(pixels: Pixels) -> np.ndarray:
    height, width = pixels.shape[:2]
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    across = np.linspace(-1, 1, width, dtype=np.float32)
    corners = np.clip(down**2 + across**2 - 0.35, 0, 1.4)[..., None]
    return np.asarray(pixels * _COLD * (1 - 0.6 * corners))


def _monochrome(pixels: Pixels) -> np.ndarray:
    """Grey and hard: contrast as of a copying machine."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.repeat((128 + 1.6 * (grey - 120))[..., None], 3, 2)


def _neon(pixels: Pixels) -> np.ndarray:
    """Turn hues by a third and make them shine."""
    hsv = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0] + 240) % 360
    hsv[..., 1] = np.clip(1.6 * hsv[..., 1] + 0.1, 0, 1)
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB) * 255)


def _pixelated(pixels: Pixels) -> np.ndarray:
    height, width = pixels.shape[:2]
    few = cv2.resize(pixels, (20, max(1, round(20 * height / width))), interpolation=cv2.INTER_AREA)
    return cv2.resize(few, (width, height), interpolation=cv2.INTER_NEAREST).astype(np.float32)


_FILTERS: Final[Mapping[str, Callable[[Pixels], np.ndarray]]] = {
    "sepia": _sepia,
    "smooth skin": _smooth_skin,
    "cold vignette": _cold_vignette,
    "monochrome": _monochrome,
    "neon": _neon,
    "pixelated": _pixelated,
}
