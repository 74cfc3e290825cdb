"""Hats: they hug the hair, turn with the head, and end well above the eyes."""

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pocket import palette
from pocket.canvas import SIDES, Easel, Points

_FRONT: Final = np.linspace(math.pi, 0, 25)
_AROUND: Final = np.linspace(0, 2 * math.pi, 48, endpoint=False)
# How far before the middle of the head, in heads, a hat's rim lies.
_DEPTH: Final = 0.7
# Hair lies flat under a hat.
_PRESSED: Final = 0.1
_GOLD_SHADE: Final = np.array([1.0, 0.92, 0.55])
_JEWELS: Final = ((200, 40, 60), (60, 120, 210), (60, 160, 100))


@dataclass(frozen=True)
class _Fit:
    """How a hat sits on this head: the ellipse it follows, and the height of its rim, in heads."""

    wide: float
    high: float
    rim: float

    def half_at(self, y: float) -> float:
        """Return half the hat's width at a height."""
        return self.wide * math.sqrt(max(0.05, 1 - (y / self.high) ** 2))


def under_hat(easel: Easel) -> Easel:
    """Return the easel of the same picture with the person's hair as a hat leaves it."""
    if easel.scene.hat is None:
        return easel
    hair = easel.person.hair
    style = "short" if hair.style == "spiky" else hair.style
    pressed = replace(hair, style=style, volume=min(hair.volume, _PRESSED))
    return replace(easel, person=replace(easel.person, hair=pressed))


def paint_hat_behind(easel: Easel) -> None:
    """Paint what the head will cover of a hat."""
    if easel.scene.hat not in {"sun hat", "top hat"}:
        return
    fit, colour = _fit(easel), _colour(easel)
    reach = 1.75 if easel.scene.hat == "sun hat" else 1.35
    easel.fill(_ring(easel, fit.half_at(fit.rim) * reach, fit.rim, 0.1, _DEPTH * 1.2), colour * 0.72)


def paint_hat(easel: Easel) -> None:
    """Paint the scene's hat, if there is one."""
    match easel.scene.hat:
        case "cap":
            _paint_cap(easel)
        case "beanie":
            _paint_beanie(easel)
        case "sun hat":
            _paint_sun_hat(easel)
        case "top hat":
            _paint_top_hat(easel)
        case "crown":
            _paint_crown(easel)
        case None:
            pass


def _fit(easel: Easel) -> _Fit:
    skull, eyes = easel.person.skull, easel.person.eyes
    high = skull.top + _PRESSED + 0.08
    # A nodding head brings eyes and rim closer to each other.
    rim = eyes.y - 0.54 - 0.25 * abs(easel.scene.pitch)
    return _Fit(skull.half_width + _PRESSED + 0.07, high, max(rim, -0.74 * high))


def _colour(easel: Easel) -> NDArray[np.float64]:
    return np.array(palette.THINGS[easel.scene.hat_colour])


def _dome(easel: Easel, fit: _Fit, rise: float = 0.0, dip: float = 0.05) -> Points:
    """Return a dome over the hair: its rim in front, then the outline from the right over the top."""
    half = fit.half_at(fit.rim)
    front = easel.head.at(half * np.cos(_FRONT), fit.rim + dip * np.sin(_FRONT), _DEPTH * np.sin(_FRONT))
    start = math.asin(min(1.0, -fit.rim / fit.high))
    over = np.linspace(start, math.pi - start, 25)
    lifted = rise * np.clip(np.sin(over) - math.sin(start), 0, 1)
    dome = easel.head.at(fit.wide * np.cos(over), -fit.high * np.sin(over) - lifted, 0.0)
    return np.concatenate([front, dome])


def _ring(easel: Easel, half: float, y: float, tip: float, depth: float) -> Points:
    """Return a level ring around the head, seen a little from above."""
    return easel.head.at(half * np.cos(_AROUND), y + tip * np.sin(_AROUND), depth * np.sin(_AROUND))


def _belt(easel: Easel, halves: tuple[float, float], heights: tuple[float, float], dip: float) -> Points:
    """Return a band around the front of a hat, from its lower to its upper edge."""
    (lower, upper), (low, high) = halves, heights
    depth = _DEPTH * np.sin(_FRONT)
    below = easel.head.at(lower * np.cos(_FRONT), low + dip * np.sin(_FRONT), depth)
    above = easel.head.at(upper * np.cos(_FRONT), high + dip * np.sin(_FRONT), depth)
    return np.concatenate([below, above[::-1]])


def _paint_cap(easel: Easel) -> None:
    fit, colour = _fit(easel), _colour(easel)
    # The visor comes down farther than a brim does.
    fit = replace(fit, rim=fit.rim - 0.04)
    easel.fill(_dome(easel, fit, 0.04), colour)
    for side in SIDES:
        seam_x = side * fit.wide * np.array([0.08, 0.36, 0.42])
        easel.stroke(
            easel.head.at(seam_x, [-fit.high, fit.rim - 0.3, fit.rim], [0, 0.5, 0.6]), colour * 0.82, 0.025
        )
    easel.fill(
        easel.head.at(0.09 * np.cos(_AROUND), -fit.high - 0.05 + 0.05 * np.sin(_AROUND), 0.0), colour * 0.8
    )
    half = fit.half_at(fit.rim) * 0.94
    arc = np.sin(_FRONT)
    inner = easel.head.at(half * np.cos(_FRONT), fit.rim - 0.06 * arc, _DEPTH * arc)
    outer = easel.head.at(half * np.cos(_FRONT), fit.rim + 0.15 * arc**0.8, _DEPTH * arc + 0.45 * arc**0.6)
    easel.fill(np.concatenate([inner, outer[::-1]]), colour * 0.74)
    easel.stroke(inner, colour * 0.58, 0.03)
    middle = slice(4, -4)
    easel.stroke(outer[middle] * 0.8 + inner[middle] * 0.2, colour * 0.84, 0.02)


