"""The best subset of the accepted photos: good ones that between them show everything (SPEC I8)."""

from collections.abc import Sequence

import numpy as np

from core.artifacts import Judgement, Verdict
from core.curation.measuring import Measured
from core.curation.variety import features
from core.errors import Refusal


def choose(
    judgements: Sequence[Judgement], measured: Sequence[Measured | Refusal | None], most: int = 20
) -> tuple[int, ...]:
    """Return the places of at most `most` accepted photos, in the set's order.

    Greedy facility location: each photo taken is the one that makes all accepted ones best represented, a photo
    being represented by its likest chosen one times that one's quality. Within 1 - 1/e of the best there is
    (Nemhauser, Wolsey and Fisher, 1978).
    """
    accepted = [
        (place, photo)
        for place, (judgement, photo) in enumerate(zip(judgements, measured, strict=True))
        if judgement.verdict is Verdict.ACCEPTED and isinstance(photo, Measured)
    ]
    if len(accepted) <= most:
        return tuple(place for place, _ in accepted)
    rows = features([photo for _, photo in accepted])
    apart = np.linalg.norm(rows[:, None] - rows[None], axis=2)
    quality = np.array([judgements[place].quality for place, _ in accepted])
    worth = np.exp(-(apart**2) / 2) * quality  # (represented, representing)
    covered = np.zeros(len(accepted))
    taken: list[int] = []
    for _ in range(most):
        gains = np.maximum(worth - covered[:, None], 0).sum(axis=0)
        gains[taken] = -1
        best = int(np.argmax(gains))
        taken.append(best)
        covered = np.maximum(covered, worth[:, best])
    return tuple(sorted(accepted[place][0] for place in taken))
