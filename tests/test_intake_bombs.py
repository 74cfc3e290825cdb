"""Whatever a picture claims to be, the memory that it gets is bounded, and the next one opens."""

import io
import struct
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import PhotoRefused, Refusal
from core.intake import Intake
from tests.encoded import SIDEWAYS_HEIC, a_picture, a_png, chunk, saved

MEMORY = 300 << 20  # less than a quarter of what the smallest of these claims
HUGE = 30_000  # pixels on each side


@pytest.fixture(scope="module")
def intake() -> Iterator[Intake]:
    with Intake(memory=MEMORY) as opened:
        opened.open(saved(a_picture(), "PNG"))
        yield opened


def resized_box(data: bytes, width: int, height: int) -> bytes:
    """A HEIF or AVIF file that claims another size."""
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", width, height) + data[at + 8 :]


def a_webp(kind: bytes, body: bytes) -> bytes:
    body += b"\0" * (len(body) % 2)
    return b"RIFF" + struct.pack("<I", len(body) + 12) + b"WEBP" + kind + struct.pack("<I", len(body)) + body


@cache
def claims() -> dict[str, bytes]:
    jpeg = saved(a_picture(), "JPEG")
    frame = jpeg.index(b"\xff\xc0") + 5
    slow = saved(a_picture(), "JPEG", progressive=True)
    first = slow.index(b"\xff\xc2") + 5
    lossless = struct.pack("<I", 0x3FFF | 0x3FFF << 14)
    zeros = zlib.compress(bytes(1 << 24), 9)
    return {
        "PNG": a_png(struct.pack(">IIBBBBB", 100_000, 100_000, 8, 6, 0, 0, 0)),
        "PNG of the largest size there is": a_png(
            struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 16, 6, 0, 0, 0)
        ),
        "PNG with data": a_png(struct.pack(">IIBBBBB", HUGE, HUGE, 1, 0, 0, 0, 0), bytes(1 << 24)),
        "interlaced PNG": a_png(struct.pack(">IIBBBBB", HUGE, HUGE, 16, 6, 0, 0, 1)),
        "JPEG": jpeg[:frame] + struct.pack(">HH", 65_500, 65_500) + jpeg[frame + 4 :],
        "progressive JPEG": slow[:first] + struct.pack(">HH", 65_500, 65_500) + slow[first + 4 :],
        "lossy WebP": a_webp(
            b"VP8 ", b"\x10\0\0\x9d\x01\x2a" + struct.pack("<HH", 0x3FFF, 0x3FFF) + bytes(64)
        ),
        "lossless WebP": a_webp(b"VP8L", b"\x2f" + lossless + bytes(64)),
        "extended WebP": a_webp(b"VP8X", b"\0\0\0\0" + b"\xfe\x3f\0" * 2),
        "AVIF": resized_box(saved(a_picture(), "AVIF"), 16_000, 16_000),
        "HEIC": resized_box(SIDEWAYS_HEIC, HUGE, HUGE),
        "PNG whose data never ends": b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", HUGE, HUGE, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zeros) * 100,
    }


@pytest.mark.parametrize("claim", sorted(claims()))
def test_a_picture_that_claims_to_be_huge_is_refused_before_it_gets_any_memory(
    intake: Intake, claim: str
) -> None:
    child = intake.process
    with pytest.raises(PhotoRefused) as refused:
        intake.open(claims()[claim])

    assert refused.value.refusal is Refusal.TOO_MANY_PIXELS
    assert intake.process == child
    assert _most_memory(child) < 120 << 20


@cache
def unpacks_to(size: int) -> bytes:
    packer = zlib.compressobj(1)
    return b"".join(packer.compress(bytes(1 << 24)) for _ in range(size >> 24)) + packer.flush()


@pytest.mark.parametrize(
    ("kind", "start"), [(b"zTXt", b"name\0\0"), (b"iTXt", b"name\0\1\0\0\0"), (b"iCCP", b"name\0\0")]
)
def test_metadata_that_unpack_to_a_lot_get_no_memory(intake: Intake, kind: bytes, start: bytes) -> None:
    whole = saved(a_picture(), "PNG")

    data = whole[:33] + chunk(kind, start + unpacks_to(160 << 20)) + whole[33:]

    assert intake.open(data).width == 96
    assert _most_memory(intake.process) < 120 << 20


def test_many_pictures_one_after_another_cost_the_child_no_more_than_the_largest(intake: Intake) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (512, 512, 3), np.uint8))
    files = [saved(noise, form) for form in ("JPEG", "PNG", "WEBP", "AVIF")] + [SIDEWAYS_HEIC]
    for data in files:
        intake.open(data)
    before = _memory(intake.process)

    for data in [*files, *(data[: len(data) // 2] for data in files)] * 5:
        try:
            intake.open(data)
        except PhotoRefused:
            continue

    assert _memory(intake.process) < before + (16 << 20)


def _most_memory(process: int | None) -> int:
    return _status(process, "VmHWM")


def _memory(process: int | None) -> int:
    return _status(process, "VmRSS")


def _status(process: int | None, name: str) -> int:
    """Bytes that a process has or had in memory."""
    lines = io.StringIO((Path("/proc") / str(process) / "status").read_text())
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(name))
