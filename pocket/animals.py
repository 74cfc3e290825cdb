"""Which animal is drawn: a cat or a dog is everything that no photo of it changes.

Coat and pattern go together as they do in life: a white cat is never a tuxedo, a black one never a tabby.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np

from pocket.animal_traits import AnimalEars, AnimalEyes, Build, Coat, Collar, Muzzle, Patch
from pocket.palette import RGB

AnimalKind = Literal["cat", "dog"]
ANIMAL_KINDS: Final[tuple[AnimalKind, ...]] = get_args(AnimalKind)

COATS: Final[Mapping[str, RGB]] = {
    "black": (50, 47, 51),
    "white": (238, 236, 230),
    "ginger": (224, 138, 62),
    "gray": (140, 145, 154),
    "brown": (124, 84, 54),
    "cream": (238, 214, 174),
    "golden": (222, 172, 94),
}
PATTERNS: Final[Mapping[AnimalKind, Mapping[str, tuple[str, ...]]]] = {
    "cat": {
        "black": ("plain", "patched", "tuxedo", "tuxedo"),
        "white": ("plain", "patched", "patched", "pointed"),
        "ginger": ("plain", "tabby", "tabby", "patched", "tuxedo"),
        "gray": ("plain", "tabby", "tabby", "patched", "tuxedo"),
        "brown": ("plain", "tabby", "tabby", "patched", "tuxedo"),
        "cream": ("plain", "tabby", "pointed", "pointed"),
    },
    "dog": {
        "black": ("plain", "patched", "blaze", "blaze"),
        "white": ("plain", "patched", "patched", "spotted", "spotted", "saddle"),
        "brown": ("plain", "patched", "saddle", "blaze"),
        "golden": ("plain", "patched", "saddle", "blaze"),
        "gray": ("plain", "patched", "spotted", "saddle", "blaze"),
    },
}
EARS: Final[Mapping[AnimalKind, tuple[str, ...]]] = {
    "cat": ("small", "large"),
    "dog": ("floppy", "floppy", "pointed", "folded"),
}
EYES: Final[Mapping[str, RGB]] = {
    "green": (126, 186, 84),
    "yellow": (236, 200, 62),
    "orange": (222, 128, 40),
    "blue": (92, 164, 226),
    "brown": (112, 66, 32),
    "hazel": (176, 130, 60),
}
EYES_OF: Final[Mapping[AnimalKind, tuple[str, ...]]] = {
    "cat": ("green", "green", "yellow", "orange", "blue"),
    "dog": ("brown", "brown", "hazel", "blue"),
}
COLLARS: Final = (None, "red", "blue", "green", "yellow", "purple", "pink")

_COLLAR_ODDS: Final = (0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1)
_POINTS: Final[tuple[RGB, ...]] = ((74, 54, 46), (104, 106, 118), (196, 112, 60))
_SADDLES: Final[tuple[RGB, ...]] = ((46, 42, 42), (78, 50, 34))
_NOSES: Final[Mapping[AnimalKind, tuple[RGB, ...]]] = {
    "cat": ((226, 136, 136), (206, 110, 104), (66, 50, 50)),
    "dog": ((38, 34, 36), (38, 34, 36), (104, 66, 52)),
}
# On a white coat.
_PATCH_COLOURS: Final[Mapping[AnimalKind, tuple[str, ...]]] = {
    "cat": ("black", "ginger", "gray", "brown"),
    "dog": ("black", "brown", "golden", "gray"),
}


@dataclass(frozen=True)
class Animal:
    """One drawn cat or dog, the same on every photo."""

    seed: int
    kind: AnimalKind
    coat: Coat
    build: Build
    ears: AnimalEars
    eyes: AnimalEyes
    muzzle: Muzzle
    collar: Collar
    hangs_tongue: bool

    @property
    def is_cat(self) -> bool:
        """Whether it is a cat."""
        return self.kind == "cat"


def make_animal(seed: int, kind: AnimalKind | None = None) -> Animal:
    """Return the animal of this seed; with a `kind` given, the seed's animal of that kind.

    Raises ValueError for another kind.
    """
    if kind is not None and kind not in ANIMAL_KINDS:
        raise ValueError(f"kind must be one of {', '.join(ANIMAL_KINDS)}, not {kind!r}")
    random = np.random.default_rng((11, int(seed)))
    drawn = ANIMAL_KINDS[random.integers(2)]
    kind = kind or drawn
    return Animal(
        seed=int(seed),
        kind=kind,
        coat=_coat(random, kind),
        build=_build(random, kind),
        ears=_ears(random, kind),
        eyes=_eyes(random, kind),
        muzzle=_muzzle(random, kind),
        collar=Collar(COLLARS[random.choice(7, p=_COLLAR_ODDS)], bool(random.random() < 0.7)),
        hangs_tongue=bool(random.random() < 0.75),
    )


def _coat(random: np.random.Generator, kind: AnimalKind) -> Coat:
    colour = list(PATTERNS[kind])[random.integers(len(PATTERNS[kind]))]
    patterns = PATTERNS[kind][colour]
    pattern = patterns[random.integers(len(patterns))]
    rgb = _varied(random, COATS[colour], 0.08, 5)
    second, third = _pattern_colours(random, kind, colour, pattern)
    return Coat(
        colour=colour,
        rgb=rgb,
        pattern=pattern,
        second=second,
        third=third,
        fluffy=bool(random.random() < 0.45),
        pale_muzzle=random.uniform(0.0, 0.6),
        patches=_spots(random) if pattern == "spotted" else _patches(random),
        body_patches=_spots(random),
        patched_side=int(random.choice((-1, 1))),
        stripes=int(random.integers(3, 6)),
        stripe_width=random.uniform(0.04, 0.075),
        blaze=random.uniform(0.07, 0.2),
    )


def _pattern_colours(
    random: np.random.Generator, kind: AnimalKind, colour: str, pattern: str
) -> tuple[RGB, RGB]:
    white = _varied(random, COATS["white"], 0.03, 2)
    black = _varied(random, COATS["black"], 0.1, 3)
    choice = int(random.integers(12))
    match pattern:
        case "tabby":
            red, green, blue = COATS[colour]
            second = (red * 0.52, green * 0.44, blue * 0.4)
            return second, second
        case "pointed":
            return _POINTS[choice % 3], _POINTS[choice % 3]
        case "saddle":
            return _SADDLES[choice % 2 if colour == "white" else 0], white
        case "spotted":
            return (COATS["brown"] if colour == "white" and choice < 4 else black), black
        case "patched" if colour == "white":
            second = _varied(random, COATS[_PATCH_COLOURS[kind][choice % 4]], 0.08, 4)
            # One white cat in three of those with patches is a calico.
            return (black, COATS["ginger"]) if kind == "cat" and choice < 4 else (second, second)
        case _:
            return white, white


def _patches(random: np.random.Generator) -> tuple[Patch, ...]:
    """Return three large patches: around an eye, on the crown's other side, and somewhere below."""
    side = random.choice((-1, 1))
    places = ((side * 0.42, -0.1, 0.34, 0.4), (-side * 0.5, -0.62, 0.42, 0.3), (side * 0.62, 0.5, 0.3, 0.24))
    count = int(random.integers(1, 4))
    return tuple(
        Patch(
            x=float(x + random.normal(0, 0.07)),
            y=float(y + random.normal(0, 0.07)),
            across=across * random.uniform(0.85, 1.3),
            along=along * random.uniform(0.85, 1.3),
            turn=random.uniform(0, 6.28),
            shade=number % 2,
        )
        for number, (x, y, across, along) in enumerate(places[:count])
    )


