"""What the detector learns from: pictures with none, one or several drawn faces, and where they are."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from pocket import faults
from pocket.canvas import Pixels
from pocket.drawing import Drawing, draw, draw_background
from pocket.looks import in_look
from pocket.people import Person
from pocket.recipes.nobody import picture_of_nobody
from pocket.recipes.photos import POPULATION, training_photo
from pocket.scenes import Scene

SIDE: Final = 160
STRIDES: Final = (8, 16, 32)
# The faces, by their longer side in pixels, that each stride answers for.
_SIZES: Final = {8: (0, 32), 16: (28, 72), 32: (62, 999)}
_PHOTO_SIDE: Final = 128
# Numbers of photos that belong to one composition.
_PHOTOS_APIECE: Final = 64
_NOBODY: Final = 0.34
_ONE_WHOLE_PHOTO: Final = 0.76
_DRAWN_AT: Final = (96, 128, 160, 256)
_DRAWN_AT_ODDS: Final = (0.12, 0.5, 0.3, 0.08)
_INK: Final = 0.07
_SPOILED: Final = 0.3
_CUT_OFF: Final = 0.15
# A face of which less is in the picture is none.
_SEEN_OF_A_FACE: Final = 0.35


@dataclass(frozen=True)
class Face:
    """A face in a composition: `box` (4,) and `landmarks` (5, 2) in its pixels."""

    box: NDArray[np.float64]
    landmarks: NDArray[np.float64]


def composition(number: int, people: int = POPULATION) -> tuple[Pixels, NDArray[np.float32]]:
    """Return a picture (160, 160, 3) and its targets (525, 16), one row a cell.

    A row holds whether the cell is a face's, whether it counts, and the box and landmarks relative to it.
    """
    random = np.random.default_rng((number, 5))
    first, kind = number * _PHOTOS_APIECE, random.random()
    faces: list[Face] = []
    if kind < _NOBODY:
        picture = picture_of_nobody(first, people, random, SIDE)
    elif kind < _ONE_WHOLE_PHOTO:
        picture, faces = _whole_photo(first, people, random)
    else:
        picture, faces = _pasted_photos(first, people, random)
    if random.random() < _INK:
        picture = in_look(picture, "ink", number)
    if random.random() < _SPOILED:
        picture = _spoiled(picture, faces, random)
    return picture, targets(faces)


def targets(faces: list[Face]) -> NDArray[np.float32]:
    """Return the detector's targets for faces in a picture, all strides below one another."""
    rows = []
    for stride in STRIDES:
        cells = SIDE // stride
        target = np.zeros((cells, cells, 16), np.float32)
        ys, xs = np.mgrid[:cells, :cells] * stride
        for face in faces:
            size = max(face.box[2] - face.box[0], face.box[3] - face.box[1])
            middle = (face.box[:2] + face.box[2:]) / 2
            reach = max(stride * 0.9, 0.16 * size)
            near = (np.abs(xs - middle[0]) < reach) & (np.abs(ys - middle[1]) < reach)
            least, most = _SIZES[stride]
            if least <= size < most:
                x, y = xs[near], ys[near]
                box, points = face.box, face.landmarks.reshape(1, 10)
                target[near, :2] = 1
                target[near, 2:6] = np.stack([x - box[0], y - box[1], box[2] - x, box[3] - y], -1) / stride
                target[near, 6:16] = (points - np.stack([x, y] * 5, -1)) / stride
            else:
                target[near & (target[..., 0] == 0), 1] = -1
        # Cells on a face that another stride answers for are left out of the loss.
        target[..., 1] = (target[..., 1] >= 0) | (target[..., 0] > 0)
        rows.append(target.reshape(-1, 16))
    return np.concatenate(rows)


def _whole_photo(first: int, people: int, random: np.random.Generator) -> tuple[Pixels, list[Face]]:
    """Return a photo as people send it, scaled to the input as insightface scales it; some cut a face in two."""
    person, scene = _framed(first, people, random)
    size = int(random.choice(_DRAWN_AT, p=_DRAWN_AT_ODDS))
    photo = draw(person, scene, size)
    if scene.framing == "portrait" and random.random() < _CUT_OFF:
        photo = _cut_off(photo, random.uniform(_SEEN_OF_A_FACE, 0.8))
    photo = _mirrored(photo, random)
    scale = SIDE / size
    picture = np.asarray(cv2.resize(photo.pixels, (SIDE, SIDE)), np.uint8)
    return picture, [Face(photo.box * np.float64(scale), photo.landmarks * np.float64(scale))]


def _cut_off(photo: Drawing, seen: float) -> Drawing:
    """Return the photo slid aside until only this share of the face's width is left in it, and the truth."""
    pixels = faults.cut_off(photo, seen)
    left, _, right, _ = (float(edge) for edge in photo.box)
    shift = round(pixels.shape[1] - left - seen * (right - left))
    aside = np.array([shift, 0], np.float32)
    return Drawing(pixels, photo.box + np.tile(aside, 2), photo.landmarks + aside)


