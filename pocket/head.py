"""Body, ears and the face itself, up to but not including its features."""

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from pocket import palette
from pocket.canvas import COS, SIDES, SIN, Easel, Points, fill, whole
from pocket.people import Person

Patch = NDArray[np.float32] | NDArray[np.float64]

_BLUSH: Final = np.array([225, 90, 90], np.float32)


def neck_and_shoulder(person: Person) -> tuple[float, float]:
    """Return half the width of the neck and of the shoulders, in heads."""
    neck = person.skull.half_width * (0.44 if person.is_female else 0.52)
    return neck, (1.5 if person.is_female else 1.75) * (0.85 if person.is_child else 1)


def paint_body(easel: Easel) -> None:
    """Paint shirt and neck."""
    head = easel.head
    neck, shoulder = neck_and_shoulder(easel.person)
    right = [neck * 1.1, shoulder * 0.6, shoulder * 0.95, shoulder, shoulder]
    x = [*(-value for value in reversed(right[:-1])), *right, -shoulder]
    easel.fill(
        head.below(x, [2.6, 1.85, 1.6, 1.42, 1.42, 1.6, 1.85, 2.6, 5, 5]), palette.THINGS[easel.scene.shirt]
    )
    throat = head.at([-neck, neck], [0.55, 0.55], 0.0)
    collar = head.below(
        [neck, neck * 1.25, 0, -neck * 1.25, -neck], [1.4, 1.5, 1.5 + 0.25 * easel.scene.collar, 1.5, 1.4]
    )
    easel.fill(np.concatenate([throat, collar]), easel.skin * 0.8)


def paint_ears(easel: Easel) -> None:
    """Paint the ears, where no hair hangs over them."""
    if easel.person.hair.style in {"long", "bob"}:
        return
    ear = easel.person.ear
    for side in SIDES:
        middle = side * (easel.person.skull.half_width * 0.98 + ear * 0.35)
        outer = easel.head.at(middle + ear * 0.5 * COS, 0.02 + ear * 1.05 * SIN, -0.05)
        inner = easel.head.at(middle + ear * 0.26 * COS, 0.02 + ear * 0.6 * SIN, -0.05)
        easel.fill(outer, easel.skin * 0.9)
        easel.fill(inner, easel.skin * 0.76)


def paint_face(easel: Easel) -> NDArray[np.float64]:
    """Paint the bare face with shading, blush and beard; return its box (left, top, right, bottom)."""
    outline = _outline(easel)
    side = easel.pixels.shape[0]
    mask = np.zeros((side, side), np.uint8)
    fill(mask, outline, (255,))
    easel.fill(outline, easel.skin)
    (left, top), (right, bottom) = outline.min(0), outline.max(0)
    corner = max(0, int(left) - 2), max(0, int(top) - 2)
    across = slice(corner[0], min(side, int(right) + 3))
    down = slice(corner[1], min(side, int(bottom) + 3))

    covered: NDArray[np.float32] = mask[down, across].astype(np.float32) / np.float32(255)
    patch: Patch = easel.pixels[down, across].astype(np.float32)
    patch *= 1 - (0.3 * (1 - _spread(easel, _spread(easel, covered, 0.3), 0.3)) * covered)[..., None]
    patch = _blushed(easel, patch, covered, corner)
    if easel.person.beard.style != "none":
        if easel.person.beard.style == "full":
            easel.fill(easel.head.at(*_beard_outline(easel), 0.0), easel.hair * 0.85)
            inside = (cv2.GaussianBlur(covered, (0, 0), 1) > 0.5)[..., None]
            patch = np.where(inside, patch, easel.pixels[down, across].astype(np.float32))
        patch = _bearded(easel, patch, corner)
    easel.pixels[down, across] = np.clip(patch, 0, 255).astype(np.uint8)

    for spot in easel.person.freckles:
        easel.disc(easel.head.at(spot.x, spot.y), easel.skin * [0.78, 0.66, 0.6], spot.radius)
    for spot in easel.person.moles:
        easel.disc(easel.head.at(spot.x, spot.y), easel.skin * 0.4, spot.radius)
    return np.array([left, top, right, bottom])


