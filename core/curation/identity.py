"""Whom, or what, a set of photos shows: one subject, one with a stranger among it, or two (SPEC I6)."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

from core.artifacts import Embedding
from core.faces import similarity

# Two photos and half of what the subject has: fewer are somebody else's that slipped in, and are left out.
_LEAST_OF_A_RIVAL: Final = 2
_RIVAL: Final = 0.5
# A stranger may be more alike than most strangers and still fall far behind the subject's own. Of 600 drawn photos none
# lies more than 0.26 below the middle of its set, of 300 strangers among them all do by 0.37.
_SEVERAL: Final = 5
_LEAST_FALL: Final = 0.3
_DEVIATIONS: Final = 6.0
_MAD_TO_DEVIATION: Final = 1.4826


def subjects(
    seen: Sequence[Embedding], alike: float, other: float, vouched: Sequence[bool] = ()
) -> tuple[int, ...]:
    """Return which subject each photo of a set shows, by its embedding: 1 is the set's own, 2 and more are others.

    Those belong together that are all more alike than `alike` (complete linkage); whatever is less like the largest
    group than `other`, or far less than that group's photos are like each other, is not the set's. Of groups of one
    size the one that began earlier is the set's. `vouched` are photos of which the owner said that they belong to it.
    """
    if len(seen) < 2:
        return (1,) * len(seen)
    vectors = np.stack(seen)
    group = _groups(vectors, alike, "complete")
    sworn = np.array(vouched or [False] * len(seen))
    own = (group == _largest(group)) | sworn
    nearest = np.array(
        [_among(vectors[own & (np.arange(len(seen)) != at)], vectors[at]) for at in range(len(seen))]
    )
    limit = max(other, _least_of_its_own(nearest[own]))
    strange = (nearest < limit) & ~sworn
    numbers = np.ones(len(seen), np.intp)
    places = np.flatnonzero(strange)
    if len(places) == 0:
        return tuple(numbers.tolist())
    among = _groups(vectors[places], other, "average") if len(places) > 1 else np.ones(1, np.intp)
    sizes = np.bincount(among)
    order = sorted({*among.tolist()}, key=lambda one: (-sizes[one], int(np.argmax(among == one))))
    for number, one in enumerate(order, 2):
        numbers[places[among == one]] = number
    return tuple(numbers.tolist())


def _among(core: NDArray[np.float32], one: Embedding) -> float:
    return similarity(one, list(core)) if len(core) else 1.0


def _least_of_its_own(likenesses: NDArray[np.float64]) -> float:
    """How like its other photos one of a subject is at least, as far as several of them tell."""
    if len(likenesses) < _SEVERAL:
        return -1.0
    middle = float(np.median(likenesses))
    spread = _MAD_TO_DEVIATION * float(np.median(np.abs(likenesses - middle)))
    return middle - max(_LEAST_FALL, _DEVIATIONS * spread)


def are_rivals(sizes: Sequence[int]) -> bool:
    """Whether nobody knows which subject is meant, by how many photos there are of each, the set's own first."""
    return len(sizes) > 1 and max(sizes[1:]) >= max(_LEAST_OF_A_RIVAL, _RIVAL * sizes[0])


def _groups(vectors: NDArray[np.float32], alike: float, linked: str) -> NDArray[np.intp]:
    distances = np.clip(1 - vectors @ vectors.T, 0, 2)
    upper = distances[np.triu_indices(len(vectors), 1)]
    return np.asarray(fcluster(linkage(upper, linked), 1 - alike, "distance"), np.intp)


def _largest(group: NDArray[np.intp]) -> int:
    return int(group[int(np.argmax(np.bincount(group)[group]))])