def _spots(random: np.random.Generator) -> tuple[Patch, ...]:
    """Return many small spots, scattered over a field of about one head each way."""
    count, size = int(random.integers(10, 20)), random.uniform(0.7, 1.4)
    # A golden spiral scatters evenly; the jitter makes it one animal's own.
    around = np.arange(count) * 2.39996 + random.uniform(0, 6.28)
    out = np.sqrt((np.arange(count) + 0.6) / count) * 0.98
    return tuple(
        Patch(
            x=float(reach * np.cos(angle) + random.normal(0, 0.07)),
            y=float(reach * np.sin(angle) * 0.9 + random.normal(0, 0.07)),
            across=random.uniform(0.05, 0.1) * size,
            along=random.uniform(0.05, 0.1) * size,
            turn=random.uniform(0, 6.28),
            shade=0,
        )
        for angle, reach in zip(around, out, strict=True)
    )


def _build(random: np.random.Generator, kind: AnimalKind) -> Build:
    is_cat = kind == "cat"
    return Build(
        half_width=random.uniform(0.9, 1.1) if is_cat else random.uniform(0.74, 0.92),
        top=random.uniform(0.7, 0.84) if is_cat else random.uniform(0.76, 0.94),
        bottom=random.uniform(0.72, 0.86) if is_cat else random.uniform(0.74, 0.86),
        cheeks=random.uniform(0.0, 1.0),
        chest=random.uniform(1.0, 1.3) if is_cat else random.uniform(1.1, 1.5),
    )


