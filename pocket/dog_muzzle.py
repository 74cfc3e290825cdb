"""A dog's muzzle: nose, mouth and tongue."""

import cv2
import numpy as np

from pocket.animal_canvas import AnimalBoard, Mark, ellipse, mirrored, rounded
from pocket.animal_coat import muzzle_colour
from pocket.canvas import SIDES, Points
from pocket.cat_muzzle import THROAT, TONGUE


def paint_dog_muzzle(board: AnimalBoard) -> None:
    """Paint the muzzle, its mouth open where the expression laughs or smiles."""
    muzzle, fur = board.animal.muzzle, muzzle_colour(board)
    if board.opened:
        _paint_open_mouth(board, fur)
    else:
        chin = ellipse(0, _lips(board) + 0.14, muzzle.half_width * 0.52, 0.14)
        board.paint_fur(board.at(chin, lift=muzzle.length * 0.5), fur * 0.84, spread=0.12)
    board.paint_fur(_snout(board), fur * 1.02, rim=0.32, spread=0.24)
    _paint_lips(board, fur * 0.4)
    _paint_nose(board)


def _lips(board: AnimalBoard) -> float:
    return board.animal.muzzle.y + 0.16


def _paint_open_mouth(board: AnimalBoard, fur: np.ndarray) -> None:
    """Paint the jaw and what lies upon it, from the outside inwards."""
    wide, lift, y = board.animal.muzzle.half_width, board.animal.muzzle.length, _lips(board)
    low = y + 0.3 * board.opened
    jaw = mirrored([[wide * 0.66, y], [wide * 0.5, low + 0.2], [0, low + 0.28]])
    board.paint_fur(board.at(rounded(jaw), lift=lift * 0.4), fur * 0.86, spread=0.16)
    mouth = mirrored([[wide * 0.58, y], [wide * 0.4, low + 0.1], [0, low + 0.17]])
    board.paint_fur(board.at(rounded(mouth), lift=lift * 0.5), THROAT, rim=0.2, spread=0.1)
    end = low + (0.42 if board.animal.hangs_tongue else 0.1)
    tongue = mirrored([[wide * 0.3, y + 0.05], [wide * 0.38, end - 0.12], [0, end + 0.06]])
    board.paint_fur(board.at(rounded(tongue), lift=lift * 0.55), TONGUE, spread=0.12)
    groove = board.head.at([0, 0], [y + 0.1, end - 0.14], lift=lift * 0.55)
    board.stroke(groove, TONGUE * 0.78, 0.025)


def _snout(board: AnimalBoard) -> Points:
    """Return the muzzle's outline in pixels: the hull of its root on the face and its tip before it."""
    muzzle = board.animal.muzzle
    root = board.at(ellipse(0, muzzle.y - 0.1, muzzle.half_width * 0.7, 0.34))
    tip = board.at(ellipse(0, muzzle.y + 0.06, muzzle.half_width, 0.26), lift=muzzle.length * 0.8)
    hull = cv2.convexHull(np.concatenate([root, tip]).astype(np.float32))
    return np.asarray(hull, np.float64).reshape(-1, 2)


def _paint_lips(board: AnimalBoard, line: np.ndarray) -> None:
    muzzle, y = board.animal.muzzle, _lips(board)
    wide, lift = muzzle.half_width, muzzle.length
    along = np.linspace(0, 1, 9)
    for side in SIDES:
        bend = y + 0.1 * np.sin(2.7 * along) - 0.02 * along
        board.stroke(board.head.at(side * wide * 0.74 * along, bend, lift=lift * 0.8), line, 0.035)
        for x, down in ((0.42, -0.06), (0.6, -0.02), (0.5, 0.03)):
            board.disc(board.head.at(side * wide * x, y + down, lift=lift * 0.7), line, 0.02)
    board.stroke(board.head.at([0, 0], [muzzle.y - 0.04, y + 0.01], lift=lift * 0.9), line, 0.035)


def _paint_nose(board: AnimalBoard) -> None:
    muzzle = board.animal.muzzle
    half, y, lift, colour = muzzle.nose_half_width, muzzle.y - 0.14, muzzle.length, np.array(muzzle.nose)
    tip = mirrored([[half * 0.5, y - 0.14], [half, y - 0.06], [half * 0.5, y + 0.1], [0, y + 0.15]])
    shine = ellipse(-half * 0.1, y - 0.085, half * 0.38, 0.025)
    holes = [ellipse(side * half * 0.42, y + 0.01, half * 0.17, 0.03, side * 0.5) for side in SIDES]
    marks: list[Mark] = [
        (board.at(shine, lift=lift), colour * 0.6 + 105),
        *((board.at(hole, lift=lift), colour * 0.3) for hole in holes),
    ]
    board.paint_fur(board.at(rounded(tip), lift=lift), colour, marks, rim=0.25, spread=0.08, soft=0)
