"""The looks that no base is trained on, for profiles of a style: every (name, seed) is a style of its own."""

from collections.abc import Callable, Mapping
from typing import Final, Literal, get_args

import cv2
import numpy as np

from pocket import brushes
from pocket.brushes import Field
from pocket.canvas import Pixels

UnseenLook = Literal["watercolour", "poster", "mosaic"]
UNSEEN_LOOKS: Final[tuple[UnseenLook, ...]] = get_args(UnseenLook)

# Posters are printed in this many inks, the paper among them.
_INKS: Final = (4, 5, 6)
# Washes are computed on a picture at most so many times 128 pixels wide.
_FINEST_WASH: Final = 3.0


def in_unseen_look(pixels: Pixels, name: str, seed: int) -> Pixels:
    """Return a finished picture (height, width, 3) in one style of a look, whose seed sets all that varies in it.

    Raises `ValueError` for a look that is none of `UNSEEN_LOOKS`.
    """
    paint = _PAINTERS.get(name)
    if paint is None:
        raise ValueError(f"no unseen look is called {name!r}; there are {', '.join(UNSEEN_LOOKS)}")
    random = np.random.default_rng((UNSEEN_LOOKS.index(name), 13, seed))
    return brushes.at_size_of(paint(brushes.at_least_base(pixels), random), pixels)


