"""What a judge is: somebody who looks at one candidate and has an opinion."""

from dataclasses import dataclass
from typing import Protocol

from core.artifacts import Pixels


@dataclass(frozen=True)
class Opinion:
    """What a judge thinks of a candidate.

    `objection` is the word for why it must not be delivered, empty if there is none; `similarity` is the likeness
    to the subject, None from a judge that does not measure it.
    """

    similarity: float | None = None
    objection: str = ""


class Judge(Protocol):
    """Looks at candidates; it never changes them, and decides about each on its own."""

    name: str

    def look(self, pixels: Pixels) -> Opinion:
        """Return an opinion on one candidate; an error stops the work, so that a failed judge lets nothing through."""
        ...
