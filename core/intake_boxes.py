"""The few facts of a file that its decoder does not tell, read from its chunks and boxes."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
# What a picture is made of. Texts and times say nothing of it, and without the chunks of an animation its first
# picture is left.
_KEPT: Final = frozenset((b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"eXIf"))
_LARGEST_PROFILE: Final = 4 << 20  # bytes
_LOOKED_AT: Final = 1 << 16  # bytes of an ISO file in which the boxes about its picture lie


@dataclass(frozen=True)
class Png:
    """A PNG file without what is not its picture; `coded` are primaries and transfer by ITU-T H.273 (cICP)."""

    data: bytes
    depth: int = 8  # bits of a sample
    coded: tuple[int, int] | None = None
    profile: bytes | None = None


def essence(data: bytes) -> Png:
    """Return a PNG file's first picture alone; one that is broken stays broken, for its decoder to say how."""
    kept = [_SIGNATURE]
    depth, coded, profile = 8, None, None
    for kind, chunk in _chunks(data):
        # A letter in upper case is a chunk without which nothing can be shown: the decoder has to see it.
        if kind[:1].isupper():
            kept.append(chunk)
            depth = chunk[16] if kind == b"IHDR" and len(chunk) > 16 else depth
        elif zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:], "big"):
            continue  # what is broken and can be done without is passed over
        elif kind == b"cICP" and len(chunk) == 16:
            coded = chunk[8], chunk[9]
        elif kind == b"iCCP":
            profile = _unpacked(chunk[8:-4])
        elif kind in _KEPT:
            kept.append(chunk)
        if kind == b"IEND":
            break
    return Png(b"".join(kept), depth, coded, profile)


def _unpacked(body: bytes) -> bytes | None:
    """The profile in an iCCP chunk, unless it is broken or larger than any that means something."""
    unpacker = zlib.decompressobj()
    try:
        profile = unpacker.decompress(body[body.index(b"\0") + 2 :], _LARGEST_PROFILE)
    except (ValueError, zlib.error):
        return None
    return profile if unpacker.eof else None


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], data[at : at + 12 + length]
        at += 12 + length


def is_cut_short(data: bytes, form: str) -> bool:
    """Whether a WebP, HEIF or AVIF file is longer by its own account than it is."""
    if form == "webp":
        return len(data) < 8 + int.from_bytes(data[4:8], "little")
    if form not in ("heif", "avif"):
        return False
    at = 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if length < 8 or not data[at + 4 : at + 8].isalnum():
            return False  # no box: something else is wrong
        at += length
    return at > len(data)


def coded_colours(data: bytes) -> tuple[int, int] | None:
    """Return primaries and transfer by ITU-T H.273 of a HEIF or AVIF file, None where it names none."""
    found = data.find(b"colrnclx", 0, _LOOKED_AT)
    if found < 0 or len(data) < found + 12:
        return None
    primaries, transfer = struct.unpack_from(">HH", data, found + 8)
    return primaries, transfer
