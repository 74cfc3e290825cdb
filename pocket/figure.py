"""Bodies: torso, arms, hands, legs and shoes, in the proportions of the person's age."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from pocket.canvas import COS, SIDES, SIN, Colour, Easel, Points
from pocket.head import neck_and_shoulder
from pocket.people import Person
from pocket.tailoring import Clothes, clothes_of, paint_front, paint_hood, paint_neck, paint_skirt

_TOP: Final = 1.42


@dataclass(frozen=True)
class Build:
    """The measures of a body in heads: half widths, radii of limbs, and heights below the middle of the face."""

    neck: float
    shoulder: float
    chest: float
    waist: float
    hip: float
    arm: float
    leg: float
    stretch: float

    def down(self, y: ArrayLike) -> NDArray[np.float64]:
        """Return the heights that a grown-up's have on this body."""
        return _TOP + (np.asarray(y, np.float64) - _TOP) * self.stretch

    def torso(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return heights and half widths of the torso, from the neck to the hip."""
        shoulder = self.shoulder
        half = [self.neck * 1.1, shoulder * 0.6, shoulder * 0.86, shoulder * 0.93]
        low = self.down([2.7, 3.7, 4.7])
        high = np.array([1.42, 1.57, 1.76, 2.05])
        return np.concatenate([high, low]), np.array([*half, self.chest, self.waist, self.hip])


def build_of(person: Person) -> Build:
    """Return the body that goes with a person's head."""
    neck, shoulder = neck_and_shoulder(person)
    if person.is_child:
        return Build(neck, shoulder, 0.92, 0.86, 0.92, 0.25, 0.34, 0.64)
    if person.is_female:
        return Build(neck, shoulder, 1.02, 0.84, 1.08, 0.27, 0.4, 0.97)
    return Build(neck, shoulder, 1.28, 1.1, 1.12, 0.34, 0.43, 1.0)


def paint_figure(easel: Easel) -> None:
    """Paint the clothed body below the head, as much of it as the picture shows."""
    build, clothes = build_of(easel.person), clothes_of(easel)
    paint_hood(easel, clothes, build.neck)
    if easel.scene.framing == "full":
        _paint_shadow(easel, build)
    if easel.scene.framing != "portrait":
        _paint_legs(easel, build, clothes)
        if clothes.garment == "dress":
            y, half = build.torso()
            paint_skirt(easel, clothes, (float(y[-2]), float(half[-2])), float(build.down(6.6)))
    y, half = build.torso()
    if clothes.garment == "dress":
        y, half = y[:-1], half[:-1]
    easel.fill(_mirrored(easel, y, half), clothes.colour)
    dark = 1 if np.cos(easel.scene.light_from) < 0 else -1
    band = easel.head.below(
        np.concatenate([dark * half, dark * half[::-1] * 0.72]), np.concatenate([y, y[::-1]])
    )
    easel.fill(band, clothes.colour * 0.92)
    paint_front(easel, clothes, y, half)
    paint_neck(easel, clothes, build.neck)
    for side in SIDES:
        _paint_arm(easel, build, clothes, side)


def _mirrored(easel: Easel, y: NDArray[np.float64], half: NDArray[np.float64]) -> Points:
    return easel.head.below(np.concatenate([half, -half[::-1]]), np.concatenate([y, y[::-1]]))


def _limb(easel: Easel, joints: ArrayLike, radii: ArrayLike, colour: Colour) -> None:
    """Paint a limb through joints (n, 2), as thick around each as its radius."""
    joints, radii = np.asarray(joints, np.float64), np.asarray(radii, np.float64)
    x = joints[:, :1] + radii[:, None] * COS
    y = joints[:, 1:] + radii[:, None] * SIN
    for start in range(len(joints) - 1):
        both = slice(start, start + 2)
        around = easel.head.below(x[both].ravel(), y[both].ravel()).astype(np.float32)
        easel.fill(cv2.convexHull(around)[:, 0].astype(np.float64), colour)


def _paint_arm(easel: Easel, build: Build, clothes: Clothes, side: int) -> None:
    r, shoulder = build.arm, build.shoulder
    joint = [shoulder - r * 1.02, 1.72 + r]
    # A portrait shows no more of the arms than the shoulders.
    pose = "relaxed" if easel.scene.framing == "portrait" else easel.scene.pose
    if pose == "waving" and side == 1:
        points = [joint, [shoulder + 0.36, 2.75 if build.stretch > 0.8 else 2.5], [shoulder + 0.55, 1.6]]
    elif pose == "hips":
        points = [
            joint,
            [shoulder + 0.5, float(build.down(3.3))],
            [build.waist + 0.12, float(build.down(4.15))],
        ]
    else:
        points = [
            joint,
            [shoulder + 0.04, float(build.down(3.3))],
            [shoulder - 0.02, float(build.down(4.75))],
        ]
    path = np.array(points) * [side, 1]
    radii = np.array([r, r * 0.86, r * 0.66])
    colour = clothes.colour * (0.87 if side * np.cos(easel.scene.light_from) >= 0 else 0.82)
    if easel.scene.framing != "portrait":
        _paint_hand(easel, path[1], path[2], r * 0.8)
    if not clothes.has_long_sleeves:
        _limb(easel, path, radii * 0.84, easel.skin * 0.93)
        cut = path[0] + (path[1] - path[0]) * (0.42 if clothes.garment == "dress" else 0.62)
        _limb(easel, [path[0], cut], [r, r * (1.12 if clothes.garment == "dress" else 1.0)], colour)
        return
    _limb(easel, path, radii, colour)
    if clothes.garment == "stripes":
        _paint_sleeve_stripes(easel, path, radii, clothes.second * 0.9)
    cuff = path[2] + (path[1] - path[2]) * 0.06
    _limb(easel, [cuff, path[2]], np.array([1.06, 1.06]) * radii[2], colour * 0.88)


def _paint_sleeve_stripes(
    easel: Easel, path: NDArray[np.float64], radii: NDArray[np.float64], colour: Colour
) -> None:
    for part in range(2):
        along = path[part + 1] - path[part]
        length = float(np.hypot(*along))
        across = np.array([-along[1], along[0]]) / length
        for share in np.arange(0.3, length - 0.3, 0.46) / length:
            middle = path[part] + along * share
            width = (radii[part] + (radii[part + 1] - radii[part]) * share) * across * 0.96
            step = along / length * 0.2
            quad = np.array([middle - width, middle + width, middle + step + width, middle + step - width])
            easel.fill(easel.head.below(quad[:, 0], quad[:, 1]), colour)


def _paint_hand(easel: Easel, elbow: NDArray[np.float64], wrist: NDArray[np.float64], r: float) -> None:
    skin = easel.skin * 0.96
    ahead = (wrist - elbow) / float(np.hypot(*(wrist - elbow)))
    aside = np.array([-ahead[1], ahead[0]])
    if aside[0] * wrist[0] > 0:
        aside = -aside
    palm = wrist + ahead * r * 1.05
    _limb(easel, [wrist, palm], [r * 0.7, r * 0.86], skin)
    if easel.scene.pose == "waving" and wrist[0] > 0:
        for spread in (-0.6, -0.2, 0.2, 0.6):
            root = palm + aside * spread * r
            tip = root + (ahead + aside * spread * 0.5) * r * 1.3
            _limb(easel, [root, tip], [r * 0.24, r * 0.2], skin)
    else:
        _limb(easel, [palm, palm + ahead * r * 0.7], [r * 0.82, r * 0.6], skin)
    thumb = wrist + ahead * r * 0.7
    _limb(easel, [thumb, thumb + (ahead * 0.7 + aside) * r * 0.95], [r * 0.3, r * 0.24], skin)


def _paint_legs(easel: Easel, build: Build, clothes: Clothes) -> None:
    r, hip = build.leg, build.hip
    crotch, knee, ankle = (float(y) for y in build.down([5.5, 7.2, 9.1]))
    top = float(build.down(4.3))
    bare = clothes.garment == "dress" or (easel.person.is_child and clothes.garment == "t-shirt")
    for side in SIDES:
        path = np.array([[hip - r * 1.12, crotch - 0.5], [hip * 0.56, knee], [hip * 0.54, ankle]]) * [side, 1]
        radii = np.array([r * 1.12, r * 0.86, r * 0.68])
        shade = 1.0 if side == 1 else 0.93
        if bare:
            _limb(easel, path, radii * 0.78, easel.skin * 0.95 * shade)
        if clothes.garment != "dress":
            reach = path if not bare else np.array([path[0], path[0] + (path[1] - path[0]) * 0.85])
            _limb(easel, reach, radii[: len(reach)] * (1.0 if not bare else 1.04), clothes.trousers * shade)
        _paint_shoe(easel, side, float(path[2][0]), ankle, r, clothes.shoes)
    if clothes.garment != "dress":
        x = [hip * 0.98, hip * 1.0, 0.06, -0.06, -hip * 1.0, -hip * 0.98]
        easel.fill(
            easel.head.below(x, [top, crotch - 0.4, crotch, crotch, crotch - 0.4, top]), clothes.trousers
        )


def _paint_shoe(easel: Easel, side: int, x: float, ankle: float, r: float, colour: Colour) -> None:
    half, high = r * 1.12, r * 0.85
    middle = x + side * r * 0.28
    rounded = np.where(SIN < 0, SIN, 0.0)
    easel.fill(easel.head.below(middle + half * COS, ankle + r * 0.72 + high * rounded), colour)
    sole_x = [middle - half, middle + half, middle + half, middle - half]
    sole = [ankle + r * 0.68, ankle + r * 0.68, ankle + r * 0.92, ankle + r * 0.92]
    easel.fill(easel.head.below(sole_x, sole), np.asarray(colour) * 0.5 + 30)


def _paint_shadow(easel: Easel, build: Build) -> None:
    """Darken the ground under the feet."""
    ground = float(build.down(9.1)) + build.leg * 0.85
    outline = easel.head.below(build.shoulder * 1.25 * COS, ground + 0.2 * SIN)
    side = easel.pixels.shape[0]
    left, top = np.clip(np.floor(outline.min(0)).astype(int), 0, side)
    right, bottom = np.clip(np.ceil(outline.max(0)).astype(int), 0, side)
    if right <= left or bottom <= top:
        return
    before = easel.pixels[top:bottom, left:right].copy()
    easel.fill(outline, (20, 20, 30))
    window = easel.pixels[top:bottom, left:right]
    window[:] = (before * 0.76 + window * 0.24).astype(np.uint8)
