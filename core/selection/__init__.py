"""Which candidates are delivered, and how many to make so that enough are (SPEC S1)."""

from collections.abc import Sequence
from dataclasses import replace

from core.artifacts import Picture

BELOW_FLOOR = "below_floor"
LESS_SIMILAR = "less_similar"


def select(pictures: Sequence[Picture], *, floor: float | None, asked: int) -> list[Picture]:
    """Return the candidates with what is delivered first, most similar first, at most `asked` of them.

    The others follow, most similar first, each with a reason in `dropped`: one that a judge gave before, or
    "below_floor", or "less_similar" for one that would pass but is not needed. Without a floor the filter is off:
    the first `asked` that no judge objected to are delivered, in the order in which they were made.
    """
    if floor is None:
        fit = [picture for picture in pictures if not picture.dropped]
    else:
        fit = sorted((picture for picture in pictures if passes(picture, floor)), key=_likeness, reverse=True)
    surplus = [replace(picture, dropped=LESS_SIMILAR) for picture in fit[asked:]]
    unfit = [
        picture if picture.dropped else replace(picture, dropped=BELOW_FLOOR)
        for picture in pictures
        if picture.dropped or (floor is not None and not passes(picture, floor))
    ]
    return [*fit[:asked], *sorted([*surplus, *unfit], key=_likeness, reverse=True)]


def passes(picture: Picture, floor: float | None) -> bool:
    """Say whether a candidate may be delivered; with the filter off, all may to which no judge objected."""
    if picture.dropped:
        return False
    return floor is None or (picture.similarity is not None and picture.similarity >= floor)


def next_round(asked: int, made: int, passed: int, *, filtered: bool = True) -> int:
    """Return how many candidates to make next; 0 when there are enough, or the bound is reached.

    Half as many again as asked for, but two at least; then as many as are missing and one more, up to 3n + 4 in
    all. With the filter off just what is missing.
    """
    missing = max(0, asked - passed)
    if not filtered:
        return min(missing, max(0, 3 * asked + 4 - made))
    if made == 0:
        return asked + max(2, (asked + 1) // 2) if asked else 0
    return min(missing + 1, max(0, 3 * asked + 4 - made)) if missing else 0


def _likeness(picture: Picture) -> float:
    return -1.0 if picture.similarity is None else picture.similarity
