"""Eyes, muzzle, nose, mouth and whiskers of an animal."""

import cv2
import numpy as np

from pocket.animal_canvas import AnimalBoard, Mark, ellipse, rounded
from pocket.animal_coat import muzzle_colour
from pocket.canvas import COS, SIDES, SIN, Points

_PUPIL = (16, 13, 15)
_GLINT = (255, 255, 255)
_THROAT = np.array([112.0, 38, 44])
_TONGUE = np.array([232.0, 122, 130])
_FANG = (248, 246, 238)
_ALONG = np.linspace(-1, 1, 15)
# Below this opening an eye is shut.
SHUT = 0.4


def paint_animal_eyes(board: AnimalBoard) -> None:
    """Paint both eyes, with slit pupils for a cat and round ones for a dog."""
    for side in SIDES:
        _paint_eye(board, side)


def paint_muzzle(board: AnimalBoard) -> None:
    """Paint the muzzle with nose and mouth, open where the expression laughs or smiles."""
    if board.animal.is_cat:
        _paint_cat_muzzle(board)
    else:
        _paint_dog_muzzle(board)


def paint_whiskers(board: AnimalBoard) -> None:
    """Paint a cat's whiskers."""
    muzzle = board.animal.muzzle
    is_pale = np.mean(np.asarray(muzzle_colour(board))) > 170 and np.mean(board.coat) > 170
    colour = (130, 124, 120) if is_pale else (248, 247, 242)
    along = np.linspace(0, 1, 8)
    for side in SIDES:
        for slope in (-0.16, 0.0, 0.15):
            x = muzzle.half_width * 0.62 + along * muzzle.whiskers
            y = muzzle.y + 0.06 + slope * 0.3 + slope * along * 1.2 + 0.1 * along**2
            board.stroke(board.head.at(side * x, y, 0.5 - 0.2 * along), colour, 0.014)


def _paint_eye(board: AnimalBoard, side: int) -> None:
    eyes, scene, is_cat = board.animal.eyes, board.scene, board.animal.is_cat
    wide = eyes.half_width
    x, y = side * eyes.x * board.animal.build.half_width, eyes.y
    tilt = -side * eyes.tilt * 0.5
    dark = np.asarray(board.line if board.coat.mean() > 90 else board.coat * 0.45)
    if scene.openness < SHUT:
        lid = np.stack([_ALONG * wide, 0.09 * (1 - _ALONG**2)], 1)
        board.stroke(
            board.head.at(x + lid[:, 0], y + lid[:, 1]),
            dark if board.coat.mean() > 90 else (120, 112, 112),
            0.05,
        )
        return
    opening = min(1.1, scene.openness) * {"surprised": 1.12, "laughing": 0.82, "sad": 0.85}.get(
        scene.expression, 1
    )
    high = wide * eyes.openness * opening
    if is_cat:
        bulge = 1 - np.abs(_ALONG) ** 2.2
        shape = np.concatenate(
            [
                np.stack([_ALONG * wide, -high * bulge], 1),
                np.stack([_ALONG * wide, high * 0.86 * bulge], 1)[::-1],
            ]
        )
    else:
        shape = np.stack([wide * COS, high * SIN], 1)
    turn = np.array([[np.cos(tilt), np.sin(tilt)], [-np.sin(tilt), np.cos(tilt)]])
    shape = shape @ turn
    ring = np.array([60.0, 54, 56]) if board.coat.mean() < 90 else dark * 0.7
    board.paint_fur(board.head.at(x + shape[:, 0] * 1.18, y + shape[:, 1] * 1.2 - 0.01), ring, rim=0, soft=0)
    look_x = x + scene.gaze_x * wide * (0.3 if is_cat else 0.25)
    look_y = y + scene.gaze_y * high * 0.4
    iris = np.array(eyes.rgb)
    radius = wide * (0.98 if is_cat else 0.84)
    round_iris = ellipse(look_x, look_y, radius, radius)
    inner = ellipse(look_x, look_y + 0.25 * radius, radius * 0.72, radius * 0.6)
    if is_cat:
        pupil = ellipse(look_x, look_y, radius * eyes.pupil * 0.72, max(high * 1.02, 0.02), tilt * 0.3)
    else:
        pupil = ellipse(look_x, look_y, radius * eyes.pupil, radius * eyes.pupil)
    glint = ellipse(look_x - wide * 0.3, look_y - high * 0.4, wide * 0.15, wide * 0.15)
    small = ellipse(look_x + wide * 0.24, look_y + high * 0.34, wide * 0.08, wide * 0.08)
    white = iris * 0.7 if is_cat else np.array([232.0, 226, 216])
    marks: list[Mark] = [
        (board.at(round_iris), iris),
        (board.at(inner), iris * 1.22 + 8),
        (board.at(pupil), _PUPIL),
        (board.at(glint), _GLINT),
        (board.at(small), iris * 0.3 + 170),
    ]
    board.paint_fur(
        board.head.at(x + shape[:, 0], y + shape[:, 1]),
        white,
        marks,
        rim=0.3,
        spread=wide * 0.5,
        soft=0,
        light=(0.92, 1.05),
    )


