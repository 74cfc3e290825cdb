"""Pictures without a face for the detector to be silent on: animals, places, clothes, clutter."""

from typing import Final

import cv2
import numpy as np

from pocket import palette
from pocket.canvas import Pixels
from pocket.drawing import draw, draw_background
from pocket.recipes.photos import training_animals, training_photo

# How much of the head's height below a face still belongs to the chin or a beard.
_BELOW_FACE: Final = 0.35


def picture_of_nobody(first: int, people: int, random: np.random.Generator, side: int) -> Pixels:
    """Return a picture (side, side, 3) with no person's face; `first` numbers the first photo it may use."""
    size = int(random.choice((96, 128, 160)))
    kind = random.random()
    if kind < 0.5:
        picture = next(training_animals(first, people)).pixels(size)
    elif kind < 0.72:
        picture = draw_background(training_photo(first, people)[1], size)
    elif kind < 0.82:
        picture = _clothes(first, people)
    elif kind < 0.92:
        picture = _clutter(random, size)
    else:
        height, width = random.integers(2, 24, 2)
        picture = random.integers(0, 255, (height, width, 3), dtype=np.uint8)
    if kind < 0.5 and random.random() < 0.5:
        picture = _closer(picture, random)
    smoothing = (cv2.INTER_LINEAR, cv2.INTER_LINEAR, cv2.INTER_CUBIC)[random.integers(3)]
    picture = np.asarray(cv2.resize(picture, (side, side), interpolation=smoothing), np.uint8)
    return np.ascontiguousarray(picture[:, ::-1]) if random.random() < 0.5 else picture


def _clothes(first: int, people: int) -> Pixels:
    """Return what is below somebody's face."""
    photo = draw(*training_photo(first, people), 160)
    height = photo.box[3] - photo.box[1]
    top = int(min(photo.box[3] + _BELOW_FACE * height, 130))
    return photo.pixels[top:]


def _closer(picture: Pixels, random: np.random.Generator) -> Pixels:
    """Return a part of the picture, half as wide or more."""
    size = picture.shape[0]
    part = int(size * random.uniform(0.5, 0.95))
    left, top = random.integers(0, size - part + 1, 2)
    return picture[top : top + part, left : left + part]


def _clutter(random: np.random.Generator, size: int) -> Pixels:
    """Return ovals and bars in the colours of skin, hair and things: what a face is made of, but none."""
    colours = [*palette.SKINS, *palette.HAIR.values(), *palette.THINGS.values()]
    picture = np.full((size, size, 3), colours[random.integers(len(colours))], np.uint8)
    for _ in range(int(random.integers(2, 14))):
        colour = tuple(float(channel) for channel in colours[random.integers(len(colours))])
        centre = tuple(int(place) for place in random.integers(0, size, 2))
        across, along = (int(length) for length in random.uniform(0.02, 0.4, 2) * size)
        if random.random() < 0.6:
            turn = float(random.uniform(0, 180))
            cv2.ellipse(picture, centre, (across, along), turn, 0, 360, colour, -1, cv2.LINE_AA)
        else:
            corner = centre[0] + across, centre[1] + along
            cv2.rectangle(picture, centre, corner, colour, -1, cv2.LINE_AA)
    return picture
