"""Texts beside photos: which is whose, and which is none."""

import codecs

import pytest

from core.captioning.pairing import MOST_BYTES, TextRefused, Unread, caption, pair, read

ALBUM = {1: "beach.jpg", 2: "IMG_2.HEIC", 3: "", 4: "Café.png"}


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("beach.txt", [1]),
        ("BEACH.TXT", [1]),
        ("beach.jpg.txt", [1]),
        ("img_2.txt", [2]),
        ("Cafe\u0301.txt", [4]),
        ("holiday/beach.txt", [1]),
        ("beach2.txt", []),
        (".txt", []),
    ],
)
def test_a_text_belongs_to_the_picture_of_its_name(name: str, numbers: list[int]) -> None:
    found = pair(ALBUM, {name: "at the beach"})

    assert found.captions == dict.fromkeys(numbers, "at the beach")
    assert found.waiting == (() if numbers else (name,))


def test_in_folders_it_is_the_picture_beside_it() -> None:
    names = {1: "a/1.jpg", 2: "b/1.jpg", 3: "b/2.jpg"}

    found = pair(names, {"a/1.txt": "first", "b/1.txt": "second", "2.txt": "third", "1.txt": "whose?"})

    assert found.captions == {1: "first", 2: "second", 3: "third"}
    assert found.waiting == ("1.txt",)


def test_two_pictures_of_one_name_share_their_text() -> None:
    assert pair({1: "a.jpg", 2: "a.png"}, {"a.txt": "both"}).captions == {1: "both", 2: "both"}


@pytest.mark.parametrize(
    "content",
    [
        "am Straße".encode(),
        codecs.BOM_UTF8 + "am Straße".encode(),
        codecs.BOM_UTF16_LE + "am Straße".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "am Straße".encode("utf-16-be"),
        "am\u200b \u202eStraße\r\n".encode(),
    ],
)
def test_texts_are_read_in_the_encodings_that_editors_write(content: bytes) -> None:
    assert caption(content) == "am Straße"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", Unread.EMPTY),
        (b" \n\t", Unread.EMPTY),
        (b"\xff\xd8\xff\xe0", Unread.NOT_TEXT),
        (b"a\x00b", Unread.NOT_TEXT),
        (codecs.BOM_UTF16_LE + b"a", Unread.NOT_TEXT),
        (b"a" * (MOST_BYTES + 1), Unread.TOO_LARGE),
        (b"a " * 400, Unread.TOO_LONG),
    ],
)
def test_what_is_no_caption_is_refused_with_a_reason(content: bytes, why: Unread) -> None:
    with pytest.raises(TextRefused) as refused:
        caption(content)

    assert refused.value.why == why


def test_a_text_keeps_its_lines_and_nobodys_adapter_is_named() -> None:
    assert read(b"1: a <lora:7:1> b\n\n2: c\n") == "1: a lora:7:1 b\n\n2: c"
