"""What the words of a prompt say to a base model: which are emphasised, and what a trigger stands for; pure.

`(words:1.2)` gives words more weight or less; `\\(` and `\\)` are brackets that mean nothing, and so are brackets
without a strength.
"""

import re

LEAST_EMPHASIS, MOST_EMPHASIS = 0.1, 2.0

_EMPHASIS = re.compile(
    r"\\(?P<bracket>[()])"
    r"|\((?P<words>(?:[^()\\]|\\[()]|\\(?![()]))+):\s*(?P<strength>\d*\.?\d+)\s*\)"
)


class Misplaced(ValueError):
    """Emphasis that cannot be meant; `place` counts characters from 0, `what` is a code, `value` the offender."""

    def __init__(self, what: str, value: str, place: int) -> None:
        super().__init__(f"{what} at {place}: {value}")
        self.what = what
        self.value = value
        self.place = place


def pieces(text: str) -> list[tuple[str, float]]:
    """A text in pieces, each with its strength; together they are the text without what emphasises it.

    Any text can be read: what is no emphasis, or is out of its bounds, is words like any others.
    """
    found: list[tuple[str, float]] = []

    def add(words: str, strength: float) -> None:
        words = re.sub(r"\\([()])", r"\1", words)
        if found and found[-1][1] == strength:
            words = found.pop()[0] + words
        if words:
            found.append((words, strength))

    read = 0
    for match in _EMPHASIS.finditer(text):
        strength = 1.0 if match["bracket"] else float(match["strength"])
        if match["bracket"] or not LEAST_EMPHASIS <= strength <= MOST_EMPHASIS:
            continue
        add(text[read : match.start()], 1.0)
        add(match["words"], strength)
        read = match.end()
    add(text[read:], 1.0)
    return found


def checked(text: str) -> None:
    """Raise `Misplaced` at the first emphasis that is out of its bounds or stands in another."""
    flat = list(text)
    for match in _EMPHASIS.finditer(text):
        if match["bracket"]:
            continue
        if not LEAST_EMPHASIS <= float(match["strength"]) <= MOST_EMPHASIS:
            raise Misplaced("emphasis", match["strength"], match.start("strength"))
        flat[match.start() : match.end()] = "x" * len(match[0])
    for match in _EMPHASIS.finditer("".join(flat)):
        if not match["bracket"]:
            inner = text.index("(", match.start() + 1)
            raise Misplaced("nested", text[inner : match.end()], inner)


def is_named(text: str, trigger: str) -> bool:
    """Whether the trigger stands in the text."""
    return bool(_of(trigger).search(text))


def with_trigger(text: str, trigger: str, caption: str = "a photo of a {}") -> str:
    """The text with the trigger in it: one that does not name the subject begins as its captions do."""
    if is_named(text, trigger):
        return text
    about = caption.format(trigger)
    return f"{about}, {text}" if text else about


def encode_trigger(text: str, trigger: str, stands_for: str) -> str:
    """Replace the trigger by what it stands for to the base model (SPEC section 1)."""
    return _of(trigger).sub(lambda _: stands_for, text)


def _of(trigger: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(trigger)}(?!\w)", re.IGNORECASE)
