"""Chest, collar, ears and the head itself, up to but not including the features of the face."""

from typing import Final

import numpy as np

from pocket import palette
from pocket.animal_canvas import AnimalBoard, ellipse, rounded, tapered, tufted
from pocket.animal_coat import chest_marks, ear_colour, head_marks
from pocket.canvas import SIDES, Points

_INNER_EAR: Final = np.array([226.0, 158, 150])
_GOLD: Final = np.array([226.0, 186, 70])


def paint_chest(board: AnimalBoard) -> None:
    """Paint neck and shoulders, with a ruff where the fur is long."""
    y = np.concatenate([np.linspace(0.4, 2.8, 25), [6.0]])
    rise = np.clip((y - 0.8) / 1.3, 0, 1)
    half = _neck(board) + (board.animal.build.chest - _neck(board)) * rise**1.4 * (2.4 - 1.4 * rise)
    if board.animal.coat.fluffy:
        # Locks of fur, each hanging from the one before.
        lock = np.arange(26) % 3 == 1
        half = half + np.where(lock, 0.09 + 0.035 * np.sin(np.arange(26) * 2.3), 0.0)
        y = y + np.where(lock, 0.09, 0.0)
    outline = board.head.below(np.concatenate([half, -half[::-1]]), np.concatenate([y, y[::-1]]))
    board.paint_fur(outline, board.coat * 0.95, chest_marks(board), light=(0.78, 1.02))


def paint_collar(board: AnimalBoard) -> None:
    """Paint the collar around the neck, if one is worn, and its tag."""
    collar = board.animal.collar
    if collar.colour is None:
        return
    half = _neck(board) * (1.2 if board.animal.coat.fluffy else 1.14)
    x = np.linspace(-half, half, 15)
    sag = 0.98 + 0.16 * (1 - (x / half) ** 2)
    band = board.head.below(np.concatenate([x, x[::-1]]), np.concatenate([sag - 0.085, (sag + 0.085)[::-1]]))
    board.paint_fur(band, palette.THINGS[collar.colour], rim=0.25, spread=0.1, soft=0)
    if collar.has_tag:
        board.paint_fur(board.below(ellipse(0, 1.3, 0.12, 0.12)), _GOLD, rim=0.4, spread=0.1, soft=0)


def paint_ears_behind(board: AnimalBoard) -> None:
    """Paint the ears that stand up behind the head."""
    for side in SIDES:
        match board.animal.ears.shape:
            case "floppy":
                if _is_far(board, side):
                    _paint_floppy(board, side)
            case "folded":
                _paint_folded(board, side)
            case _:
                _paint_upright(board, side)


def paint_ears_in_front(board: AnimalBoard) -> None:
    """Paint the ears that hang over the head's sides."""
    if board.animal.ears.shape == "floppy":
        for side in SIDES:
            if not _is_far(board, side):
                _paint_floppy(board, side)


def paint_head(board: AnimalBoard) -> None:
    """Paint the head's fur with its pattern."""
    soft = 0.13 if board.animal.coat.pattern == "pointed" else 0.02
    outline = board.at(_outline(board), 0.0)
    board.paint_fur(outline, board.coat, head_marks(board), soft=soft)


def _is_far(board: AnimalBoard, side: int) -> bool:
    """Whether the head is turned so far that its ear on this side is hidden behind it."""
    return side * board.head.yaw > 0.12


def _neck(board: AnimalBoard) -> float:
    return board.animal.build.half_width * (0.66 if board.animal.is_cat else 0.74)


