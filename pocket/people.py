"""Who is drawn: a person is everything about a face that no photo changes.

Lengths are in heads: the face is about one unit from its middle to its side, x to the right, y downwards.
The order of the random draws is part of the format: the shipped weights learned from these very people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np

from pocket import palette
from pocket.palette import RGB
from pocket.traits import Beard, Brows, Eyes, Glasses, Hair, Mouth, Nose, Skull, Spot

Kind = Literal["man", "woman", "boy", "girl"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
HAIR_STYLES: Final = ("bald", "buzz", "short", "side", "curly", "bob", "long", "bun", "spiky", "fringe")
GLASSES: Final = (None, "round", "square", "sun")
MEN_BEARDS: Final = ("none", "none", "stubble", "mustache", "goatee", "full")

_KIND_ODDS: Final = (0.35, 0.35, 0.15, 0.15)
_STYLE_ODDS: Final[dict[Kind, tuple[float, ...]]] = {
    "man": (0.14, 0.14, 0.22, 0.16, 0.1, 0.0, 0.06, 0.02, 0.1, 0.06),
    "woman": (0.01, 0.02, 0.08, 0.06, 0.14, 0.2, 0.27, 0.12, 0.01, 0.09),
    "boy": (0.02, 0.14, 0.24, 0.16, 0.14, 0.02, 0.02, 0, 0.14, 0.12),
    "girl": (0, 0.01, 0.06, 0.04, 0.14, 0.22, 0.26, 0.14, 0.01, 0.12),
}
_HAIR_COLOUR_ODDS: Final = (0.22, 0.3, 0.2, 0.1, 0.06, 0.04, 0.04, 0.04)
_YOUNG_HAIR_COLOUR_ODDS: Final = (0.26, 0.34, 0.24, 0.12, 0, 0, 0.02, 0.02)
_EYE_COLOUR_ODDS: Final = (0.4, 0.22, 0.16, 0.1, 0.12)
_GLASSES_ODDS: Final = (0.72, 0.11, 0.11, 0.06)
_YOUNG_GLASSES_ODDS: Final = (0.84, 0.1, 0.06, 0)
_FRAME_COLOURS: Final = ("red", "blue", "black", "gray", "black", "black")


@dataclass(frozen=True)
class Person:
    """One drawn person, the same on every photo."""

    seed: int
    kind: Kind
    skin: RGB
    skull: Skull
    hair: Hair
    eyes: Eyes
    brows: Brows
    nose: Nose
    mouth: Mouth
    ear: float
    glasses: Glasses
    beard: Beard
    freckles: tuple[Spot, ...]
    moles: tuple[Spot, ...]
    wrinkles: float
    blush: float

    @property
    def is_female(self) -> bool:
        """Whether the person is drawn as a woman or a girl."""
        return _is_female(self.kind)

    @property
    def is_child(self) -> bool:
        """Whether the person is drawn as a boy or a girl."""
        return _is_child(self.kind)


def make_person(seed: int, kind: Kind | None = None) -> Person:
    """Return the person of this seed; with a `kind` given, the seed's person of that kind."""
    if kind is not None and kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    random = np.random.default_rng(seed)
    kind = kind or KINDS[random.choice(4, p=_KIND_ODDS)]
    skin = random.dirichlet(np.full(len(palette.SKINS), 0.25)) @ np.array(palette.SKINS, np.float32)
    skin = np.clip(skin + random.normal(0, 5, 3), 20, 255)
    return Person(
        seed=int(seed),
        kind=kind,
        skin=_rgb(skin),
        skull=_skull(random, kind),
        hair=(hair := _hair(random, kind)),
        eyes=_eyes(random, kind),
        brows=_brows(random, kind),
        nose=_nose(random, kind),
        mouth=_mouth(random, kind, skin),
        ear=random.uniform(0.1, 0.24),
        glasses=_glasses(random, kind),
        beard=_beard(random, kind),
        freckles=_freckles(random),
        moles=_moles(random),
        wrinkles=_wrinkles(random, kind, hair),
        blush=random.uniform(0, 0.35 if _is_female(kind) or _is_child(kind) else 0.15),
    )


def _is_female(kind: Kind) -> bool:
    return kind in {"woman", "girl"}


def _is_child(kind: Kind) -> bool:
    return kind in {"boy", "girl"}


def _rgb(colour: Sequence[float] | np.ndarray) -> RGB:
    red, green, blue = (float(channel) for channel in colour)
    return red, green, blue


def _skull(random: np.random.Generator, kind: Kind) -> Skull:
    child, female = _is_child(kind), _is_female(kind)
    return Skull(
        half_width=random.uniform(0.7, 0.97) + (0.05 if child else 0),
        top=random.uniform(0.92, 1.12),
        bottom=random.uniform(0.92, 1.16) * (0.9 if child else 1) * (0.97 if female else 1.03),
        taper=random.uniform(1.5, 2.6) if female else random.uniform(1.7, 3.6),
        roundness=random.uniform(1.9, 2.8),
    )


