"""What the intake makes of a picture, looked at by its colours."""

import numpy as np
from PIL import Image

from core.intake import Intake


def shown(intake: Intake, data: bytes) -> list[int]:
    """The colour in the middle."""
    pixels = intake.open(data).pixels
    return [int(value) for value in pixels[pixels.shape[0] // 2, pixels.shape[1] // 2]]


def near(found: list[int], wanted: list[int] | tuple[int, ...], most: int = 3) -> bool:
    return bool(np.abs(np.array(found) - wanted).max() <= most)


def plain(colour: tuple[int, ...], mode: str = "RGB") -> Image.Image:
    return Image.new(mode, (16, 16), colour if len(colour) > 1 else colour[0])
