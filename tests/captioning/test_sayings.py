"""In which words attributes are said, and what stands beside a subject in somebody else's description."""

from typing import Any

import pytest

from core.captioning.beside import beside_subject
from core.captioning.sayings import Sayings

DOCUMENT: dict[str, Any] = {
    "heads": {
        "kind": ["man", "cat"],
        "look": ["photo", "ink"],
        "hat": ["none", "cap"],
        "hair": ["red", "none"],
    },
    "subject": "kind",
    "sure": 0.6,
    "opening": {"head": "look", "words": {"photo": "a photo of a", "ink": "a drawing of a"}},
    "shows": [{"when": {"kind": ["man"]}, "heads": ["hat", "hair"]}],
    "hides": [{"when": {"look": ["ink"]}, "heads": ["hair"]}],
    "words": {"hat": {"none": "", "cap": "a cap"}, "hair": {"none": ""}},
    "parts": [
        {"say": ["{hair} hair and {hat}", "{hair} hair"], "own": True},
        {"say": ["{hat}"], "own": False, "when": {"kind": ["man"]}},
    ],
}
SAYINGS = Sayings.read(DOCUMENT)
FOUND = {"kind": "man", "look": "photo", "hat": "cap", "hair": "red"}


def test_a_subject_has_the_attributes_that_it_can_have() -> None:
    assert SAYINGS.told(FOUND) == FOUND
    assert SAYINGS.told({**FOUND, "kind": "cat"}) == {"kind": "cat", "look": "photo"}
    assert "hair" not in SAYINGS.told({**FOUND, "look": "ink"})


def test_a_part_is_said_in_the_first_words_of_which_all_is_told() -> None:
    assert SAYINGS.said(FOUND) == ["red hair and a cap", "a cap"]
    assert SAYINGS.said({**FOUND, "hat": "none"}) == ["red hair"]
    assert SAYINGS.said({**FOUND, "hair": "none"}) == ["a cap"]
    assert SAYINGS.said({"kind": "cat", "hat": "cap"}) == []


def test_what_is_the_subjects_own_is_left_out_of_captions() -> None:
    assert SAYINGS.said(FOUND, own=False) == ["a cap"]


def test_a_whole_caption_begins_with_its_look() -> None:
    assert SAYINGS.opened(FOUND) == "a photo of a man"
    assert SAYINGS.opened({**FOUND, "look": "ink"}) == "a drawing of a man"


@pytest.mark.parametrize(
    "lacking", ["heads", "subject", "sure", "opening", "shows", "hides", "words", "parts"]
)
def test_a_file_without_its_words_says_what_lacks(lacking: str) -> None:
    with pytest.raises(ValueError, match=lacking):
        Sayings.read({name: value for name, value in DOCUMENT.items() if name != lacking})


def test_a_file_that_names_what_nobody_tells_is_refused() -> None:
    with pytest.raises(ValueError, match="beard"):
        Sayings.read({**DOCUMENT, "parts": [{"say": ["{beard}"], "own": True}]})


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("a woman in a red dress standing in a park", "in a red dress standing in a park"),
        ("a young man with long brown hair and a beard, smiling", "smiling"),
        ("A close-up portrait of an old woman wearing a green hat", "wearing a green hat"),
        ("The image shows a man sitting on a bench. He is laughing, soft evening light.",
         "sitting on a bench, laughing, soft evening light"),
        ("a dog with brown fur lying on a sofa", "lying on a sofa"),
        ("smiling, blue shirt, in a city street, daylight, close shot",
         "smiling, blue shirt, in a city street, daylight, close shot"),
        ("a woman", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_descriptions_lose_who_and_what_the_subject_is(said: str, kept: str) -> None:
    assert beside_subject(said) == kept
