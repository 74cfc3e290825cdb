"""What the recogniser learns from: drawn faces, aligned as insightface aligns them, and who they are."""

from typing import Final

import cv2
import numpy as np
from insightface.utils.face_align import estimate_norm
from numpy.typing import NDArray

from pocket import palette
from pocket.canvas import Pixels
from pocket.drawing import draw
from pocket.people import HAIR_STYLES, Person
from pocket.recipes.photos import training_photo

SIDE: Final = 112
_TRAITS: Final = (
    ("skull", ("half_width", "top", "bottom", "taper", "roundness")),
    ("hair", ("volume", "hairline")),
    ("eyes", ("x", "y", "half_width", "openness", "tilt", "iris", "lashes")),
    ("brows", ("thickness", "height", "angle", "arch", "length")),
    ("nose", ("length", "half_width", "bridge")),
    ("mouth", ("half_width", "y", "lip")),
)


def crop(number: int, people: int) -> tuple[Pixels, int]:
    """Return an aligned face (112, 112, 3) and its person's seed.

    The landmarks are off by about as much as a detector's.
    """
    person, scene = training_photo(number, people)
    random = np.random.default_rng((number, 6))
    drawing = draw(person, scene)
    slips = random.normal(0, 1.0, (5, 2)) + random.normal(0, 0.6, (1, 2))
    towards = estimate_norm((drawing.landmarks + slips).astype(np.float32), SIDE)
    return np.asarray(cv2.warpAffine(drawing.pixels, towards, (SIDE, SIDE)), np.uint8), person.seed


def appearance(person: Person) -> NDArray[np.float32]:
    """Return everything about a person's face as one row of numbers, for the recogniser to reveal."""
    measures = [getattr(getattr(person, part), name) for part, names in _TRAITS for name in names]
    colours = [
        channel / 255
        for colour in (person.skin, person.hair.rgb, person.mouth.rgb, palette.EYES[person.eyes.colour])
        for channel in colour
    ]
    choices = [
        *(person.nose.style == style for style in range(3)),
        *(person.hair.style == style for style in HAIR_STYLES),
        *(person.glasses.shape == shape for shape in ("round", "square", "sun")),
        *(person.beard.style == style for style in ("stubble", "mustache", "goatee", "full")),
        bool(person.freckles),
        bool(person.moles),
        person.is_female,
        person.is_child,
    ]
    return np.array([*measures, person.ear, person.wrinkles, person.blush, *colours, *choices], np.float32)
