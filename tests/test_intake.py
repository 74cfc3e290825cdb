import base64
import io
import os
import signal
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.ExifTags import GPS, IFD, Base

from core.artifacts import Pixels
from core.errors import PhotoRefused, Refusal
from core.intake import Intake, Limits, Opened, decode, encode, sniff

# `a_picture` as HEIC (libheif with x265), stored lying on its side with the turn that puts it upright: no library
# of the tests can encode one.
SIDEWAYS_HEIC = (
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAaFtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "ADRpbG9jAAAAAERAAAIAAQAAAAABxQABAAAAAAAAANMAAgAAAAACmAABAAAAAAAAACQAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAA"
    "AAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA4GlwcnAAAADAaXBjbwAAAHhodmNDAQNwAAAA"
    "kAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoCCBhZbq"
    "SSmubgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHBcrAiQAAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABAAAAAYAAAABBw"
    "aXhpAAAAAAMICAgAAAAJaXJvdAMAAAAYaXBtYQAAAAAAAAABAAEFgQIDBIUAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAAP9t"
    "ZGF0AAAAzygBrwngITl1X//xi///3Wf//53WNnnn9QAEHfu9u3/gKbqhRH/84kQHZe/f6XjBTJbik9oxNL+OQ1enawsI83TY7V9a"
    "8O1LcqrfsoixPtuFKurnSdKpyas2Me3NLLI7DfkxePftD9y6l0EmU2rYSY9R3YLQ0zVifLzm+f/OQED8r0b9BY8mKZNLRc+afbh6"
    "IAdqCetzbuY68CJAPXT6zyHP/vZc7q/eHdppVQ4Iyso8nhHBP7EQo8cJCrS3vqKuc/+BCukdQIQk6QAUaSDmsAAAAAZFeGlmAABN"
    "TQAqAAAACAABARIAAwAAAAEABgAAAAAAAA=="
)


@pytest.fixture(scope="module")
def intake() -> Iterator[Intake]:
    with Intake() as opened:
        yield opened


