"""An archive of photos, read from memory in bounds: each file in it by itself, and none is ever written by its name.

The format is PKWARE's APPNOTE 6.3.10. Only its directory at the end is believed, and of that every number is compared
with a bound before it reserves memory. What is not stored or deflated, which is what every system's own packer
does, is not opened.
"""

import posixpath
import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from core.errors import PhotoRefused, Refusal
from core.intake_formats import PHOTOS, PICTURES, sniff

TEXT: Final = ".txt"

_END: Final = struct.Struct("<4s4H2IH")
_ENTRY: Final = struct.Struct("<4s6H3I5H2I")
_LOCAL: Final = struct.Struct("<4s5H3I2H")
_LOCATOR: Final = 20  # bytes before the end that say where the one of 64 bits is
_LONGEST_COMMENT: Final = 0xFFFF
_STORED: Final = 0
_DEFLATED: Final = 8
_ENCRYPTED: Final = 1 << 0 | 1 << 6 | 1 << 13  # general purpose flags
_UTF8: Final = 1 << 11
_UNIX: Final = 3
_WIDE: Final = 0xFFFFFFFF  # the number stands in an extra field
_ZIP64_FIELD: Final = 0x0001
_UNICODE_PATH_FIELD: Final = 0x7075
_HEAD: Final = 4096  # bytes that tell what a file is
_SYSTEM_FILES: Final = frozenset({"__macosx", "thumbs.db", "desktop.ini"})


@dataclass(frozen=True)
class Bounds:
    """How much an archive may hold; sizes in bytes, as unpacked where nothing else is said."""

    packed: int = 50 << 20
    entries: int = 500
    total: int = 200 << 20
    file: int = 50 << 20
    text: int = 1 << 16
    ratio: int = 100  # deflated photos gain next to nothing; only files above a megabyte are asked


@dataclass(frozen=True)
class Member:
    """A photo or text of an archive, or what was wrong with it; `path` is what the archive calls it."""

    path: str
    content: bytes = b""
    refusal: Refusal | None = None
    detail: str = ""

    @property
    def name(self) -> str:
        """The file's own name, without its folders."""
        return posixpath.basename(self.path)

    @property
    def is_text(self) -> bool:
        """Whether it is words about a photo."""
        return self.path.lower().endswith(TEXT) and sniff(self.content[:_HEAD]) not in PHOTOS


@dataclass(frozen=True)
class _Entry:
    """One line of the directory."""

    path: str
    system: int
    flags: int
    method: int
    checksum: int
    packed: int
    size: int
    mode: int
    place: int


def read(data: bytes, bounds: Bounds | None = None) -> Iterator[Member]:
    """Yield every photo and text of an archive, one after another; a bad one says so and loses no other.

    Raises PhotoRefused where the whole archive is: it has no directory, too many files, or unpacks to too much.
    """
    bounds = bounds or Bounds()
    if len(data) > bounds.packed:
        raise PhotoRefused(Refusal.TOO_MANY_BYTES, str(len(data)))
    entries = [entry for entry in _directory(data, bounds) if not _is_of_the_system(entry.path)]
    if (total := sum(entry.size for entry in entries)) > bounds.total:
        raise PhotoRefused(Refusal.UNPACKS_TO_TOO_MUCH, f"{total >> 20}")
    seen: set[str] = set()
    for entry in entries:
        try:
            _admit(entry, bounds, seen)
            yield Member(entry.path, _content(data, entry))
        except PhotoRefused as refused:
            yield Member(entry.path, b"", refused.refusal, refused.detail)


def _directory(data: bytes, bounds: Bounds) -> Iterator[_Entry]:
    """The lines of the directory that an archive ends with."""
    end = data.rfind(b"PK\5\6", max(0, len(data) - _END.size - _LONGEST_COMMENT))
    if end < 0 or len(data) - end < _END.size:
        raise PhotoRefused(Refusal.TRUNCATED)
    _, _, _, _, count, size, start, _ = _END.unpack_from(data, end)
    if data[max(0, end - _LOCATOR) : end].startswith(b"PK\6\7"):
        end, count, size, start = _wide_end(data, end)
    if count > bounds.entries:
        raise PhotoRefused(Refusal.TOO_MANY_FILES, str(count))
    # Something may stand before the archive, such as the program that unpacks it.
    ahead = end - size - start
    at = start + ahead
    if ahead < 0 or at < 0:
        raise PhotoRefused(Refusal.DAMAGED, "zip")
    found = 0
    while at < end:
        if data[at : at + 4] != b"PK\1\2" or end - at < _ENTRY.size:
            raise PhotoRefused(Refusal.DAMAGED, "zip")
        found += 1
        if found > bounds.entries:
            raise PhotoRefused(Refusal.TOO_MANY_FILES, str(found))
        entry, at = _entry(data, at, ahead)
        yield entry


def _wide_end(data: bytes, end: int) -> tuple[int, int, int, int]:
    """Where the end of the directory, its number of lines, its size and its start stand in an archive of 64 bits."""
    place = int.from_bytes(data[end - _LOCATOR + 8 : end - _LOCATOR + 16], "little")
    if data[place : place + 4] != b"PK\6\6" or len(data) - place < 56:
        raise PhotoRefused(Refusal.DAMAGED, "zip")
    count, size, start = struct.unpack_from("<3Q", data, place + 32)
    return place, count, size, start