def _paint_cat_muzzle(board: AnimalBoard) -> None:
    muzzle, opened = board.animal.muzzle, board.opened * min(1.0, board.scene.intensity)
    fur = np.asarray(muzzle_colour(board), np.float64)
    line = fur * 0.45 if fur.mean() > 90 else fur * 0.42
    wide, lift, y = muzzle.half_width, muzzle.length, muzzle.y
    chin = ellipse(0, y + 0.25 + 0.16 * opened, wide * 0.5, 0.14)
    board.paint_fur(board.at(chin, lift=lift * 0.5), fur * 0.96, rim=0.25, spread=0.12)
    if opened:
        mouth = rounded(
            [
                [-0.17, y + 0.1],
                [0.17, y + 0.1],
                [0.13, y + 0.2 + 0.16 * opened],
                [-0.13, y + 0.2 + 0.16 * opened],
            ]
        )
        tongue = ellipse(0, y + 0.2 + 0.16 * opened, 0.1, 0.09)
        fangs = [
            np.array([[side * 0.06, y + 0.1], [side * 0.13, y + 0.1], [side * 0.095, y + 0.22]])
            for side in SIDES
        ]
        marks: list[Mark] = [
            (board.at(tongue, lift=lift), _TONGUE),
            *((board.at(fang, lift=lift), _FANG) for fang in fangs),
        ]
        board.paint_fur(board.at(mouth, lift=lift), _THROAT, marks, rim=0.2, spread=0.1, soft=0)
    for side in SIDES:
        lobe = ellipse(side * wide * 0.46, y + 0.04, wide * 0.56, 0.17, side * 0.12)
        board.paint_fur(board.at(lobe, lift=lift), fur * 1.03, rim=0.2, spread=0.16)
    nose_y = y - 0.12
    for side in SIDES:
        curve = np.stack(
            [side * wide * 0.58 * np.linspace(0, 1, 9), y + 0.1 + 0.1 * np.sin(np.linspace(0, 2.6, 9))], 1
        )
        board.stroke(board.at(curve, lift=lift), line, 0.03)
        for dot_x, dot_y in ((0.4, 0.0), (0.6, 0.05), (0.45, 0.1)):
            board.disc(board.head.at(side * wide * dot_x, y + dot_y - 0.02, lift=lift), line, 0.018)
    board.stroke(board.head.at([0, 0], [nose_y + 0.06, y + 0.11], lift=lift), line, 0.03)
    half = muzzle.nose_half_width
    tip = rounded(
        [
            [-half, nose_y - 0.05],
            [0, nose_y - 0.085],
            [half, nose_y - 0.05],
            [half * 0.4, nose_y + 0.07],
            [0, nose_y + 0.11],
            [-half * 0.4, nose_y + 0.07],
        ],
        2,
    )
    shine = ellipse(-half * 0.2, nose_y - 0.035, half * 0.3, 0.014)
    nose = np.array(muzzle.nose)
    board.paint_fur(
        board.at(tip, lift=lift * 1.2),
        nose,
        [(board.at(shine, lift=lift * 1.2), nose * 0.6 + 100)],
        rim=0.3,
        spread=0.06,
        soft=0,
    )