def _ears(random: np.random.Generator, kind: AnimalKind) -> AnimalEars:
    shape = EARS[kind][random.integers(len(EARS[kind]))]
    sizes = {"small": (0.1, 0.2), "large": (0.38, 0.54)}
    return AnimalEars(
        shape=shape,
        size=random.uniform(*sizes.get(shape, (0.1, 0.5))),
        spread=random.uniform(-0.08, 0.16),
        lean=random.uniform(-0.08, 0.12),
    )


def _eyes(random: np.random.Generator, kind: AnimalKind) -> AnimalEyes:
    is_cat = kind == "cat"
    colour = EYES_OF[kind][random.integers(len(EYES_OF[kind]))]
    return AnimalEyes(
        x=random.uniform(0.4, 0.5) if is_cat else random.uniform(0.34, 0.44),
        y=random.uniform(-0.12, 0.02) if is_cat else random.uniform(-0.22, -0.1),
        half_width=random.uniform(0.23, 0.3) if is_cat else random.uniform(0.15, 0.2),
        openness=random.uniform(0.68, 0.98) if is_cat else random.uniform(0.8, 1.0),
        tilt=random.uniform(0.1, 0.45) if is_cat else random.uniform(-0.25, 0.2),
        colour=colour,
        rgb=_varied(random, EYES[colour], 0.06, 4),
        pupil=random.uniform(0.22, 0.55) if is_cat else random.uniform(0.5, 0.6),
    )


def _muzzle(random: np.random.Generator, kind: AnimalKind) -> Muzzle:
    is_cat = kind == "cat"
    return Muzzle(
        half_width=random.uniform(0.32, 0.42) if is_cat else random.uniform(0.4, 0.62),
        length=random.uniform(0.08, 0.2) if is_cat else random.uniform(0.25, 0.75),
        y=random.uniform(0.34, 0.42) if is_cat else random.uniform(0.36, 0.5),
        nose=_NOSES[kind][random.integers(3)],
        nose_half_width=random.uniform(0.1, 0.14) if is_cat else random.uniform(0.17, 0.26),
        whiskers=random.uniform(0.8, 1.2),
    )


def _varied(random: np.random.Generator, rgb: RGB, brightness: float, spread: float) -> RGB:
    shade = np.array(rgb) * random.uniform(1 - brightness, 1 + brightness)
    red, green, blue = (float(value) for value in np.clip(shade + random.normal(0, spread, 3), 8, 250))
    return red, green, blue