def _hair(random: np.random.Generator, kind: Kind) -> Hair:
    odds = np.array(_YOUNG_HAIR_COLOUR_ODDS if _is_child(kind) else _HAIR_COLOUR_ODDS)
    colour = list(palette.HAIR)[random.choice(8, p=odds / sum(odds))]
    shade = np.array(palette.HAIR[colour], np.float32) * random.uniform(0.8, 1.2)
    styles = np.array(_STYLE_ODDS[kind])
    return Hair(
        colour=colour,
        rgb=_rgb(np.clip(shade + random.normal(0, 6, 3), 8, 250)),
        style=HAIR_STYLES[random.choice(10, p=styles / sum(styles))],
        volume=random.uniform(0.08, 0.3),
        hairline=random.uniform(-0.78, -0.5),
        parting=random.uniform(-0.5, 0.5),
        length=random.uniform(0.9, 1.7),
    )


def _eyes(random: np.random.Generator, kind: Kind) -> Eyes:
    child, female = _is_child(kind), _is_female(kind)
    return Eyes(
        x=random.uniform(0.33, 0.46),
        y=random.uniform(-0.2, -0.02) + (0.1 if child else 0),
        half_width=random.uniform(0.15, 0.235) * (1.12 if child or female else 1),
        openness=random.uniform(0.4, 0.72),
        tilt=random.uniform(-0.28, 0.28),
        colour=list(palette.EYES)[random.choice(5, p=_EYE_COLOUR_ODDS)],
        iris=random.uniform(0.75, 1.05),
        lashes=random.uniform(0.5, 1) if female else random.uniform(0, 0.4),
    )


def _brows(random: np.random.Generator, kind: Kind) -> Brows:
    return Brows(
        thickness=random.uniform(0.02, 0.05) if _is_female(kind) else random.uniform(0.025, 0.065),
        height=random.uniform(0.16, 0.28),
        angle=random.uniform(-0.3, 0.35),
        arch=random.uniform(0, 0.1),
        length=random.uniform(0.8, 1.3),
    )


def _nose(random: np.random.Generator, kind: Kind) -> Nose:
    return Nose(
        length=random.uniform(0.32, 0.56) * (0.82 if _is_child(kind) else 1),
        half_width=random.uniform(0.1, 0.24),
        style=int(random.integers(3)),
        bridge=random.uniform(0.3, 1),
    )


def _mouth(random: np.random.Generator, kind: Kind, skin: np.ndarray) -> Mouth:
    female = _is_female(kind)
    return Mouth(
        half_width=random.uniform(0.2, 0.38),
        y=random.uniform(0.42, 0.6),
        lip=random.uniform(0.03, 0.085) * (1.35 if female else 1),
        rgb=_rgb(
            np.clip(
                skin * [0.86, 0.6, 0.6]
                + np.array([random.uniform(0, 50) if female else 5, 0, random.uniform(0, 20)]),
                0,
                255,
            )
        ),
    )


def _glasses(random: np.random.Generator, kind: Kind) -> Glasses:
    return Glasses(
        shape=GLASSES[random.choice(4, p=_YOUNG_GLASSES_ODDS if _is_child(kind) else _GLASSES_ODDS)],
        colour=_FRAME_COLOURS[random.integers(len(_FRAME_COLOURS))],
        size=random.uniform(1.25, 1.6),
    )


def _beard(random: np.random.Generator, kind: Kind) -> Beard:
    styles = MEN_BEARDS if kind == "man" else ("none",)
    return Beard(style=styles[random.integers(len(styles))], length=random.uniform(0.02, 0.2))


def _freckles(random: np.random.Generator) -> tuple[Spot, ...]:
    if random.random() >= 0.15:
        return ()
    count = int(random.integers(14, 26))
    return tuple(
        Spot(random.uniform(-0.5, 0.5), random.uniform(0.02, 0.3), random.uniform(0.012, 0.025))
        for _ in range(count)
    )


def _moles(random: np.random.Generator) -> tuple[Spot, ...]:
    count = int(random.choice(3, p=(0.55, 0.33, 0.12)))
    return tuple(
        Spot(random.uniform(-0.55, 0.55), random.uniform(-0.4, 0.75), random.uniform(0.025, 0.05))
        for _ in range(count)
    )


def _wrinkles(random: np.random.Generator, kind: Kind, hair: Hair) -> float:
    if _is_child(kind):
        return 0.0
    has_wrinkles = hair.colour in {"gray", "white"} or random.random() < 0.15
    return random.uniform(0.3, 1) if has_wrinkles else 0.0