def _outline(board: AnimalBoard) -> Points:
    """Return the head's outline: broad at the cheeks for a cat, narrowing to the muzzle for a dog."""
    build, is_cat = board.animal.build, board.animal.is_cat
    angle = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    power = 2 / 2.3
    x = build.half_width * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power
    y = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** power
    lower = np.clip(y, 0, 1)
    x = x * (1 + 0.05 * lower * build.cheeks if is_cat else 1 - 0.3 * lower**1.5)
    y = y * np.where(y > 0, build.bottom, build.top)
    cheek = np.exp(-(((np.abs(np.sin(angle)) - 0.5) / 0.3) ** 2)) * (np.sin(angle) > 0)
    fluff = 0.12 if board.animal.coat.fluffy else 0.045 if is_cat else 0.0
    thin = 0.03 if board.animal.coat.fluffy else 0.0
    return tufted(np.stack([x, y], 1), fluff * cheek + thin)


def _paint_upright(board: AnimalBoard, side: int) -> None:
    ears, half = board.animal.ears, board.animal.build.half_width
    inner, outer = (0.2, 1.0) if board.animal.is_cat else (0.16, 0.96)
    height = 1.0 + ears.size * (1.0 if board.animal.is_cat else 0.8)
    tip = np.array([half * 0.72 + ears.spread, -height])
    corners = np.array(
        [
            [half * inner, -0.66],
            [half * (inner + 0.14) + ears.lean, -0.5 - height * 0.32],
            tip,
            tip,
            [half * outer + ears.lean * 0.5, -0.36 - height * 0.24],
            [half * outer, -0.1],
            [half * 0.5, -0.1],
        ]
    )
    middle = np.array([half * 0.64, -0.5])
    outline = board.at((rounded(corners, 2) * [side, 1]), -0.08)
    within = rounded(middle + (corners - middle) * [0.62, 0.72], 2)
    colour = ear_colour(board, side)
    inside = _INNER_EAR * 0.6 + colour * 0.4 if colour.mean() > 90 else _INNER_EAR * 0.42 + colour * 0.4
    board.paint_fur(outline, colour * 0.94, [(board.at((within * [side, 1]), -0.08), inside)], spread=0.14)
    for start, end in ((0.36, 0.62), (0.46, 0.72)):
        tuft = tapered([[half * start, -0.62], [half * (start + end) / 2, -0.76], [half * end, -0.92]], 0.07)
        board.fill(board.at((tuft * [side, 1]), -0.08), colour * 1.08)


def _paint_floppy(board: AnimalBoard, side: int) -> None:
    ears, half = board.animal.ears, board.animal.build.half_width
    low, out = 0.18 + ears.size, half + 0.2 + ears.spread
    corners = np.array(
        [
            [half * 0.46, -0.82],
            [half * 0.9, -0.86],
            [out, -0.4],
            [out + 0.08, 0.1],
            [out + 0.02, low + 0.2],
            [out - 0.3, low + 0.22],
            [half * 0.78, low - 0.1],
            [half * 0.82, -0.25],
        ]
    )
    outline = board.at((rounded(corners) * [side, 1]), -0.05)
    board.paint_fur(outline, ear_colour(board, side) * 0.84, rim=0.4, spread=0.2)


def _paint_folded(board: AnimalBoard, side: int) -> None:
    """Paint an ear that stands up at its root and whose tip falls forward."""
    ears, half = board.animal.ears, board.animal.build.half_width
    top = -0.98 - ears.size * 0.45
    out = half * 1.02 + ears.spread
    colour = ear_colour(board, side)
    root = rounded(
        [[half * 0.2, -0.6], [half * 0.36, top], [out, top], [half * 1.02, -0.3], [half * 0.5, -0.2]], 2
    )
    board.paint_fur(board.at((root * [side, 1]), -0.08), colour * 0.8, spread=0.14)
    tip = [out + 0.14 + ears.lean, top + 0.62]
    flap = rounded(
        [
            [half * 0.3, top + 0.02],
            [out - 0.1, top - 0.06],
            [out + 0.16, top + 0.18],
            tip,
            tip,
            [half * 0.66, top + 0.36],
        ],
        2,
    )
    board.paint_fur(board.at((flap * [side, 1]), 0.0), colour * 0.98, rim=0.4, spread=0.16)
