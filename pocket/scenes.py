"""How a person is photographed: everything about a photo that does not say who is on it."""

import math
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, get_args

import numpy as np

from pocket import palette
from pocket.palette import RGB

Expression = Literal["neutral", "smiling", "laughing", "sad", "surprised"]
Backdrop = Literal["plain", "gradient", "boxes", "bokeh"]
EXPRESSIONS: Final[tuple[Expression, ...]] = get_args(Expression)
BACKDROPS: Final[tuple[Backdrop, ...]] = get_args(Backdrop)
Framing = Literal["portrait", "half", "full"]
Pose = Literal["relaxed", "hips", "waving"]
Hat = Literal["cap", "beanie", "sun hat", "top hat", "crown"]
Garment = Literal["shirt", "t-shirt", "hoodie", "suit", "dress", "stripes", "sweater"]
Trousers = Literal["denim", "charcoal", "khaki", "navy", "brown"]
Place = Literal["park", "beach", "city", "room", "mountains", "night sky", "desert", "snow"]
FRAMINGS: Final[tuple[Framing, ...]] = get_args(Framing)
POSES: Final[tuple[Pose, ...]] = get_args(Pose)
HATS: Final[tuple[Hat, ...]] = get_args(Hat)
GARMENTS: Final[tuple[Garment, ...]] = get_args(Garment)
TROUSERS: Final[tuple[Trousers, ...]] = get_args(Trousers)
PLACES: Final[tuple[Place, ...]] = get_args(Place)
_EXPRESSION_ODDS: Final = (0.4, 0.3, 0.14, 0.08, 0.08)
_FRAMING_ODDS: Final = (0.8, 0.15, 0.05)
_GARMENT_ODDS: Final = (0.3, 0.14, 0.14, 0.12, 0.1, 0.1, 0.1)
_HAT_SHARE: Final = 0.18
_PLACE_SHARE: Final = 0.35
# The draws that came later have a stream of their own, so that the earlier ones stay as they were.
_VARIETY: Final = 19


@dataclass(frozen=True)
class Scene:
    """One photo without its person.

    Angles are in radians; `scale`, `x` and `y` in picture widths; `noise` in grey levels; `blur` in pixels of
    a picture 128 wide. A `place` stands in the stead of the coloured backdrop. Half and full figures are framed
    for a grown-up; a child is brought nearer, so that it fills as much of the picture.
    """

    seed: int
    yaw: float
    pitch: float
    roll: float
    scale: float
    x: float
    y: float
    expression: Expression
    intensity: float
    openness: float
    gaze_x: float
    gaze_y: float
    background: str
    backdrop: Backdrop
    accent: RGB
    shirt: str
    collar: int
    light: float
    light_from: float
    light_fall: float
    tint: tuple[float, float, float]
    noise: float
    blur: float
    framing: Framing = "portrait"
    pose: Pose = "relaxed"
    garment: Garment = "shirt"
    trousers: Trousers = "denim"
    hat: Hat | None = None
    hat_colour: str = "red"
    place: Place | None = None


