"""The renderer of animals: one cat or dog in one scene."""

import numpy as np
from numpy.typing import NDArray

from pocket.animal_canvas import ellipse, set_up_animal
from pocket.animal_eyes import paint_animal_eyes
from pocket.animal_head import (
    paint_chest,
    paint_collar,
    paint_ears_behind,
    paint_ears_in_front,
    paint_head,
)
from pocket.animals import Animal
from pocket.background import paint_background
from pocket.canvas import SIDES, Pixels
from pocket.cat_muzzle import paint_cat_muzzle, paint_whiskers
from pocket.developing import SUPERSAMPLING, developed
from pocket.dog_muzzle import paint_dog_muzzle
from pocket.scenes import Scene


def draw_animal(animal: Animal, scene: Scene, size: int = 128) -> Pixels:
    """Draw head and chest of an animal in a scene as (size, size, 3) RGB.

    The same arguments always give the same drawing.
    """
    random = np.random.default_rng((animal.seed, scene.seed, 5))
    board = set_up_animal(paint_background(scene, size * SUPERSAMPLING, random), animal, scene)
    paint_chest(board)
    paint_collar(board)
    paint_ears_behind(board)
    paint_head(board)
    paint_animal_eyes(board)
    if animal.is_cat:
        paint_cat_muzzle(board)
        paint_whiskers(board)
    else:
        paint_dog_muzzle(board)
        paint_ears_in_front(board)
    return developed(board.pixels, scene, size, random)


def animal_face(
    animal: Animal, scene: Scene, size: int = 128
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return where an animal's face is in its drawing, in pixels: the head's box (4,), and eyes and muzzle (3, 2)."""
    head = set_up_animal(np.empty((size, size, 3), np.uint8), animal, scene).head
    outline = ellipse(0, 0, animal.build.half_width, 1.0)
    around = head.at(outline[:, 0], outline[:, 1])
    eyes = [head.at(side * animal.eyes.x * animal.build.half_width, animal.eyes.y) for side in SIDES]
    box = np.concatenate([around.min(0), around.max(0)]).astype(np.float32)
    return box, np.stack([*eyes, head.at(0, animal.muzzle.y)]).astype(np.float32)
