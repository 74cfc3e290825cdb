"""Garments: what is worn, in which colours, and what tells one from another at neck and chest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pocket import palette
from pocket.canvas import SIDES, Easel
from pocket.palette import RGB
from pocket.people import Person
from pocket.scenes import Garment, Scene, Trousers

Values = NDArray[np.float64]

# Trousers and the shoes that go with them.
_LOWER: Final[Mapping[Trousers, tuple[RGB, RGB]]] = {
    "denim": ((70, 94, 140), (206, 78, 62)),
    "charcoal": ((66, 68, 76), (226, 222, 214)),
    "khaki": ((184, 158, 116), (118, 78, 52)),
    "navy": ((48, 58, 94), (232, 190, 86)),
    "brown": ((108, 80, 60), (72, 104, 110)),
}
_DRESS_SHOES: Final[RGB] = (52, 40, 40)
_LINEN: Final[RGB] = (240, 240, 236)
_DOWN: Final = np.linspace(0, 1, 13)


@dataclass(frozen=True)
class Clothes:
    """What a person has on; `second` is the colour of stripes, tie, collar or strings."""

    garment: Garment
    colour: Values
    second: Values
    trousers: Values
    shoes: Values

    @property
    def has_long_sleeves(self) -> bool:
        """Whether the arms are covered."""
        return self.garment not in {"t-shirt", "dress"}


def worn(person: Person, scene: Scene) -> Garment:
    """Return what the person wears in a scene, which does not know who comes: dresses are drawn on women and
    girls and suits on grown-ups; others wear a sweater there.
    """
    match scene.garment:
        case "dress" if not person.is_female:
            return "sweater"
        case "suit" if person.is_child:
            return "sweater"
        case garment:
            return garment


def clothes_of(easel: Easel) -> Clothes:
    """Return what the person has on in this scene."""
    scene, garment = easel.scene, worn(easel.person, easel.scene)
    trousers, shoes = _LOWER[scene.trousers]
    colour = np.array(palette.THINGS[scene.shirt])
    if garment == "suit":
        trousers, shoes = palette.THINGS[scene.shirt], _DRESS_SHOES
    elif garment == "dress":
        shoes = _DRESS_SHOES
    return Clothes(garment, colour, _second(garment, scene.shirt), np.array(trousers) * 0.96, np.array(shoes))


def paint_hood(easel: Easel, clothes: Clothes, neck: float) -> None:
    """Paint the hood that hangs behind the neck."""
    if clothes.garment != "hoodie":
        return
    turn = np.linspace(0, np.pi, 25)
    x, y = neck * 2.1 * np.cos(turn), 1.6 - 0.76 * np.sin(turn) ** 0.7
    easel.fill(easel.head.below(x, y), clothes.colour * 0.7)


def paint_front(easel: Easel, clothes: Clothes, y: Values, half: Values) -> None:
    """Paint what is on the torso, whose half widths are given from the neck down."""
    colour, head = clothes.colour, easel.head
    match clothes.garment:
        case "stripes":
            for top in np.arange(1.66, float(y[-1]) - 0.1, 0.46):
                level = np.array([top, top + 0.2])
                wide = np.interp(level, y, half) * 0.995
                quad_x = [-wide[0], wide[0], wide[1], -wide[1]]
                easel.fill(head.below(quad_x, [level[0], level[0], level[1], level[1]]), clothes.second)
        case "suit":
            _paint_suit(easel, clothes, float(half[0]))
        case "hoodie":
            pocket = float(y[-2] + y[-1]) / 2 + 0.1
            wide = float(half[-2])
            x = np.array([-0.5, 0.5, 0.78, 0.78, -0.78, -0.78]) * wide
            levels = pocket + np.array([-0.55, -0.55, -0.1, 0.3, 0.3, -0.1])
            easel.fill(head.below(x, levels), colour * 0.84)
            _paint_hem(easel, clothes, y, half)
        case "sweater":
            _paint_hem(easel, clothes, y, half)
        case "shirt":
            bottom = float(y[-1])
            easel.stroke(head.below([0, 0], [1.5, bottom]), colour * 0.8, 0.03)
            for button in np.arange(2.15, bottom, 0.6):
                easel.disc(head.below(0.0, button), colour * 0.5 + 110, 0.055)
        case "dress":
            belt, wide = float(y[-1]), float(half[-1])
            belt_y = [belt - 0.14, belt - 0.14, belt + 0.06, belt + 0.06]
            easel.fill(head.below([-wide * 1.02, wide * 1.02, wide, -wide], belt_y), colour * 0.66)
        case "t-shirt":
            pass


def paint_neck(easel: Easel, clothes: Clothes, neck: float) -> None:
    """Paint the neck and what lies around it."""
    depth = {"shirt": 0.25 * easel.scene.collar, "suit": 0.0, "hoodie": 0.2, "sweater": 0.0}
    along = np.linspace(1, -1, 13)
    if clothes.garment in {"t-shirt", "stripes", "dress"}:
        wide = neck * (1.3 if clothes.garment == "dress" else 1.12)
        collar_x, collar_y = (
            wide * along,
            1.42 + (0.42 if clothes.garment == "dress" else 0.26) * (1 - along**2),
        )
    else:
        collar_x = neck * np.array([1, 1.25, 0, -1.25, -1])
        collar_y = np.array([1.4, 1.5, 1.5 + depth[clothes.garment], 1.5, 1.4])
    throat = easel.head.at([-neck, neck], [0.55, 0.55], 0.0)
    collar = easel.head.below(collar_x, collar_y)
    easel.fill(np.concatenate([throat, collar]), easel.skin * 0.8)
    match clothes.garment:
        case "t-shirt" | "stripes":
            easel.stroke(collar, clothes.colour * 0.78, 0.1)
        case "sweater":
            right, left = collar[0], collar[-1]
            upper = [left * 0.35 + throat[0] * 0.65, right * 0.35 + throat[1] * 0.65]
            roll = easel.head.below(neck * np.array([1.22, 0, -1.22]), np.array([1.5, 1.62, 1.5]))
            out = (upper[1] - upper[0]) * 0.09
            rim = np.array([upper[0] - out, upper[1] + out])
            easel.fill(np.concatenate([rim, roll]), clothes.colour * 0.9)
            for share in np.linspace(0.12, 0.88, 6):
                rib = [rim[0] + (rim[1] - rim[0]) * share, roll[2] + (roll[0] - roll[2]) * share]
                easel.stroke(np.array(rib), clothes.colour * 0.78, 0.025)
        case "hoodie":
            _paint_hood_front(easel, clothes, neck)
        case "dress":
            _paint_round_collar(easel, clothes, neck)
        case "suit":
            for side in SIDES:
                x = side * neck * np.array([0.98, 1.3, 0.75, 0.02])
                easel.fill(easel.head.below(x, [1.28, 1.46, 1.86, 1.55]), _LINEN)
        case "shirt":
            pass


def paint_skirt(easel: Easel, clothes: Clothes, waist: tuple[float, float], hem: float) -> None:
    """Paint the skirt of a dress, from the waist (height, half width) to the hem."""
    top, half = waist
    flare = half * (1 + 0.95 * _DOWN**0.9)
    y = top + (hem - top) * _DOWN
    x = np.concatenate([flare, -flare[::-1]])
    easel.fill(easel.head.below(x, np.concatenate([y, y[::-1]])), clothes.colour * 0.95)
    for fold in (-0.55, -0.1, 0.4):
        easel.stroke(easel.head.below(flare[3:] * fold, y[3:]), clothes.colour * 0.82, 0.05)


def _second(garment: Garment, shirt: str) -> Values:
    if garment == "suit":
        return np.array(palette.THINGS["blue" if shirt in {"red", "orange", "pink"} else "red"]) * 0.9
    if garment == "stripes" and shirt in {"white", "yellow", "gray", "pink"}:
        return np.array((52, 62, 104))
    if garment == "dress" and shirt == "white":
        return np.array((120, 146, 190))
    return np.array(_LINEN)


def _paint_suit(easel: Easel, clothes: Clothes, neck: float) -> None:
    head, low = easel.head, 3.1
    easel.fill(head.below([-neck * 1.05, neck * 1.05, 0], [1.4, 1.4, low]), _LINEN)
    easel.fill(head.below([-0.14, 0.14, 0.09, -0.09], [1.52, 1.52, 1.78, 1.78]), clothes.second * 0.86)
    easel.fill(head.below([-0.09, 0.09, 0.16, 0, -0.16], [1.76, 1.76, 2.6, 2.86, 2.6]), clothes.second)
    for side in SIDES:
        x = side * neck * np.array([1.0, 1.62, 1.75, 1.4, 1.62, 0.0])
        easel.fill(head.below(x, [1.38, 1.46, 2.02, 2.06, 2.2, low]), clothes.colour * 0.8)
        easel.stroke(head.below(x[[0, 5]], [1.38, low]), clothes.colour * 0.62, 0.035)
    easel.stroke(head.below([0, 0.04], [low, 4.7]), clothes.colour * 0.66, 0.035)
    for level in (low + 0.2, low + 0.75):
        easel.disc(head.below(0.14, level), clothes.colour * 0.5 + 24, 0.06)


def _paint_hem(easel: Easel, clothes: Clothes, y: Values, half: Values) -> None:
    low, high = float(y[-1]), float(y[-1]) - 0.22
    wide = float(half[-1]), float(np.interp(high, y, half))
    x = [-wide[1], wide[1], wide[0], -wide[0]]
    easel.fill(easel.head.below(x, [high, high, low, low]), clothes.colour * 0.82)


def _paint_hood_front(easel: Easel, clothes: Clothes, neck: float) -> None:
    for side in SIDES:
        x = side * neck * np.array([1.02, 1.75, 1.9, 1.1, 0.0, 0.0])
        easel.fill(easel.head.below(x, [1.02, 1.22, 1.56, 1.86, 2.05, 1.66]), clothes.colour * 0.86)
        string = side * neck * np.array([0.34, 0.42])
        easel.stroke(easel.head.below(string, [1.8, 2.7]), clothes.second, 0.055)
        easel.disc(easel.head.below(string[1], 2.72), clothes.second * 0.9, 0.06)


def _paint_round_collar(easel: Easel, clothes: Clothes, neck: float) -> None:
    turn = np.linspace(0, np.pi / 2, 9)
    for side in SIDES:
        inner_x, inner_y = neck * 1.3 * np.cos(turn), 1.42 + 0.42 * np.sin(turn) ** 2
        outer_x, outer_y = neck * 1.72 * np.cos(turn) + 0.02, 1.52 + 0.68 * np.sin(turn)
        outer_y = outer_y - 0.16 * np.sin(turn) ** 8
        x, y = np.concatenate([inner_x, outer_x[::-1]]), np.concatenate([inner_y, outer_y[::-1]])
        easel.fill(easel.head.below(side * x, y), clothes.second)
