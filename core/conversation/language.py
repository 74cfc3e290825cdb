"""In which language we speak: one gettext catalogue holds every sentence (SPEC A9).

A sentence is marked where it is made, `_("Photo {number} is blurred.").format(number=3)`, and comes out in the
language that `speaking` has set for the turn. A constant at the top of a module is marked with `N_` and
translated where it is said, because a module is read before anybody has spoken.
"""

import gettext as catalogues
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

DOMAIN = "likeness"
FOLDER = Path(__file__).parent / "languages"
# Each language under its own name, as somebody looks for it who reads no other.
LANGUAGES = {"en": "English", "es": "Español", "ru": "Русский", "zh": "中文", "ar": "العربية"}
DEFAULT = "en"

_spoken: ContextVar[str] = ContextVar("spoken", default=DEFAULT)


def nearest(code: str) -> str:
    """The language of ours for a client's code, such as `es-419` or `zh_Hans`; English where there is none."""
    language = code.replace("_", "-").partition("-")[0].lower()
    return language if language in LANGUAGES else DEFAULT


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say everything in this language until the block ends."""
    before = _spoken.set(nearest(language))
    try:
        yield
    finally:
        _spoken.reset(before)


def spoken() -> str:
    """The language that is spoken at this moment."""
    return _spoken.get()


def gettext(message: str) -> str:
    """The sentence in the language that is spoken."""
    # The empty sentence is where a catalogue keeps its own particulars.
    return _catalogue(_spoken.get()).gettext(message) if message else ""


def ngettext(one: str, many: str, count: int) -> str:
    """The sentence for this count, by the plural rule of the language, with `{count}` filled in."""
    return _catalogue(_spoken.get()).ngettext(one, many, count).replace("{count}", str(count))


def pgettext(context: str, message: str) -> str:
    """The sentence in the language that is spoken, where one English wording means two things."""
    return _catalogue(_spoken.get()).pgettext(context, message)


def N_(message: str) -> str:  # noqa: N802  (gettext's own name for it)
    """Mark a sentence that is translated later."""
    return message


@cache
def _catalogue(language: str) -> catalogues.NullTranslations:
    if language == DEFAULT:
        return catalogues.NullTranslations()
    return catalogues.translation(DOMAIN, FOLDER, [language])
