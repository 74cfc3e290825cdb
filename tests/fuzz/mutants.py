"""Files that are nearly pictures or archives: real ones of every kind, broken in the ways that break decoders.

A mutant is a function of its number alone, so one that was found can be made again: `mutant(17)`.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Final

import numpy as np
from PIL import Image
from PIL.ExifTags import Base

from tests.encoded import (
    SIDEWAYS_HEIC,
    a_picture,
    a_png_of,
    chunk,
    cmyk_profile,
    coded,
    grey_profile,
    profile,
    saved,
    without_app14,
)

# Numbers at which counting goes wrong: nothing, the ends of what a byte, two and four can hold, and what is too many.
_NUMBERS: Final = (
    0,
    1,
    0x7F,
    0x80,
    0xFF,
    0x100,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x10000,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
)
_HEADER: Final = 96  # bytes in which most formats say what they are
_LONGEST_BLOCK: Final = 256
_SHORTEST: Final = 16  # bytes that can still be broken
_ZIPS: Final = 8  # every eighth mutant is one


@dataclass(frozen=True)
class Mutant:
    """A broken file, and what was broken."""

    kind: str
    data: bytes


@cache
def pictures() -> dict[str, bytes]:
    """Small pictures of every kind that the intake opens, by what they are."""
    small = a_picture(48, 32)
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (24, 24, 3)).astype(np.uint8))
    clear = small.convert("RGBA")
    clear.putalpha(120)
    exif = Image.Exif()
    exif[Base.Orientation], exif[Base.Make] = 6, "A camera"
    frames = {"save_all": True, "append_images": [noise.resize((48, 32)), small]}
    inks = cmyk_profile(lambda c, m, y, k: (100 - 25 * (c + m + y + k), 10.0 * m, 10.0 * y))
    deep = np.random.default_rng(1).integers(0, 65536, (12, 12, 3))
    palette = chunk(b"PLTE", bytes(range(48))) + chunk(b"tRNS", bytes(range(16)))
    cmyk = saved(small.convert("CMYK"), "JPEG", icc_profile=inks)
    avif = saved(small, "AVIF", exif=exif)
    return {
        "jpeg": saved(small, "JPEG"),
        "jpeg noise": saved(noise, "JPEG", quality=95, subsampling="4:4:4"),
        "jpeg progressive": saved(noise, "JPEG", progressive=True),
        "jpeg grey": saved(small.convert("L"), "JPEG", icc_profile=grey_profile(1.8)),
        "jpeg cmyk": cmyk,
        "jpeg cmyk bare": without_app14(saved(small.convert("CMYK"), "JPEG")),
        "jpeg exif": saved(small, "JPEG", exif=exif, icc_profile=profile("Display P3"), comment=b"words"),
        "jpeg restarts": saved(noise, "JPEG", restart_marker_rows=1),
        "jpeg several": saved(small, "MPO", save_all=True, append_images=[noise]),
        "png": saved(small, "PNG"),
        "png noise": saved(noise, "PNG"),
        "png alpha": saved(clear, "PNG", icc_profile=profile("ProPhoto"), exif=exif),
        "png deep": a_png_of(deep, 2, 16, chunk(b"gAMA", struct.pack(">I", 100000))),
        "png deep grey": a_png_of(deep[:, :, :1], 0, 16, chunk(b"tRNS", b"\x10\x10")),
        "png interlaced": a_png_of(deep, 2, 16, interlaced=True),
        "png palette": a_png_of(deep[:, :, :1] % 16, 3, 4, palette),
        "png bits": a_png_of(deep[:, :, :1] % 2, 0, 1, interlaced=True),
        "png moving": saved(small, "PNG", **frames),
        "png wide": a_png_of(deep >> 8, 2, 8, chunk(b"cICP", bytes([9, 16, 0, 1]))),
        "webp": saved(small, "WEBP"),
        "webp noise": saved(noise, "WEBP", quality=95, exif=exif, icc_profile=profile("Adobe RGB")),
        "webp lossless": saved(noise, "WEBP", lossless=True),
        "webp alpha": saved(clear, "WEBP", quality=60),
        "webp moving": saved(small, "WEBP", **frames),
        "avif": avif,
        "avif noise": saved(noise, "AVIF", quality=90, subsampling="4:4:4"),
        "avif alpha": saved(clear, "AVIF", icc_profile=profile("Display P3")),
        "avif moving": saved(small, "AVIF", **frames),
        "avif wide": coded(avif, 9, 18),
        "heic": SIDEWAYS_HEIC,
        "heic wide": coded(SIDEWAYS_HEIC, 12, 13),
    }


@cache
def archives() -> dict[str, bytes]:
    """Archives of photos as different packers write them."""
    small, text = pictures()["jpeg"], b"a photo of a woman, smiling"

    def packed(method: int, names: dict[str, bytes], **how: object) -> bytes:
        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w", method, **how) as archive:  # type: ignore[call-overload]  # its own words
            for name, content in names.items():
                archive.writestr(name, content)
        return sink.getvalue()

    several = {f"holidays/{name}.bin": content for name, content in pictures().items()}
    inner = packed(zipfile.ZIP_STORED, {"1.jpg": small})
    streamed = io.BytesIO()
    with zipfile.ZipFile(Unseekable(streamed), "w") as archive:
        archive.writestr("1.jpg", small)
        with archive.open("2.jpg", "w", force_zip64=True) as file:
            file.write(small)
    return {
        "zip stored": packed(
            zipfile.ZIP_STORED, {"1.jpg": small, "1.txt": text, "é/2.png": pictures()["png"]}
        ),
        "zip deflated": packed(zipfile.ZIP_DEFLATED, several),
        "zip nested": packed(zipfile.ZIP_DEFLATED, {"1.jpg": small, "inner.zip": inner, "../2.jpg": small}),
        "zip streamed": streamed.getvalue(),
        "zip bombs": packed(
            zipfile.ZIP_DEFLATED, {"zeros.png": pictures()["png"] + bytes(3 << 20), "1.jpg": small}
        ),
        "zip bzip2": packed(zipfile.ZIP_BZIP2, {"1.jpg": small}) + b"a comment",
    }


class Unseekable(io.RawIOBase):
    """A pipe: what was written is not changed any more, so sizes follow what they are of."""

    def __init__(self, sink: io.BytesIO) -> None:
        self._sink = sink

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | memoryview") -> int:  # type: ignore[override]  # any buffer
        return self._sink.write(data)


def mutant(number: int) -> Mutant:
    """The mutant of this number: a file, broken once to four times."""
    random = Random(number)
    files = archives() if number % _ZIPS == 0 else pictures()
    kind = random.choice(sorted(files))
    alike = sorted(name for name in files if name.split()[0] == kind.split()[0])
    data = bytearray(files[kind])
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
        if len(data) < _SHORTEST:
            break
        broken = random.choice(WAYS)
        broken(data, random, files[random.choice(alike)])
    # A checksum that fails ends the reading before anything else does.
    if kind.startswith("png") and random.random() < 0.7:
        data = _with_checksums(data)
    return Mutant(kind, bytes(data))


def _flip_bits(data: bytearray, random: Random, _other: bytes) -> None:
    for _ in range(random.choice((1, 1, 2, 4, 16))):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _set_bytes(data: bytearray, random: Random, _other: bytes) -> None:
    for _ in range(random.choice((1, 2, 8))):
        data[random.randrange(len(data))] = random.randrange(256)


def _cut_short(data: bytearray, random: Random, _other: bytes) -> None:
    del data[random.randrange(1, len(data)) :]


def _splice(data: bytearray, random: Random, other: bytes) -> None:
    """Begin as one file and go on as another."""
    at = random.randrange(1, len(data))
    data[at:] = other[random.choice((at, random.randrange(len(other)))) :] or b"\0"


def _move_block(data: bytearray, random: Random, _other: bytes) -> None:
    """Leave a block out, or have it twice, or somewhere else."""
    begin = random.randrange(len(data))
    block = data[begin : begin + random.randrange(1, _LONGEST_BLOCK)]
    if random.random() < 0.6:
        del data[begin : begin + len(block)]
    place = random.randrange(len(data) + 1)
    if random.random() < 0.7 or not data:
        data[place:place] = block


def _edit_header(data: bytearray, random: Random, _other: bytes) -> None:
    for _ in range(random.choice((1, 2, 3))):
        data[random.randrange(min(_HEADER, len(data)))] = random.choice((0, 1, 2, 16, 0x7F, 0x80, 0xFE, 0xFF))


def _edit_number(data: bytearray, random: Random, _other: bytes) -> None:
    """Write a number at which counting goes wrong over two or four bytes, in either order: lengths, sizes, counts."""
    width = random.choice((2, 4))
    if len(data) < width:
        return
    near_start = random.random() < 0.5
    at = random.randrange(min(4 * _HEADER if near_start else len(data), len(data) - width + 1))
    number = random.choice((*_NUMBERS, len(data), len(data) - at)) & ((1 << 8 * width) - 1)
    data[at : at + width] = number.to_bytes(width, random.choice(("big", "little")))


def _repeat(data: bytearray, random: Random, _other: bytes) -> None:
    begin = random.randrange(len(data))
    block = bytes(data[begin : begin + random.randrange(1, 32)])
    data[begin:begin] = block * random.choice((2, 16, 200))


WAYS: Final[tuple[Callable[[bytearray, Random, bytes], None], ...]] = (
    _flip_bits, _set_bytes, _cut_short, _splice, _move_block, _edit_header, _edit_number, _edit_number, _repeat,
)  # fmt: skip


def _with_checksums(data: bytearray) -> bytearray:
    """A PNG in which every chunk that can be told has the checksum of what it holds now."""
    whole, at = bytearray(data), 8
    while at + 12 <= len(whole):
        length = int.from_bytes(whole[at : at + 4], "big")
        end = at + 8 + length
        if end + 4 > len(whole):
            break
        whole[end : end + 4] = struct.pack(">I", zlib.crc32(whole[at + 4 : end]))
        at = end + 4
    return whole
