"""Sixty sets of photos of held-out people, from what anybody would wish for to what nobody should learn from."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

import cv2
import numpy as np

from benchmarks.people import adults
from core.artifacts import Pixels
from pocket import faults
from pocket.cast import photos_of
from pocket.drawing import draw
from pocket.people import make_person
from pocket.scenes import make_scene

Kind = Literal["clean", "mild", "bad"]
KINDS: Final[tuple[Kind, ...]] = ("clean", "mild", "bad")
OF_EACH: Final = 20
SIDE: Final = 384  # pixels: three times what the pocket base trains at
FIRST_SCENE: Final = 60_000
_FEWEST: Final = 5


@dataclass(frozen=True)
class Set:
    """One set: of which kind, its number within the kind, and the person that it is meant to show.

    Those `for_fitting` show other people; the formula's weights were found on them, and they are never measured.
    """

    kind: Kind
    number: int
    seed: int

    @property
    def name(self) -> str:
        """What it is called in what is kept between two runs."""
        return f"{self.kind}-{self.seed}"

    def photos(self) -> list[Pixels]:
        """Draw it."""
        return _MAKERS[self.kind](self.seed, self.number)


def sets(of_each: int = OF_EACH, *, for_fitting: bool = False) -> list[Set]:
    """So many sets of each kind, each of another person."""
    total = len(KINDS) * OF_EACH
    people = adults(2 * total)
    people = people[total:] if for_fitting else people[:total]
    return [
        Set(kind, number, people[len(KINDS) * number + place])
        for number in range(of_each)
        for place, kind in enumerate(KINDS)
    ]


def _clean(seed: int, number: int) -> list[Pixels]:
    """Well-taken photos, few or many; of every third set all at one moment, straight into the camera."""
    count = _FEWEST + 7 * number % 16
    if number % 3 == 2:
        return _one_moment(seed, count)
    return [one.pixels for one in photos_of(seed, count, SIDE, first_scene=FIRST_SCENE)]


def _one_moment(seed: int, count: int) -> list[Pixels]:
    person, first = make_person(seed), make_scene(FIRST_SCENE + seed, hardness=0.3, noise=0.0, blur=0.0)
    scenes = [
        replace(
            make_scene(FIRST_SCENE + seed + step, hardness=0.3, noise=0.0, blur=0.0),
            background=first.background, backdrop=first.backdrop, accent=first.accent, shirt=first.shirt,
            light=max(first.light, 0.85), expression="neutral", openness=1.0,
        )
        for step in range(count)
    ]  # fmt: skip
    return [draw(person, scene, SIDE).pixels for scene in scenes]


def _mild(seed: int, number: int) -> list[Pixels]:
    """Photos of which some to all are a little soft, grainy, dim, or heavily compressed."""
    count, share = _FEWEST + 5 * number % 11, (0.3, 0.6, 1.0)[number % 3]
    pictures = [one.pixels for one in photos_of(seed, count, SIDE, first_scene=FIRST_SCENE)]
    return [
        _MILD[(seed + place) % len(_MILD)](one) if place < share * count else one
        for place, one in enumerate(pictures)
    ]


def _bad(seed: int, number: int) -> list[Pixels]:
    """Half of them somebody else; out of focus; very grainy; too dark; covered. As bad as an owner may insist on."""
    drawings = photos_of(seed, 10, SIDE, first_scene=FIRST_SCENE)
    pictures = [one.pixels for one in drawings]
    match number % 5:
        case 0:
            stranger = adults(len(KINDS) * OF_EACH * 2)[-1 - number]
            others = photos_of(stranger, 5, SIDE, first_scene=FIRST_SCENE + 100)
            return pictures[:5] + [one.pixels for one in others]
        case 1:
            blurs = SIDE / np.linspace(260, 110, len(pictures))  # from what just passes to what is refused
            pairs = zip(pictures, blurs, strict=True)
            return [np.asarray(cv2.GaussianBlur(one, (0, 0), blur), np.uint8) for one, blur in pairs]
        case 2:
            return [faults.noisy(one, place, 40.0) for place, one in enumerate(pictures[:8])]
        case 3:
            return [faults.too_dark(one, 0.15) for one in pictures[:8]]
        case _:
            return [faults.occluded(one, 0.6) for one in drawings[:8]]


def _soft(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), SIDE / 220), np.uint8)


def _grainy(pixels: Pixels) -> Pixels:
    return faults.noisy(pixels, int(pixels[0, 0].sum()), 9.0)


def _dim(pixels: Pixels) -> Pixels:
    return faults.too_dark(pixels, 0.5)


def _squeezed(pixels: Pixels) -> Pixels:
    __, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 12])
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)


_MILD: Final[tuple[Callable[[Pixels], Pixels], ...]] = (_soft, _grainy, _dim, _squeezed)
_MAKERS: Final[dict[Kind, Callable[[int, int], list[Pixels]]]] = {
    "clean": _clean,
    "mild": _mild,
    "bad": _bad,
}
