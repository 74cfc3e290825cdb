"""Archives of photos: what is in them comes out by itself, what is wrong is named, and nothing leaves its bounds."""

import io
import stat
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Sequence

import pytest

from core.errors import PhotoRefused, Refusal
from core.intake_zip import Bounds, Member, read
from tests.encoded import a_picture, saved
from tests.fuzz.mutants import Unseekable

PHOTO = saved(a_picture(), "JPEG")
OTHER = saved(a_picture(32, 32), "PNG")
Files = Sequence[tuple[str | zipfile.ZipInfo, bytes]]


def a_zip(
    *files: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED, comment: bytes = b""
) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method) as archive:
        archive.comment = comment
        for name, content in files:
            archive.writestr(name, content)
    return sink.getvalue()


def in_directory(data: bytes, place: int, form: str, *values: int, entry: int = 0) -> bytes:
    """An archive with other numbers in a line of its directory."""
    at = -1
    for _ in range(entry + 1):
        at = data.index(b"PK\1\2", at + 1)
    changed = bytearray(data)
    struct.pack_into(form, changed, at + place, *values)
    return bytes(changed)


def found(data: bytes, bounds: Bounds | None = None) -> dict[str, Refusal | None]:
    return {member.path: member.refusal for member in read(data, bounds)}


def refusal_of(data: bytes, bounds: Bounds | None = None) -> tuple[Refusal, str]:
    with pytest.raises(PhotoRefused) as refused:
        list(read(data, bounds))
    return refused.value.refusal, refused.value.detail


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_photos_and_texts_come_out_as_they_went_in(method: int) -> None:
    data = a_zip(
        ("1.jpg", PHOTO), ("1.txt", b"at the beach"), ("b/2.PNG", OTHER), method=method, comment=b"x" * 99
    )

    one, text, two = read(data)

    assert (one.name, one.content, one.is_text) == ("1.jpg", PHOTO, False)
    assert (text.path, text.content, text.is_text) == ("1.txt", b"at the beach", True)
    assert (two.path, two.name, two.content) == ("b/2.PNG", "2.PNG", OTHER)


def test_an_archive_that_was_written_into_a_pipe_comes_out_too() -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(Unseekable(sink), "w") as archive:
        archive.writestr("1.jpg", PHOTO)
        with archive.open("2.jpg", "w", force_zip64=True) as file:
            file.write(OTHER)

    assert [member.content for member in read(sink.getvalue())] == [PHOTO, OTHER]


def test_an_archive_behind_a_program_comes_out_too() -> None:
    assert found(b"MZ" + bytes(500) + a_zip(("1.jpg", PHOTO))) == {"1.jpg": None}


def test_numbers_of_sixty_four_bits_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 100)

    assert [member.content for member in read(a_zip(("1.jpg", PHOTO), ("2.jpg", OTHER)))] == [PHOTO, OTHER]


def test_what_systems_add_is_no_file() -> None:
    junk = ["folder/", "__MACOSX/._1.jpg", "folder/.DS_Store", "Thumbs.db", "desktop.ini", ".hidden/3.jpg"]

    data = a_zip(
        *((name, b"" if name.endswith("/") else b"junk") for name in junk), ("./folder/1.jpg", PHOTO)
    )

    assert found(data) == {"./folder/1.jpg": None}


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("../1.jpg", PHOTO, Refusal.UNSAFE_NAME),
        ("a/../../1.jpg", PHOTO, Refusal.UNSAFE_NAME),
        ("..\\1.jpg", PHOTO, Refusal.UNSAFE_NAME),
        ("/etc/1.jpg", PHOTO, Refusal.UNSAFE_NAME),
        ("C:\\1.jpg", PHOTO, Refusal.UNSAFE_NAME),
        ("a\n1.jpg", PHOTO, Refusal.UNSAFE_NAME),
        ("inner.zip", a_zip(("1.jpg", PHOTO)), Refusal.NOT_A_PICTURE),
        ("inner.jpg", a_zip(("1.jpg", PHOTO)), Refusal.NOT_A_PICTURE),
        ("a.pdf", b"%PDF-1.7 and so on", Refusal.NOT_A_PICTURE),
        ("a.jpg", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", Refusal.UNKNOWN_FORMAT),
        ("a.jpg", b"words", Refusal.NOT_A_PICTURE),
        ("a.jpg", b"", Refusal.EMPTY),
        ("a.txt", b"w" * 70_000, Refusal.TOO_MANY_BYTES),
        ("a.jpg", PHOTO + bytes(2 << 20), Refusal.UNPACKS_TO_TOO_MUCH),
    ],
)
def test_one_bad_file_is_named_and_loses_no_other(name: str, content: bytes, refusal: Refusal) -> None:
    data = a_zip(("first.jpg", PHOTO), (name, content), ("last.jpg", OTHER))

    first, bad, last = read(data)

    assert (first.content, last.content) == (PHOTO, OTHER)
    assert bad == Member(name.replace("\\", "/"), b"", refusal, bad.detail)


def test_links_are_not_followed() -> None:
    link = zipfile.ZipInfo("1.jpg")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16

    assert found(a_zip((link, b"/etc/passwd"), ("2.jpg", PHOTO))) == {"1.jpg": Refusal.LINK, "2.jpg": None}


