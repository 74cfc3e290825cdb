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
_EXPRESSION_ODDS: Final = (0.4, 0.3, 0.14, 0.08, 0.08)


@dataclass(frozen=True)
class Scene:
    """One photo without its person.

    Angles are in radians; `scale`, `x` and `y` in picture widths; `noise` in grey levels; `blur` in pixels of
    a picture 128 wide.
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


def _accent(random: np.random.Generator, background: RGB) -> RGB:
    shade = np.array(background) * random.uniform(0.45, 1.2)
    return _three(np.clip(shade + random.normal(0, 15, 3), 0, 255))


def _three(values: np.ndarray) -> tuple[float, float, float]:
    first, second, third = (float(value) for value in values)
    return first, second, third
