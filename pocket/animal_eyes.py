"""The eyes of an animal: a cat's with slit pupils, a dog's with round ones."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pocket.animal_canvas import AnimalBoard, Mark, ellipse
from pocket.canvas import COS, SIDES, SIN, Points

# Below this opening an eye is shut.
SHUT: Final = 0.4

_OPENINGS: Final = {"surprised": 1.12, "laughing": 0.82, "sad": 0.85}
_PUPIL: Final = (16, 13, 15)
_GLINT: Final = (255, 255, 255)
_WHITE: Final = np.array([232.0, 226, 216])
# Around eyes in dark fur, where a darker line would not be seen.
_PALE_LID: Final = np.array([120.0, 112, 112])
_DARK_RING: Final = np.array([60.0, 54, 56])
_ALONG: Final = np.linspace(-1, 1, 15)


@dataclass(frozen=True)
class _Eye:
    """One eye as it stands in this photo, in heads; `tilt` in radians."""

    x: float
    y: float
    half_width: float
    height: float
    tilt: float


def paint_animal_eyes(board: AnimalBoard) -> None:
    """Paint both eyes, closed where the scene has them so."""
    eyes, scene = board.animal.eyes, board.scene
    opening = min(1.1, scene.openness) * _OPENINGS.get(scene.expression, 1)
    for side in SIDES:
        eye = _Eye(
            x=side * eyes.x * board.animal.build.half_width,
            y=eyes.y,
            half_width=eyes.half_width,
            height=eyes.half_width * eyes.openness * opening,
            tilt=-side * eyes.tilt * 0.5,
        )
        if scene.openness < SHUT:
            _paint_lid(board, eye)
        else:
            _paint_eye(board, eye)


def _paint_lid(board: AnimalBoard, eye: _Eye) -> None:
    colour = board.coat * 0.42 if _is_pale(board) else _PALE_LID
    lid = board.head.at(eye.x + _ALONG * eye.half_width, eye.y + 0.09 * (1 - _ALONG**2))
    board.stroke(lid, colour, 0.05)


def _paint_eye(board: AnimalBoard, eye: _Eye) -> None:
    shape = _opening(board, eye)
    ring = board.coat * 0.3 if _is_pale(board) else _DARK_RING
    board.paint_fur(board.at(shape * [1.18, 1.2] + np.array([eye.x, eye.y - 0.01])), ring, rim=0, soft=0)
    white = np.array(board.animal.eyes.rgb) * 0.7 if board.animal.is_cat else _WHITE
    board.paint_fur(
        board.at(shape + np.array([eye.x, eye.y])),
        white,
        _iris(board, eye),
        spread=eye.half_width * 0.5,
        soft=0,
        light=(0.92, 1.05),
    )


def _opening(board: AnimalBoard, eye: _Eye) -> Points:
    """Return the outline (n, 2) between the lids, around its own middle."""
    if board.animal.is_cat:
        bulge = eye.height * (1 - np.abs(_ALONG) ** 2.2)
        upper, lower = (np.stack([_ALONG * eye.half_width, y], 1) for y in (-bulge, bulge * 0.86))
        shape = np.concatenate([upper, lower[::-1]])
    else:
        shape = np.stack([eye.half_width * COS, eye.height * SIN], 1)
    turn: NDArray[np.float64] = np.array(
        [[np.cos(eye.tilt), np.sin(eye.tilt)], [-np.sin(eye.tilt), np.cos(eye.tilt)]]
    )
    return np.asarray(shape @ turn, np.float64)


def _iris(board: AnimalBoard, eye: _Eye) -> list[Mark]:
    """Return iris, pupil and glints, which are seen only between the lids."""
    eyes, scene, is_cat = board.animal.eyes, board.scene, board.animal.is_cat
    iris, wide, high = np.array(eyes.rgb), eye.half_width, eye.height
    x = eye.x + scene.gaze_x * wide * 0.28
    y = eye.y + scene.gaze_y * high * 0.4
    radius = wide * (0.98 if is_cat else 0.88)
    if is_cat:
        pupil = ellipse(x, y, radius * eyes.pupil * 0.72, high * 1.02, eye.tilt * 0.3)
    else:
        pupil = ellipse(x, y, radius * eyes.pupil, radius * eyes.pupil)
    glint = ellipse(x - wide * 0.3, y - high * 0.4, wide * 0.15, wide * 0.15)
    reflex = ellipse(x + wide * 0.24, y + high * 0.34, wide * 0.08, wide * 0.08)
    return [
        (board.at(ellipse(x, y, radius, radius)), iris),
        (board.at(ellipse(x, y + 0.25 * radius, radius * 0.72, radius * 0.6)), iris * 1.22 + 8),
        (board.at(pupil), _PUPIL),
        (board.at(glint), _GLINT),
        (board.at(reflex), iris * 0.3 + 170),
    ]


def _is_pale(board: AnimalBoard) -> bool:
    return bool(board.coat.mean() > 90)
