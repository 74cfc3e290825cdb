"""Pictures are shown as a viewer shows them: colours, transparency, turns, of whatever kind of file."""

import io
import struct
import zlib
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image, ImageChops
from PIL.ExifTags import Base

from core.intake import Intake
from tests.encoded import (
    FORMS,
    PROFILES,
    SIDEWAYS_HEIC,
    a_picture,
    a_png_of,
    chunk,
    cmyk_profile,
    coded,
    encoded_light,
    grey_profile,
    profile,
    quarters,
    saved,
    srgb_of,
    without_app14,
)

GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6  # kinds of PNG
TURNS = {
    1: lambda image: image,
    2: lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    3: lambda image: image.rotate(180),
    4: lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    5: lambda image: image.transpose(Image.Transpose.TRANSPOSE),
    6: lambda image: image.rotate(90, expand=True),
    7: lambda image: image.transpose(Image.Transpose.TRANSVERSE),
    8: lambda image: image.rotate(-90, expand=True),
}


@pytest.fixture(scope="module")
def intake() -> Iterator[Intake]:
    with Intake() as opened:
        yield opened


def shown(intake: Intake, data: bytes) -> list[int]:
    """The colour in the middle."""
    pixels = intake.open(data).pixels
    return [int(value) for value in pixels[pixels.shape[0] // 2, pixels.shape[1] // 2]]


def near(found: list[int], wanted: list[int] | tuple[int, ...], most: int = 3) -> bool:
    return bool(np.abs(np.array(found) - wanted).max() <= most)


def plain(colour: tuple[int, ...], mode: str = "RGB") -> Image.Image:
    return Image.new(mode, (16, 16), colour if len(colour) > 1 else colour[0])


# ── turns


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", FORMS)
def test_every_orientation_comes_out_upright(intake: Intake, form: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[Base.Orientation] = orientation

    opened = intake.open(saved(TURNS[orientation](a_picture()), form, exif=exif, quality=95))

    assert (opened.width, opened.height) == (96, 64)
    assert np.abs(np.array(quarters(opened.pixels)) - np.array(quarters(np.asarray(a_picture())))).max() < 12


@pytest.mark.parametrize("quarter_turns", range(4))
def test_a_heic_is_turned_by_its_own_box_and_not_by_exif_as_well(intake: Intake, quarter_turns: int) -> None:
    at = SIDEWAYS_HEIC.index(b"irot") + 4
    data = SIDEWAYS_HEIC[:at] + bytes([quarter_turns]) + SIDEWAYS_HEIC[at + 1 :]

    pixels = intake.open(data).pixels

    wanted = np.rot90(np.asarray(a_picture()), quarter_turns - 3)  # the box turns against the clock
    assert pixels.shape == wanted.shape
    assert np.abs(np.array(quarters(pixels)) - np.array(quarters(wanted))).max() < 8


# ── colours


@pytest.mark.parametrize("colour", [(150, 90, 60), (40, 120, 90), (128, 128, 128), (255, 0, 0)])
@pytest.mark.parametrize("name", PROFILES)
def test_wide_gamuts_are_converted_by_their_profile(
    intake: Intake, name: str, colour: tuple[int, ...]
) -> None:
    data = saved(plain(colour), "PNG", icc_profile=profile(name))

    assert near(shown(intake, data), srgb_of(name, colour))


@pytest.mark.parametrize("form", FORMS)
def test_a_profile_counts_in_every_format(intake: Intake, form: str) -> None:
    colour = (90, 170, 80)
    data = saved(plain(colour), form, quality=100, icc_profile=profile("ProPhoto"))

    assert not near(shown(intake, data), colour, 8)
    assert near(shown(intake, data), srgb_of("ProPhoto", colour), 6)


@pytest.mark.parametrize("form", ["AVIF", "HEIC"])
def test_primaries_named_by_number_count_too(intake: Intake, form: str) -> None:
    whole = SIDEWAYS_HEIC if form == "HEIC" else saved(a_picture(), "AVIF", quality=95)
    plain_colours = quarters(intake.open(whole).pixels)

    found = quarters(intake.open(coded(whole, 12, 13)).pixels)

    assert near(found[0], srgb_of("Display P3", tuple(plain_colours[0])))
    assert near(found[1], srgb_of("Display P3", tuple(plain_colours[1])))
    assert not near(found[0], plain_colours[0], 8)


def test_a_picture_of_high_dynamic_range_is_neither_grey_nor_burnt_out(intake: Intake) -> None:
    """Diffuse white is 58 % of PQ's signal (ITU-R BT.2408); light beyond it has to be told from it still."""
    ramp = np.repeat(np.array([0, 80, 148, 190], np.uint8), 16)
    picture = Image.fromarray(np.tile(ramp[None, :, None], (16, 1, 3)))
    data = coded(saved(picture, "AVIF", quality=100), 9, 16)

    dark, dim, white, beyond = (int(value) for value in intake.open(data).pixels[8, 8::16, 0])

    assert dark < 5 < dim < white < beyond
    assert white > 150


def test_a_png_says_its_colours_by_number(intake: Intake) -> None:
    colour = (150, 90, 60)
    pixels = np.tile(np.array(colour), (8, 8, 1))
    data = a_png_of(pixels, RGB, 8, chunk(b"cICP", bytes([12, 13, 0, 1])))

    assert near(shown(intake, data), srgb_of("Display P3", colour))


def test_a_pngs_gamma_counts_unless_it_says_srgb(intake: Intake) -> None:
    pixels = np.full((8, 8, 3), 55)
    linear = chunk(b"gAMA", struct.pack(">I", 100000))

    assert near(shown(intake, a_png_of(pixels, RGB, 8, linear)), encoded_light(55 / 255) * 3)
    assert shown(intake, a_png_of(pixels, RGB, 8, linear, chunk(b"sRGB", b"\0"))) == [55, 55, 55]
    usual = chunk(b"gAMA", struct.pack(">I", 45455))
    assert shown(intake, a_png_of(pixels, RGB, 8, usual)) == [55, 55, 55]


@pytest.mark.parametrize("chromaticities", [(0,) * 8, (1,) * 8, (1 << 31,) * 8])
def test_impossible_chromaticities_are_passed_over(intake: Intake, chromaticities: tuple[int, ...]) -> None:
    data = a_png_of(np.full((8, 8, 3), 55), RGB, 8, chunk(b"cHRM", struct.pack(">8I", *chromaticities)))

    assert shown(intake, data) == [55, 55, 55]


def test_grey_is_shown_by_a_profile_of_grey_or_of_colours(intake: Intake) -> None:
    light = encoded_light((128 / 255) ** 1.8) * 3

    assert near(shown(intake, saved(plain((128,), "L"), "JPEG", icc_profile=grey_profile(1.8))), light)
    assert near(shown(intake, saved(plain((128,), "L"), "JPEG", icc_profile=profile("ProPhoto"))), light)


@pytest.mark.parametrize("name", ["of grey", "of inks", "broken", "half"])
def test_a_profile_that_does_not_fit_is_passed_over(intake: Intake, name: str) -> None:
    whole = profile("ProPhoto")
    wrong = {"of grey": grey_profile(1.8), "of inks": cmyk_profile(lambda *_: (0, 0, 0)), "broken": b"none",
             "half": whole[: len(whole) // 2]}[name]  # fmt: skip

    assert shown(intake, saved(plain((9, 80, 7)), "PNG", icc_profile=wrong)) == [9, 80, 7]


# ── inks


@pytest.mark.parametrize("adobe", [True, False])
def test_a_cmyk_jpeg_keeps_its_colours(intake: Intake, adobe: bool) -> None:
    """Browsers take all of them for what Photoshop writes, marked or not: inks stored upside down."""
    data = saved(a_picture().convert("CMYK"), "JPEG", quality=95)

    pixels = intake.open(data if adobe else without_app14(data)).pixels

    assert np.abs(np.array(quarters(pixels)) - np.array(quarters(np.asarray(a_picture())))).max() < 12


def test_a_ycck_jpeg_keeps_its_colours(intake: Intake) -> None:
    """As Photoshop writes them: luma and chroma of the inks, which are the picture's complement."""
    bands = ImageChops.invert(a_picture()).convert("YCbCr").split()
    black = Image.new("L", (96, 64), 255)
    data = saved(
        Image.merge("CMYK", [ImageChops.invert(band) for band in (*bands, black)]), "JPEG", quality=95
    )
    at = data.index(b"Adobe") + 11
    data = data[:at] + b"\2" + data[at + 1 :]  # that these are luma, chroma and black

    pixels = intake.open(data).pixels

    assert np.abs(np.array(quarters(pixels)) - np.array(quarters(np.asarray(a_picture())))).max() < 12


def test_inks_are_shown_by_their_profile(intake: Intake) -> None:
    """A press that prints cyan as a mid green, and nothing else."""
    press = cmyk_profile(lambda c, m, y, k: (0, 0, 0) if k else (60, -40, 30) if c else (100, 0, 0))
    data = saved(plain((255, 0, 0, 0), "CMYK"), "JPEG", quality=100, icc_profile=press)

    assert near(shown(intake, data), (80, 161, 90), 8)  # CIELAB 60, -40, 30 under D50


def test_inks_with_a_profile_of_a_screen_are_shown_without_it(intake: Intake) -> None:
    data = saved(plain((0, 255, 255, 0), "CMYK"), "JPEG", quality=100, icc_profile=profile("ProPhoto"))

    assert near(shown(intake, data), (255, 0, 0), 4)


# ── depths, palettes, transparency


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


# ── several pictures in one file


@pytest.mark.parametrize("form", ["WEBP", "PNG", "AVIF"])
def test_an_animation_becomes_its_first_picture(intake: Intake, form: str) -> None:
    first, second = plain((250, 0, 0)), plain((0, 0, 250))
    how = {"lossless": True} if form == "WEBP" else {"quality": 100} if form == "AVIF" else {}

    data = saved(first, form, save_all=True, append_images=[second], **how)

    assert near(shown(intake, data), (250, 0, 0))


def test_several_pictures_in_one_jpeg_become_the_first(intake: Intake) -> None:
    """So does a photo with a gain map: a picture for screens of high dynamic range hangs on one for all others."""
    first, second = plain((250, 0, 0)), plain((0, 0, 250))

    data = saved(first, "MPO", save_all=True, append_images=[second])
    opened = intake.open(data)

    assert opened.format == "jpeg"
    assert near(shown(intake, data), (250, 0, 0), 5)


def test_long_texts_in_a_png_do_not_hide_its_picture(intake: Intake) -> None:
    """Programs that draw put megabytes of what was asked into a file; viewers do not read it."""
    words = chunk(b"zTXt", b"workflow\0\0" + zlib.compress(b"w" * (80 << 20)))
    many = [chunk(b"tEXt", b"words\0" + b"w" * 100_000)] * 20

    assert shown(intake, a_png_of(np.full((8, 8, 3), 55), RGB, 8, words, *many)) == [55] * 3


def test_of_an_animated_png_only_the_first_picture_has_to_be_whole(intake: Intake) -> None:
    sink = io.BytesIO()
    plain((250, 0, 0)).save(sink, "PNG", save_all=True, append_images=[plain((0, 0, 250))] * 3)
    data = sink.getvalue()
    at = data.rindex(b"fcTL")

    assert shown(intake, data[:at] + b"\xff" * 8 + data[at + 8 :]) == [250, 0, 0]