def a_picture(width: int = 96, height: int = 64) -> Image.Image:
    """Four plain quarters: red, green, blue, white from the top left, clockwise from the left in rows."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = (200, 30, 30)
    pixels[: height // 2, width // 2 :] = (30, 180, 30)
    pixels[height // 2 :, : width // 2] = (30, 30, 200)
    pixels[height // 2 :, width // 2 :] = (240, 240, 240)
    return Image.fromarray(pixels)


def saved(image: Image.Image, form: str, **how: object) -> bytes:
    sink = io.BytesIO()
    image.save(sink, form, **how)
    return sink.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def a_png(header: bytes, body: bytes = b"") -> bytes:
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(body))
        + chunk(b"IEND", b"")
    )


def quarters(pixels: Pixels) -> list[list[int]]:
    """The colours in the middle of the four quarters, in reading order."""
    height, width = pixels.shape[:2]
    return [
        [int(value) for value in pixels[row, column]]
        for row in (height // 4, 3 * height // 4)
        for column in (width // 4, 3 * width // 4)
    ]


def refusal_of(intake: Intake, data: bytes, limits: Limits | None = None) -> Refusal:
    with pytest.raises(PhotoRefused) as refused:
        intake.open(data, limits)
    return refused.value.refusal


@pytest.mark.parametrize(
    ("start", "form"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "jpeg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "webp"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "heif"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic", "heif"),
        (b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avifmiaf", "avif"),
        (b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avifmif1", "avif"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp41", "mp4"),
        (b"\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  ", "mov"),
        (b"GIF89a\x01\x00\x01\x00", "gif"),
        (b"%PDF-1.7\n", "pdf"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00photos/1.jpg", "zip"),
        (b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml PK\x03\x04 word/document.xml", "docx"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "svg"),
        (b"<!DOCTYPE html><html></html>", "html"),
        ("Ein Gruß, keine Fotos".encode(), "text"),
        (b"version https://git-lfs.github.com/spec/v1\n", "text"),
        (b"\x00\x01\x02\x03\x04", None),
        (b"", None),
    ],
)
def test_a_format_is_told_from_the_content(start: bytes, form: str | None) -> None:
    assert sniff(start) == form


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_picture_keeps_its_colours_and_its_size(intake: Intake, form: str) -> None:
    opened = intake.open(saved(a_picture(), form, quality=95))

    assert (opened.width, opened.height, opened.format) == (96, 64, form.lower())
    assert np.abs(opened.pixels.astype(int) - np.asarray(a_picture()).astype(int)).mean() < 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_out_upright(intake: Intake, orientation: int) -> None:
    undo = {
        1: lambda image: image,
        2: lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: lambda image: image.rotate(180),
        4: lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: lambda image: image.transpose(Image.Transpose.TRANSPOSE),
        6: lambda image: image.rotate(90, expand=True),
        7: lambda image: image.transpose(Image.Transpose.TRANSVERSE),
        8: lambda image: image.rotate(-90, expand=True),
    }
    exif = Image.Exif()
    exif[Base.Orientation] = orientation

    opened = intake.open(saved(undo[orientation](a_picture()), "PNG", exif=exif))

    assert (opened.width, opened.height) == (96, 64)
    assert np.array_equal(opened.pixels, np.asarray(a_picture()))


def test_a_telephones_heic_comes_out_upright(intake: Intake) -> None:
    opened = intake.open(base64.b64decode(SIDEWAYS_HEIC))

    assert (opened.width, opened.height, opened.format) == (96, 64, "heif")
    assert np.abs(np.array(quarters(opened.pixels)) - np.array(quarters(np.asarray(a_picture())))).max() < 8


def test_a_photo_with_damaged_exif_is_shown_as_it_lies(intake: Intake) -> None:
    data = saved(a_picture(), "JPEG", exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xf0garbage")

    assert intake.open(data).pixels.shape == (64, 96, 3)


def test_a_long_picture_is_shrunk_and_remembers_its_size(intake: Intake) -> None:
    opened = intake.open(saved(a_picture(4000, 100), "JPEG"))

    assert (opened.width, opened.height) == (4000, 100)
    assert opened.pixels.shape == (51, 2048, 3)


def test_a_picture_one_pixel_high_stays_a_picture(intake: Intake) -> None:
    assert intake.open(saved(a_picture(5000, 1), "PNG")).pixels.shape == (1, 2048, 3)


def test_a_48_megapixel_jpeg_is_opened(intake: Intake) -> None:
    opened = intake.open(saved(Image.new("RGB", (8064, 6048), (90, 120, 150)), "JPEG"))

    assert (opened.width, opened.height) == (8064, 6048)
    assert opened.pixels.shape == (1536, 2048, 3)


def test_the_largest_transparent_picture_fits_in_the_memory(intake: Intake) -> None:
    image = Image.new("P", (8000, 8000), 1)
    image.putpalette([255, 0, 0, 10, 20, 30])

    assert intake.open(saved(image, "PNG", bits=1, transparency=0)).pixels[0, 0].tolist() == [10, 20, 30]


def test_sixteen_bit_grey_is_scaled_and_not_clipped(intake: Intake) -> None:
    ramp = np.tile(np.linspace(0, 65535, 256).astype(">u2"), (8, 1))
    rows = b"".join(b"\x00" + row.tobytes() for row in ramp)

    pixels = intake.open(a_png(struct.pack(">IIBBBBB", 256, 8, 16, 0, 0, 0, 0), rows)).pixels

    assert np.abs(pixels[0, :, 0].astype(int) - np.arange(256)).max() <= 1


def test_transparency_lies_over_neutral_grey(intake: Intake) -> None:
    clear = intake.open(saved(Image.new("RGBA", (8, 8), (255, 0, 0, 0)), "PNG"))
    half = intake.open(saved(Image.new("LA", (8, 8), (0, 128)), "PNG"))

    assert clear.pixels[4, 4].tolist() == [128, 128, 128]
    assert np.abs(half.pixels[4, 4].astype(int) - 64).max() <= 1


def test_a_palette_with_a_transparent_colour_is_composited(intake: Intake) -> None:
    palette = Image.new("P", (8, 8), 1)
    palette.putpalette([255, 0, 0, 10, 200, 30])

    assert intake.open(saved(palette, "PNG")).pixels[0, 0].tolist() == [10, 200, 30]
    assert intake.open(saved(palette, "PNG", transparency=1)).pixels[0, 0].tolist() == [128, 128, 128]


def test_black_and_white_and_grey_become_colour(intake: Intake) -> None:
    assert intake.open(saved(Image.new("1", (8, 8), 1), "PNG")).pixels[0, 0].tolist() == [255, 255, 255]
    assert intake.open(saved(Image.new("L", (8, 8), 77), "PNG")).pixels[0, 0].tolist() == [77, 77, 77]


def test_a_cmyk_jpeg_keeps_its_colours(intake: Intake) -> None:
    pixels = intake.open(saved(a_picture().convert("CMYK"), "JPEG", quality=95)).pixels

    assert np.abs(np.array(quarters(pixels)) - np.array(quarters(np.asarray(a_picture())))).max() < 12


def wide_gamut_profile() -> bytes:
    """An sRGB profile whose red and green columns are exchanged: a wider gamut, as far as a test can see."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = int.from_bytes(profile[128:132], "big")
    entries = {bytes(profile[132 + 12 * n : 136 + 12 * n]): 132 + 12 * n for n in range(count)}
    red, green = entries[b"rXYZ"], entries[b"gXYZ"]
    profile[red + 4 : red + 12], profile[green + 4 : green + 12] = (
        profile[green + 4 : green + 12],
        profile[red + 4 : red + 12],
    )
    return bytes(profile)


