"""Pictures of every depth, of palettes, and transparent ones, as a viewer shows them."""

import struct
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from core.intake import Intake
from tests.encoded import a_picture, a_png_of, chunk, quarters, saved
from tests.shown import near, plain, shown

GREY, RGB, PALETTE, RGBA = 0, 2, 3, 6  # kinds of PNG


@pytest.fixture(scope="module")
def intake() -> Iterator[Intake]:
    with Intake() as opened:
        yield opened


def test_sixteen_bit_grey_is_scaled_and_not_clipped(intake: Intake) -> None:
    ramp = np.tile(np.linspace(0, 65535, 256).astype(int), (8, 1))[:, :, None]

    pixels = intake.open(a_png_of(ramp, GREY, 16)).pixels

    assert np.abs(pixels[0, :, 0].astype(int) - np.arange(256)).max() <= 1


@pytest.mark.parametrize(("kind", "samples"), [
    (RGB, (51400, 7710, 30840)), (RGBA, (51400, 7710, 30840, 65535)),
])  # fmt: skip
@pytest.mark.parametrize("interlaced", [False, True])
def test_sixteen_bit_colour_keeps_its_colours(
    intake: Intake, kind: int, samples: tuple[int, ...], interlaced: bool
) -> None:
    data = a_png_of(np.tile(np.array(samples), (9, 9, 1)), kind, 16, interlaced=interlaced)

    assert near(shown(intake, data), (200, 30, 120), 1)


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("interlaced", [False, True])
def test_grey_of_every_depth_and_its_transparent_shade(intake: Intake, depth: int, interlaced: bool) -> None:
    """The left half black, the right half white; then black is transparent, and so white."""
    most = (1 << depth) - 1
    halves = np.repeat([[0, most]], 8, axis=1).repeat(16, axis=0)[:, :, None]
    clear = chunk(b"tRNS", struct.pack(">H", 0))

    opaque = intake.open(a_png_of(halves, GREY, depth, interlaced=interlaced)).pixels
    composited = intake.open(a_png_of(halves, GREY, depth, clear, interlaced=interlaced)).pixels

    assert opaque[4, [2, 12]].tolist() == [[0] * 3, [255] * 3]
    assert composited[4, [2, 12]].tolist() == [[255] * 3, [255] * 3]


@pytest.mark.parametrize(("depth", "shade", "grey"), [(2, 1, 85), (4, 3, 51), (16, 0x8080, 128)])
def test_only_the_transparent_shade_is_transparent(intake: Intake, depth: int, shade: int, grey: int) -> None:
    other = chunk(b"tRNS", struct.pack(">H", 2))
    same = chunk(b"tRNS", struct.pack(">H", shade))
    samples = np.full((8, 8, 1), shade)

    assert near(shown(intake, a_png_of(samples, GREY, depth, other)), [grey] * 3, 1)
    assert shown(intake, a_png_of(samples, GREY, depth, same)) == [255] * 3


def test_a_transparent_colour_of_sixteen_bits_is_transparent(intake: Intake) -> None:
    colour = (0x1234, 0x8000, 0xFFFF)
    clear = chunk(b"tRNS", struct.pack(">3H", *colour))

    assert shown(intake, a_png_of(np.tile(np.array(colour), (8, 8, 1)), RGB, 16, clear)) == [255] * 3
    assert near(shown(intake, a_png_of(np.full((8, 8, 3), 0x2020), RGB, 16, clear)), [32] * 3, 1)


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
def test_a_palette_of_every_depth_and_its_transparency(intake: Intake, depth: int) -> None:
    colours = chunk(b"PLTE", bytes([255, 0, 0, 10, 200, 30]))
    samples = np.ones((8, 8, 1), int)

    assert shown(intake, a_png_of(samples, PALETTE, depth, colours)) == [10, 200, 30]
    clear = a_png_of(samples, PALETTE, depth, colours, chunk(b"tRNS", bytes([255, 0])))
    assert shown(intake, clear) == [255] * 3
    half = a_png_of(samples, PALETTE, depth, colours, chunk(b"tRNS", bytes([255, 128])))
    assert near(shown(intake, half), (132, 227, 142), 1)


@pytest.mark.parametrize("form", ["PNG", "WEBP", "AVIF"])
def test_transparency_lies_over_white(intake: Intake, form: str) -> None:
    clear, half = plain((255, 0, 0, 0), "RGBA"), plain((0, 0, 0, 128), "RGBA")

    assert near(shown(intake, saved(clear, form, quality=100)), (255, 255, 255), 1)
    assert near(shown(intake, saved(half, form, quality=100)), (127, 127, 127), 2)


def test_grey_with_transparency_lies_over_white(intake: Intake) -> None:
    assert near(shown(intake, saved(plain((0, 128), "LA"), "PNG")), [127] * 3, 1)


def test_a_shrunk_edge_of_transparency_has_no_fringe(intake: Intake) -> None:
    """What is hidden behind full transparency does not come out when pixels are averaged."""
    pixels = np.zeros((64, 4000, 4), np.uint8)
    pixels[:, ::2] = (0, 0, 255, 0)  # a colour that is not there
    pixels[:, 1::2] = (255, 255, 255, 255)

    assert near(shown(intake, saved(Image.fromarray(pixels), "PNG")), [255] * 3, 2)


def test_black_and_white_and_grey_become_colour(intake: Intake) -> None:
    assert shown(intake, saved(plain((1,), "1"), "PNG")) == [255] * 3
    for form in ("PNG", "JPEG"):
        assert shown(intake, saved(plain((77,), "L"), form)) == [77] * 3


def test_a_progressive_jpeg_is_shown_whole(intake: Intake) -> None:
    pixels = intake.open(saved(a_picture(), "JPEG", progressive=True, quality=95)).pixels

    assert np.abs(np.array(quarters(pixels)) - np.array(quarters(np.asarray(a_picture())))).max() < 12
