"""The parts of a cat or a dog, as values. Lengths are in heads, x to the right, y downwards from the middle."""

from dataclasses import dataclass

from pocket.palette import RGB


@dataclass(frozen=True)
class Patch:
    """A spot of another colour: an uneven ellipse, `turn` in radians, in the coat's `shade` 0 or 1."""

    x: float
    y: float
    across: float
    along: float
    turn: float
    shade: int


@dataclass(frozen=True)
class Coat:
    """Colour and pattern of the fur; `second` and `third` are the colours of the pattern."""

    colour: str
    rgb: RGB
    pattern: str
    second: RGB
    third: RGB
    fluffy: bool
    pale_muzzle: float
    patches: tuple[Patch, ...]
    body_patches: tuple[Patch, ...]
    patched_side: int
    stripes: int
    stripe_width: float
    blaze: float


@dataclass(frozen=True)
class Build:
    """The outline of the head and how broad the chest below it is."""

    half_width: float
    top: float
    bottom: float
    cheeks: float
    chest: float


@dataclass(frozen=True)
class AnimalEars:
    """Shape and carriage of the ears."""

    shape: str
    size: float
    spread: float
    lean: float


@dataclass(frozen=True)
class AnimalEyes:
    """Place, shape and colour of the eyes; `pupil` is the share of the iris that is pupil."""

    x: float
    y: float
    half_width: float
    openness: float
    tilt: float
    colour: str
    rgb: RGB
    pupil: float


@dataclass(frozen=True)
class Muzzle:
    """Muzzle, nose and mouth; `length` is how far it stands out."""

    half_width: float
    length: float
    y: float
    nose: RGB
    nose_half_width: float
    whiskers: float


@dataclass(frozen=True)
class Collar:
    """What is worn around the neck; `colour` is None for nothing."""

    colour: str | None
    has_tag: bool
