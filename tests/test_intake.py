import io
import os
import signal
import struct
import threading
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from core.errors import PhotoRefused, Refusal
from core.intake import Intake, Limits, Opened, decode, encode, sniff
from tests.encoded import FORMS, SIDEWAYS_HEIC, a_picture, a_png, quarters, saved


@pytest.fixture(scope="module")
def intake() -> Iterator[Intake]:
    with Intake() as opened:
        yield opened


@cache
def a_slow_png() -> bytes:
    return saved(Image.new("RGB", (8000, 8000)), "PNG", compress_level=1)


def refusal_of(intake: Intake, data: bytes, limits: Limits | None = None) -> Refusal:
    with pytest.raises(PhotoRefused) as refused:
        intake.open(data, limits)
    return refused.value.refusal


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_picture_keeps_its_colours_and_its_size(intake: Intake, form: str) -> None:
    opened = intake.open(saved(a_picture(), form, quality=95))

    assert (opened.width, opened.height, opened.format) == (96, 64, form.lower())
    assert np.abs(opened.pixels.astype(int) - np.asarray(a_picture()).astype(int)).mean() < 4


def test_a_telephones_heic_comes_out_upright(intake: Intake) -> None:
    opened = intake.open(SIDEWAYS_HEIC)

    assert (opened.width, opened.height, opened.format) == (96, 64, "heif")
    assert np.abs(np.array(quarters(opened.pixels)) - np.array(quarters(np.asarray(a_picture())))).max() < 8


def test_a_photo_with_damaged_exif_is_shown_as_it_lies(intake: Intake) -> None:
    data = saved(a_picture(), "JPEG", exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xf0garbage")

    assert intake.open(data).pixels.shape == (64, 96, 3)


def test_a_long_picture_is_shrunk_and_remembers_its_size(intake: Intake) -> None:
    opened = intake.open(saved(a_picture(5000, 100), "JPEG"))

    assert (opened.width, opened.height) == (5000, 100)
    assert opened.pixels.shape == (41, 2048, 3)


@pytest.mark.parametrize(("width", "height"), [(4000, 3000), (3024, 4032), (8064, 6048)])
def test_a_jpeg_of_a_usual_size_is_halved_on_the_way_and_looks_the_same(
    intake: Intake, width: int, height: int
) -> None:
    picture = a_picture(width, height)

    opened = intake.open(saved(picture, "JPEG"))

    assert (opened.width, opened.height) == (width, height)
    rows, columns, _ = opened.pixels.shape
    assert 1920 <= max(rows, columns) < 2048
    assert columns / rows == pytest.approx(width / height, rel=2e-3)
    assert np.abs(np.array(quarters(opened.pixels)) - np.array(quarters(np.asarray(picture)))).max() < 8


def test_a_picture_one_pixel_high_stays_a_picture(intake: Intake) -> None:
    assert intake.open(saved(a_picture(5000, 1), "PNG")).pixels.shape == (1, 2048, 3)


def test_the_largest_picture_of_the_greediest_decoder_fits_in_the_memory(intake: Intake) -> None:
    image = Image.new("RGBA", (8000, 8000), (10, 20, 30, 255))

    assert intake.open(saved(image, "WEBP", lossless=True, method=0)).pixels[0, 0].tolist() == [10, 20, 30]


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
        (b"RIFF\x0c\x00\x00\x00WEBPVP8 \x00\x00\x00\x00", Refusal.DAMAGED),
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


@pytest.mark.parametrize("form", [*FORMS, "HEIC"])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_part_of_a_file_is_called_truncated(intake: Intake, form: str, share: float) -> None:
    grain = Image.fromarray(np.random.default_rng(0).integers(0, 255, (256, 256, 3)).astype(np.uint8))
    data = SIDEWAYS_HEIC if form == "HEIC" else saved(grain, form)

    assert refusal_of(intake, data[: int(len(data) * share)]) is Refusal.TRUNCATED


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
    slow = a_slow_png()
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


def test_a_file_on_which_the_decoder_crashes_is_damaged_and_the_next_one_opens() -> None:
    """As if every child that gets this file met a fault in its C code."""
    with Intake() as intake:
        intake.open(saved(a_picture(), "PNG"))
        done = threading.Event()
        crashing = threading.Thread(target=_crash_each_child, args=(intake, done))
        crashing.start()

        refusal = refusal_of(intake, a_slow_png())
        done.set()
        crashing.join()

        assert refusal is Refusal.DAMAGED
        assert intake.open(saved(a_picture(), "PNG")).width == 96


def _crash_each_child(intake: Intake, done: threading.Event) -> None:
    crashed: set[int] = set()
    while not done.wait(0.02):
        child = intake.process
        if child is not None and child not in crashed:
            time.sleep(0.1)
            crashed.add(child)
            os.kill(child, signal.SIGSEGV)


def test_a_photo_that_takes_too_long_is_refused_and_the_next_one_opens() -> None:
    slow = a_slow_png()
    with Intake() as intake:
        intake.open(saved(a_picture(), "PNG"))

        assert refusal_of(intake, slow, Limits(seconds=0.1)) is Refusal.TOO_SLOW
        assert intake.open(saved(a_picture(), "PNG")).width == 96


def test_memory_beyond_the_limit_is_refused_and_the_next_photo_opens() -> None:
    with Intake(memory=200 << 20) as intake:
        assert refusal_of(intake, a_slow_png()) is Refusal.TOO_MUCH_MEMORY
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
