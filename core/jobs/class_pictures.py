"""A class's images: drawn once for a base and class, shared by all profiles, and never of a person."""

import io
from collections.abc import Generator

import numpy as np
from PIL import Image

from core.artifacts import Pixels
from core.generation import class_images
from core.jobs.draw import to_png
from core.jobs.workshop import Workshop

ROUND = 4  # images drawn in one unit


def drawn_already(workshop: Workshop, word: str) -> list[Pixels]:
    """What there is of a class's images, for whoever cannot wait for the rest."""
    studio = workshop.studio
    folder, key = _folder(workshop, word), studio.keys.derive("class images")
    return [_from_png(studio.files.read(name, key)) for name in sorted(studio.files.names(folder))]


def class_pictures(workshop: Workshop, word: str) -> Generator[None, None, list[Pixels]]:
    """Draw what is missing, a few at a time, and answer all of them."""
    studio, family = workshop.studio, workshop.family()
    key = studio.keys.derive("class images")
    folder = _folder(workshop, word)
    names = [f"{folder}/{number:03}" for number in range(family.base.class_images)]
    have = set(studio.files.names(folder))
    missing = [number for number, name in enumerate(names) if name not in have]
    for start in range(0, len(missing), ROUND):
        numbers = missing[start : start + ROUND]
        for number, pixels in zip(numbers, class_images(family, word, numbers), strict=True):
            studio.files.write(names[number], to_png(pixels), key)
        yield
    return [_from_png(studio.files.read(name, key)) for name in names]


def _folder(workshop: Workshop, word: str) -> str:
    return f"class/{workshop.base.name}-{workshop.studio.keys.fingerprint('class', word.encode())[:16]}"


def _from_png(content: bytes) -> Pixels:
    with Image.open(io.BytesIO(content)) as picture:
        return np.array(picture.convert("RGB"))
