"""Who is drawn while something runs, whoever asks for it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from pocket.animals import make_animal
from pocket.people import make_person

_MAKERS = (make_person.__code__, make_animal.__code__)


@contextmanager
def subjects_made() -> Iterator[list[int]]:
    """Yield a list that fills with the seed of every person and animal made, whoever asks for them."""
    seeds: list[int] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code in _MAKERS:
            seeds.append(frame.f_locals["seed"])

    sys.setprofile(note)
    try:
        yield seeds
    finally:
        sys.setprofile(None)
