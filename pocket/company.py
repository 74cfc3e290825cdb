"""A second person in a photo: beside, behind, or half out of the picture; with the truth about both faces."""

from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from pocket import faults, palette
from pocket.canvas import Pixels
from pocket.drawing import Drawing, draw, draw_background
from pocket.people import Person
from pocket.scenes import Scene

Place = Literal["beside", "behind", "at the edge"]
PLACES: Final[tuple[Place, ...]] = get_args(Place)

_Matte = NDArray[np.float32]


@dataclass(frozen=True)
class Company:
    """A photo of two: `pixels` (size, size, 3) in RGB; first the person, then the companion, in `boxes` (2, 4),
    `landmarks` (2, 5, 2) and `visible` (2,), the share of each face's box that is in the picture and, of the
    companion's, not behind the person. Boxes and landmarks may lie outside the picture.
    """

    pixels: Pixels
    boxes: NDArray[np.float32]
    landmarks: NDArray[np.float32]
    visible: NDArray[np.float32]


def accompanied(person: Person, companion: Person, scene: Scene, place: Place, size: int = 128) -> Company:
    """Draw a person in a scene with a companion, `size` pixels square; the scene's seed decides the sides.

    Raises `ValueError` for a place that is none of `PLACES`.
    """
    if place not in PLACES:
        raise ValueError(f"a companion cannot be {place!r}; there are {', '.join(PLACES)}")
    quiet = replace(scene, noise=0.0, blur=0.0)
    first_scene, second_scene = _placed(quiet, place)
    pixels = draw_background(quiet, size).astype(np.float32)
    found, mattes = [], []
    for who, where in ((companion, second_scene), (person, first_scene)):
        drawing, cut, matte = _cut_out(who, where, size)
        pixels = pixels * (1 - matte) + cut
        found.append(drawing)
        mattes.append(matte[..., 0])
    other, own = found
    photo = np.asarray(np.clip(pixels + 0.5, 0, 255), np.uint8)
    if scene.blur:
        photo = faults.blurred(photo, scene.blur * 80 / 128)
    if scene.noise:
        photo = faults.noisy(photo, scene.seed, scene.noise)
    return Company(
        pixels=photo,
        boxes=np.stack([own.box, other.box]),
        landmarks=np.stack([own.landmarks, other.landmarks]),
        visible=np.array([_seen(own.box, np.zeros_like(mattes[1])), _seen(other.box, mattes[1])], np.float32),
    )


def _placed(scene: Scene, place: Place) -> tuple[Scene, Scene]:
    """Return where the person and the companion stand; the companion's scene has a seed of its own."""
    random = np.random.default_rng((23, scene.seed))
    side = float(random.choice((-1, 1)))
    other = replace(
        scene,
        seed=scene.seed + 1,
        yaw=float(random.normal(0, 0.2)),
        roll=float(random.normal(0, 0.08)),
        shirt=str(random.choice(list(palette.THINGS))),
    )
    match place:
        case "beside":
            scale = random.uniform(0.21, 0.25)
            first = replace(scene, scale=scale, x=0.5 - side * 0.24, y=0.5 + random.uniform(-0.03, 0.05))
            second = replace(other, scale=scale * random.uniform(0.88, 1.05), x=0.5 + side * 0.25, y=first.y)
        case "behind":
            first = replace(scene, scale=random.uniform(0.27, 0.31), x=0.5 - side * 0.14, y=0.56)
            second = replace(other, scale=first.scale * 0.72, x=0.5 + side * 0.21, y=0.34)
        case "at the edge":
            first = replace(scene, scale=min(scene.scale, 0.3), x=0.5 - side * 0.12)
            second = replace(other, scale=first.scale, x=0.5 + side * random.uniform(0.47, 0.58), y=first.y)
    return first, second


def _cut_out(person: Person, scene: Scene, size: int) -> tuple[Drawing, _Matte, _Matte]:
    """Return a person drawn, the same alone on black, and how much of each pixel (size, size, 1) that covers.

    Two drawings on two plain walls differ where the wall is seen, and nowhere else (triangulation matting,
    Smith and Blinn, 1996).
    """
    walls = [replace(scene, backdrop="plain", background=wall) for wall in ("white", "black")]
    drawings = [draw(person, wall, size) for wall in walls]
    bright, dark = (drawing.pixels.astype(np.float32) for drawing in drawings)
    empty_bright, empty_dark = (draw_background(wall, size).astype(np.float32) for wall in walls)
    between = np.maximum((empty_bright - empty_dark).sum(2, keepdims=True), 1)
    through = np.clip((bright - dark).sum(2, keepdims=True) / between, 0, 1)
    return drawings[0], dark - through * empty_dark, 1 - through


def _seen(box: NDArray[np.float32], hidden: _Matte) -> float:
    """Return the share of a box that lies in the picture and is not hidden."""
    side = hidden.shape[0]
    left, top, right, bottom = (round(float(edge)) for edge in box)
    part = hidden[max(top, 0) : min(bottom, side), max(left, 0) : min(right, side)]
    return float((1 - part).sum()) / max((right - left) * (bottom - top), 1)