def test_colours_are_converted_by_the_profile(intake: Intake) -> None:
    red = Image.new("RGB", (8, 8), (255, 0, 0))

    opened = intake.open(saved(red, "PNG", icc_profile=wide_gamut_profile()))

    assert np.abs(opened.pixels[0, 0].astype(int) - (0, 255, 0)).max() <= 2


def test_a_broken_profile_is_passed_over(intake: Intake) -> None:
    opened = intake.open(saved(Image.new("RGB", (8, 8), (9, 8, 7)), "PNG", icc_profile=b"not a profile"))

    assert opened.pixels[0, 0].tolist() == [9, 8, 7]


@pytest.mark.parametrize("form", ["WEBP", "PNG"])
def test_an_animation_becomes_its_first_picture(intake: Intake, form: str) -> None:
    first, second = Image.new("RGB", (16, 16), (250, 0, 0)), Image.new("RGB", (16, 16), (0, 0, 250))
    how = {"lossless": True} if form == "WEBP" else {}

    opened = intake.open(saved(first, form, save_all=True, append_images=[second], **how))

    assert opened.pixels[8, 8].tolist() == [250, 0, 0]


def test_several_pictures_in_one_jpeg_become_the_first(intake: Intake) -> None:
    first, second = Image.new("RGB", (16, 16), (250, 0, 0)), Image.new("RGB", (16, 16), (0, 0, 250))

    opened = intake.open(saved(first, "MPO", save_all=True, append_images=[second]))

    assert opened.format == "jpeg"
    assert opened.pixels[8, 8, 0] > 240


