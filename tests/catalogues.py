"""Catalogues of the tests' own, so that what is said in a language does not hang on what is translated so far."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.conversation import language


def compiled(sentences: dict[str, str]) -> bytes:
    """The sentences as a file that gettext reads: https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html"""
    pairs = sorted(sentences.items() | {("", "Content-Type: text/plain; charset=UTF-8\n")})
    texts = [text.encode() for column in zip(*pairs, strict=True) for text in column]
    count, at, table = len(pairs), 28 + 16 * len(pairs), b""
    for text in texts:
        table += struct.pack("<2I", len(text), at)
        at += len(text) + 1
    head = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0)
    return head + table + b"".join(text + b"\0" for text in texts)


@contextmanager
def translated(folder: Path, **sentences: dict[str, str]) -> Iterator[None]:
    """Until the block ends every language says these sentences, by its code, and all others in English."""
    for code in language.LANGUAGES:
        place = folder / code / "LC_MESSAGES"
        place.mkdir(parents=True)
        (place / f"{language.DOMAIN}.mo").write_bytes(compiled(sentences.get(code, {})))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(language, "FOLDER", folder)
        language._catalogue.cache_clear()
        yield
    language._catalogue.cache_clear()