def make_scene(seed: int, hardness: float = 1.0, **over: Any) -> Scene:
    """Return the scene of this seed; `hardness` scales pose and offset, `over` replaces single fields."""
    random = np.random.default_rng((7, int(seed)))
    scene = Scene(
        seed=int(seed),
        yaw=float(np.clip(random.normal(0, 0.25), -0.6, 0.6)) * hardness,
        pitch=float(np.clip(random.normal(0, 0.13), -0.3, 0.3)) * hardness,
        roll=float(np.clip(random.normal(0, 0.1), -0.35, 0.35)) * hardness,
        scale=random.uniform(0.26, 0.40),
        x=0.5 + random.uniform(-0.08, 0.08) * hardness,
        y=0.48 + random.uniform(-0.05, 0.07) * hardness,
        expression=EXPRESSIONS[random.choice(5, p=_EXPRESSION_ODDS)],
        intensity=random.uniform(0.6, 1.2),
        openness=random.uniform(0.8, 1.1) if random.random() < 0.92 else random.uniform(0.05, 0.3),
        gaze_x=random.uniform(-0.5, 0.5),
        gaze_y=random.uniform(-0.25, 0.25),
        background=(background := list(palette.THINGS)[random.integers(10)]),
        backdrop=BACKDROPS[random.integers(4)],
        accent=_accent(random, palette.THINGS[background]),
        shirt=list(palette.THINGS)[random.integers(10)],
        collar=int(random.integers(3)),
        light=random.uniform(0.82, 1.14) if random.random() < 0.85 else random.uniform(0.55, 0.8),
        light_from=random.uniform(0, 2 * math.pi),
        light_fall=random.uniform(0, 0.28),
        tint=_three(random.normal(0, 0.035, 3)),
        noise=abs(random.normal(0, 3)) if random.random() < 0.5 else 0.0,
        blur=random.uniform(0.3, 1.1) if random.random() < 0.22 else 0.0,
    )
    return replace(scene, **over)


def make_varied_scene(seed: int, hardness: float = 1.0, **over: Any) -> Scene:
    """Return the scene of this seed with variety: half and full figures, garments, hats and places.

    What `make_scene` decides stays as it is, save for the head's place and size where figure, garment or hat
    need room.
    """
    scene = make_scene(seed, hardness)
    random = np.random.default_rng((_VARIETY, int(seed)))
    framing = FRAMINGS[random.choice(3, p=_FRAMING_ODDS)]
    garment = GARMENTS[random.choice(len(GARMENTS), p=_GARMENT_ODDS)]
    has_hat, hat = random.random() < _HAT_SHARE, HATS[random.integers(len(HATS))]
    colours = list(palette.THINGS)
    number = int(random.integers(10))
    has_place, place = random.random() < _PLACE_SHARE, PLACES[random.integers(len(PLACES))]
    if hat == "crown" and random.random() < 0.7:
        number = colours.index("yellow")
    # A hat of the wall's colour would not be seen.
    hat_colour = colours[(number + (colours[number] == scene.background)) % len(colours)]
    varied = replace(
        scene,
        framing=framing,
        pose=POSES[random.choice(3, p=(0.5, 0.25, 0.25))],
        garment=garment,
        trousers=TROUSERS[random.integers(len(TROUSERS))],
        hat=hat if has_hat else None,
        hat_colour=hat_colour,
        place=place if has_place else None,
    )
    chosen = {name: over[name] for name in ("framing", "garment", "hat") if name in over}
    return replace(_framed(replace(varied, **chosen), random, hardness), **over)


def _framed(scene: Scene, random: np.random.Generator, hardness: float) -> Scene:
    """Return the scene with the head placed and sized as its framing asks."""
    near, aside = random.random(), random.uniform(-1, 1)
    match scene.framing:
        case "half":
            scale = 0.155 + 0.025 * near
            return replace(
                scene,
                scale=scale,
                x=0.5 + 0.05 * aside * hardness,
                y=0.06 + 1.6 * scale,
                roll=scene.roll * 0.6,
            )
        case "full":
            scale = 0.082 + 0.005 * near
            return replace(
                scene,
                scale=scale,
                x=0.5 + 0.08 * aside * hardness,
                y=0.965 - 9.5 * 0.96 * scale,
                roll=scene.roll * 0.6,
            )
        case _ if scene.hat is not None:
            return replace(scene, scale=0.22 + 0.07 * near, y=scene.y + 0.06)
        case _ if scene.garment != "shirt":
            return replace(scene, scale=0.23 + 0.1 * near, y=scene.y - 0.03)
        case _:
            return scene


def _accent(random: np.random.Generator, background: RGB) -> RGB:
    shade = np.array(background) * random.uniform(0.45, 1.2)
    return _three(np.clip(shade + random.normal(0, 15, 3), 0, 255))


def _three(values: np.ndarray) -> tuple[float, float, float]:
    first, second, third = (float(value) for value in values)
    return first, second, third