def _framed(first: int, people: int, random: np.random.Generator) -> tuple[Person, Scene]:
    """Return the first of some photos that is framed as wished: small faces are rarer than they are hard."""
    wish = ("portrait", "half", "full")[random.choice(3, p=(0.62, 0.2, 0.18))]
    photos = (training_photo(first + place, people) for place in range(24))
    return next((photo for photo in photos if photo[1].framing == wish), training_photo(first, people))


def _pasted_photos(first: int, people: int, random: np.random.Generator) -> tuple[Pixels, list[Face]]:
    """Return one to four photos of any size, apart or half out of the picture, on something plain."""
    photos = (
        draw(person, scene, _PHOTO_SIDE)
        for person, scene in (training_photo(first + place, people) for place in range(_PHOTOS_APIECE))
        if scene.framing == "portrait"
    )
    picture = _backdrop(random, training_photo(first, people)[1])
    faces: list[Face] = []
    taken: list[NDArray[np.float64]] = []
    count = 1 if random.random() < 0.5 else int(random.integers(2, 5))
    for _, photo in zip(range(count), photos, strict=False):
        scale = (random.uniform(0.7, 1.9) if count == 1 else random.uniform(0.3, 0.75)) * 0.8
        side = round(SIDE * scale)
        corner = _free_corner(side, taken, random, alone=count == 1)
        if corner is not None:
            taken.append(np.array([*corner, corner[0] + side, corner[1] + side]))
            faces += _pasted(picture, _mirrored(photo, random), corner, side)
    return picture, faces


def _spoiled(picture: Pixels, faces: list[Face], random: np.random.Generator) -> Pixels:
    """Return the picture with one of the faults that photos and generated pictures have."""
    strength = random.random()
    match int(random.integers(7)):
        case 0:
            return faults.blurred(picture, 0.2 + 0.8 * strength)
        case 1:
            return faults.noisy(picture, int(random.integers(2**31)), 8 + 40 * strength)
        case 2:
            return faults.too_dark(picture, 0.12 + 0.5 * strength)
        case 3:
            return faults.blown_out(picture, 1.3 + 1.7 * strength)
        case 4 if faces:
            face, colour = faces[0], random.integers(0, 255, 3)
            drawing = Drawing(picture, face.box.astype(np.float32), face.landmarks.astype(np.float32))
            red, green, blue = (int(channel) for channel in colour)
            return faults.occluded(drawing, 0.15 + 0.35 * strength, (red, green, blue))
        case 5:
            return faults.filtered(picture)
        case _:
            side = round(44 + 60 * strength)
            small = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
            return np.asarray(cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC), np.uint8)


def _backdrop(random: np.random.Generator, scene: Scene) -> Pixels:
    if random.random() < 0.5:
        return np.full((SIDE, SIDE, 3), random.integers(0, 255, 3), np.uint8)
    patch = draw_background(scene)[:24, :24]
    return np.asarray(cv2.resize(patch, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR), np.uint8)


def _free_corner(
    side: int, taken: list[NDArray[np.float64]], random: np.random.Generator, *, alone: bool
) -> tuple[int, int] | None:
    for _ in range(6):
        if alone:
            left, top = (
                random.uniform(-0.25 * side, SIDE - 0.75 * side),
                random.uniform(-0.2 * side, SIDE - 0.8 * side),
            )
        else:
            left, top = random.uniform(0, max(1, SIDE - side), 2)
        corner = round(left), round(top)
        if all(
            min(corner[0] + side, other[2]) < max(corner[0], other[0])
            or min(corner[1] + side, other[3]) < max(corner[1], other[1])
            for other in taken
        ):
            return corner
    return None


def _mirrored(photo: Drawing, random: np.random.Generator) -> Drawing:
    if random.random() < 0.5:
        return photo
    box, landmarks = photo.box.copy(), photo.landmarks[[1, 0, 2, 4, 3]]
    box[[0, 2]] = photo.pixels.shape[1] - box[[2, 0]]
    landmarks[:, 0] = photo.pixels.shape[1] - landmarks[:, 0]
    return Drawing(np.ascontiguousarray(photo.pixels[:, ::-1]), box, landmarks)


def _pasted(picture: Pixels, photo: Drawing, corner: tuple[int, int], side: int) -> list[Face]:
    """Paste a photo; return its face, or nothing when too little of it is inside the picture."""
    smoothing = cv2.INTER_AREA if side < _PHOTO_SIDE else cv2.INTER_LINEAR
    scaled = cv2.resize(photo.pixels, (side, side), interpolation=smoothing)
    left, top = corner
    x0, y0, x1, y1 = max(0, left), max(0, top), min(SIDE, left + side), min(SIDE, top + side)
    picture[y0:y1, x0:x1] = scaled[y0 - top : y1 - top, x0 - left : x1 - left]
    scale = side / _PHOTO_SIDE
    box = photo.box * scale + np.array([left, top, left, top])
    landmarks = photo.landmarks * scale + np.array([left, top])
    width, height = np.clip(box[2:], 0, SIDE) - np.clip(box[:2], 0, SIDE)
    seen = width * height / ((box[2] - box[0]) * (box[3] - box[1]))
    return [Face(box, landmarks)] if seen >= _SEEN_OF_A_FACE else []
