"""Who is drawn while something runs, whoever asks for it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from pocket import people


@contextmanager
def people_made() -> Iterator[list[int]]:
    """Yield a list that fills with the seed of every person made, whoever asks for them."""
    seeds: list[int] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code is people.make_person.__code__:
            seeds.append(frame.f_locals["seed"])

    sys.setprofile(note)
    try:
        yield seeds
    finally:
        sys.setprofile(None)
