"""What a caption says of an animal's photo, and the truth about all that can be seen on it."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from pocket import palette
from pocket.animal_eyes import SHUT
from pocket.animals import ANIMAL_KINDS, COATS, COLLARS, EARS, EYES, PATTERNS, Animal
from pocket.captions import IN_PLACES
from pocket.scenes import PLACES, Scene
from pocket.wording import OPENINGS, Look

# Every attribute and the values that it takes; of a cat's and a dog's values each animal has its own kind's.
ANIMAL_VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "kind": ANIMAL_KINDS,
    "coat": tuple(COATS),
    "pattern": tuple(
        dict.fromkeys(name for coats in PATTERNS.values() for names in coats.values() for name in names)
    ),
    "eyes": (*EYES, "closed"),
    "ears": tuple(dict.fromkeys(shape for shapes in EARS.values() for shape in shapes)),
    "collar": tuple(colour or "none" for colour in COLLARS),
    "background": (*palette.THINGS, *PLACES),
}


def animal_attributes(animal: Animal, scene: Scene) -> dict[str, str]:
    """Return what is true of the photo, one of `ANIMAL_VALUES` for every attribute."""
    return {
        "kind": animal.kind,
        "coat": animal.coat.colour,
        "pattern": animal.coat.pattern,
        "eyes": "closed" if scene.openness < SHUT else animal.eyes.colour,
        "ears": animal.ears.shape,
        "collar": animal.collar.colour or "none",
        "background": scene.place or scene.background,
    }


def describe_animal(
    animal: Animal, scene: Scene, seed: int, *, look: Look = "photo", drop: float = 0.35
) -> str:
    """Return a caption; the seed decides its opening and which parts, each with chance `drop`, go unsaid."""
    random = np.random.default_rng(seed)
    said = [part for part in _parts(animal, scene) if random.random() > drop]
    return ", ".join([f"{OPENINGS[look][random.integers(4)]} {animal.kind}", *said])


def _parts(animal: Animal, scene: Scene) -> list[str]:
    truth = animal_attributes(animal, scene)
    is_open = scene.expression in {"smiling", "laughing"}
    parts = (
        f"{truth['coat']} {'coat' if truth['pattern'] == 'plain' else truth['pattern']}",
        "fluffy" if animal.coat.fluffy else None,
        f"{truth['ears']} ears",
        f"{truth['eyes']} eyes",
        f"{truth['collar']} collar" if animal.collar.colour else None,
        "open mouth" if is_open else None,
        "tongue out" if is_open and not animal.is_cat and animal.hangs_tongue else None,
        IN_PLACES[scene.place] if scene.place else f"{truth['background']} background",
    )
    return [part for part in parts if part]
