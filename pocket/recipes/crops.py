"""What a recogniser learns from: drawn faces, found and aligned as the product does it, and who they are."""

from functools import cache
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import onnxruntime
from insightface.model_zoo import model_zoo
from insightface.utils.face_align import norm_crop
from numpy.typing import NDArray

from pocket import faults, palette
from pocket.canvas import Pixels
from pocket.drawing import Drawing, draw
from pocket.looks import in_look
from pocket.people import HAIR_STYLES, Person
from pocket.recipes.photos import training_photo
from pocket.scenes import Scene

SIDE: Final = 112
# Landmarks that nobody had to find, and pictures with a fault, are a part of what is learned from.
_TRUE_LANDMARKS: Final = 0.2
_SPOILED: Final = 0.22
_SIZES: Final = (128, 160, 256, 384)
_SIZE_ODDS: Final = (0.7, 0.2, 0.09, 0.01)
# A face of a smaller picture would be a few pixels wide.
_LEAST: Final = {"portrait": 128, "half": 192, "full": 320}
_DETECTION: Final = 0.5
_TRAITS: Final = (
    ("skull", ("half_width", "top", "bottom", "taper", "roundness")),
    ("hair", ("volume", "hairline")),
    ("eyes", ("x", "y", "half_width", "openness", "tilt", "iris", "lashes")),
    ("brows", ("thickness", "height", "angle", "arch", "length")),
    ("nose", ("length", "half_width", "bridge")),
    ("mouth", ("half_width", "y", "lip")),
)


def crop(number: int, people: int, detector: Path | None = None, side: int = SIDE) -> tuple[Pixels, int]:
    """Return an aligned face (side, side, 3) and its person's seed; `side` is one that insightface aligns to.

    The landmarks are mostly those that the detector of this file finds. Where it finds no face, or there is no
    detector, they are the true ones, off by about as much as found ones are.
    """
    person, scene = training_photo(number, people)
    random = np.random.default_rng((number, 6))
    drawing = draw(person, scene, _size(scene, random))
    pixels = _spoiled(drawing.pixels, random) if random.random() < _SPOILED else drawing.pixels
    landmarks = None
    if detector is not None and random.random() >= _TRUE_LANDMARKS:
        landmarks = _found(detector, pixels, drawing)
    if landmarks is None:
        landmarks = _roughly(drawing, random)
    return np.asarray(norm_crop(pixels, landmarks, side), np.uint8), person.seed


def appearance(person: Person) -> NDArray[np.float32]:
    """Return everything about a person's face as one row of numbers, for the recogniser to reveal."""
    measures = [getattr(getattr(person, part), name) for part, names in _TRAITS for name in names]
    colours = [
        channel / 255
        for colour in (person.skin, person.hair.rgb, person.mouth.rgb, palette.EYES[person.eyes.colour])
        for channel in colour
    ]
    choices = [
        *(person.nose.style == style for style in range(3)),
        *(person.hair.style == style for style in HAIR_STYLES),
        *(person.glasses.shape == shape for shape in ("round", "square", "sun")),
        *(person.beard.style == style for style in ("stubble", "mustache", "goatee", "full")),
        bool(person.freckles),
        bool(person.moles),
        person.is_female,
        person.is_child,
    ]
    return np.array([*measures, person.ear, person.wrinkles, person.blush, *colours, *choices], np.float32)


def _size(scene: Scene, random: np.random.Generator) -> int:
    return max(int(random.choice(_SIZES, p=_SIZE_ODDS)), _LEAST[scene.framing])


def _found(path: Path, pixels: Pixels, drawing: Drawing) -> NDArray[np.float32] | None:
    """Return the landmarks that the detector finds for the drawing's face, or None."""
    boxes, landmarks = _detector(path).detect(pixels[..., ::-1])
    middle = (drawing.box[:2] + drawing.box[2:]) / 2
    for box, points in zip(boxes, landmarks, strict=True):
        if (box[:2] < middle).all() and (middle < box[2:4]).all():
            return np.asarray(points, np.float32)
    return None


@cache
def _detector(path: Path) -> Any:
    """Return the detector as insightface runs it; on one thread, for the pictures are drawn on all of them."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    detector = model_zoo.get_model(str(path), providers=["CPUExecutionProvider"], sess_options=options)
    detector.prepare(-1, det_thresh=_DETECTION)
    return detector


def _roughly(drawing: Drawing, random: np.random.Generator) -> NDArray[np.float32]:
    width = float(drawing.box[2] - drawing.box[0])
    slips = random.normal(0, 0.013, (5, 2)) + random.normal(0, 0.008, (1, 2))
    return (drawing.landmarks + slips * width).astype(np.float32)


def _spoiled(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """Return the picture with a fault through which its person can still be recognised."""
    strength = random.random()
    match int(random.integers(6)):
        case 0:
            return faults.blurred(pixels, 0.15 + 0.4 * strength)
        case 1:
            return faults.noisy(pixels, int(random.integers(2**31)), 6 + 20 * strength)
        case 2:
            return faults.too_dark(pixels, 0.3 + 0.4 * strength)
        case 3:
            return faults.filtered(pixels)
        case 4:
            return in_look(pixels, "ink", int(random.integers(2**31)))
        case _:
            side = round(56 + 50 * strength)
            small = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA)
            shape = pixels.shape[1::-1]
            return np.asarray(cv2.resize(small, shape, interpolation=cv2.INTER_CUBIC), np.uint8)
