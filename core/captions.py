"""Captions as words: cleaned, made whole by the trigger, changed together, listed and read back; pure.

A caption says what is on a photo beside the subject. In training its trigger is replaced by what the base knows
the subject by (SPEC section 1), so every caption holds the trigger (SPEC C4).
"""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from core.names import clean_name
from core.wording import is_named, with_trigger

LONGEST_CAPTION = 600  # characters; a text encoder sees about 300 of them
MOST_LIST_BYTES = 64 * 1024  # of a list of all captions: fifty of the longest
REPLACES = "->"
# A colon may be a wide one, as Chinese keyboards type it.
_LINE = re.compile(r"\s*(\d{1,4})\s*[:\uff1a.)]\s?(.*)")
_ALL = re.compile(r"\s*(?:all|\*)\s*[:\uff1a]\s*(.*)", re.IGNORECASE | re.DOTALL)
_ONE = re.compile(r"\s*(\d{1,4})\s*[:\uff1a]\s*(\S.*)", re.DOTALL)


class ListUnreadable(ValueError):
    """A line of a list of captions that cannot be taken; `line` counts from 1, `problem` is a code."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line
        self.problem = problem  # no_number, unknown_number, twice, no_words, too_long


def is_text(name: str, mime: str = "") -> bool:
    """Whether a file says that it is a plain text."""
    return name.lower().endswith(".txt") or mime.partition(";")[0].strip().lower() == "text/plain"


def clean(text: str) -> str:
    """A caption on one line, without what shows nothing, and without angle brackets: those name adapters."""
    return clean_name(text.replace("<", " ").replace(">", " "))


def whole(text: str, trigger: str, opening: str) -> str:
    """The caption with the trigger in it: one that lacks it begins as the method's captions do (SPEC C4)."""
    return with_trigger(text, trigger, opening)


def added(text: str, words: str) -> str:
    """A caption with these words at its end, unless it has them."""
    if is_named(text, words):
        return text
    return f"{text}, {words}" if text else words


def replaced(text: str, old: str, new: str) -> str:
    """A caption with every `old`, as whole words and whatever their capitals, replaced; no `new` takes them out."""
    found = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)", re.IGNORECASE)
    changed = found.sub(lambda _: new, text)
    return text if changed == text else _tidy(changed)


def in_common(texts: Sequence[str]) -> list[str]:
    """The parts between commas that more than half of the texts have, in the order in which they come."""
    told = [list(dict.fromkeys(part.strip() for part in text.split(","))) for text in texts]
    counts = Counter(itertools.chain.from_iterable(told))
    return [part for part in counts if part and 2 * counts[part] > len(texts)]


def _tidy(text: str) -> str:
    """Without the commas and spaces between which nothing stands any more."""
    return ", ".join(" ".join(part.split()) for part in text.split(",") if part.strip())


def for_one(words: str) -> tuple[int, str] | None:
    """What `3: new text` says: the photo's number and its caption; None for other words."""
    match = _ONE.fullmatch(words)
    return (int(match[1]), match[2].strip()) if match else None


def for_all(words: str) -> tuple[str, str] | None:
    """What `all: words` or `all: old -> new` says: what is replaced (empty: words are added), and by what."""
    match = _ALL.fullmatch(words)
    if match is None:
        return None
    old, arrow, new = match[1].partition(REPLACES)
    return (old.strip(), new.strip()) if arrow else ("", old.strip())


def listing(captions: Mapping[int, str]) -> str:
    """All captions as a text to be edited and sent back: a line each, `3: text`."""
    return "".join(f"{number}: {text}\n" for number, text in captions.items())


def is_list(text: str) -> bool:
    """Whether a text means to be such a list: its first words are a number and a colon."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return re.match(r"\s*\d{1,4}\s*[:\uff1a]", first) is not None


def read_list(text: str, numbers: Iterable[int]) -> dict[int, str]:
    """The captions of such a text by their photos' numbers, of which there are these; raises ListUnreadable."""
    known, found = set(numbers), dict[int, str]()
    for place, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise ListUnreadable(place, "no_number")
        number, caption = int(match[1]), clean(match[2])
        if number not in known:
            raise ListUnreadable(place, "unknown_number")
        if number in found:
            raise ListUnreadable(place, "twice")
        if not caption:
            raise ListUnreadable(place, "no_words")
        if len(caption) > LONGEST_CAPTION:
            raise ListUnreadable(place, "too_long")
        found[number] = caption
    return found


def fitted(text: str, subject: str, fits: Callable[[str], bool]) -> str:
    """A caption cut to what a text encoder sees, at a comma if possible, without losing what the subject is called.

    Where the words before the subject leave no room for it, it comes first.
    """
    if fits(text):
        return text
    parts = text.split(", ")
    named = next((place for place, part in enumerate(parts) if subject in part), None)
    if named is None or not fits(", ".join(parts[: named + 1])):
        parts = [subject, *(part.replace(subject, "").strip() for part in parts)]
    for count in range(len(parts), 0, -1):
        shorter = ", ".join(part for part in parts[:count] if part)
        if fits(shorter):
            return shorter
    return subject
