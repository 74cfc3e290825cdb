"""A cat's muzzle: nose, mouth and whiskers."""

from typing import Final

import numpy as np

from pocket.animal_canvas import AnimalBoard, Mark, ellipse, mirrored, rounded
from pocket.animal_coat import muzzle_colour
from pocket.canvas import SIDES

THROAT: Final = np.array([112.0, 38, 44])
TONGUE: Final = np.array([232.0, 122, 130])
_FANG: Final = (248, 246, 238)
_WHITE_WHISKERS: Final = (248, 247, 242)
_GRAY_WHISKERS: Final = (130, 124, 120)


def paint_cat_muzzle(board: AnimalBoard) -> None:
    """Paint the muzzle, its mouth open where the expression laughs or smiles."""
    muzzle, fur = board.animal.muzzle, muzzle_colour(board)
    wide, lift, y = muzzle.half_width, muzzle.length, muzzle.y
    chin = ellipse(0, y + 0.25 + 0.16 * board.opened, wide * 0.5, 0.14)
    board.paint_fur(board.at(chin, lift=lift * 0.5), fur * 0.96, rim=0.25, spread=0.12)
    if board.opened:
        _paint_open_mouth(board)
    for side in SIDES:
        lobe = ellipse(side * wide * 0.46, y + 0.04, wide * 0.56, 0.17, side * 0.12)
        board.paint_fur(board.at(lobe, lift=lift), fur * 1.03, rim=0.2, spread=0.16)
    _paint_lips(board, fur * 0.44)
    _paint_nose(board)


def paint_whiskers(board: AnimalBoard) -> None:
    """Paint the whiskers: white, or gray where white ones would not be seen."""
    muzzle = board.animal.muzzle
    is_pale = muzzle_colour(board).mean() > 170 and board.coat.mean() > 170
    along = np.linspace(0, 1, 8)
    for side in SIDES:
        for slope in (-0.16, 0.0, 0.15):
            x = muzzle.half_width * 0.62 + along * muzzle.whiskers
            y = muzzle.y + 0.06 + slope * 0.3 + slope * along * 1.2 + 0.1 * along**2
            hair = board.head.at(side * x, y, 0.5 - 0.2 * along)
            board.stroke(hair, _GRAY_WHISKERS if is_pale else _WHITE_WHISKERS, 0.014)


def _paint_open_mouth(board: AnimalBoard) -> None:
    y, lift = board.animal.muzzle.y, board.animal.muzzle.length
    low = y + 0.2 + 0.16 * board.opened
    mouth = rounded(mirrored([[0.17, y + 0.1], [0.13, low]]))
    fangs = [
        np.array([[side * 0.06, y + 0.1], [side * 0.13, y + 0.1], [side * 0.095, y + 0.22]]) for side in SIDES
    ]
    marks: list[Mark] = [
        (board.at(ellipse(0, low, 0.1, 0.09), lift=lift), TONGUE),
        *((board.at(fang, lift=lift), _FANG) for fang in fangs),
    ]
    board.paint_fur(board.at(mouth, lift=lift), THROAT, marks, rim=0.2, spread=0.1, soft=0)


def _paint_lips(board: AnimalBoard, line: np.ndarray) -> None:
    wide, lift, y = board.animal.muzzle.half_width, board.animal.muzzle.length, board.animal.muzzle.y
    along = np.linspace(0, 1, 9)
    for side in SIDES:
        lip = board.head.at(side * wide * 0.58 * along, y + 0.1 + 0.1 * np.sin(2.6 * along), lift=lift)
        board.stroke(lip, line, 0.03)
        for x, down in ((0.4, -0.02), (0.6, 0.03), (0.45, 0.08)):
            board.disc(board.head.at(side * wide * x, y + down, lift=lift), line, 0.018)
    board.stroke(board.head.at([0, 0], [y - 0.06, y + 0.11], lift=lift), line, 0.03)


def _paint_nose(board: AnimalBoard) -> None:
    muzzle = board.animal.muzzle
    half, y, lift, colour = (
        muzzle.nose_half_width,
        muzzle.y - 0.12,
        muzzle.length * 1.2,
        np.array(muzzle.nose),
    )
    tip = rounded(mirrored([[0, y - 0.085], [half, y - 0.05], [half * 0.4, y + 0.07], [0, y + 0.11]]), 2)
    shine = ellipse(-half * 0.2, y - 0.035, half * 0.3, 0.014)
    board.paint_fur(
        board.at(tip, lift=lift),
        colour,
        [(board.at(shine, lift=lift), colour * 0.6 + 100)],
        spread=0.06,
        soft=0,
    )