def test_what_is_kept_holds_pixels_and_nothing_else(intake: Intake) -> None:
    exif = Image.Exif()
    exif[Base.Make] = "SecretCamera"
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (48.0, 51.0, 29.0)
    data = saved(a_picture(), "JPEG", exif=exif, comment=b"SecretComment", quality=95) + b"SecretTrailer"
    assert b"Secret" in data

    kept = encode(intake.open(data).pixels)

    image = Image.open(io.BytesIO(kept))
    assert b"Secret" not in kept
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_keeping_changes_a_picture_hardly_at_all() -> None:
    pixels = np.asarray(a_picture().resize((64, 64), Image.Resampling.BICUBIC))

    again = decode(encode(pixels))

    assert again.dtype == np.uint8
    assert np.abs(again.astype(int) - pixels.astype(int)).mean() < 1


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", Refusal.EMPTY),
        (b"hello", Refusal.NOT_A_PICTURE),
        (b"%PDF-1.7 and so on", Refusal.NOT_A_PICTURE),
        (b"\x00" * 1000, Refusal.NOT_A_PICTURE),
        (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", Refusal.UNKNOWN_FORMAT),
        (b"\xff\xd8\xff", Refusal.DAMAGED),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, Refusal.DAMAGED),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 \x00\x00\x00\x00", Refusal.DAMAGED),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\xff" * 64, Refusal.DAMAGED),
        (b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avifmif1" + b"\xff" * 64, Refusal.DAMAGED),
        (a_png(struct.pack(">IIBBBBB", 60000, 60000, 8, 6, 0, 0, 0)), Refusal.TOO_MANY_PIXELS),
        (a_png(struct.pack(">IIBBBBB", 0, 10, 8, 6, 0, 0, 0)), Refusal.DAMAGED),
        (
            b"RIFF\x1e\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\xfe\x3f\x00\xfe\x3f\x00"
            + b"\x00" * 8,
            Refusal.TOO_MANY_PIXELS,
        ),
    ],
)
def test_what_is_no_photo_is_refused_with_its_reason(intake: Intake, data: bytes, refusal: Refusal) -> None:
    assert refusal_of(intake, data) is refusal


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_half_a_file_is_refused(intake: Intake, form: str) -> None:
    grain = Image.fromarray(np.random.default_rng(0).integers(0, 255, (256, 256, 3)).astype(np.uint8))
    data = saved(grain, form)

    assert refusal_of(intake, data[: len(data) // 2]) in {Refusal.TRUNCATED, Refusal.DAMAGED}


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_half_a_usual_file_is_called_truncated(intake: Intake, form: str) -> None:
    grain = Image.fromarray(np.random.default_rng(0).integers(0, 255, (256, 256, 3)).astype(np.uint8))
    data = saved(grain, form)

    assert refusal_of(intake, data[: len(data) // 2]) is Refusal.TRUNCATED


def test_limits_are_named_with_the_value_that_broke_them(intake: Intake) -> None:
    data = saved(a_picture(), "PNG")

    with pytest.raises(PhotoRefused, match="too_many_pixels: 96x64"):
        intake.open(data, Limits(pixels=5000))
    with pytest.raises(PhotoRefused, match=f"too_many_bytes: {len(data)}"):
        intake.open(data, Limits(bytes=100))


def test_a_file_of_two_natures_is_only_ever_a_picture(intake: Intake) -> None:
    data = saved(a_picture(), "PNG") + b"%PDF-1.7<script>alert(1)</script>"

    kept = encode(intake.open(data).pixels)

    assert sniff(data) == "png"
    assert b"script" not in kept


def test_mutated_files_never_break_the_intake(intake: Intake) -> None:
    random = np.random.default_rng(1)
    for form in ("JPEG", "PNG", "WEBP", "AVIF"):
        whole = saved(a_picture(), form)
        for _ in range(25):
            data = bytearray(whole)
            for place in random.integers(12, len(data), 8):
                data[place] = int(random.integers(256))
            try:
                opened = intake.open(bytes(data))
            except PhotoRefused:
                continue
            assert opened.pixels.ndim == 3

    assert intake.open(saved(a_picture(), "PNG")).width == 96


def test_one_child_opens_many_photos() -> None:
    with Intake() as intake:
        assert intake.process is None
        intake.open(saved(a_picture(), "PNG"))
        first = intake.process
        refusal_of(intake, b"\xff\xd8\xff")
        intake.open(saved(a_picture(), "JPEG"))

        assert intake.process == first


def test_a_child_killed_between_photos_costs_nothing() -> None:
    with Intake() as intake:
        intake.open(saved(a_picture(), "PNG"))
        assert intake.process is not None
        os.kill(intake.process, signal.SIGKILL)

        assert intake.open(saved(a_picture(), "PNG")).width == 96


def test_a_child_killed_in_the_middle_of_a_photo_costs_nothing() -> None:
    slow = saved(Image.new("RGB", (8000, 8000)), "PNG", compress_level=1)
    results: list[Opened] = []
    with Intake() as intake:
        intake.open(saved(a_picture(), "PNG"))
        first = intake.process
        assert first is not None
        reading = threading.Thread(target=lambda: results.append(intake.open(slow)))
        reading.start()
        time.sleep(0.15)
        assert not results
        os.kill(first, signal.SIGKILL)
        reading.join()

        assert results[0].width == 8000
        assert intake.process != first


def test_a_photo_that_takes_too_long_is_refused_and_the_next_one_opens() -> None:
    slow = saved(Image.new("RGB", (8000, 8000)), "PNG", compress_level=1)
    with Intake() as intake:
        intake.open(saved(a_picture(), "PNG"))

        assert refusal_of(intake, slow, Limits(seconds=0.1)) is Refusal.TOO_SLOW
        assert intake.open(saved(a_picture(), "PNG")).width == 96


def test_memory_beyond_the_limit_is_refused_and_the_next_photo_opens() -> None:
    large = saved(Image.new("RGB", (7000, 7000)), "PNG", compress_level=1)
    with Intake(memory=200 << 20) as intake:
        assert refusal_of(intake, large) is Refusal.TOO_MUCH_MEMORY
        assert intake.open(saved(a_picture(), "PNG")).width == 96


def test_the_child_sees_no_secrets_and_no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_TOKEN", "123:secret")
    with Intake() as intake:
        intake.open(saved(a_picture(), "PNG"))
        place = Path("/proc") / str(intake.process)

        assert b"secret" not in (place / "environ").read_bytes()
        assert "torch" not in (place / "maps").read_text()


def test_leaving_the_intake_ends_the_child() -> None:
    with Intake() as intake:
        intake.open(saved(a_picture(), "PNG"))
        child = intake.process

    assert intake.process is None
    assert child is not None
    assert not (Path("/proc") / str(child)).exists()
