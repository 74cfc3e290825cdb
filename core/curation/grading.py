"""What a training on a set may be expected to reach, told from its photos alone (SPEC I7). Pure.

    grade = 100 * recognised ** 0.25 * quality ** 0.05 * unity ** 0.05 * count ** 0.03 * variety ** 0.03

A weighted geometric mean: what is wholly missing cannot be made up for by the rest. It was found on twenty sets of
drawn people that `benchmarks.grade` does not measure, clean, mild and bad, and on eighteen people beside them: what a
training reaches follows above all from how surely a judge of prompts sees on the photos what they are said to show
(ranks correlate by 0.65, within clean sets too). Who is hardly seen as a man on good photos is hardly seen as a man
who smiles afterwards; darkness, grain, and whatever covers a face hide it as well. Faults that leave it to be seen
cost a few points, and so do two people in one set, who are learnt as one who is like both. Few photos and little
variety cost nothing that could be measured; that they cost a little is what a method's range says.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Final

import numpy as np

from core.artifacts import Embedding

_WEIGHTS: Final = (0.25, 0.05, 0.05, 0.03, 0.03)
_LEAST: Final = 0.05  # so that one measure that is nothing leaves the others to be compared
# A judge that is as sure as this of a set's middle photo has no doubt; drawn people lie between 0.03 and 0.6.
_SURE: Final = 0.5
# Between these lie the mean qualities of sets: photos that just pass, and photos as good as a studio's.
_POOR, _BEST = 0.6, 0.95
_FAULTY: Final = 0.5  # what a photo with a fault that its owner overruled counts for


@dataclass(frozen=True)
class Measures:
    """A set in five numbers from 0 to 1, in the order of their weights.

    `recognised` is how surely the photos are seen to show what they are said to, `quality` how well they are taken,
    `unity` how surely all show the one subject, `count` how many there are for the method, `variety` how much they
    differ otherwise.
    """

    recognised: float
    quality: float
    unity: float
    count: float
    variety: float


def grade(measures: Measures) -> float:
    """Return the expected quality, 0 to 100; what is expected of no photos is 0."""
    if measures.count <= 0:
        return 0.0
    parts = np.clip(np.array(astuple(measures)), _LEAST, 1)
    return float(100 * np.prod(parts ** np.array(_WEIGHTS)))


def recognised(sure: Sequence[float]) -> float:
    """How surely a set is seen to show what it is said to: its median photo; beyond doubt where nobody looked."""
    return min(1.0, float(np.median(sure)) / _SURE) if sure else 1.0


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
