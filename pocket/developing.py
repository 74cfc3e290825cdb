"""From painting to photo: what the camera adds."""

import math
from typing import Final

import cv2
import numpy as np

from pocket.canvas import Pixels
from pocket.scenes import Scene

# A picture is painted this many times as wide as it is shown.
SUPERSAMPLING: Final = 2


def developed(pixels: Pixels, scene: Scene, size: int, random: np.random.Generator) -> Pixels:
    """Return the painting shrunk to its size, with the scene's light, colour cast, blur and noise."""
    photo = cv2.resize(pixels, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32)
    down, across = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j].astype(np.float32)
    fall = across * math.cos(scene.light_from) + down * math.sin(scene.light_from)
    photo = photo * (scene.light * (1 + scene.light_fall * fall))[..., None]
    photo = photo * (1 + np.asarray(scene.tint, np.float32))
    if scene.blur:
        photo = cv2.GaussianBlur(photo, (0, 0), scene.blur * size / 128).astype(np.float32)
    if scene.noise:
        photo = photo + random.normal(0, scene.noise, photo.shape).astype(np.float32)
    return np.asarray(np.clip(photo, 0, 255), np.uint8)