def _paint_dog_muzzle(board: AnimalBoard) -> None:
    muzzle, opened = board.animal.muzzle, board.opened * min(1.0, board.scene.intensity)
    fur = np.asarray(muzzle_colour(board), np.float64)
    line = fur * 0.4
    wide, lift, y = muzzle.half_width, muzzle.length, muzzle.y
    low = y + 0.16
    if opened:
        drop = 0.3 * opened
        jaw = rounded(
            [
                [-wide * 0.66, low],
                [wide * 0.66, low],
                [wide * 0.5, low + 0.2 + drop],
                [0, low + 0.28 + drop],
                [-wide * 0.5, low + 0.2 + drop],
            ]
        )
        board.paint_fur(board.at(jaw, lift=lift * 0.4), fur * 0.86, rim=0.3, spread=0.16)
        mouth = rounded(
            [
                [-wide * 0.58, low],
                [wide * 0.58, low],
                [wide * 0.4, low + 0.1 + drop],
                [0, low + 0.17 + drop],
                [-wide * 0.4, low + 0.1 + drop],
            ]
        )
        board.paint_fur(board.at(mouth, lift=lift * 0.5), _THROAT, rim=0.2, spread=0.1, soft=0)
        reach = low + drop + (0.42 if board.animal.hangs_tongue else 0.1)
        tongue = rounded(
            [
                [-wide * 0.3, low + 0.05],
                [wide * 0.3, low + 0.05],
                [wide * 0.38, reach - 0.12],
                [0, reach + 0.06],
                [-wide * 0.38, reach - 0.12],
            ]
        )
        board.paint_fur(board.at(tongue, lift=lift * 0.55), _TONGUE, rim=0.3, spread=0.12, soft=0)
        board.stroke(
            board.head.at([0, 0.0], [low + 0.1, reach - 0.14], lift=lift * 0.55), _TONGUE * 0.78, 0.025
        )
    else:
        chin = ellipse(0, low + 0.14, wide * 0.52, 0.14)
        board.paint_fur(board.at(chin, lift=lift * 0.5), fur * 0.84, rim=0.3, spread=0.12)
    board.paint_fur(_snout(board), fur * 1.02, rim=0.32, spread=0.24)
    for side in SIDES:
        bend = np.linspace(0, 1, 9)
        curve = np.stack([side * wide * 0.74 * bend, low + 0.1 * np.sin(bend * 2.7) - 0.02 * bend], 1)
        board.stroke(board.at(curve, lift=lift * 0.8), line, 0.035)
        for dot_x, dot_y in ((0.42, -0.06), (0.6, -0.02), (0.5, 0.03)):
            board.disc(board.head.at(side * wide * dot_x, low + dot_y, lift=lift * 0.7), line, 0.02)
    half, nose_y = muzzle.nose_half_width, y - 0.14
    board.stroke(board.head.at([0, 0], [nose_y + 0.1, low + 0.01], lift=lift * 0.9), line, 0.035)
    tip = rounded(
        [
            [-half, nose_y - 0.06],
            [-half * 0.5, nose_y - 0.14],
            [half * 0.5, nose_y - 0.14],
            [half, nose_y - 0.06],
            [half * 0.5, nose_y + 0.1],
            [0, nose_y + 0.15],
            [-half * 0.5, nose_y + 0.1],
        ]
    )
    nose = np.array(muzzle.nose)
    shine = ellipse(-half * 0.1, nose_y - 0.085, half * 0.38, 0.025)
    holes = [ellipse(side * half * 0.42, nose_y + 0.01, half * 0.17, 0.03, side * 0.5) for side in SIDES]
    marks: list[Mark] = [
        (board.at(shine, lift=lift), nose * 0.6 + 105),
        *((board.at(hole, lift=lift), nose * 0.3) for hole in holes),
    ]
    board.paint_fur(board.at(tip, lift=lift), nose, marks, rim=0.25, spread=0.08, soft=0)


def _snout(board: AnimalBoard) -> Points:
    """Return the outline of a dog's muzzle: the hull of its root on the face and its tip before it."""
    muzzle = board.animal.muzzle
    root = board.at(ellipse(0, muzzle.y - 0.1, muzzle.half_width * 0.7, 0.34))
    tip = board.at(ellipse(0, muzzle.y + 0.06, muzzle.half_width, 0.26), lift=muzzle.length * 0.8)
    hull = cv2.convexHull(np.concatenate([root, tip]).astype(np.float32))
    return np.asarray(hull, np.float64).reshape(-1, 2)
