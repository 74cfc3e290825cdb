"""What a training on a set may be expected to reach, told from its photos alone (SPEC I7). Pure.

    grade = 100 * count ** 0.12 * quality ** 0.48 * unity ** 0.32 * variety ** 0.08

A weighted geometric mean: what is wholly missing cannot be made up for by the rest. The weights follow from what each
fault does to a training, and put six trainings of drawn sets, which `benchmarks.grade` does not measure, into the order
of their scores: three of good photos, few, many, and of one moment (57, 58, 56), two of soft, grainy and dim ones (38,
41), one that is half somebody else (23).
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Final

import numpy as np

from core.artifacts import Embedding

_WEIGHTS: Final = (0.12, 0.48, 0.32, 0.08)
_LEAST: Final = 0.05  # so that one measure that is nothing leaves the others to be compared
# Between these lie the mean qualities of sets: photos that just pass, and photos as good as a studio's.
_POOR, _BEST = 0.6, 0.95
_FAULTY: Final = 0.5  # what a photo with a fault that its owner overruled counts for


@dataclass(frozen=True)
class Measures:
    """A set in four numbers from 0 to 1, in the order of their weights.

    `count` is how many photos there are for the method, `quality` how well they are taken, `unity` how surely all
    show the one subject, `variety` how much they differ otherwise.
    """

    count: float
    quality: float
    unity: float
    variety: float


def grade(measures: Measures) -> float:
    """Return the expected quality, 0 to 100; what is expected of no photos is 0."""
    if measures.count <= 0:
        return 0.0
    parts = np.clip(np.array(astuple(measures)), _LEAST, 1)
    return float(100 * np.prod(parts ** np.array(_WEIGHTS)))


def enough(count: int, recommended: int) -> float:
    """How far so many photos go where so many are recommended: each brings less than the one before it."""
    return min(1.0, float((1 - np.exp(-2 * count / recommended)) / (1 - np.exp(-2))))


def well_taken(qualities: Sequence[float], faulty: Sequence[bool]) -> float:
    """How well the photos are taken on the whole; one with a fault counts for half of what it would."""
    values = [quality * (_FAULTY if fault else 1.0) for quality, fault in zip(qualities, faulty, strict=True)]
    return float(np.clip((np.mean(values) - _POOR) / (_BEST - _POOR), 0, 1)) if values else 0.0


def of_one(faces: Sequence[Embedding], same_person: float) -> float:
    """How surely a set shows one person: each face's median likeness to all others, beyond doubt at the threshold.

    One that is no more like them than half of `same_person` counts for nothing. Where there is nothing to compare
    nothing is doubted.
    """
    if len(faces) < 2 or same_person <= 0:
        return 1.0
    cosines = np.stack(faces) @ np.stack(faces).T
    others = cosines[~np.eye(len(faces), dtype=bool)].reshape(len(faces), -1)
    sure = np.clip((np.median(others, axis=1) / same_person - 0.5) / 0.5, 0, 1)
    return float(np.mean(sure))
