"""The report card of a set of photos as numbers, the way that it is kept, told and drawn. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

Three = tuple[int, int, int]

GOOD_FROM: Final = 80.0  # of the expected grade, 0 to 100
FAIR_FROM: Final = 60.0


@dataclass(frozen=True)
class Card:
    """What counts of a set: how many photos, beside the method's range, and how they differ.

    `angles` counts left, front, right as the picture has them; `distances` portraits, half figures, whole ones; both
    are empty where likeness does not go by faces, as `expressions` is 0. `light` counts dim, even, bright. `expected`
    is the grade, 0 to 100; `add` what to add next, as codes, and how many of it.
    """

    counted: int
    least: int
    recommended: tuple[int, int]
    angles: Three | tuple[()]
    distances: Three | tuple[()]
    light: Three
    expressions: int
    backgrounds: int
    expected: float
    add: Mapping[str, int]

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        """A card that JSON has carried: its lists are tuples again."""
        known: dict[str, Any] = {name: body[name] for name in cls.__dataclass_fields__}
        known |= {name: tuple(one) for name, one in known.items() if isinstance(one, list)}
        return cls(**known)
