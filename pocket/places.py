"""Places: painted backgrounds of two or three layers, whose details come from the scene's seed."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pocket.canvas import COS, SIN, Colour, Pixels, fill
from pocket.scenes import Place

Line = NDArray[np.float64]

# The stream of random numbers that places alone draw from.
_STREAM: Final = 23
_ALONG: Final = np.linspace(0, 1, 33)


def paint_place(place: Place, seed: int, side: int) -> Pixels:
    """Return a picture (side, side, 3) of a place; the seed decides its details, the size does not."""
    pixels = np.empty((side, side, 3), np.uint8)
    _PAINTERS[place](_Board(pixels), np.random.default_rng((_STREAM, int(seed))))
    return pixels


class _Board:
    """A picture painted upon in shares of its width, from the upper left corner."""

    def __init__(self, pixels: Pixels) -> None:
        self._pixels = pixels

    def fade(self, top: float, bottom: float, upper: Colour, lower: Colour) -> None:
        """Paint a stripe across the picture, from one colour to another."""
        side = self._pixels.shape[0]
        start, end = round(top * side), round(bottom * side)
        share = np.linspace(0, 1, end - start)[:, None, None]
        self._pixels[start:end] = (np.asarray(upper) * (1 - share) + np.asarray(lower) * share).astype(
            np.uint8
        )

    def shape(self, x: Colour, y: Colour, colour: Colour) -> None:
        """Paint a polygon."""
        outline = np.stack([np.asarray(x, np.float64), np.asarray(y, np.float64)], 1)
        fill(self._pixels, outline * self._pixels.shape[0], colour)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """Paint a rectangle."""
        self.shape([left, right, right, left], [top, top, bottom, bottom], colour)

    def round(self, x: float, y: float, across: float, down: float, colour: Colour) -> None:
        """Paint an ellipse of two radii."""
        self.shape(x + across * COS, y + down * SIN, colour)

    def ridge(self, heights: Colour, bottom: float, colour: Colour) -> None:
        """Paint everything from a line of 33 heights across the picture down to `bottom`."""
        x = np.concatenate([_ALONG, [1, 0]])
        self.shape(x, np.concatenate([np.asarray(heights), [bottom, bottom]]), colour)


def _waves(random: np.random.Generator, level: float, size: float) -> Line:
    phase, other = random.uniform(0, 6.3, 2)
    waves: Line = level + size * (np.sin(_ALONG * 5 + phase) + 0.5 * np.sin(_ALONG * 11 + other))
    return waves


def _cloud(board: _Board, x: float, y: float, size: float, colour: Colour) -> None:
    for offset, rise, radius in ((-1.1, 0.1, 0.6), (0, -0.25, 0.85), (1.0, 0.05, 0.65)):
        board.round(x + offset * size, y + rise * size, radius * size, radius * size * 0.8, colour)
    board.box(x - 1.1 * size, y + 0.1 * size, x + size, y + 0.55 * size, colour)


def _tree(board: _Board, x: float, foot: float, size: float, green: Line) -> None:
    board.box(x - 0.1 * size, foot - size, x + 0.1 * size, foot, (112, 82, 58))
    for offset, rise, radius, shade in (
        (-0.4, 1.15, 0.5, 0.88),
        (0.42, 1.2, 0.48, 0.94),
        (0, 1.65, 0.58, 1.0),
        (0.05, 1.2, 0.45, 1.04),
    ):
        board.round(x + offset * size, foot - rise * size, radius * size, radius * size, green * shade)


def _fir(board: _Board, x: float, foot: float, size: float, green: Line, snow: Colour | None) -> None:
    board.box(x - 0.07 * size, foot - 0.3 * size, x + 0.07 * size, foot, (98, 74, 58))
    for low, high, half in ((0.2, 0.95, 0.55), (0.6, 1.35, 0.44), (1.0, 1.75, 0.32)):
        board.shape(
            [x - half * size, x, x + half * size],
            [foot - low * size, foot - high * size, foot - low * size],
            green,
        )
        if snow is not None:
            x_cap, rise = half * 0.45 * size, (high - (high - low) * 0.45) * size
            board.shape(
                [x - x_cap, x, x + x_cap, x],
                [foot - rise, foot - high * size, foot - rise, foot - rise * 0.96],
                snow,
            )


def _paint_park(board: _Board, random: np.random.Generator) -> None:
    board.fade(0, 0.66, (138, 196, 232), (222, 238, 236))
    _cloud(board, random.uniform(0.1, 0.9), random.uniform(0.1, 0.2), 0.07, (248, 250, 250))
    board.ridge(_waves(random, 0.52, 0.03), 0.8, (150, 190, 140))
    board.fade(0.62, 1, (140, 186, 96), (92, 148, 74))
    bend = random.uniform(-0.1, 0.1)
    board.shape([0.44 + bend, 0.52 + bend, 0.86, 0.14], [0.62, 0.62, 1, 1], (222, 202, 160))
    for x in (random.uniform(0.02, 0.12), random.uniform(0.88, 0.98)):
        _tree(board, x, random.uniform(0.66, 0.74), random.uniform(0.24, 0.3), np.array((86, 150, 84)))
    _tree(board, random.uniform(0.24, 0.34), 0.62, 0.12, np.array((112, 168, 100)))
    _tree(board, random.uniform(0.66, 0.76), 0.62, 0.13, np.array((112, 168, 100)))


def _paint_beach(board: _Board, random: np.random.Generator) -> None:
    board.fade(0, 0.5, (118, 192, 234), (226, 240, 240))
    board.round(random.choice((0.14, 0.86)), 0.16, 0.075, 0.075, (255, 236, 160))
    _cloud(board, random.uniform(0.2, 0.8), 0.12, 0.055, (250, 252, 252))
    board.fade(0.48, 0.7, (44, 136, 178), (96, 196, 204))
    shore = _waves(random, 0.69, 0.012)
    board.ridge(shore - 0.02, 1, (238, 248, 244))
    board.ridge(shore + 0.01, 1, (240, 218, 166))
    board.fade(0.76, 1, (242, 220, 168), (226, 194, 136))
    boat = random.choice((0.16, 0.8)) + random.uniform(-0.05, 0.05)
    board.shape(
        [boat - 0.05, boat + 0.05, boat + 0.035, boat - 0.035], [0.52, 0.52, 0.545, 0.545], (176, 84, 66)
    )
    board.shape([boat, boat, boat + 0.05], [0.51, 0.4, 0.51], (250, 248, 240))
    x = 0.1 if boat > 0.5 else 0.9
    colours = ((226, 96, 84), (248, 240, 226))
    board.box(x - 0.008, 0.62, x + 0.008, 0.95, (236, 228, 214))
    edges = np.linspace(-0.17, 0.17, 6)
    for part in range(5):
        board.shape([x + edges[part], x + edges[part + 1], x], [0.7, 0.7, 0.56], colours[part % 2])


def _paint_city(board: _Board, random: np.random.Generator) -> None:
    board.fade(0, 0.75, (160, 196, 222), (244, 226, 208))
    for left in np.arange(-0.05, 1, 0.11):
        top = random.uniform(0.24, 0.46)
        board.box(left, top, left + 0.12, 0.8, np.array((164, 178, 200)) + random.uniform(-8, 8))
    for left in (-0.06, 0.1, 0.25, 0.6, 0.74, 0.9):
        top = random.uniform(0.16, 0.4) if left < 0.2 or left > 0.7 else random.uniform(0.4, 0.54)
        wall = np.array(
            ((196, 132, 108), (112, 128, 156), (206, 178, 140), (134, 110, 120))[random.integers(4)]
        )
        right = left + 0.17
        board.box(left, top, right, 0.82, wall)
        board.box(right - 0.03, top, right, 0.82, wall * 0.86)
        for column in (0.02, 0.065, 0.11):
            for level in np.arange(top + 0.035, 0.74, 0.075):
                glass = (252, 228, 160) if random.random() < 0.35 else tuple(wall * 0.55 + 30)
                board.box(left + column, level, left + column + 0.025, level + 0.042, glass)
    board.fade(0.8, 0.86, (196, 194, 190), (184, 182, 180))
    board.fade(0.86, 1, (104, 106, 114), (84, 86, 96))
    for left in (0.04, 0.3, 0.56, 0.82):
        board.box(left, 0.925, left + 0.13, 0.94, (236, 226, 190))


def _paint_room(board: _Board, random: np.random.Generator) -> None:
    wall = np.array(((224, 206, 180), (190, 208, 200), (206, 200, 218), (232, 196, 176))[random.integers(4)])
    board.fade(0, 0.8, wall * 0.97, wall)
    board.box(0, 0.77, 1, 0.8, (246, 242, 234))
    board.fade(0.8, 1, (178, 128, 88), (150, 102, 68))
    for level in (0.86, 0.93):
        board.box(0, level, 1, level + 0.005, (136, 92, 62))
    window, shelf = (0.03, 0.72) if random.random() < 0.5 else (0.68, 0.03)
    board.box(window, 0.1, window + 0.29, 0.5, (248, 246, 240))
    board.box(window + 0.02, 0.12, window + 0.27, 0.48, (160, 208, 234))
    board.shape(
        [window + 0.02, window + 0.12, window + 0.27, window + 0.27, window + 0.02],
        [0.42, 0.37, 0.43, 0.48, 0.48],
        (140, 184, 120),
    )
    board.box(window + 0.138, 0.12, window + 0.152, 0.48, (248, 246, 240))
    board.box(window + 0.02, 0.29, window + 0.27, 0.303, (248, 246, 240))
    colours = ((190, 84, 74), (72, 116, 140), (226, 178, 92), (104, 142, 104), (130, 96, 140))
    for level in (0.26, 0.46):
        board.box(shelf, level, shelf + 0.25, level + 0.022, (140, 98, 66))
        left = shelf + 0.02
        while left < shelf + 0.18:
            width, high = random.uniform(0.022, 0.036), random.uniform(0.09, 0.13)
            board.box(left, level - high, left + width, level, colours[random.integers(5)])
            left += width + 0.003
    x = shelf + 0.12
    for lean in (-0.09, -0.04, 0.03, 0.085):
        board.shape(
            [x - 0.015, x + lean, x + lean * 1.25, x + 0.015],
            [0.72, 0.54 + abs(lean), 0.6 + abs(lean), 0.72],
            (88, 142, 96),
        )
    board.shape([x - 0.055, x + 0.055, x + 0.04, x - 0.04], [0.71, 0.71, 0.83, 0.83], (204, 122, 88))


def _paint_mountains(board: _Board, random: np.random.Generator) -> None:
    board.fade(0, 0.7, (126, 176, 222), (240, 228, 218))
    _cloud(board, random.uniform(0.3, 0.7), 0.1, 0.05, (250, 250, 250))
    for middle, top, half, shade in (
        (0.5 + random.uniform(-0.08, 0.08), 0.22, 0.36, (150, 164, 194)),
        (random.uniform(0.1, 0.2), 0.2, 0.34, (120, 136, 172)),
        (random.uniform(0.8, 0.9), 0.14, 0.38, (108, 124, 162)),
    ):
        high = 0.72 - top
        board.shape([middle - half, middle, middle + half], [0.72, top, 0.72], shade)
        board.shape([middle, middle + half, middle + half * 0.15], [top, 0.72, 0.72], np.array(shade) * 0.88)
        cap = 0.3
        x = middle + half * cap * np.array([-1, 0, 1, 0.5, 0.12, -0.3, -0.62])
        y = top + high * cap * np.array([1, 0, 1, 0.8, 1.1, 0.82, 1.08])
        board.shape(x, y, (248, 250, 252))
    board.ridge(_waves(random, 0.68, 0.015), 1, (92, 132, 108))
    for x in (*random.uniform(0.0, 0.26, 3), *random.uniform(0.74, 1.0, 3)):
        _fir(board, x, random.uniform(0.72, 0.77), random.uniform(0.08, 0.12), np.array((58, 104, 88)), None)
    board.ridge(_waves(random, 0.78, 0.012), 1, (128, 166, 104))
    board.fade(0.84, 1, (128, 166, 104), (104, 146, 88))


def _paint_night_sky(board: _Board, random: np.random.Generator) -> None:
    board.fade(0, 0.8, (18, 24, 64), (84, 76, 132))
    for _ in range(46):
        x, y, size = random.uniform(0, 1), random.uniform(0, 0.66), random.uniform(0.003, 0.0065)
        board.round(x, y, size, size, np.array((255, 250, 226)) * random.uniform(0.7, 1))
    x, y = random.choice((0.14, 0.85)), random.uniform(0.14, 0.2)
    board.round(x, y, 0.085, 0.085, (250, 238, 196))
    for across, down, size in ((-0.025, -0.02, 0.018), (0.03, 0.015, 0.014), (-0.01, 0.04, 0.012)):
        board.round(x + across, y + down, size, size, (228, 214, 170))
    board.ridge(_waves(random, 0.7, 0.03), 1, (50, 54, 104))
    board.ridge(_waves(random, 0.79, 0.025), 1, (32, 38, 76))
    for tree in (*random.uniform(0.0, 0.25, 2), *random.uniform(0.75, 1.0, 2)):
        _fir(board, tree, random.uniform(0.82, 0.86), random.uniform(0.1, 0.14), np.array((22, 30, 60)), None)
    board.fade(0.88, 1, (30, 38, 72), (22, 28, 58))


def _paint_desert(board: _Board, random: np.random.Generator) -> None:
    board.fade(0, 0.65, (250, 190, 120), (255, 232, 188))
    board.round(random.choice((0.2, 0.8)), 0.2, 0.09, 0.09, (255, 244, 206))
    board.ridge(_waves(random, 0.56, 0.025), 1, (226, 150, 96))
    board.ridge(_waves(random, 0.66, 0.03), 1, (216, 134, 80))
    board.ridge(_waves(random, 0.8, 0.025), 1, (234, 164, 100))
    for x, foot, size in (
        (random.uniform(0.06, 0.14), 0.8, random.uniform(0.34, 0.42)),
        (random.uniform(0.86, 0.94), 0.74, random.uniform(0.26, 0.34)),
    ):
        _cactus(board, x, foot, size)


def _cactus(board: _Board, x: float, foot: float, size: float) -> None:
    green, half = np.array((94, 140, 88)), 0.095 * size
    for across, low, high in ((0, 0, 1), (-0.27, 0.42, 0.76), (0.27, 0.3, 0.64)):
        middle, wide = x + across * size, half * (1 if across == 0 else 0.72)
        board.box(middle - wide, foot - high * size, middle + wide, foot - low * size, green)
        board.round(middle, foot - high * size, wide, wide, green)
        board.round(middle, foot - low * size, wide, wide * (0.3 if across == 0 else 1), green)
        if across:
            level = foot - low * size
            board.box(min(x, middle), level - wide, max(x, middle), level + wide, green)
        board.box(
            middle + wide * 0.2, foot - high * size, middle + wide * 0.5, foot - low * size, green * 0.86
        )


def _paint_snow(board: _Board, random: np.random.Generator) -> None:
    board.fade(0, 0.66, (158, 188, 214), (226, 234, 242))
    board.ridge(_waves(random, 0.56, 0.03), 1, (206, 220, 234))
    for x in (*random.uniform(0.22, 0.4, 2), *random.uniform(0.6, 0.78, 2)):
        _fir(
            board,
            x,
            random.uniform(0.62, 0.66),
            random.uniform(0.1, 0.13),
            np.array((122, 156, 160)),
            (244, 248, 252),
        )
    board.ridge(_waves(random, 0.68, 0.02), 1, (232, 240, 247))
    for x in (random.uniform(0.03, 0.13), random.uniform(0.87, 0.97)):
        _fir(
            board,
            x,
            random.uniform(0.78, 0.84),
            random.uniform(0.28, 0.34),
            np.array((74, 118, 112)),
            (248, 250, 253),
        )
    board.ridge(_waves(random, 0.83, 0.015), 1, (246, 249, 252))
    for _ in range(40):
        size = random.uniform(0.004, 0.009)
        board.round(random.uniform(0, 1), random.uniform(0, 0.9), size, size, (254, 254, 255))


_PAINTERS: Final[Mapping[Place, Callable[[_Board, np.random.Generator], None]]] = {
    "park": _paint_park,
    "beach": _paint_beach,
    "city": _paint_city,
    "room": _paint_room,
    "mountains": _paint_mountains,
    "night sky": _paint_night_sky,
    "desert": _paint_desert,
    "snow": _paint_snow,
}
