"""Words on their way between people and the studio, on any platform."""

from core import names

LONGEST_PERSON = 40


def clean_name(name: str) -> str:
    """A person's name that can stand in a sentence: safe to show, and not too long."""
    return names.clean_name(name, LONGEST_PERSON)


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
