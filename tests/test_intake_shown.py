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
from tests.shown import near, plain, shown

RGB = 2  # a kind of PNG
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
