"""The held-out people of the benchmarks, and how pictures of them are looked at."""

from collections.abc import Sequence

import numpy as np

from core.artifacts import Embedding, Pixels
from core.faces import FacePack, similarity
from pocket.cast import PEOPLE
from pocket.people import make_person

# Photos that people are enrolled with and graded by show other scenes than those that are learnt from.
ENROLMENT_SCENES = 40_000


def adults(count: int) -> list[int]:
    """The first grown-up people of the cast; children are not learnt by default."""
    return [seed for seed in PEOPLE if make_person(seed).kind in ("man", "woman")][:count]


def face_of(pack: FacePack, pixels: Pixels) -> Embedding | None:
    """The largest face of a picture."""
    faces = pack.faces_in(pixels)
    return faces[0].embedding if faces else None


def faces_of(pack: FacePack, pictures: Sequence[Pixels]) -> list[Embedding]:
    """The largest face of each picture that has one."""
    found = (face_of(pack, pixels) for pixels in pictures)
    return [face for face in found if face is not None]


def likenesses(pack: FacePack, pictures: Sequence[Pixels], photos: Sequence[Embedding]) -> list[float]:
    """Each picture's similarity to a person's photos; 0 without a face."""
    found = (face_of(pack, pixels) for pixels in pictures)
    return [0.0 if face is None else similarity(face, photos) for face in found]


def share(values: Sequence[bool]) -> float:
    """How many of the values are true; NaN of none, which holds no goal."""
    return float(np.mean(values)) if len(values) else float("nan")
