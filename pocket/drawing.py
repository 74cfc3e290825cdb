"""The renderer: one person in one scene, with the truth about where the face is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocket.background import paint_background
from pocket.canvas import Easel, Pixels, set_up
from pocket.developing import SUPERSAMPLING, developed
from pocket.eyes import paint_eyes
from pocket.features import mouth_shape, nose_tip, paint_glasses, paint_mouth, paint_nose
from pocket.figure import paint_figure
from pocket.hair import paint_hair_behind, paint_hair_in_front
from pocket.hats import paint_hat, paint_hat_behind, under_hat
from pocket.head import paint_body, paint_ears, paint_face
from pocket.people import Person
from pocket.scenes import Scene


@dataclass(frozen=True)
class Drawing:
    """A drawn photo: `pixels` (size, size, 3) in RGB, the face's `box` (left, top, right, bottom) and its
    `landmarks` (5, 2): left eye, right eye, nose, left and right corner of the mouth, as the picture has it.
    """

    pixels: Pixels
    box: NDArray[np.float32]
    landmarks: NDArray[np.float32]


def draw(person: Person, scene: Scene, size: int = 128) -> Drawing:
    """Draw a person in a scene, `size` pixels square; the same arguments always give the same drawing."""
    side = size * SUPERSAMPLING
    photo_random = np.random.default_rng((person.seed, scene.seed, 3))
    hair_random = np.random.default_rng(person.seed + 99)
    easel = set_up(paint_background(scene, side, photo_random), person, scene)
    covered = under_hat(easel)
    paint_hat_behind(easel)
    paint_hair_behind(covered, hair_random)
    if scene.framing == "portrait" and scene.garment == "shirt":
        paint_body(easel)
    else:
        paint_figure(easel)
    paint_ears(easel)
    box = paint_face(easel)
    paint_mouth(easel)
    paint_nose(easel)
    eyes = paint_eyes(easel)
    paint_hair_in_front(covered, hair_random)
    paint_hat(easel)
    paint_glasses(easel)
    return Drawing(
        pixels=developed(easel.pixels, scene, size, photo_random),
        box=(box / SUPERSAMPLING).astype(np.float32),
        landmarks=_landmarks(easel, eyes),
    )


def draw_background(scene: Scene, size: int = 128) -> Pixels:
    """Draw a scene with nobody in it."""
    random = np.random.default_rng((scene.seed, 3))
    return developed(paint_background(scene, size * SUPERSAMPLING, random), scene, size, random)


def _landmarks(easel: Easel, eyes: NDArray[np.float64]) -> NDArray[np.float32]:
    mouth, (tip, out) = mouth_shape(easel), nose_tip(easel.person)
    corner = mouth.y + mouth.curve
    points = [
        *eyes,
        easel.head.at(0, tip, lift=out * 0.8),
        easel.head.at(-mouth.half_width, corner),
        easel.head.at(mouth.half_width, corner),
    ]
    return (np.stack(points) / SUPERSAMPLING).astype(np.float32)
