"""The best subset of the accepted photos: good ones that between them show everything (SPEC I8)."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.artifacts import Judgement, Verdict
from core.curation.measuring import Measured
from core.curation.variety import features
from core.errors import Refusal
from core.faces import leave_one_out

# Beyond as many as do best, a photo is taken only if it is nearly as good as those that were.
_NEARLY_AS_GOOD: Final = 0.75


def choose(
    judgements: Sequence[Judgement],
    measured: Sequence[Measured | Refusal | None],
    most: int = 20,
    *,
    enough: int | None = None,
) -> tuple[int, ...]:
    """Return the places of at most `most` accepted photos, in the set's order; from `enough` on good ones alone.

    Greedy facility location: each photo taken is the one that makes all accepted ones best represented, a photo
    being represented by its likest chosen one times that one's worth: its quality, and how like the rest its face is.
    Within 1 - 1/e of the best there is (Nemhauser, Wolsey and Fisher, 1978).
    """
    accepted = [
        (place, photo)
        for place, (judgement, photo) in enumerate(zip(judgements, measured, strict=True))
        if judgement.verdict is Verdict.ACCEPTED and isinstance(photo, Measured)
    ]
    enough = most if enough is None else min(enough, most)
    if len(accepted) <= enough:
        return tuple(place for place, _ in accepted)
    rows = features([photo for _, photo in accepted])
    apart = np.linalg.norm(rows[:, None] - rows[None], axis=2)
    quality = np.array([judgements[place].quality for place, _ in accepted]) * _belonging(accepted)
    worth = np.exp(-(apart**2) / 2) * quality  # (represented, representing)
    covered = np.zeros(len(accepted))
    taken: list[int] = []
    for _ in range(min(most, len(accepted))):
        gains = np.maximum(worth - covered[:, None], 0).sum(axis=0)
        gains[taken] = -1
        if len(taken) >= enough:
            gains[quality < _NEARLY_AS_GOOD * np.median(quality[taken])] = -1
        best = int(np.argmax(gains))
        if gains[best] < 0:
            break
        taken.append(best)
        covered = np.maximum(covered, worth[:, best])
    return tuple(sorted(accepted[place][0] for place in taken))


def _belonging(accepted: Sequence[tuple[int, Measured]]) -> NDArray[np.float64]:
    """How like the others each face is, as a share of the usual, at most 1; 1 where a face is missing."""
    faces = [photo.face.embedding for _, photo in accepted if photo.face]
    alike = leave_one_out(faces) if len(faces) == len(accepted) else []
    if not alike or np.median(alike) <= 0:
        return np.ones(len(accepted))
    return np.asarray(np.clip(np.array(alike) / np.median(alike), 0, 1), np.float64)
