"""Names that hide or turn something: shown safely, and compared as they look."""

import unicodedata

import pytest
from hypothesis import given, strategies as some

from core.conversation.effects import Describe
from core.conversation.messages import Text
from core.conversation.script import take_turn
from core.conversation.views import ProfileView, View
from core.names import clean_name, normal_name, shown_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ana", "Ana"),
        ("  Ana \n summer ", "Ana summer"),
        ("\u202eanA", "anA"),  # right-to-left override
        ("A\u200bn\u00ada\u2060", "Ana"),  # zero width space, soft hyphen, word joiner
        ("Ana\u3164", "Ana"),  # a filler that shows as nothing
        ("\u200b\u200d\ufeff", ""),
        ("An\u200da", "Ana"),  # a joiner between letters that do not join
        (
            "\U0001f468\u200d\U0001f469\u200d\U0001f467",
            "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        ),  # a family
        ("می\u200cخواهم", "می\u200cخواهم"),  # Persian spells with it
        ("❤\ufe0f", "❤\ufe0f"),
        ("\U000e0041\U000e0042", ""),  # tags
    ],
)
def test_what_shows_nothing_is_left_out_and_spelling_is_kept(name: str, shown: str) -> None:
    assert clean_name(name) == shown


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ana", "ANA"),
        ("Ａｎａ", "ana"),
        ("A\u200bna", "Ana"),
        ("\u202eAna\u202c", "ana"),
        ("Zoe\u0301", "Zo\u00c9"),
        ("Straße", "STRASSE"),
        ("ﬁn", "FIN"),
        ("a\u3164na", "ana"),
        ("❤\ufe0f", "❤"),
    ],
)
def test_names_that_look_alike_are_the_same_name(one: str, other: str) -> None:
    assert normal_name(one) == normal_name(other)


@pytest.mark.parametrize("name", ["Ana", "Ана", "安娜"])
def test_names_from_left_to_right_stand_as_they_are(name: str) -> None:
    assert shown_name(name) == name


@pytest.mark.parametrize("name", ["دانا", "דנה", "Ana דנה"])
def test_names_from_right_to_left_turn_nothing_but_themselves(name: str) -> None:
    assert shown_name(name) == f"\u2068{name}\u2069"


@given(some.text(max_size=60))
def test_any_text_becomes_a_name_that_hides_nothing(text: str) -> None:
    name = clean_name(text, 40)

    assert clean_name(name, 40) == name
    assert len(name) <= 40
    hidden = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert all(char in "\u200c\u200d" or unicodedata.category(char) not in hidden for char in name)


@given(some.text(max_size=60))
def test_comparing_is_settled_after_once(text: str) -> None:
    assert normal_name(normal_name(text)) == normal_name(text)


def test_a_hidden_twin_of_a_name_is_taken() -> None:
    ana = ProfileView(2**52, "trained", "Ana", class_word="woman")
    draft = ProfileView(2**52 + 1, class_word="woman")
    view = View("Ana", profiles=(ana, draft), draft=draft)

    turn = take_turn(view, Text("A\u200bna"))
    other = take_turn(view, Text("\u202eBen"))

    assert "already" in turn.replies[0].text
    assert other.effects == (Describe("name", "Ben"),)


@pytest.mark.parametrize("name", ["\U0001f600" * 200, "\u202e\u200b", "\u3164"])
def test_names_that_are_too_long_or_nothing_are_refused_with_why(name: str) -> None:
    draft = ProfileView(2**52, class_word="woman")

    turn = take_turn(View("Ana", profiles=(draft,), draft=draft), Text(name))

    assert turn.effects == ()
    assert "name" in turn.replies[0].text
