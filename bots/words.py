"""Words on their way between people and the studio, on any platform."""

import unicodedata

LONGEST_PERSON = 40


def clean_name(name: str) -> str:
    """A name that can stand in a sentence: without control characters and not too long."""
    seen = "".join(" " if char.isspace() else char for char in name)
    plain = "".join(char for char in seen if not unicodedata.category(char).startswith("C"))
    return " ".join(plain.split())[:LONGEST_PERSON].strip()


def cut(text: str, most: int) -> str:
    """The text, or as many of its lines as fit and an ellipsis; `most` counts UTF-16 units."""
    if _units(text) <= most:
        return text
    ending = "\n…"
    room = text.encode("utf-16-le")[: 2 * (most - _units(ending))]
    begun = room.decode("utf-16-le", errors="ignore")
    whole = begun.rpartition("\n")[0].rstrip()
    return whole + ending if whole else begun + "…"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
