"""What a caption says of a photo: some of what can be seen on it."""

from typing import Final

import numpy as np

from pocket.people import Person
from pocket.scenes import Scene
from pocket.wording import OPENINGS, Look

_BEARDS: Final = {
    "none": None,
    "stubble": "stubble",
    "mustache": "a mustache",
    "goatee": "a goatee",
    "full": "a beard",
}


def describe(person: Person, scene: Scene, seed: int, *, look: Look = "photo", drop: float = 0.35) -> str:
    """Return a caption; the seed decides its opening and which parts, each with chance `drop`, go unsaid."""
    random = np.random.default_rng(seed)
    said = [part for part in _parts(person, scene) if random.random() > drop]
    return ", ".join([f"{OPENINGS[look][random.integers(4)]} {person.kind}", *said])


def _parts(person: Person, scene: Scene) -> list[str]:
    parts = (
        _hair(person),
        _glasses(person),
        _BEARDS[person.beard.style],
        None if scene.expression == "neutral" else scene.expression,
        f"{scene.shirt} shirt",
        f"{scene.background} background",
        "freckles" if person.freckles else None,
    )
    return [part for part in parts if part]


def _hair(person: Person) -> str:
    hair = person.hair
    if hair.style == "bald":
        return "bald"
    style = "short" if hair.style in {"short", "side"} else hair.style
    return f"{hair.colour} {style} hair"


def _glasses(person: Person) -> str | None:
    shape = person.glasses.shape
    if shape is None:
        return None
    return "sunglasses" if shape == "sun" else f"{shape} glasses"
