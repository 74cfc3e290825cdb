"""An archive of photos, read from memory in bounds: each file in it by itself, and none is ever written by its name.

`zipfile` reads it; what stands here is what that leaves open: how much, of which kinds, and under which names. What is
not stored or deflated, which is what every system's own packer does, is not opened.
"""

import io
import posixpath
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from core.errors import PhotoRefused, Refusal
from core.intake_formats import PHOTOS, PICTURES, sniff

TEXT: Final = ".txt"

# General purpose flags, and the system that made an entry, of PKWARE's APPNOTE 6.3.10.
_ENCRYPTED: Final = 1 << 0 | 1 << 6 | 1 << 13
_UTF8: Final = 1 << 11
_UNIX: Final = 3
_LINES: Final = (
    10  # of a directory for each file that may be there: an archive in the archive has some as well
)
_HEAD: Final = 4096  # bytes that tell what a file is
_SYSTEM_FILES: Final = frozenset({"__macosx", "thumbs.db", "desktop.ini"})
# All that zipfile raises for bytes that are no archive: a number of 64 bits is no place to seek, a name not UTF-8, ...
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, NotImplementedError, OverflowError, ValueError)


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


def read(data: bytes, bounds: Bounds | None = None) -> Iterator[Member]:
    """Yield every photo and text of an archive, one after another; a bad one says so and loses no other.

    Raises PhotoRefused where the whole archive is: it has no directory or a broken one, too many files, or unpacks to
    too much.
    """
    bounds = bounds or Bounds()
    if len(data) > bounds.packed:
        raise PhotoRefused(Refusal.TOO_MANY_BYTES, str(len(data)))
    archive = _opened(data, bounds)
    entries = [(path, info) for info in archive.infolist() if not _is_of_the_system(path := _path(info))]
    # Those that share their bytes count each, as in Fifield's bombs (2019).
    if (total := sum(info.file_size for _, info in entries)) > bounds.total:
        raise PhotoRefused(Refusal.UNPACKS_TO_TOO_MUCH, f"{total >> 20}")
    seen: set[str] = set()
    for path, info in entries:
        try:
            _admit(path, info, bounds, seen)
            yield Member(path, _content(archive, path, info))
        except PhotoRefused as refused:
            yield Member(path, b"", refused.refusal, refused.detail)


def _opened(data: bytes, bounds: Bounds) -> zipfile.ZipFile:
    """The archive with its directory, of which zipfile makes an object for every line, however many there are."""
    if (lines := data.count(b"PK\1\2")) > _LINES * bounds.entries:
        raise PhotoRefused(Refusal.TOO_MANY_FILES, str(lines))
    try:
        if not zipfile.is_zipfile(io.BytesIO(data)):
            raise PhotoRefused(Refusal.TRUNCATED)  # the directory stands at the end
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN:
        raise PhotoRefused(Refusal.DAMAGED, "zip") from None
    if (count := len(archive.infolist())) > bounds.entries:
        raise PhotoRefused(Refusal.TOO_MANY_FILES, str(count))
    return archive


def _path(info: zipfile.ZipInfo) -> str:
    """What a file is called: by the flag that says Unicode, else by a guess, which hardly ever fails.

    The extra field that repeats a name in Unicode (0x7075) is only read by zipfile from Python 3.12 on, as `filename`.
    """
    path = info.orig_filename  # with what follows a zero
    if not info.flag_bits & _UTF8:
        with suppress(UnicodeDecodeError):
            path = path.encode("cp437").decode()  # packers of macOS write UTF-8 without saying so
    return path.replace("\\", "/")


def _is_of_the_system(path: str) -> bool:
    """Whether an entry is no file that somebody has packed: a folder, or what systems add to one."""
    parts = path.casefold().split("/")
    hidden = any(part.startswith(".") and part not in (".", "..") for part in parts)
    return parts[-1] in ("", ".") or hidden or bool(_SYSTEM_FILES.intersection(parts))


def _admit(path: str, info: zipfile.ZipInfo, bounds: Bounds, seen: set[str]) -> None:
    """Refuse by its line in the directory what is not to be opened."""
    parts = path.split("/")
    if ".." in parts or not parts[0] or ":" in parts[0] or min(path) < " ":
        raise PhotoRefused(Refusal.UNSAFE_NAME)
    if path.casefold() in seen:
        raise PhotoRefused(Refusal.NAMED_TWICE)
    seen.add(path.casefold())
    if info.create_system == _UNIX and stat.S_ISLNK(info.external_attr >> 16):
        raise PhotoRefused(Refusal.LINK)
    if info.flag_bits & _ENCRYPTED:
        raise PhotoRefused(Refusal.ENCRYPTED)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise PhotoRefused(Refusal.PACKED_OTHERWISE)
    if info.file_size > (bounds.text if path.lower().endswith(TEXT) else bounds.file):
        raise PhotoRefused(Refusal.TOO_MANY_BYTES, str(info.file_size))
    if info.file_size > max(1 << 20, bounds.ratio * info.compress_size):
        raise PhotoRefused(Refusal.UNPACKS_TO_TOO_MUCH, f"{info.file_size >> 20}")
    # Deflate adds an eighth at most, to what cannot be packed; what is longer keeps the reader busy with nothing.
    if info.compress_size > 2 * info.file_size + _HEAD:
        raise PhotoRefused(Refusal.DAMAGED, "zip")


def _content(archive: zipfile.ZipFile, path: str, info: zipfile.ZipInfo) -> bytes:
    """What a file holds, if that is a picture or a text."""
    if info.file_size == 0:
        raise PhotoRefused(Refusal.EMPTY)
    try:
        with archive.open(info) as file:
            head = file.read(_HEAD)
            _check_kind(head, path)
            # It goes no further than the size it was told, and compares the checksum there.
            content = head + file.read(info.file_size)
    except EOFError:
        raise PhotoRefused(Refusal.TRUNCATED) from None
    except _BROKEN:
        raise PhotoRefused(Refusal.DAMAGED, "zip") from None
    if len(content) != info.file_size:
        raise PhotoRefused(Refusal.DAMAGED, "zip")
    return content


def _check_kind(head: bytes, path: str) -> None:
    form = sniff(head)
    if form in PHOTOS or (path.lower().endswith(TEXT) and form not in PICTURES):
        return
    raise PhotoRefused(Refusal.UNKNOWN_FORMAT if form in PICTURES else Refusal.NOT_A_PICTURE, form or "")