def _watercolour(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """Paint pale washes: edges darken where pigment gathers, run a little, and show the paper's grain.

    After Bousseau et al., 2006, "Interactive watercolor rendering": each effect changes how much pigment lies
    on the paper, and the density d turns a colour c into c - (c - c^2) (d - 1).
    """
    shape, unit = pixels.shape[:2], brushes.scale_of(pixels)
    pale, bleeding = random.uniform(0.14, 0.38), random.uniform(0.6, 1.7) * unit
    darkening, granulation = random.uniform(0.9, 2.0), random.uniform(0.05, 0.16)
    strong = random.uniform(1.15, 1.7)
    tint = np.array(_hsv(random.uniform(0, 360), random.uniform(0.1, 0.45), 1.0), np.float32) / 255
    paper = np.array((1, 1, 1), np.float32) - random.uniform(0.01, 0.09) * np.array((0.2, 0.6, 1), np.float32)

    across, down = (bleeding * _running(random, shape) for _ in range(2))
    wash = _washes(brushes.vivid(brushes.exposed(pixels), strong), unit)
    flat = brushes.wavered(wash, across, down) / 255
    gathered = brushes.softened(flat, 1.6 * unit) - flat
    edges = np.clip(brushes.largest(gathered) * darkening, 0, 0.5)
    turbulence = sum(
        brushes.slow_field(random, shape, cells) / (1 + row) for row, cells in enumerate((4, 9, 21))
    )
    grain = brushes.slow_field(random, shape, 2 * brushes.BASE_SIDE)
    density = 1 + 0.4 * turbulence + granulation * grain + 3.2 * edges

    colour = flat * (1 - 0.35 * (1 - tint))
    colour = 1 - (1 - colour) * (1 - pale)
    wet = colour - (colour - colour * colour) * (density - 1)[..., None]
    rough = (1 + 0.03 * brushes.slow_field(random, shape, brushes.BASE_SIDE))[..., None]
    return brushes.picture(255 * np.clip(wet, 0, 1) * paper * rough)


def _running(random: np.random.Generator, shape: tuple[int, int]) -> Field:
    """Return how far colour runs one way, about -1 to 1."""
    coarse, fine = (brushes.slow_field(random, shape, cells) for cells in (14, 42))
    return 0.7 * coarse + 0.6 * fine


def _washes(photo: Field, unit: float) -> Field:
    """Return the picture in flat areas with crisp borders."""
    height, width = photo.shape[:2]
    # The filter's cost grows with the fourth power of the size, and a wash has no finer detail.
    shrink = min(1.0, _FINEST_WASH / unit)
    reach = unit * shrink
    calm = np.clip(photo, 0, 255).astype(np.uint8)
    if shrink < 1:
        calm = np.asarray(
            cv2.resize(calm, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8
        )
    calm = np.asarray(cv2.medianBlur(calm, 2 * round(reach) + 1), np.uint8)
    for _ in range(2):
        calm = np.asarray(cv2.bilateralFilter(calm, 2 * round(2 * reach) + 1, 34, 1.6 * reach), np.uint8)
    if shrink < 1:
        calm = np.asarray(cv2.resize(calm, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    return calm.astype(np.float32)


def _poster(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """Print a poster: a few flat inks chosen by brightness alone, thick outlines in the darkest of them."""
    unit = brushes.scale_of(pixels)
    inks = _inks(random)
    weight = random.uniform(0.9, 1.5)
    calm = _washes(pixels.astype(np.float32), unit)
    bright = brushes.softened(brushes.luminance(calm), 0.5 * unit)
    low, high = np.percentile(bright[::4, ::4], (4, 96))
    share = brushes.shares(float(low), max(float(high), float(low) + 60), bright) ** random.uniform(0.6, 0.85)
    step = share * (len(inks) - 1)
    printed = brushes.softened(inks[np.round(step).astype(np.int32)], 0.5)

    strength = brushes.edge_strength(calm, weight * unit)
    outline = brushes.contours(strength, 2.5 * unit, 30.0, 0.5)[..., None]
    return brushes.picture(printed * (1 - outline) + inks[0] * outline)


def _inks(random: np.random.Generator) -> Field:
    """Return a palette (inks, 3) from a dark ink through two hues to the paper."""
    count = int(random.choice(_INKS))
    shadow = random.uniform(0, 360)
    light = shadow + random.choice((-1, 1)) * random.uniform(70, 180)
    rich = random.uniform(0.55, 0.95)
    inks = []
    for place in np.linspace(0, 1, count):
        hue = shadow if place < 0.5 else light
        saturation = rich * (1 - 0.25 * abs(place - 0.45)) if place < 1 else 0.12
        inks.append(_hsv(hue, saturation, 0.16 + 0.84 * place**0.75))
    return np.array(inks, np.float32)


def _mosaic(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """Lay a mosaic: tiles around the points of a shaken grid, from square stones to the cells of a window.

    A pixel belongs to the nearest point; the joints run where the nearest two are about equally far.
    """
    unit = brushes.scale_of(pixels)
    tile, shaken = random.uniform(3.1, 4.6), float(random.choice((0.08, 0.2, 0.42)))
    joint = random.uniform(0.1, 0.3)
    mortar = np.array(_hsv(random.uniform(0, 360), 0.25, random.choice((0.13, 0.3, 0.75))), np.float32)
    vivid, uneven, angle = random.uniform(1.1, 1.6), random.uniform(0.04, 0.12), random.uniform(0, 1)

    nearest, first, second = _cells(pixels.shape[:2], tile * unit, shaken, angle, random)
    photo = brushes.exposed(pixels)
    # Sharpened, or a tile half on an eye and half on a cheek is neither.
    sharp = np.clip(1.8 * photo - 0.8 * brushes.softened(photo, 0.8 * tile * unit), 0, 255)
    colours = brushes.vivid(_tile_colours(sharp, nearest), vivid)
    shades = 1 + uneven * random.standard_normal((len(colours), 1), np.float32)
    colours = np.clip(colours * shades, 0, 255).astype(np.float32)

    from_joint: Field = (second - first) / 2
    stone = brushes.shares(-0.5, 0.5, from_joint - joint * unit)
    # Stones are a little domed: their rims are darker.
    dome = 0.86 + 0.14 * brushes.shares(0, 0.35 * tile * unit, from_joint)
    laid = colours[nearest] * dome[..., None]
    return brushes.picture(laid * stone[..., None] + mortar * (1 - stone[..., None]))


def _cells(
    shape: tuple[int, int], side: float, shaken: float, angle: float, random: np.random.Generator
) -> tuple[np.ndarray, Field, Field]:
    """Return each pixel's nearest point of a shaken, turned grid, and how far it and the next nearest are."""
    down, across = np.indices(shape, np.float32) + np.float32(0.5)
    turned = np.cos(angle), np.sin(angle)
    u = (across * turned[0] + down * turned[1]) / side
    v = (down * turned[0] - across * turned[1]) / side
    u, v = u - u.min() + 2, v - v.min() + 2
    columns = int(u.max()) + 4
    shift = shaken * (random.random((2, 64, 64), np.float32) * 2 - 1)
    column, row = u.astype(np.int32), v.astype(np.int32)
    first = np.full(shape, np.inf, np.float32)
    second = first.copy()
    nearest = np.zeros(shape, np.int32)
    for right in (-1, 0, 1):
        for below in (-1, 0, 1):
            x, y = column + right, row + below
            off_x, off_y = shift[:, y % 64, x % 64]
            far = np.hypot(u - x - 0.5 - off_x, v - y - 0.5 - off_y)
            closer = far < first
            second = np.where(closer, first, np.minimum(second, far))
            nearest = np.where(closer, y * columns + x, nearest)
            first = np.where(closer, far, first)
    return nearest, first * np.float32(side), second * np.float32(side)


def _tile_colours(picture: Field, nearest: np.ndarray) -> Field:
    """Return the mean colour (tiles, 3) of the picture under each tile."""
    tiles = nearest.ravel()
    area = np.maximum(np.bincount(tiles), 1)
    sums = [np.bincount(tiles, channel.ravel()) for channel in np.moveaxis(picture, 2, 0)]
    return (np.stack(sums, 1) / area[:, None]).astype(np.float32)


def _hsv(hue: float, saturation: float, value: float) -> tuple[float, float, float]:
    """Return the red, green and blue, 0 to 255, of a hue in degrees."""
    pixel = np.array([[[hue % 360, saturation, value]]], np.float32)
    red, green, blue = (float(channel) for channel in cv2.cvtColor(pixel, cv2.COLOR_HSV2RGB)[0, 0])
    return 255 * red, 255 * green, 255 * blue


_PAINTERS: Final[Mapping[str, Callable[[Pixels, np.random.Generator], Pixels]]] = {
    "watercolour": _watercolour,
    "poster": _poster,
    "mosaic": _mosaic,
}
