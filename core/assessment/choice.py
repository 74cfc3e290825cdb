"""Which checkpoint is kept, and when a training has gone on long enough (SPEC T7).

A checkpoint's quality is measured on a handful of pictures, so a single one may shine by luck. What is compared is
therefore each one's mean with its neighbours, which are nearly the same weights.
"""

from collections.abc import Sequence
from typing import Final

from core.assessment.scores import Score

# Of 100. So much less for fewer steps is no loss: a shorter training is the less stiff one.
AS_GOOD: Final = 1.0
FLAT, OVERTRAINED, THERE = "flat", "overtrained", "there"
# Of 100: a training that has come so close by its planned end is not asked for more. Of eighteen drawn people a third
# went on at 85, two thirds at 90; the kept step was less like them than the best by 0.023 and 0.019, by 0.029 without.
CLOSE: Final = 85.0


def best(scores: Sequence[Score]) -> Score:
    """The checkpoint to keep: the earliest that is as good as the best; raises ValueError without any.

    Where likeness is not measured (no faces), nothing tells what more steps bring, so the last is kept.
    """
    if not scores:
        raise ValueError("there is no checkpoint to choose from")
    if all(score.similarity is None for score in scores):
        return scores[-1]
    smooth = smoothed([score.quality for score in scores])
    return next(score for score, mean in zip(scores, smooth, strict=True) if mean >= max(smooth) - AS_GOOD)


def ending(scores: Sequence[Score], steps: int, patience: int) -> str:
    """Why a training of so many planned steps ends with the last of these checkpoints, or an empty string.

    Either more steps would not help (`may_stop`), or they are taken and it is "there": as close as may be wished for.
    One that is not goes on while it gets better, as long as its plan lets it. Where likeness is not measured nothing
    tells, so it ends as planned; without patience too.
    """
    if not scores:
        return ""
    if patience and (reason := may_stop(scores, patience)):
        return reason
    chosen = best(scores)
    close = not patience or chosen.similarity is None or chosen.quality >= CLOSE
    return THERE if close and scores[-1].step >= steps else ""


def may_stop(scores: Sequence[Score], patience: int) -> str:
    """Why more steps would not help: "overtrained" where they hurt, "flat" where nothing changes; else empty.

    `patience` is how many checkpoints after the best one, none of them better, are enough.
    Overtraining is recognised by prompts that are obeyed less, photos that are repeated more, or a class that
    drifts further than at the best checkpoint, while the likeness does not rise.
    """
    if len(scores) <= patience:
        return ""
    chosen = best(scores)
    later = scores[scores.index(chosen) + 1 :]
    if len(later) < patience or chosen.quality <= 0:
        return ""
    return OVERTRAINED if any(_hurts(chosen, score) for score in later[-patience:]) else FLAT


def smoothed(values: Sequence[float]) -> list[float]:
    """Each value's mean with its neighbours, itself counting twice."""
    means = []
    for place, value in enumerate(values):
        near = [*values[max(place - 1, 0) : place], value, value, *values[place + 1 : place + 2]]
        means.append(sum(near) / len(near))
    return means


def _hurts(chosen: Score, later: Score) -> bool:
    obeyed = _less(later.fidelity, chosen.fidelity, 0.05)
    drifted = _less(chosen.drift, later.drift, 0.05)
    return (obeyed or drifted or later.copies > chosen.copies) and later.quality < chosen.quality


def _less(one: float | None, other: float | None, by: float) -> bool:
    return one is not None and other is not None and one < other - by
