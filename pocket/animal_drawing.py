"""The renderer of animals: one cat or dog in one scene."""

import numpy as np

from pocket.animal_canvas import set_up_animal
from pocket.animal_face import paint_animal_eyes, paint_muzzle, paint_whiskers
from pocket.animal_head import (
    paint_chest,
    paint_collar,
    paint_ears_behind,
    paint_ears_in_front,
    paint_head,
)
from pocket.animals import Animal
from pocket.background import paint_background
from pocket.canvas import Pixels
from pocket.developing import SUPERSAMPLING, developed
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
    paint_muzzle(board)
    paint_ears_in_front(board)
    if animal.is_cat:
        paint_whiskers(board)
    return developed(board.pixels, scene, size, random)