def _paint_beanie(easel: Easel) -> None:
    fit, colour = _fit(easel), _colour(easel)
    ball = easel.head.at(0.22 * np.cos(_AROUND), -fit.high - 0.2 + 0.22 * np.sin(_AROUND), -0.05)
    easel.fill(ball, colour * 0.78 + 50)
    easel.fill(_dome(easel, fit, 0.1), colour)
    cuff = 0.24
    halves = fit.half_at(fit.rim) + 0.05, fit.half_at(fit.rim - cuff) + 0.05
    easel.fill(_belt(easel, halves, (fit.rim, fit.rim - cuff), 0.05), colour * 0.82)
    for angle in np.linspace(math.pi * 0.94, math.pi * 0.06, 12):
        x = np.array(halves) * math.cos(angle) * 0.99
        y = np.array([fit.rim - 0.03, fit.rim - cuff + 0.03]) + 0.05 * math.sin(angle)
        easel.stroke(easel.head.at(x, y, _DEPTH * math.sin(angle)), colour * 0.66, 0.03)


def _paint_sun_hat(easel: Easel) -> None:
    fit, colour = _fit(easel), _colour(easel)
    half = fit.half_at(fit.rim)
    straw = colour * 0.8 + np.array([46, 42, 26])
    easel.fill(_front_brim(easel, half * 1.75, fit.rim, 0.12), straw * 0.92)
    easel.fill(_dome(easel, fit, 0.12, dip=0.03), straw)
    ribbon = np.array(palette.THINGS["white" if easel.scene.hat_colour != "white" else "blue"]) * 0.95
    halves = half + 0.02, fit.half_at(fit.rim - 0.18) + 0.02
    easel.fill(_belt(easel, halves, (fit.rim + 0.02, fit.rim - 0.18), 0.03), ribbon)


def _paint_top_hat(easel: Easel) -> None:
    fit, colour = _fit(easel), _colour(easel)
    half = fit.half_at(fit.rim)
    top = fit.rim - 1.05
    easel.fill(_front_brim(easel, half * 1.35, fit.rim, 0.1), colour * 0.78)
    easel.fill(_belt(easel, (half, half * 1.08), (fit.rim, top), 0.04), colour * 0.92)
    easel.fill(_ring(easel, half * 1.08, top, 0.07, _DEPTH), colour * 1.04 + 10)
    ribbon = palette.THINGS["red" if easel.scene.hat_colour != "red" else "black"]
    easel.fill(_belt(easel, (half * 1.005, half * 1.02), (fit.rim, fit.rim - 0.2), 0.04), ribbon)


def _paint_crown(easel: Easel) -> None:
    fit, colour = _fit(easel), _colour(easel)
    gold = colour if easel.scene.hat_colour != "yellow" else np.array([240, 196, 64])
    rim = -fit.high * 0.66
    half, points = fit.half_at(rim) * 1.08, 5
    angles = np.linspace(math.pi, 0, 2 * points + 1)
    peaks = np.where(np.arange(2 * points + 1) % 2 == 1, 0.66, 0.36)
    depth = _DEPTH * np.sin(angles)
    for shade, flip in ((0.7, -1), (1.0, 1)):
        below = easel.head.at(half * np.cos(angles), rim + 0.06 * flip * np.sin(angles), flip * depth)
        zigzag_y = rim - peaks + 0.06 * flip * np.sin(angles)
        above = easel.head.at(half * 1.12 * np.cos(angles), zigzag_y, flip * depth)
        easel.fill(np.concatenate([below, above[::-1]]), gold * shade)
    easel.fill(_belt(easel, (half, half * 1.02), (rim, rim - 0.13), 0.06), gold * _GOLD_SHADE * 0.85)
    for place, angle in enumerate(angles[1::2]):
        tip = easel.head.at(
            half * 1.12 * math.cos(angle), rim - 0.68 + 0.06 * math.sin(angle), _DEPTH * math.sin(angle)
        )
        easel.disc(tip, gold * 1.1 + 12, 0.065)
        jewel = easel.head.at(
            half * 1.05 * math.cos(angle), rim - 0.22 + 0.06 * math.sin(angle), _DEPTH * math.sin(angle)
        )
        easel.disc(jewel, _JEWELS[place % 3], 0.07)


def _front_brim(easel: Easel, half: float, rim: float, dip: float) -> Points:
    front = easel.head.at(half * np.cos(_FRONT), rim + dip * np.sin(_FRONT), _DEPTH * 1.2 * np.sin(_FRONT))
    back = easel.head.at(half * np.cos(_FRONT), rim - 0.1 * np.sin(_FRONT), 0.0)
    return np.concatenate([front, back[::-1]])
