"""A learning rate that changes on the way, in the notation that A1111 made known: `0.005:200, 0.001`.

Each piece is a rate and the last step that it is for; the last piece needs no step, or has -1, and lasts to the end.
A plain number is a schedule of one piece.
"""

from dataclasses import dataclass
from math import isfinite

LEAST_RATE, MOST_RATE = 1e-7, 1.0
MOST_PIECES = 32
LAST = -1  # as A1111 writes a piece without an end


class ScheduleUnreadable(ValueError):
    """A schedule that cannot be followed: which piece of it, counted from 1, and what is wrong with it.

    `problem` is one of: rate (no number, or out of bounds), step (no whole number), backwards (a step not after the
    one before), endless (a piece that lasts to the end and is not the last), short (it ends before the
    training does), pieces (too many, or none).
    """

    def __init__(self, piece: str, number: int, problem: str) -> None:
        super().__init__(f'learning_rate: piece {number}, "{piece}": {_PROBLEMS[problem]}')
        self.piece = piece
        self.number = number
        self.problem = problem


_PROBLEMS = {
    "rate": f"the rate must be a number between {LEAST_RATE:g} and {MOST_RATE:g}",
    "step": "the step after the colon must be a whole number from 1 on",
    "backwards": "its step must come after the one of the piece before",
    "endless": "it lasts to the end, so nothing may follow it",
    "short": "it ends before the training does; leave its step out to let it last",
    "pieces": f"a schedule has 1 to {MOST_PIECES} pieces",
}


@dataclass(frozen=True)
class Piece:
    """One rate, and the last step that it is for; None for all that are left."""

    rate: float
    until: int | None


Schedule = tuple[Piece, ...]


def read(written: float | str, steps: int | None = None) -> Schedule:
    """Read a rate or a schedule; raises ScheduleUnreadable naming the first piece that is wrong.

    With `steps`, a schedule that ends before so many steps is refused too.
    """
    if isinstance(written, int | float):
        return (Piece(_rate(repr(written), 1), None),)
    texts = [text.strip() for text in written.split(",")]
    if len(texts) > 1 and not texts[-1]:
        texts.pop()  # a comma at the end
    if not written.strip() or len(texts) > MOST_PIECES:
        raise ScheduleUnreadable(written.strip()[:40], len(texts), "pieces")
    pieces: list[Piece] = []
    for number, text in enumerate(texts, 1):
        piece = _piece(text, number)
        before = pieces[-1].until if pieces else 0
        if before is None:
            raise ScheduleUnreadable(texts[number - 2], number - 1, "endless")
        if piece.until is not None and piece.until <= before:
            raise ScheduleUnreadable(text, number, "backwards")
        pieces.append(piece)
    end = pieces[-1].until
    if steps is not None and end is not None and end < steps:
        raise ScheduleUnreadable(texts[-1], len(texts), "short")
    return tuple(pieces)


def rate_at(schedule: Schedule, step: int) -> float:
    """The rate of a step, counted from 1; the last piece's where the schedule has ended."""
    for piece in schedule:
        if piece.until is None or step <= piece.until:
            return piece.rate
    return schedule[-1].rate


def _piece(text: str, number: int) -> Piece:
    rate, colon, step = text.partition(":")
    if not colon:
        return Piece(_rate(text, number), None)
    try:
        until = int(step)
    except ValueError:
        raise ScheduleUnreadable(text, number, "step") from None
    if until == LAST:
        return Piece(_rate(rate, number, text), None)
    if until < 1:
        raise ScheduleUnreadable(text, number, "step")
    return Piece(_rate(rate, number, text), until)


def _rate(written: str, number: int, piece: str = "") -> float:
    try:
        rate = float(written)
    except ValueError:
        raise ScheduleUnreadable((piece or written)[:40], number, "rate") from None
    if not (isfinite(rate) and LEAST_RATE <= rate <= MOST_RATE):
        raise ScheduleUnreadable((piece or written)[:40], number, "rate")
    return rate
