"""The judges of prompts: does a picture show what a text says? A new one: a module here, a line below.

A judge is opened from an entry of `models.toml` and loads nothing when it is imported.
"""

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from core.artifacts import Pixels
from core.assessment.fidelity.clip import Clip
from core.assessment.fidelity.towers import Towers
from core.errors import ModelUnusable
from core.families.catalogue import Scorer, check


class Fidelity(Protocol):
    """Scores pictures against texts."""

    def score(self, pixels: Pixels, text: str) -> float:
        """Say from 0 to 1 how well a picture (height, width, 3) shows what a text says."""


SCORERS: Final[Mapping[str, Callable[[Scorer], Fidelity]]] = {
    "towers": Towers.open,
    "clip": Clip.open,
}


def open_scorer(entry: Scorer) -> Fidelity:
    """Check a judge of prompts and load it; raises ModelUnusable with the reason why it cannot be used."""
    check(entry)
    if entry.kind not in SCORERS:
        raise ModelUnusable(
            entry.name, f'there is no scorer of kind "{entry.kind}", only {", ".join(SCORERS)}'
        )
    return SCORERS[entry.kind](entry)
