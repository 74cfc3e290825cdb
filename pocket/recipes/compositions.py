"""What the detector learns from: pictures with none, one or several drawn faces, and where they are."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from pocket.canvas import Pixels
from pocket.drawing import Drawing, draw, draw_background
from pocket.recipes.photos import training_photo
from pocket.scenes import Scene

SIDE: Final = 160
STRIDES: Final = (8, 16, 32)
# The faces, by their longer side in pixels, that each stride answers for.
_SIZES: Final = {8: (0, 32), 16: (28, 72), 32: (62, 999)}
_PHOTO_SIDE: Final = 128
_PHOTOS_APIECE: Final = 4


@dataclass(frozen=True)
class Face:
    """A face in a composition: `box` (4,) and `landmarks` (5, 2) in its pixels."""

    box: NDArray[np.float64]
    landmarks: NDArray[np.float64]


def composition(number: int) -> tuple[Pixels, NDArray[np.float32]]:
    """Return a picture (160, 160, 3) and its targets (525, 16), one row a cell.

    A row holds whether the cell is a face's, whether it counts, and the box and landmarks relative to it.
    """
    random = np.random.default_rng((number, 5))
    photos = (draw(*training_photo(number * _PHOTOS_APIECE + place)) for place in range(_PHOTOS_APIECE))
    kind = random.random()
    _, scene = training_photo(number)
    picture = _backdrop(kind, random, scene)
    faces: list[Face] = []
    if kind <= 0.97:
        taken: list[NDArray[np.float64]] = []
        count = 1 if random.random() < 0.65 else int(random.integers(2, 5))
        for _, photo in zip(range(count), photos, strict=False):
            scale = (random.uniform(0.7, 1.9) if count == 1 else random.uniform(0.3, 0.75)) * 0.8
            side = round(SIDE * scale)
            corner = _free_corner(side, taken, random, alone=count == 1)
            if corner is not None:
                taken.append(np.array([*corner, corner[0] + side, corner[1] + side]))
                faces += _pasted(picture, _mirrored(photo, random), corner, side)
    if random.random() < 0.15:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), random.uniform(0.4, 1.2)), np.uint8)
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


def _backdrop(kind: float, random: np.random.Generator, scene: Scene) -> Pixels:
    if kind < 0.3:
        return np.full((SIDE, SIDE, 3), random.integers(0, 255, 3), np.uint8)
    if kind < 0.6:
        patch, smoothing = draw_background(scene)[:24, :24], cv2.INTER_LINEAR
    else:
        height, width = random.integers(2, 24, 2)
        patch = random.integers(0, 255, (height, width, 3), dtype=np.uint8)
        smoothing = (cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC)[random.integers(3)]
    return np.asarray(cv2.resize(patch, (SIDE, SIDE), interpolation=smoothing), np.uint8)


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
    box[[0, 2]] = _PHOTO_SIDE - box[[2, 0]]
    landmarks[:, 0] = _PHOTO_SIDE - landmarks[:, 0]
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
    is_inside = box[2] > 8 and box[3] > 8 and box[0] < SIDE - 8 and box[1] < SIDE - 8
    seen = ((landmarks > 0) & (landmarks < SIDE)).all(1).sum()
    return [Face(box, landmarks)] if is_inside and seen >= 4 else []
