"""The catalogue of sentences: every language has every sentence of the code, and none that the code lacks."""

import ast
import gettext
import io
import re
import string
from pathlib import Path
from typing import TypeGuard

import pytest
from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from core.conversation.language import DEFAULT, DOMAIN, FOLDER, LANGUAGES, ngettext, speaking

ROOT = Path(__file__).parents[2]
TRANSLATED = sorted(LANGUAGES.keys() - {DEFAULT})
# Whatever a translator must leave as it is: commands, flags and names in prompts.
LITERALS = re.compile(r"(?<![\w/])/[a-z]+|--[a-z]+|<[a-z:]+")
FILLED_IN = re.compile(r"{\w+}|/[a-z]+")
WORDS = re.compile(r"[a-z]{2,}")
COUNTS = (0, 1, 2, 3, 5, 10, 11, 19, 20, 21, 22, 25, 99, 100, 101, 103, 111, 121, 200, 999)

Key = tuple[str | None, str]


def catalogue(language: str) -> Catalog:
    with (FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def key(message: Message) -> Key:
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def sentences(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def places(text: str) -> set[str]:
    """What is filled in: `{name}` and the like."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.fixture(scope="module")
def said() -> set[Key]:
    """Every sentence of the code."""
    found = set()
    for folder in ("core", "bots"):
        for _, _, message, _, context in extract_from_dir(
            ROOT / folder, keywords={**DEFAULT_KEYWORDS, "N_": None}
        ):
            found.add((context, message if isinstance(message, str) else message[0]))
    return found


def test_there_are_sentences(said: set[Key]) -> None:
    assert len(said) > 200


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_sentence_is_missing_and_none_is_unused(language: str, said: set[Key]) -> None:
    translated = {key(message) for message in sentences(language) if all(forms(message))}
    assert said - translated == set(), f"not translated to {language}: run `make languages` and fill them in"
    assert translated - said == set(), f"in no module any more, but translated to {language}"
    assert not [message.id for message in sentences(language) if message.fuzzy]


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_filled_in_and_what_must_be_typed_stays(language: str) -> None:
    for message in sentences(language):
        wanted = places(message.id if isinstance(message.id, str) else message.id[1])
        words = message.id if isinstance(message.id, str) else message.id[1]
        for form in forms(message):
            # A form for one or two may say the number in words.
            assert places(form) in (wanted, wanted - {"count"}), (message.id, form)
            assert set(LITERALS.findall(form)) == set(LITERALS.findall(words)), (message.id, form)
            assert form.count("\n") == words.count("\n"), (message.id, form)


@pytest.mark.parametrize("language", TRANSLATED)
def test_plurals_follow_the_languages_own_rule(language: str) -> None:
    """Two counts share a form exactly if they share a category in the Unicode CLDR."""
    rule = Locale.parse(language).plural_form
    form = gettext.c2py(catalogue(language).plural_expr)
    for one in COUNTS:
        for other in COUNTS:
            assert (form(one) == form(other)) == (rule(one) == rule(other)), (one, other)


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_ships_is_what_was_translated(language: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(language))
    shipped = (FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.mo").read_bytes()
    assert compiled.getvalue() == shipped, "run `make languages`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_counts(language: str) -> None:
    with speaking(language):
        few, many = (ngettext("{count} photo", "{count} photos", count) for count in (2, 17))
    assert "17" in many
    assert few != many


def test_no_two_languages_say_the_same() -> None:
    by_language = {
        language: {key(message): forms(message) for message in sentences(language)} for language in TRANSLATED
    }
    for language, other in ((a, b) for a in TRANSLATED for b in TRANSLATED if a < b):
        pairs = [
            one
            for one, form in by_language[language].items()
            if form == by_language[other][one] and len(WORDS.findall(FILLED_IN.sub("", one[1]))) > 3
        ]
        assert pairs == [], f"{language} and {other} say the same"


def test_every_sentence_can_be_found_by_reading_the_code() -> None:
    """What stands inside an f-string, or is looked up on the spot, is never extracted, and so never translated."""
    hidden = []
    for file in (*ROOT.glob("core/**/*.py"), *ROOT.glob("bots/**/*.py")):
        tree = ast.parse(file.read_text())
        for outer in ast.walk(tree):
            inside = ast.walk(outer) if isinstance(outer, ast.JoinedStr) else ()
            hidden += [(file.name, call.lineno) for call in inside if marks(call) and literal(call)]
            if marks(outer) and isinstance(outer.args[0], ast.Subscript) and literal(outer):
                hidden.append((file.name, outer.lineno))
    assert hidden == []


def marks(node: ast.AST) -> TypeGuard[ast.Call]:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("_", "N_", "gettext", "ngettext", "pgettext")
    )


def literal(call: ast.Call) -> bool:
    return any(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in ast.walk(call.args[0]))