def _outline(easel: Easel) -> Points:
    skull, scene = easel.person.skull, easel.scene
    down = np.linspace(0, skull.bottom, 22)
    over = np.linspace(0, math.pi, 20)[1:-1]
    jaw = 0.1 if scene.expression in {"laughing", "surprised"} else 0
    opened = down * (1 + jaw * scene.intensity * (down / skull.bottom))
    half = _half_width(easel, down)
    x = np.concatenate([half, -half[::-1][1:], -skull.half_width * np.cos(over)])
    y = np.concatenate([opened, opened[::-1][1:], -skull.top * np.sin(over)])
    return easel.head.at(x, y, 0.0)


def _half_width(easel: Easel, y: NDArray[np.float64]) -> NDArray[np.float64]:
    skull = easel.person.skull
    inner = np.clip(1 - np.clip(y / skull.bottom, 0, 1) ** skull.taper, 0, 1)
    return np.asarray(skull.half_width * inner ** (1 / skull.roundness), np.float64)


def _spread(easel: Easel, mask: NDArray[np.float32], heads: float) -> NDArray[np.float32]:
    kernel = int(easel.length(heads)) | 1
    return np.asarray(cv2.blur(mask, (kernel, kernel)), np.float32)


def _blushed(easel: Easel, patch: Patch, covered: NDArray[np.float32], corner: tuple[int, int]) -> Patch:
    if easel.person.blush <= 0.02:
        return patch
    cheeks = np.zeros(covered.shape, np.float32)
    for side in SIDES:
        centre = easel.head.at(side * easel.person.eyes.x * 1.15, 0.27) - corner
        cv2.circle(cheeks, whole(centre), int(easel.length(0.16)), (1.0,), -1)
    cheeks = (_spread(easel, cheeks, 0.2) * covered * easel.person.blush)[..., None]
    return patch * (1 - cheeks) + _BLUSH * cheeks


def _bearded(easel: Easel, patch: Patch, corner: tuple[int, int]) -> Patch:
    style = easel.person.beard.style
    mask = np.zeros(patch.shape[:2], np.uint8)
    depth = None if style in {"mustache", "goatee"} else 0.0
    fill(mask, easel.head.at(*_beard_outline(easel), depth) - corner, (255,))
    soft = cv2.GaussianBlur(mask, (0, 0), max(0.6, easel.length(0.02))).astype(np.float32)
    share = soft[..., None] / 255 * (0.38 if style == "stubble" else 0.93)
    return np.asarray(patch * (1 - share) + easel.hair * 0.85 * share)


def _beard_outline(easel: Easel) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    person = easel.person
    mouth, beard, chin = person.mouth, person.beard, person.skull.bottom
    if beard.style == "goatee":
        drop = (chin - mouth.y) * 0.95 * SIN * np.where(SIN > 0, 1, 0.3)
        return mouth.half_width * 1.05 * COS, mouth.y + 0.06 + drop
    if beard.style == "mustache":
        return mouth.half_width * 1.15 * COS, mouth.y - 0.1 + 0.075 * SIN + 0.06 * np.abs(COS)
    hang = 1 + (beard.length if beard.style == "full" else 0)
    y = np.linspace(0.12, chin, 16)
    half = _half_width(easel, y) * 1.01
    cheek, lip = person.skull.half_width * 0.72, mouth.half_width * 1.1
    under = [0.3, mouth.y - 0.17, mouth.y - 0.15, mouth.y - 0.17, 0.3]
    return (
        np.concatenate([half, -half[::-1], [-cheek, -lip, 0, lip, cheek]]),
        np.concatenate([y * hang, y[::-1] * hang, under]),
    )
