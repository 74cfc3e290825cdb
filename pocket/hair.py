"""Hair, painted twice: what hangs behind the head before it, what frames the face after it."""

import math
from typing import Final

import numpy as np

from pocket.canvas import Easel, Points

# How far down, in heads, the hair reaches beside the eyes.
_TEMPLE: Final = -0.12
# A hat leaves only the curls whose place on the circle around the head has a sine above this.
_BELOW_HAT: Final = -0.3


def paint_hair_behind(easel: Easel, random: np.random.Generator) -> None:
    """Paint the hair that the head will cover."""
    match easel.person.hair.style:
        case "long":
            _paint_curtain(easel, easel.person.hair.length)
        case "bob":
            _paint_curtain(easel, 0.55 + 0.35 * (easel.person.hair.length - 0.9))
        case "fringe" if easel.person.is_female:
            _paint_curtain(easel, 0.55 + 0.35 * (easel.person.hair.length - 0.9))
        case "curly":
            _paint_curls(easel, random)
        case "bun" if easel.scene.hat is not None:
            easel.disc(easel.head.at(-easel.person.skull.half_width, 0.5, -0.3), easel.hair * 0.8, 0.34)
        case "bun":
            volume = easel.person.hair.volume
            centre = easel.head.at(0, -(easel.person.skull.top + volume + 0.16), -0.25)
            easel.disc(centre, easel.hair * 0.8, 0.3 + volume * 0.3, least=0)


def paint_hair_in_front(easel: Easel, random: np.random.Generator) -> None:
    """Paint the hair around the forehead, with its strands."""
    if easel.person.hair.style == "bald":
        return
    if easel.person.hair.style == "spiky":
        _paint_spikes(easel)
    wide, high = _crown(easel)
    around = np.linspace(math.pi, 2 * math.pi, 22)
    crown = np.stack([wide * np.cos(around), high * np.sin(around)], 1)
    outline = np.concatenate([[[-wide, _TEMPLE + 0.1]], crown, [[wide, _TEMPLE + 0.1]], _edge(easel)])
    shade = 0.8 if easel.person.hair.style == "buzz" else 0.92
    easel.fill(easel.head.at(outline[:, 0], outline[:, 1], 0.0), easel.hair * shade)
    _paint_strands(easel, random)


def _paint_curtain(easel: Easel, length: float) -> None:
    skull, volume = easel.person.skull, easel.person.hair.volume
    over = np.linspace(math.pi, 2 * math.pi, 20)
    wide = skull.half_width + volume * 0.9
    down = [wide * 1.06, wide * 1.02, wide * 0.8, -wide * 0.8, -wide * 1.02, -wide * 1.06]
    x = np.concatenate([wide * np.cos(over), down])
    y = np.concatenate(
        [
            (skull.top + volume) * np.sin(over),
            [length * 0.4, length * 0.85, length, length, length * 0.85, length * 0.4],
        ]
    )
    easel.fill(easel.head.at(x, y, -0.15), easel.hair * 0.72)


def _paint_curls(easel: Easel, random: np.random.Generator) -> None:
    skull, volume = easel.person.skull, easel.person.hair.volume
    wide = skull.half_width + volume * 0.9
    high = skull.top * 0.92 + volume * 0.6
    for angle in np.linspace(math.pi * 0.88, math.pi * 2.12, 13):
        centre = easel.head.at(wide * math.cos(angle), high * math.sin(angle) * 0.95, -0.1)
        colour = easel.hair * (0.74 + 0.2 * random.random())
        if easel.scene.hat is None or math.sin(angle) > _BELOW_HAT:
            easel.disc(centre, colour, 0.24 + volume * 0.5, least=0)


def _crown(easel: Easel) -> tuple[float, float]:
    skull, hair = easel.person.skull, easel.person.hair
    if hair.style == "buzz":
        return skull.half_width + 0.03, skull.top + 0.035
    return skull.half_width + hair.volume * 0.55, skull.top + hair.volume


def _edge(easel: Easel) -> Points:
    """Return where hair ends on the face, from the right temple over the forehead to the left."""
    person = easel.person
    line, parting = person.hair.hairline, person.hair.parting
    side = person.skull.half_width * 0.93
    match person.hair.style:
        case "short" | "buzz" | "bun":
            right = [[side, _TEMPLE], [side * 0.9, line * 0.7], [side * 0.55, line]]
            middle = [0, line - 0.06]
        case "side" | "long":
            right = [[side, _TEMPLE], [side * 0.93, line * 0.45], [side * 0.6, line * 0.82]]
            middle = [parting, line - 0.2]
        case "fringe" | "bob":
            fringe = person.eyes.y - person.brows.height - 0.05 + 0.08 * parting
            right = [[side, _TEMPLE], [side * 0.9, fringe - 0.02], [side * 0.5, fringe + 0.05]]
            middle = [0, fringe]
        case "spiky":
            right = [[side, _TEMPLE], [side * 0.9, line * 0.8], [side * 0.45, line - 0.08]]
            middle = [0, line + 0.06]
        case "curly":
            angles = np.linspace(0, math.pi, 13)
            wave = line + 0.05 * np.sin(9 * angles) + 0.1 * np.abs(np.cos(angles)) * 3 * 0.5
            return np.stack([side * np.cos(angles), wave], 1)
        case other:
            raise ValueError(f"no hair style called {other!r}")
    return np.array([*right, middle, *([-x, y] for x, y in reversed(right))])


def _paint_spikes(easel: Easel) -> None:
    wide, high = _crown(easel)
    angles = np.linspace(math.pi * 1.08, math.pi * 1.92, 13)
    reach = np.where(np.arange(13) % 2 == 1, 1.3 + easel.person.hair.volume, 1.0)
    spikes = easel.head.at(wide * np.cos(angles) * np.sqrt(reach), high * np.sin(angles) * reach, 0.0)
    easel.fill(spikes, easel.hair)


def _paint_strands(easel: Easel, random: np.random.Generator) -> None:
    wide, high = _crown(easel)
    for strand in range(7):
        angle = math.pi * (1.12 + 0.76 * (strand + random.uniform(-0.3, 0.3) + 0.5) / 7)
        start = random.uniform(0.9, 1.02)
        end = min(easel.person.hair.hairline - 0.02, high * math.sin(angle) * 0.8)
        x = [wide * 0.98 * math.cos(angle) * start, wide * 0.86 * math.cos(angle)]
        y = [high * math.sin(angle) * start * 0.97, end]
        easel.stroke(easel.head.at(x, y, 0.0), easel.hair * (1.16 if strand % 2 else 0.76), 0.03)
