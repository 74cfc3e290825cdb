"""Texts that come beside photos: a `.txt` with a picture's name is its caption (SPEC C1).

    names = {1: "beach.jpg", 2: "IMG_2.HEIC"}             # by the photos' numbers; of a zip with their folders
    texts = {"beach.txt": read(content), "notes.txt": read(other)}
    found = pair(names, texts)
    found.captions                                        # {1: "at the beach"}
    found.waiting                                         # ("notes.txt",): no picture has its name (yet)

Both an album, whose files arrive one by one, and a zip, whose entries have folders, are paired by the same function.
"""

import codecs
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.captions import LONGEST_CAPTION, clean

MOST_BYTES = 4096  # of one caption's file
# UTF-16 with its mark, little or big end first; UTF-8 with or without.
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class Unread(StrEnum):
    """Why a text was not taken."""

    TOO_LARGE = "text_too_large"
    NOT_TEXT = "text_unreadable"
    EMPTY = "text_empty"
    TOO_LONG = "text_too_long"


class TextRefused(ValueError):
    """A text that cannot be a caption."""

    def __init__(self, why: Unread) -> None:
        super().__init__(str(why))
        self.why = why


@dataclass(frozen=True)
class Pairing:
    """Captions by the number of their photos, and the names of texts whose picture is not there."""

    captions: Mapping[int, str]
    waiting: tuple[str, ...]


def read(content: bytes, most: int = MOST_BYTES) -> str:
    """The lines of a text file in UTF-8, or in UTF-16 with its mark; raises TextRefused.

    Characters that show nothing are left out; a file with those that no text has, such as a NUL, is none.
    """
    if len(content) > most:
        raise TextRefused(Unread.TOO_LARGE)
    mark, encoding = next((one for one in _MARKS if content.startswith(one[0])), (b"", "utf-8"))
    try:
        text = content[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise TextRefused(Unread.NOT_TEXT) from error
    if any(unicodedata.category(char) == "Cc" and not char.isspace() for char in text):
        raise TextRefused(Unread.NOT_TEXT)
    lines = "\n".join(clean(line) for line in text.splitlines()).strip()
    if not lines:
        raise TextRefused(Unread.EMPTY)
    return lines


def caption(content: bytes) -> str:
    """The caption in a text file, on one line; raises TextRefused."""
    text = " ".join(read(content).split())
    if len(text) > LONGEST_CAPTION:
        raise TextRefused(Unread.TOO_LONG)
    return text


def pair(names: Mapping[int, str], texts: Mapping[str, str]) -> Pairing:
    """Give each text to the pictures with its name but for the ending, capitals aside.

    `names` are the pictures' by number (those sent as photos have none, and no text), `texts` the captions by their
    files' names. In folders a text belongs to the picture beside it; without one, to the only picture of its name
    elsewhere. `beach.jpg.txt` belongs to `beach.jpg` as `beach.txt` does.
    """
    captions: dict[int, str] = {}
    waiting = []
    for name, text in texts.items():
        numbers = _named(names, _parts(name))
        captions |= dict.fromkeys(numbers, text)
        if not numbers:
            waiting.append(name)
    return Pairing(captions, tuple(waiting))


def _named(names: Mapping[int, str], wanted: tuple[str, str]) -> list[int]:
    """The pictures that a text of this folder and stem is about."""
    known = {number: _parts(name) for number, name in names.items() if name}
    beside = [number for number, parts in known.items() if parts in _spelt(wanted)]
    if beside:
        return beside
    stems = {stem for _, stem in _spelt(wanted)}
    elsewhere = [number for number, (_, stem) in known.items() if stem in stems]
    return elsewhere if len(elsewhere) == 1 else []


def _parts(name: str) -> tuple[str, str]:
    """A file's folder and its name without the ending, as names are compared."""
    folded = unicodedata.normalize("NFC", name.replace("\\", "/")).casefold()
    folder, _, last = folded.rpartition("/")
    stem, dot, _ = last.rpartition(".")
    return folder, (stem if dot and stem else last).strip()


def _spelt(wanted: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """A text's own stem, and the one without a picture's ending in it: of `beach.jpg.txt` also `beach`."""
    folder, stem = wanted
    before, dot, ending = stem.rpartition(".")
    if dot and before and ending in ("jpg", "jpeg", "png", "webp", "heic", "heif", "avif"):
        return (wanted, (folder, before))
    return (wanted,)
