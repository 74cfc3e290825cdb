"""Mouth, nose and glasses, and the measures of them that other parts of the face need."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocket import palette
from pocket.canvas import COS, SIDES, SIN, Easel
from pocket.people import Person

_CURVES = {"neutral": 0, "smiling": -0.1, "laughing": -0.1, "sad": 0.09, "surprised": 0}
_OPENINGS = {"neutral": 0, "smiling": 0.01, "laughing": 0.14, "sad": 0, "surprised": 0.17}
_WIDTHS = {"neutral": 1, "smiling": 1.25, "laughing": 1.25, "sad": 1, "surprised": 0.72}
_GUMS = (70, 22, 24)
_TEETH = (240, 238, 230)
_DARK_GLASS = (30, 30, 38)


@dataclass(frozen=True)
class MouthShape:
    """The mouth as the expression pulls it; a negative `curve` smiles."""

    half_width: float
    y: float
    curve: float
    opening: float


def mouth_shape(easel: Easel) -> MouthShape:
    """Return the person's mouth in the scene's expression."""
    mouth, scene = easel.person.mouth, easel.scene
    return MouthShape(
        half_width=mouth.half_width * _WIDTHS[scene.expression],
        y=mouth.y,
        curve=_CURVES[scene.expression] * scene.intensity,
        opening=_OPENINGS[scene.expression] * scene.intensity,
    )


def nose_tip(person: Person) -> tuple[float, float]:
    """Return how far down the tip of the nose is, and how far it stands out."""
    return (
        min(person.eyes.y + person.nose.length + 0.06, person.mouth.y - 0.17),
        0.22 + 0.1 * person.nose.bridge,
    )


def paint_mouth(easel: Easel) -> None:
    """Paint lips, and the open mouth with its teeth between them."""
    shape, lip, colour = mouth_shape(easel), easel.person.mouth.lip, np.array(easel.person.mouth.rgb)
    along = np.linspace(-1, 1, 13)
    bulge = 1 - along**2
    middle = shape.y + shape.curve * along**2
    cleft = 1 - 0.25 * np.exp(-((along / 0.2) ** 2))
    upper = middle - lip * bulge * cleft - shape.opening * 0.35 * bulge
    lower = middle + lip * 1.25 * bulge + shape.opening * bulge
    _fill_between(easel, shape.half_width * along, upper, lower, colour)
    if shape.opening <= 0.03:
        easel.stroke(easel.head.at(shape.half_width * along, middle), colour * 0.55, 0.022)
        return
    upper = middle - shape.opening * 0.3 * bulge
    lower = middle + shape.opening * bulge
    _fill_between(easel, shape.half_width * 0.88 * along, upper, lower, np.array(_GUMS))
    if easel.scene.expression == "laughing":
        edge = upper + (lower - upper) * 0.5
        _fill_between(easel, shape.half_width * 0.8 * along, upper, edge, np.array(_TEETH))


def paint_nose(easel: Easel) -> None:
    """Paint the bridge on the side away from the light, the tip and the nostrils."""
    nose, head, skin = easel.person.nose, easel.head, easel.skin
    tip, out = nose_tip(easel.person)
    wide = nose.half_width
    shaded = 1 if math.cos(easel.scene.light_from) > 0 else -1
    bridge_x = [shaded * -0.05, shaded * -0.07, shaded * -wide * 0.9]
    bridge_y = [easel.person.eyes.y + 0.02, tip * 0.6, tip - 0.02]
    easel.stroke(head.at(bridge_x, bridge_y, lift=out * 0.7), skin * 0.8, 0.022 + 0.02 * nose.bridge)
    match nose.style:
        case 0:
            x, y = wide * COS, tip + wide * 0.55 * SIN
        case 1:
            x, y = wide * 1.1 * COS, tip + wide * 0.32 * SIN + 0.04 * np.abs(COS)
        case _:
            x, y = wide * 0.8 * COS, tip + wide * 0.7 * SIN
    easel.fill(head.at(x, y, lift=out * 0.55), skin * 0.9)
    easel.fill(head.at(x * 0.62, y - 0.03, lift=out * 0.8), skin * 1.06)
    for side in SIDES:
        nostril = head.at(side * wide * 0.5, tip + wide * 0.22, lift=out * 0.4)
        easel.disc(nostril, skin * 0.42, 0.028)


def paint_glasses(easel: Easel) -> None:
    """Paint the glasses, if any are worn."""
    person, head = easel.person, easel.head
    glasses, eyes = person.glasses, person.eyes
    if glasses.shape is None:
        return
    colour = palette.THINGS[glasses.colour]
    size = eyes.half_width * glasses.size
    middle = eyes.x * person.skull.half_width / 0.8
    if glasses.shape == "round":
        x, y = size * COS, size * 0.92 * SIN
    else:
        x = size * 1.05 * np.sign(COS) * np.abs(COS) ** 0.4
        y = size * 0.72 * np.sign(SIN) * np.abs(SIN) ** 0.4
    for side in SIDES:
        rim = head.at(side * middle + x, eyes.y + y, lift=0.12)
        if glasses.shape == "sun":
            easel.fill(rim, _DARK_GLASS)
        easel.stroke(rim, colour, 0.04, closed=True)
        temple_x = [side * middle + side * size, side * person.skull.half_width * 1.02]
        easel.stroke(head.at(temple_x, [eyes.y, eyes.y - 0.05], [0.35, 0.0]), colour, 0.04)
    bridge = head.at([-middle + size, 0, middle - size], [eyes.y, eyes.y - 0.05, eyes.y], lift=0.14)
    easel.stroke(bridge, colour, 0.04)


def _fill_between(
    easel: Easel,
    x: NDArray[np.float64],
    upper: NDArray[np.float64],
    lower: NDArray[np.float64],
    colour: NDArray[np.float64],
) -> None:
    outline = easel.head.at(np.concatenate([x, x[::-1]]), np.concatenate([upper, lower[::-1]]))
    easel.fill(outline, colour)
