"""The colours that people and things are drawn in: red, green, blue, 0 to 255."""

from collections.abc import Mapping
from typing import Final

RGB = tuple[float, float, float]

SKINS: Final[tuple[RGB, ...]] = (
    (255, 224, 196),
    (241, 194, 158),
    (224, 172, 125),
    (198, 134, 90),
    (150, 96, 62),
    (96, 60, 40),
    (255, 205, 180),
    (210, 160, 120),
)

HAIR: Final[Mapping[str, RGB]] = {
    "black": (28, 24, 24),
    "brown": (92, 58, 32),
    "blonde": (222, 186, 104),
    "red": (172, 70, 28),
    "gray": (160, 160, 164),
    "white": (228, 228, 226),
    "blue": (60, 90, 190),
    "pink": (226, 120, 170),
}

EYES: Final[Mapping[str, RGB]] = {
    "brown": (84, 50, 26),
    "blue": (70, 130, 200),
    "green": (70, 140, 80),
    "gray": (120, 130, 140),
    "hazel": (140, 104, 40),
}

THINGS: Final[Mapping[str, RGB]] = {
    "red": (196, 44, 44),
    "blue": (44, 84, 190),
    "green": (48, 140, 72),
    "yellow": (230, 200, 60),
    "white": (236, 236, 232),
    "black": (36, 36, 40),
    "purple": (124, 60, 160),
    "orange": (232, 130, 40),
    "gray": (130, 134, 138),
    "pink": (236, 150, 180),
}
