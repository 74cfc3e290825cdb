"""Captions as words: cleaned, made whole, changed together, listed and read back."""

import pytest
from hypothesis import given, settings, strategies

from core import captions
from core.captions import ListUnreadable


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("", "a photo of a zanora"),
        ("smiling, in a park", "a photo of a zanora, smiling, in a park"),
        ("Zanora at the beach", "Zanora at the beach"),
        ("zanoras at the beach", "a photo of a zanora, zanoras at the beach"),
    ],
)
def test_the_trigger_stands_in_every_caption(text: str, made: str) -> None:
    assert captions.whole(text, "zanora", "a photo of a {}") == made


@pytest.mark.parametrize(
    ("old", "new", "made"),
    [
        ("red shirt", "blue shirt", "smiling, blue shirt, in a park"),
        ("RED SHIRT", "", "smiling, in a park"),
        ("park", "garden", "smiling, red shirt, in a garden"),
        ("par", "x", "smiling, red shirt, in a park"),
        ("(", "x", "smiling, red shirt, in a park"),
    ],
)
def test_words_are_replaced_in_all_captions(old: str, new: str, made: str) -> None:
    assert captions.replaced("smiling, red shirt, in a park", old, new) == made


def test_what_most_captions_say_is_in_common() -> None:
    said = ["a man, red hair, smiling", "a man, red hair, a cap", "a boy, red hair, red hair", ""]

    assert captions.in_common(said) == ["red hair"]
    assert captions.in_common(said[:2]) == ["a man", "red hair"]
    assert captions.in_common([]) == []


def test_words_are_added_once() -> None:
    assert captions.added("smiling", "film grain") == "smiling, film grain"
    assert captions.added("smiling, film grain", "Film grain") == "smiling, film grain"
    assert captions.added("", "film grain") == "film grain"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("3: at the sea", (3, "at the sea")),
        ("12:smiling", (12, "smiling")),
        ("3\uff1asmiling", (3, "smiling")),
        ("3:", None),
        ("at 3: smiling", None),
        ("Ana 2026", None),
    ],
)
def test_a_caption_is_written_with_its_number(words: str, meant: tuple[int, str] | None) -> None:
    assert captions.for_one(words) == meant


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("all: film grain", ("", "film grain")),
        ("All: red shirt -> blue shirt", ("red shirt", "blue shirt")),
        ("all: red shirt ->", ("red shirt", "")),
        ("all\uff1afilm grain", ("", "film grain")),
        ("3: all", None),
    ],
)
def test_all_are_changed_at_once(words: str, meant: tuple[str, str] | None) -> None:
    assert captions.for_all(words) == meant


TEXTS = strategies.text(max_size=20).map(captions.clean).filter(bool)


@settings(max_examples=20, deadline=None)
@given(strategies.dictionaries(strategies.integers(1, 50), TEXTS, max_size=5))
def test_what_is_listed_is_read_back(known: dict[int, str]) -> None:
    assert captions.read_list(captions.listing(known), known) == known


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("1: a\nsmiling\n", 2, "no_number"),
        ("1: a\n\n9: b\n", 3, "unknown_number"),
        ("1: a\n1: b\n", 2, "twice"),
        ("1:\n", 1, "no_words"),
        (f"2: {'a' * 601}\n", 1, "too_long"),
    ],
)
def test_a_line_that_cannot_be_taken_is_named(text: str, line: int, problem: str) -> None:
    with pytest.raises(ListUnreadable) as unreadable:
        captions.read_list(text, [1, 2])

    assert (unreadable.value.line, unreadable.value.problem) == (line, problem)


@pytest.mark.parametrize(
    ("text", "meant"), [("1: a\n2: b", True), ("\n 3 : a", True), ("3\uff1aa", True), ("at 3: a", False)]
)
def test_a_list_begins_with_a_number(text: str, meant: bool) -> None:
    assert captions.is_list(text) is meant


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("a photo of sks woman, in a park", "a photo of sks woman, in a park"),
        ("a photo of sks woman, in a park, one, two, three, four", "a photo of sks woman, in a park, one"),
        (
            "in a long green park under an old grey bridge, with sks woman",
            "sks woman",
        ),
        (
            "smiling, one, two, three, four, five six seven, sks woman",
            "sks woman, smiling, one, two, three, four",
        ),
    ],
)
def test_a_long_caption_is_cut_without_losing_the_subject(text: str, cut: str) -> None:
    def eight_words(words: str) -> bool:
        return len(words.split()) <= 9

    assert captions.fitted(text, "sks woman", eight_words) == cut
