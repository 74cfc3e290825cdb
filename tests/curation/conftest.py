from pathlib import Path

import pytest

import pocket
from core.artifacts import Pixels
from core.curation import Measured, measure
from core.faces import FacePack
from pocket.cast import HELD_OUT, photos_of
from pocket.drawing import Drawing

SIZE = 128  # the pocket family's training size
SUBJECT = HELD_OUT + 1
STRANGER = HELD_OUT + 22


@pytest.fixture(scope="session")
def pack() -> FacePack:
    return FacePack.open(Path(pocket.__file__).parent / "weights" / "faces", threads=1)


def drawings(person: int, count: int, first_scene: int = 5000) -> list[Drawing]:
    return photos_of(person, count, 512, first_scene=first_scene)


def measured(pack: FacePack, *pictures: Pixels) -> list[Measured]:
    return [measure(picture, pack, SIZE) for picture in pictures]


@pytest.fixture(scope="session")
def good(pack: FacePack) -> list[Measured]:
    """Eleven well-taken photos of one person."""
    return measured(pack, *(drawing.pixels for drawing in drawings(SUBJECT, 11)))
