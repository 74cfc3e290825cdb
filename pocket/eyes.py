"""Eyes, eyebrows and the wrinkles around them."""

from dataclasses import dataclass

import cv2
import numpy as np

from pocket import palette
from pocket.canvas import SIDES, Easel, Points, fill, whole
from pocket.features import mouth_shape, nose_tip

_OPENINGS = {"neutral": 1, "smiling": 1, "laughing": 0.78, "sad": 1, "surprised": 1.25}
_WHITE = (246, 246, 242)
_PUPIL = (12, 10, 10)
_ALONG = np.linspace(-1, 1, 11)
_ALONG_BROW = np.linspace(-1, 1, 9)


@dataclass(frozen=True)
class _Eye:
    """One eye as it stands in this photo; `side` is -1 on the left of the picture."""

    side: int
    x: float
    y: float
    half_width: float
    height: float
    opening: float
    tilt: float


def paint_eyes(easel: Easel) -> Points:
    """Paint both eyes with all that surrounds them; return their middles (2, 2)."""
    eyes = [_eye(easel, side) for side in SIDES]
    for eye in eyes:
        _paint_eyeball(easel, eye)
        lash = eye.y - eye.height * (1 - _ALONG**2) - _ALONG * eye.half_width * eye.tilt * 0.6
        width = 0.022 + 0.03 * easel.person.eyes.lashes
        easel.stroke(easel.head.at(eye.x + _ALONG * eye.half_width * 1.04, lash), easel.skin * 0.3, width)
        _paint_brow(easel, eye)
        if easel.person.wrinkles > 0:
            _paint_wrinkles(easel, eye)
    return np.stack([easel.head.at(eye.x, eye.y) for eye in eyes])


def _eye(easel: Easel, side: int) -> _Eye:
    eyes = easel.person.eyes
    opening = easel.scene.openness * _OPENINGS[easel.scene.expression]
    return _Eye(
        side=side,
        x=side * eyes.x * easel.person.skull.half_width / 0.8,
        y=eyes.y,
        half_width=eyes.half_width,
        height=eyes.half_width * eyes.openness * opening,
        opening=opening,
        tilt=eyes.tilt * side,
    )


def _paint_eyeball(easel: Easel, eye: _Eye) -> None:
    bulge = 1 - _ALONG**2
    x = np.concatenate([_ALONG, _ALONG[::-1]]) * eye.half_width
    y = np.concatenate([-eye.height * bulge, (eye.height * 0.8 * bulge)[::-1]])
    y = y - x * eye.tilt * 0.6
    easel.fill(easel.head.at(eye.x + x * 1.22, eye.y + y * 1.3 - 0.03), easel.skin * 0.84)
    if eye.opening <= 0.4:
        return
    outline = easel.head.at(eye.x + x, eye.y + y)
    easel.fill(outline, _WHITE)
    _paint_iris(easel, eye, outline)


def _paint_iris(easel: Easel, eye: _Eye, outline: Points) -> None:
    """Paint iris, pupil and glint, seen only through the eye's own outline."""
    side = easel.pixels.shape[0]
    mask = np.zeros((side, side), np.uint8)
    fill(mask, outline, (255,))
    left, top = np.maximum(outline.min(0).astype(int) - 2, 0)
    right, bottom = np.minimum(outline.max(0).astype(int) + 3, side)
    if right <= left or bottom <= top:
        return
    window = easel.pixels[top:bottom, left:right]
    eyeball = window.copy()
    gaze_x = eye.x + easel.scene.gaze_x * eye.half_width * 0.55
    gaze_y = eye.y + easel.scene.gaze_y * eye.height
    x, y = easel.head.at(gaze_x, gaze_y) - [left, top]
    # Centre and radius in sixteenths of a pixel.
    centre = round(float(x * 16)), round(float(y * 16))
    eyes = easel.person.eyes
    radius = eye.half_width * 0.56 * eyes.iris * eyes.openness**0.3
    iris = np.clip(np.array(palette.EYES[eyes.colour]) * 1.1, 0, 255)
    for colour, size in ((tuple(map(float, iris)), radius), (_PUPIL, radius * 0.5)):
        cv2.circle(eyeball, centre, max(1, int(easel.length(size) * 16)), colour, -1, cv2.LINE_AA, 4)
    glint = easel.head.at(gaze_x - 0.03, gaze_y - 0.035) - [left, top]
    cv2.circle(eyeball, whole(glint), max(1, int(easel.length(0.022))), (255, 255, 255), -1, cv2.LINE_AA)
    seen = mask[top:bottom, left:right, None].astype(np.float32) / 255
    window[:] = (window * (1 - seen) + eyeball * seen).astype(np.uint8)


def _paint_brow(easel: Easel, eye: _Eye) -> None:
    brows, scene = easel.person.brows, easel.scene
    raised = 0.1 * scene.intensity if scene.expression == "surprised" else 0
    slanted = -0.22 * scene.intensity if scene.expression == "sad" else 0
    x = _ALONG_BROW * eye.half_width * 1.1 * brows.length
    # The brows end short of the middle of the face.
    x = eye.side * np.maximum(eye.side * (eye.x + x), 0.085) - eye.x
    y = eye.y - brows.height - raised - brows.arch * (1 - _ALONG_BROW**2)
    y = y - (brows.angle * 0.5 + slanted) * x * eye.side
    thick = brows.thickness * (1.1 - 0.45 * _ALONG_BROW * eye.side)
    outline = easel.head.at(
        np.concatenate([eye.x + x, (eye.x + x)[::-1]]), np.concatenate([y - thick, (y + thick)[::-1]])
    )
    shade = 0.74 if easel.person.hair.colour in {"blonde", "white"} else 0.62
    easel.fill(outline, easel.hair * shade)


def _paint_wrinkles(easel: Easel, eye: _Eye) -> None:
    mouth, (tip, _) = mouth_shape(easel), nose_tip(easel.person)
    colour = easel.skin * (1 - 0.28 * easel.person.wrinkles)
    width, bottom = eye.half_width, eye.y + eye.height
    under_x = [eye.x + eye.side * width * 0.2 - width * 0.6, eye.x, eye.x + width * 0.7]
    easel.stroke(easel.head.at(under_x, [bottom + 0.07, bottom + 0.1, bottom + 0.06]), colour, 0.02)
    fold_x = [
        eye.side * easel.person.nose.half_width * 1.1,
        eye.side * (mouth.half_width + 0.06),
        eye.side * (mouth.half_width + 0.05),
    ]
    easel.stroke(easel.head.at(fold_x, [tip + 0.02, mouth.y - 0.1, mouth.y + 0.06]), colour, 0.02)