def test_a_locked_file_is_named() -> None:
    data = in_directory(a_zip(("1.jpg", PHOTO), ("2.jpg", PHOTO)), 8, "<H", 1)

    assert found(data) == {"1.jpg": Refusal.ENCRYPTED, "2.jpg": None}


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_named(method: int) -> None:
    assert found(a_zip(("1.jpg", PHOTO), method=method)) == {"1.jpg": Refusal.PACKED_OTHERWISE}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_files_of_one_name_the_first_is_taken() -> None:
    first, second, third = read(a_zip(("1.jpg", PHOTO), ("1.JPG", OTHER), ("a/1.jpg", OTHER)))

    assert first.content == PHOTO
    assert second.refusal is Refusal.NAMED_TWICE
    assert third.content == OTHER


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Ölberg.jpg".encode("cp437"), "Ölberg.jpg"),
        ("Пляж.jpg".encode(), "Пляж.jpg"),
        ("海滩.jpg".encode("gbk"), "║ú╠▓.jpg"),
    ],
)
def test_names_in_other_encodings_do_not_part_a_photo_from_its_text(raw: bytes, name: str) -> None:
    """Unless the archive says which it is, a name is UTF-8 or what PKZIP wrote; photo and text are read alike."""
    data = a_zip(("x" * len(raw), PHOTO), ("y" * (len(raw) - 4) + ".txt", b"words"))
    data = data.replace(b"x" * len(raw), raw).replace(b"y" * (len(raw) - 4), raw[:-4])

    photo, text = read(data)

    assert (photo.path, photo.refusal) == (name, None)
    assert text.path.removesuffix(".txt") == name.removesuffix(".jpg")


def test_a_name_in_the_field_for_unicode_counts() -> None:
    info = zipfile.ZipInfo("beach.jpg")
    name = "海滩.jpg".encode()
    info.extra = struct.pack("<HHBI", 0x7075, 5 + len(name), 1, zlib.crc32(b"beach.jpg")) + name

    assert found(a_zip((info, PHOTO))) == {"海滩.jpg": None}


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"PK\3\4" + bytes(100), Refusal.TRUNCATED),
        (a_zip(("1.jpg", PHOTO))[:-30], Refusal.TRUNCATED),
        (a_zip(("1.jpg", PHOTO)).replace(b"PK\1\2", b"PK\1\3"), Refusal.DAMAGED),
        (a_zip(*((f"{number}.jpg", b"x") for number in range(501))), Refusal.TOO_MANY_FILES),
    ],
)
def test_an_archive_that_cannot_be_opened_is_refused_as_a_whole(data: bytes, refusal: Refusal) -> None:
    assert refusal_of(data)[0] is refusal


def test_a_directory_that_hides_how_long_it_is_is_refused() -> None:
    data = bytearray(a_zip(*((f"{number}.jpg", b"x") for number in range(600))))
    struct.pack_into("<2H", data, len(data) - 14, 1, 1)

    assert refusal_of(bytes(data)) == (Refusal.TOO_MANY_FILES, "501")


def test_an_archive_is_refused_for_what_it_would_unpack_to_before_anything_is() -> None:
    data = a_zip(*((f"{number}.jpg", PHOTO) for number in range(5)))
    for entry in range(5):
        data = in_directory(data, 24, "<I", 45 << 20, entry=entry)

    assert refusal_of(data) == (Refusal.UNPACKS_TO_TOO_MUCH, "225")
    assert refusal_of(data, Bounds(packed=100)) == (Refusal.TOO_MANY_BYTES, str(len(data)))


@pytest.mark.parametrize(
    ("place", "form", "value"),
    [(16, "<I", 1), (24, "<I", 7), (24, "<I", len(PHOTO) + 1), (20, "<I", 5), (42, "<I", 9)],
)
def test_a_file_that_is_not_what_the_directory_says_is_damaged(place: int, form: str, value: int) -> None:
    data = in_directory(a_zip(("1.jpg", PHOTO), ("2.jpg", OTHER)), place, form, value)

    assert found(data) == {"1.jpg": Refusal.DAMAGED, "2.jpg": None}


def test_a_file_of_zeros_that_lies_about_its_size_gets_no_memory() -> None:
    """Sixty-four megabytes in sixty-four kilobytes, said to be two."""
    data = a_zip(("1.jpg", PHOTO + bytes(64 << 20)))
    packed = int.from_bytes(data[data.index(b"PK\1\2") + 20 :][:4], "little")
    data = in_directory(data, 24, "<I", min(packed * 90, 2 << 20))

    tracemalloc.start()
    found_in = found(data)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found_in == {"1.jpg": Refusal.DAMAGED}
    assert most < 8 << 20


def test_files_that_share_their_bytes_count_each() -> None:
    """As in Fifield's bombs (2019): many lines of the directory name one place."""
    data = a_zip(("1.jpg", PHOTO), ("2.jpg", PHOTO), ("3.jpg", PHOTO))
    for entry in range(3):
        data = in_directory(data, 42, "<I", 0, entry=entry)

    assert refusal_of(data, Bounds(total=2 * len(PHOTO)))[0] is Refusal.UNPACKS_TO_TOO_MUCH
