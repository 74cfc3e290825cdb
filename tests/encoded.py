"""Encoded pictures of every kind that people send, made on the spot, and what their colours are."""

import base64
import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from core.artifacts import Pixels

# `a_picture` as HEIC (libheif with x265), stored lying on its side with the turn that puts it upright: no library
# of the tests can encode one.
_HEIC = (
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
SIDEWAYS_HEIC = base64.b64decode(_HEIC)
FORMS = ("JPEG", "PNG", "WEBP", "AVIF")  # that the tests can encode


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


def a_png_of(
    samples: NDArray[np.integer], kind: int, depth: int, *chunks: bytes, interlaced: bool = False
) -> bytes:
    """A PNG of (height, width, channels) samples, of any depth, with more chunks before its pixels."""
    height, width = samples.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced)
    passes = [(0, 0, 1, 1)]
    if interlaced:  # Adam7: first column and row, steps between columns and rows
        passes = [
            (0, 0, 8, 8),
            (4, 0, 8, 8),
            (0, 4, 4, 8),
            (2, 0, 4, 4),
            (0, 2, 2, 4),
            (1, 0, 2, 2),
            (0, 1, 1, 2),
        ]
    rows = b""
    for column, row, columns, lines in passes:
        for line in samples[row::lines, column::columns]:
            rows += b"\0" + _packed(line.ravel(), depth) if line.size else b""
    begin, end = (
        chunk(b"IHDR", header) + b"".join(chunks),
        chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + begin + end


def _packed(line: NDArray[np.integer], depth: int) -> bytes:
    if depth == 16:
        return line.astype(">u2").tobytes()
    bits = "".join(f"{value:0{depth}b}" for value in line)
    bits = bits.ljust(-(-len(bits) // 8) * 8, "0")
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


# The colours that profiles mean: columns of XYZ under D50 as their makers publish them, and the curve.
PROFILES: dict[str, tuple[tuple[tuple[float, ...], ...], float | None]] = {
    "Display P3": (
        ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)),
        None,
    ),
    "Adobe RGB": (
        ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)),
        2.19922,
    ),
    "ProPhoto": (((0.79767, 0.28804, 0.0), (0.13519, 0.71188, 0.0), (0.03134, 0.00009, 0.82491)), 1.8),
}
_SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))


def profile(name: str) -> bytes:
    """An ICC profile: littleCMS's own of sRGB with other columns and another curve."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    columns, gamma = PROFILES[name]
    tags = {bytes(data[at : at + 4]): struct.unpack_from(">I", data, at + 4)[0] for at in _entries(data)}
    for tag, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True):
        struct.pack_into(">3i", data, tags[tag] + 8, *(round(value * 65536) for value in column))
    if gamma:
        struct.pack_into(">4s4xHxxi", data, tags[b"rTRC"], b"para", 0, round(gamma * 65536))
    return bytes(data)


def _entries(data: bytes | bytearray) -> range:
    return range(132, 132 + 12 * struct.unpack_from(">I", data, 128)[0], 12)


def srgb_of(name: str, colour: tuple[int, ...]) -> list[int]:
    """What a colour of a profile is in sRGB, by the textbook."""
    columns, gamma = PROFILES[name]
    values = np.array(colour) / 255
    linear = (
        values**gamma
        if gamma
        else np.where(values > 0.04045, ((values + 0.055) / 1.055) ** 2.4, values / 12.92)
    )
    seen = np.linalg.inv(np.array(_SRGB).T) @ np.array(columns).T @ linear
    return encoded_light(seen)


def encoded_light(linear: NDArray[np.floating] | float) -> list[int]:
    """Linear light, 0 to 1, as sRGB stores it in eight bits."""
    light = np.clip(np.atleast_1d(linear), 0, 1)
    stored = np.where(light > 0.0031308, 1.055 * light ** (1 / 2.4) - 0.055, light * 12.92)
    return [round(float(value) * 255) for value in stored]


def cmyk_profile(lab: Callable[[int, int, int, int], tuple[float, float, float]]) -> bytes:
    """An ICC profile for printing: a table of what the sixteen mixtures of whole inks look like, in CIELAB."""
    table = b"mft2\0\0\0\0" + struct.pack(
        ">BBBx9i2H", 4, 3, 2, *(65536, 0, 0, 0, 65536, 0, 0, 0, 65536), 2, 2
    )
    table += struct.pack(">2H", 0, 65535) * 4
    for mixture in range(16):
        light, red, yellow = lab(*(mixture >> place & 1 for place in (3, 2, 1, 0)))
        table += struct.pack(
            ">3H", *(round(v) for v in (light * 652.8, (red + 128) * 256, (yellow + 128) * 256))
        )
    table += struct.pack(">2H", 0, 65535) * 3
    white = b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061)
    start = 128 + 4 + 2 * 12
    body = struct.pack(">I", 2) + struct.pack(
        ">4sII4sII", b"wtpt", start, 20, b"A2B1", start + 20, len(table)
    )
    header = struct.pack(">I4xI12s12x4s24xI3i", start + 20 + len(table), 0x02400000, b"prtrCMYKLab ", b"acsp", 1,
                         63190, 65536, 54061)  # fmt: skip
    return header.ljust(128, b"\0") + body + white + table


def grey_profile(gamma: float) -> bytes:
    """An ICC profile of one channel."""
    curve = b"curv\0\0\0\0" + struct.pack(">IHxx", 1, round(gamma * 256))
    white = b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061)
    body = struct.pack(">I4sII4sII", 2, b"wtpt", 156, 20, b"kTRC", 176, 16) + white + curve
    header = struct.pack(
        ">I4xI12s12x4s24xI3i", 192, 0x02400000, b"mntrGRAYXYZ ", b"acsp", 0, 63190, 65536, 54061
    )
    return header.ljust(128, b"\0") + body


def coded(data: bytes, primaries: int, transfer: int) -> bytes:
    """A HEIF or AVIF file that names other primaries and another transfer (ITU-T H.273)."""
    at = data.index(b"colrnclx") + 8
    return data[:at] + struct.pack(">HH", primaries, transfer) + data[at + 4 :]


def without_app14(data: bytes) -> bytes:
    """A JPEG without Adobe's marker."""
    at = data.index(b"\xff\xee")
    return data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4], "big") :]
