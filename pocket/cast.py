"""The cast kept for trials: no recipe ever trains on it, so what is measured on it was never learned.

`python -m pocket.cast FOLDER` writes the photos of the demonstration there.
"""

import argparse
import itertools
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import cv2
import numpy as np

from pocket import faults
from pocket.animal_drawing import draw_animal
from pocket.animals import make_animal
from pocket.canvas import Pixels
from pocket.drawing import Drawing, draw
from pocket.people import Person, make_person
from pocket.scenes import Scene, make_scene
from pocket.unseen_looks import UnseenLook

# The seeds from here on belong to people, animals and styles that no recipe has seen.
HELD_OUT: Final = 1_000_000
PEOPLE: Final = tuple(range(HELD_OUT, HELD_OUT + 200))
# Cats and dogs as their seeds have it.
ANIMALS: Final = tuple(range(HELD_OUT, HELD_OUT + 40))
# Looks that the base never meets, each with the seeds of its variants.
STYLES: Final[tuple[tuple[UnseenLook, int], ...]] = (
    *(("watercolour", HELD_OUT + seed) for seed in range(4)),
    *(("poster", HELD_OUT + seed) for seed in range(3)),
    *(("mosaic", HELD_OUT + seed) for seed in range(3)),
)

# A man whom the shipped detector finds on every photo, whose photos resemble one another, and of whom the
# shipped base model learns to draw likenesses.
_DEMO_SUBJECT: Final = HELD_OUT + 1
_DEMO_STRANGER: Final = HELD_OUT + 22
_DEMO_FIRST_SCENE: Final = 5000
_DEMO_SIZE: Final = 1024
_GOOD_PHOTOS: Final = 11
# The order in which the 14 pictures lie in the folder, and the number of the first.
_ORDER_SEED: Final = 3
_FIRST_NUMBER: Final = 4107

Truth = Literal["good", "duplicate", "blurred", "somebody else"]


@dataclass(frozen=True)
class DemoPhoto:
    """One file of the demonstration and what is true of it; a duplicate names the file it repeats."""

    path: Path
    truth: Truth
    repeats: Path | None = None


def photos_of(person_seed: int, count: int, size: int = 128, *, first_scene: int = 0) -> list[Drawing]:
    """Draw well-taken photos of a held-out person, each in a scene of its own from `first_scene` on."""
    if person_seed < HELD_OUT:
        raise ValueError(f"held-out people have seeds from {HELD_OUT} on, not {person_seed}")
    person = make_person(person_seed)
    return [draw(person, scene, size) for scene in itertools.islice(_well_taken(first_scene), count)]


def animal_photos_of(animal_seed: int, count: int, size: int = 128, *, first_scene: int = 0) -> list[Pixels]:
    """Draw well-taken photos of a held-out animal, each in a scene of its own from `first_scene` on."""
    if animal_seed < HELD_OUT:
        raise ValueError(f"held-out animals have seeds from {HELD_OUT} on, not {animal_seed}")
    animal = make_animal(animal_seed)
    return [draw_animal(animal, scene, size) for scene in itertools.islice(_well_taken(first_scene), count)]


def demo_subject() -> Person:
    """Return the person of the demonstration: held out, grown-up, always found, and easy to learn."""
    return make_person(_DEMO_SUBJECT)


def write_demo(folder: Path) -> list[DemoPhoto]:
    """Write the demonstration's 14 photos as JPEG files and return what is true of each, in order of name.

    Eleven are good; one repeats another, one is out of focus, one shows somebody else.
    """
    folder.mkdir(parents=True, exist_ok=True)
    good = [photo.pixels for photo in _demo_photos(_DEMO_SUBJECT, _GOOD_PHOTOS + 1)]
    [stranger] = _demo_photos(_DEMO_STRANGER, 1)
    repeated = 4
    pictures: list[tuple[Pixels, Truth, int]] = [
        *((pixels, "good", 92) for pixels in good[:_GOOD_PHOTOS]),
        (good[repeated], "duplicate", 60),
        (faults.blurred(good[_GOOD_PHOTOS]), "blurred", 92),
        (stranger.pixels, "somebody else", 92),
    ]
    numbers = np.random.default_rng(_ORDER_SEED).permutation(len(pictures))
    paths = [folder / f"IMG_{_FIRST_NUMBER + number}.jpg" for number in numbers]
    photos = []
    for path, (pixels, truth, quality) in zip(paths, pictures, strict=True):
        path.write_bytes(_jpeg(pixels, quality))
        photos.append(DemoPhoto(path, truth, paths[repeated] if truth == "duplicate" else None))
    return sorted(photos, key=lambda photo: photo.path.name)


def main() -> None:
    """Write the demonstration's photos into the folder given, and print what is true of each as JSON."""
    parser = argparse.ArgumentParser(description="Write the photos of the demonstration.")
    parser.add_argument("folder", type=Path)
    cv2.setNumThreads(1)
    photos = write_demo(parser.parse_args().folder)
    json.dump({photo.path.name: photo.truth for photo in photos}, sys.stdout, indent=2)
    sys.stdout.write("\n")


def _demo_photos(person_seed: int, count: int) -> list[Drawing]:
    return photos_of(person_seed, count, _DEMO_SIZE, first_scene=_DEMO_FIRST_SCENE)


def _well_taken(first_scene: int) -> Iterator[Scene]:
    """Yield scenes without noise or blur, moderate in pose, bright enough, eyes open."""
    for seed in itertools.count(first_scene):
        scene = make_scene(seed, hardness=0.6, noise=0.0, blur=0.0)
        if scene.light >= 0.82 and scene.openness >= 0.5:
            yield scene


def _jpeg(pixels: Pixels, quality: int) -> bytes:
    _, encoded = cv2.imencode(
        ".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    return encoded.tobytes()


if __name__ == "__main__":
    main()
