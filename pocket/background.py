"""What stands behind the person."""

import cv2
import numpy as np

from pocket import palette
from pocket.canvas import Pixels
from pocket.places import paint_place
from pocket.scenes import Scene


def paint_background(scene: Scene, side: int, random: np.random.Generator) -> Pixels:
    """Return a picture (side, side, 3) of the scene's place or backdrop alone."""
    if scene.place is not None:
        return paint_place(scene.place, scene.seed, side)
    pixels = np.empty((side, side, 3), np.uint8)
    colour = np.array(palette.THINGS[scene.background], np.float32)
    pixels[:] = colour
    match scene.backdrop:
        case "gradient":
            down = np.linspace(0, 1, side, dtype=np.float32)[:, None, None]
            pixels[:] = colour * (1 - down) + np.array(scene.accent) * down
        case "boxes":
            _paint_boxes(pixels, scene, random)
        case "bokeh":
            pixels = _paint_bokeh(pixels, scene, random)
        case "plain":
            pass
    return pixels


def _paint_boxes(pixels: Pixels, scene: Scene, random: np.random.Generator) -> None:
    for _ in range(5):
        left, top, width, height = random.uniform(0, pixels.shape[0], 4)
        corner = int(left + width * 0.4), int(top + height * 0.4)
        cv2.rectangle(pixels, (int(left), int(top)), corner, _shade(scene, random, 10), -1)


def _paint_bokeh(pixels: Pixels, scene: Scene, random: np.random.Generator) -> Pixels:
    side = pixels.shape[0]
    for _ in range(7):
        centre = int(random.uniform(0, side)), int(random.uniform(0, side))
        radius = int(random.uniform(0.03, 0.16) * side)
        cv2.circle(pixels, centre, radius, _shade(scene, random, 14), -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), side * 0.02), np.uint8)


def _shade(scene: Scene, random: np.random.Generator, spread: float) -> tuple[float, ...]:
    shade = np.clip(np.array(scene.accent) + random.normal(0, spread, 3), 0, 255)
    return tuple(float(channel) for channel in shade)
