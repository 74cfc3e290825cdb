"""What goes wrong with photos, on demand: each is a pure function of a picture, or of people and scenes.

More of it: `filters` has what apps do to a picture, `covers` what hides a face, `company` a second person.
"""

import math
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from pocket.canvas import Pixels
from pocket.drawing import Drawing, draw, draw_background
from pocket.people import Person
from pocket.scenes import Scene, make_scene

# Warm and faded, rows give red, green and blue: what phone filters do.
_SEPIA: Final = np.array([[0.60, 0.45, 0.12], [0.42, 0.44, 0.10], [0.32, 0.36, 0.16]], np.float32)
_MAT: Final = (128, 128, 128)


def blurred(pixels: Pixels, strength: float = 1.0) -> Pixels:
    """Return the picture out of focus; at strength 1 by an eightieth of its width."""
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), strength * pixels.shape[1] / 80), np.uint8)


def motion_blurred(pixels: Pixels, strength: float = 1.0, angle: float = 0.3) -> Pixels:
    """Return the picture smeared along a straight path, as by a moving hand.

    At strength 1 the path is a tenth of the width long; `angle` is in radians, 0 is level.
    """
    length = max(1.0, strength * pixels.shape[1] / 10)
    side = 2 * math.ceil(length / 2) + 1
    kernel = np.zeros((side, side), np.float32)
    middle = np.array((side // 2, side // 2))
    reach = length / 2 * np.array((math.cos(angle), math.sin(angle)))
    start, end = (np.round(16 * (middle + sign * reach)).astype(int) for sign in (-1, 1))
    cv2.line(kernel, tuple(start.tolist()), tuple(end.tolist()), (1.0,), 1, cv2.LINE_8, 4)
    smeared = cv2.filter2D(pixels, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(smeared, np.uint8)


def noisy(pixels: Pixels, seed: int, levels: float = 45.0) -> Pixels:
    """Return the picture with the grain of a dark room, `levels` grey levels of standard deviation."""
    grain = np.random.default_rng(seed).normal(0, levels, pixels.shape)
    return _picture(pixels + grain)


def too_dark(pixels: Pixels, left: float = 0.12) -> Pixels:
    """Return the picture with only a share of its light left."""
    return _picture(pixels * left)


def blown_out(pixels: Pixels, gain: float = 3.5) -> Pixels:
    """Return the picture overexposed: most of it is white."""
    return _picture(pixels.astype(np.float32) * gain + 40)


def tiny(pixels: Pixels, side: int = 48) -> Pixels:
    """Return a thumbnail of the picture, `side` pixels wide."""
    return np.asarray(cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def filtered(pixels: Pixels) -> Pixels:
    """Return the picture as a phone's filter leaves it: smooth skin, sepia, few tones, dark corners."""
    side = pixels.shape[0]
    smooth = cv2.medianBlur(pixels, 2 * (side // 50) + 1).astype(np.float32)
    toned = np.round(np.clip(smooth @ _SEPIA.T, 0, 255) / 51) * 51
    down, across = np.indices(pixels.shape[:2]) / (side / 2) - 1
    return _picture(toned * (1 - 0.35 * np.clip(down**2 + across**2, 0, 2))[..., None])


def occluded(drawing: Drawing, share: float = 0.5, colour: tuple[int, int, int] = (40, 40, 44)) -> Pixels:
    """Return the picture with a bar over the eyes' half of the face, `share` of its height."""
    left, top, right, bottom = (float(edge) for edge in drawing.box)
    height = bottom - top
    middle = float(drawing.landmarks[:3, 1].mean())
    margin = 0.15 * (right - left)
    pixels = drawing.pixels.copy()
    corners = [
        (round(left - margin), round(middle - share * height / 2)),
        (round(right + margin), round(middle + share * height / 2)),
    ]
    cv2.rectangle(pixels, corners[0], corners[1], colour, -1)
    return pixels


def cut_off(drawing: Drawing, seen: float = 0.5) -> Pixels:
    """Return the picture slid aside so far that only a share of the face's width is left in it."""
    side = drawing.pixels.shape[1]
    left, right = float(drawing.box[0]), float(drawing.box[2])
    shift = round(side - left - seen * (right - left))
    moved = np.empty_like(drawing.pixels)
    moved[:, shift:] = drawing.pixels[:, : side - shift]
    moved[:, :shift] = drawing.pixels[:, :1]
    return moved


def several(people: Sequence[Person], scene_seed: int, size: int = 128) -> Pixels:
    """Draw two to four people side by side in one picture, everybody's face whole."""
    if not 2 <= len(people) <= 4:
        raise ValueError(f"a group has two to four people, not {len(people)}")
    cell = size // 2
    picture = np.full((size, size, 3), _MAT, np.uint8)
    top_of_pair = (size - cell) // 2
    for place, person in enumerate(people):
        scene = make_scene(scene_seed + place, hardness=0.5, noise=0.0, blur=0.0)
        top = top_of_pair if len(people) == 2 else (place // 2) * cell
        left = (place % 2) * cell
        picture[top : top + cell, left : left + cell] = draw(person, scene, cell).pixels
    return picture


def nobody(scene: Scene, size: int = 128) -> Pixels:
    """Draw the scene's background with nobody in front of it."""
    return draw_background(scene, size)


def _picture(values: np.ndarray) -> Pixels:
    return np.asarray(np.clip(values, 0, 255), np.uint8)
