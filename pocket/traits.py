"""The parts of a face, as values. Lengths are in heads, x to the right, y downwards from the middle."""

from dataclasses import dataclass

from pocket.palette import RGB


@dataclass(frozen=True)
class Skull:
    """The outline of the face: an ellipse above, a superellipse of two exponents below."""

    half_width: float
    top: float
    bottom: float
    taper: float
    roundness: float


@dataclass(frozen=True)
class Hair:
    """Style, colour and cut of the hair."""

    colour: str
    rgb: RGB
    style: str
    volume: float
    hairline: float
    parting: float
    length: float


@dataclass(frozen=True)
class Eyes:
    """Place, shape and colour of the eyes."""

    x: float
    y: float
    half_width: float
    openness: float
    tilt: float
    colour: str
    iris: float
    lashes: float


@dataclass(frozen=True)
class Brows:
    """Shape of the eyebrows."""

    thickness: float
    height: float
    angle: float
    arch: float
    length: float


@dataclass(frozen=True)
class Nose:
    """Shape of the nose; `style` is one of three tips."""

    length: float
    half_width: float
    style: int
    bridge: float


@dataclass(frozen=True)
class Mouth:
    """Place and shape of the mouth at rest."""

    half_width: float
    y: float
    lip: float
    rgb: RGB


@dataclass(frozen=True)
class Glasses:
    """What is worn over the eyes; `shape` is None for nothing."""

    shape: str | None
    colour: str
    size: float


@dataclass(frozen=True)
class Beard:
    """The beard, and how far a full one hangs below the chin."""

    style: str
    length: float


@dataclass(frozen=True)
class Spot:
    """A freckle or a mole."""

    x: float
    y: float
    radius: float
