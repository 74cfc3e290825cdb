"""Names as people write them: made safe to show, and compared as they look.

What a name can hide is told in Unicode's own reports: characters that show nothing (UAX 44, default-ignorable) and
marks that turn the order of what follows (UAX 9). The first are not compared, neither are shown.
"""

import re
import unicodedata

FIRST_STRONG, POP = "\u2068", "\u2069"  # a name between these cannot turn the sentence around it
JOINERS = "\u200c\u200d"  # between letters of some scripts and between emoji they are spelling
# Default-ignorable characters that are not of the category Cf: fillers, and the selectors of variants.
_FILLERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
_TURNED = frozenset(("R", "AL", "AN"))


def clean_name(name: str, most: int = 0) -> str:
    """A name on one line, without what shows nothing or turns what follows; cut to `most` characters."""
    spaced = "".join(" " if char.isspace() else char for char in name)
    kept = "".join(char for place, char in enumerate(spaced) if _is_shown(spaced, place))
    plain = " ".join(kept.split())
    return plain[:most].strip() if most else plain


def _is_shown(name: str, place: int) -> bool:
    char = name[place]
    if char == "\ufe0f":  # an emoji in colours
        return place > 0 and unicodedata.category(name[place - 1]) in ("So", "Po", "Nd")
    if char in JOINERS:
        around = name[place - 1 : place] + name[place + 1 : place + 2]
        return place > 0 and len(around) == 2 and all(_is_joined(one) for one in around)
    return not unicodedata.category(char).startswith("C") and not _FILLERS.match(char)


def _is_joined(char: str) -> bool:
    """Whether a joiner beside this character can be seen: emoji, and letters without capitals."""
    return unicodedata.category(char) in ("So", "Sk", "Lo", "Mn", "Mc") or char == "\ufe0f"


def shown_name(name: str) -> str:
    """A name in a sentence: one that runs from right to left is kept from turning what follows it."""
    if any(unicodedata.bidirectional(char) in _TURNED for char in name):
        return f"{FIRST_STRONG}{name}{POP}"
    return name


def normal_name(name: str) -> str:
    """A name as names are compared: compatible characters alike, what shows nothing left out, capitals folded."""
    wide = unicodedata.normalize("NFKC", name)
    seen = "".join(char for char in wide if char.isspace() or not _is_ignorable(char))
    # Folding can leave what normalising would change again.
    return " ".join(unicodedata.normalize("NFKC", seen.casefold()).split())


def _is_ignorable(char: str) -> bool:
    return unicodedata.category(char) in ("Cf", "Cc") or _FILLERS.match(char) is not None
