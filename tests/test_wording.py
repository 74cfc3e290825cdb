from itertools import pairwise

import pytest
from hypothesis import given, strategies as some

from core.wording import encode_trigger, is_named, pieces, with_trigger


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("a hat", [("a hat", 1.0)]),
        ("a (red hat:1.3) here", [("a ", 1.0), ("red hat", 1.3), (" here", 1.0)]),
        ("(a:1.2)(b: .5 )", [("a", 1.2), ("b", 0.5)]),
        ("(a:1.2)(b:1.2)", [("ab", 1.2)]),
        ("(10:30:1.5)", [("10:30", 1.5)]),
        (r"\(a:1.2\)", [("(a:1.2)", 1.0)]),
        (r"(a \(b\):1.2)", [("a (b)", 1.2)]),
        ("(smiling)", [("(smiling)", 1.0)]),
        ("(a:wide) (", [("(a:wide) (", 1.0)]),
        ("(a:3)", [("(a:3)", 1.0)]),
        ("(<new> man:1.1)", [("<new> man", 1.1)]),
        ("back\\slash", [("back\\slash", 1.0)]),
    ],
)
def test_a_text_is_read_in_pieces_with_their_strengths(text: str, expected: list[tuple[str, float]]) -> None:
    assert pieces(text) == expected


@given(some.text("ab(:)1.2\\ <>", max_size=60))
def test_the_pieces_are_the_whole_text(text: str) -> None:
    read = pieces(text)

    assert all(0.1 <= strength <= 2.0 for _, strength in read)
    assert all(one[1] != other[1] for one, other in pairwise(read))
    assert {*"".join(words for words, _ in read)} <= {*text}
    if "(" not in text:
        assert "".join(words for words, _ in read) == text.replace("\\)", ")")


def test_a_text_that_does_not_name_the_subject_is_about_it() -> None:
    assert with_trigger("as a pirate", "zanora") == "a photo of a zanora, as a pirate"
    assert with_trigger("Zanora as a pirate", "zanora") == "Zanora as a pirate"


def test_a_text_that_does_not_name_the_style_is_in_it() -> None:
    assert with_trigger("a pirate", "zanora", "a picture in {}") == "a picture in zanora, a pirate"
    assert with_trigger("", "zanora", "a picture in {}") == "a picture in zanora"


def test_a_trigger_is_a_word_of_its_own() -> None:
    assert is_named("(Zanora:1.2)", "zanora")
    assert not is_named("zanorama", "zanora")


def test_the_base_sees_what_the_trigger_stands_for() -> None:
    assert encode_trigger("Zanora and zanorama", "zanora", "sks woman") == "sks woman and zanorama"
    assert encode_trigger("(zanora:1.2)", "zanora", r"<v12\1>") == r"(<v12\1>:1.2)"