def _entry(data: bytes, at: int, ahead: int) -> tuple[_Entry, int]:
    """A line of the directory, and where the next one begins."""
    (_, made_by, _, flags, method, _, _, checksum, packed, size, named, extra, comment, _, _, mode, place) = (
        _ENTRY.unpack_from(data, at)
    )
    begin = at + _ENTRY.size
    name, fields = data[begin : begin + named], _fields(data[begin + named : begin + named + extra])
    wide = fields.get(_ZIP64_FIELD, b"")
    numbers = []
    for number in (size, packed, place):
        if number == _WIDE:
            number, wide = int.from_bytes(wide[:8], "little"), wide[8:]
        numbers.append(number)
    size, packed, place = numbers
    path = _path(name, flags, fields.get(_UNICODE_PATH_FIELD, b""))
    entry = _Entry(path, made_by >> 8, flags, method, checksum, packed, size, mode >> 16, place + ahead)
    return entry, begin + named + extra + comment


def _fields(extra: bytes) -> dict[int, bytes]:
    fields, at = {}, 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        fields[kind] = extra[at + 4 : at + 4 + length]
        at += 4 + length
    return fields


def _path(raw: bytes, flags: int, field: bytes) -> str:
    """What a file is called: by the flag or field that says Unicode, else by a guess, which hardly ever fails."""
    if not flags & _UTF8 and field[:1] == b"\1" and field[1:5] == zlib.crc32(raw).to_bytes(4, "little"):
        raw = field[5:]
    try:
        path = raw.decode()  # packers of macOS write UTF-8 without saying so
    except UnicodeDecodeError:
        path = raw.decode("cp437")
    return path.replace("\\", "/")


def _is_of_the_system(path: str) -> bool:
    """Whether an entry is no file that somebody has packed: a folder, or what systems add to one."""
    parts = path.casefold().split("/")
    hidden = any(part.startswith(".") and part not in (".", "..") for part in parts)
    return parts[-1] in ("", ".") or hidden or bool(_SYSTEM_FILES.intersection(parts))


def _admit(entry: _Entry, bounds: Bounds, seen: set[str]) -> None:
    """Refuse by its line in the directory what is not to be opened."""
    parts = entry.path.split("/")
    if ".." in parts or not parts[0] or ":" in parts[0] or min(entry.path) < " ":
        raise PhotoRefused(Refusal.UNSAFE_NAME)
    if entry.path.casefold() in seen:
        raise PhotoRefused(Refusal.NAMED_TWICE)
    seen.add(entry.path.casefold())
    if entry.system == _UNIX and stat.S_ISLNK(entry.mode):
        raise PhotoRefused(Refusal.LINK)
    if entry.flags & _ENCRYPTED:
        raise PhotoRefused(Refusal.ENCRYPTED)
    if entry.method not in (_STORED, _DEFLATED):
        raise PhotoRefused(Refusal.PACKED_OTHERWISE)
    if entry.size > (bounds.text if entry.path.lower().endswith(TEXT) else bounds.file):
        raise PhotoRefused(Refusal.TOO_MANY_BYTES, str(entry.size))
    if entry.size > max(1 << 20, bounds.ratio * entry.packed):
        raise PhotoRefused(Refusal.UNPACKS_TO_TOO_MUCH, f"{entry.size >> 20}")


def _content(data: bytes, entry: _Entry) -> bytes:
    """What a file holds, if that is a picture or a text."""
    if entry.size == 0:
        raise PhotoRefused(Refusal.EMPTY)
    if data[entry.place : entry.place + 4] != b"PK\3\4" or len(data) - entry.place < _LOCAL.size:
        raise PhotoRefused(Refusal.DAMAGED, "zip")
    *_, named, extra = _LOCAL.unpack_from(data, entry.place)
    begin = entry.place + _LOCAL.size + named + extra
    packed = memoryview(data)[begin : begin + entry.packed]
    if len(packed) < entry.packed:
        raise PhotoRefused(Refusal.TRUNCATED)
    _check_kind(_unpacked(packed[: 2 * _HEAD], entry.method, _HEAD), entry.path)
    content = _unpacked(packed, entry.method, entry.size + 1)
    if len(content) != entry.size or zlib.crc32(content) != entry.checksum:
        raise PhotoRefused(Refusal.DAMAGED, "zip")
    return content


def _check_kind(head: bytes, path: str) -> None:
    form = sniff(head)
    if form in PHOTOS or (path.lower().endswith(TEXT) and form not in PICTURES):
        return
    raise PhotoRefused(Refusal.UNKNOWN_FORMAT if form in PICTURES else Refusal.NOT_A_PICTURE, form or "")


def _unpacked(packed: memoryview, method: int, most: int) -> bytes:
    if method == _STORED:
        return bytes(packed[:most])
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, most)
    except zlib.error:
        raise PhotoRefused(Refusal.DAMAGED, "zip") from None
