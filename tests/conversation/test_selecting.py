"""Photos are taken out and put back by their numbers, in words or by a tap."""

import pytest

from core.conversation import making, selecting
from core.conversation.effects import KeepPhoto, ShowCrops
from core.conversation.language import speaking
from core.conversation.messages import Chosen, Cropped, Gallery, Say, Text
from core.conversation.script import take_turn
from core.conversation.selecting import Selection
from core.conversation.views import UNUSED, USED, PhotoView, ProfileView, Shown, View
from core.report import Card

CARD = Card(
    12,
    5,
    (15, 20),
    (2, 9, 1),
    (10, 2, 0),
    (1, 10, 1),
    3,
    4,
    71.4,
    {"angles": 3, "backgrounds": 1, "light": 2},
)


def a_draft(**fields: object) -> ProfileView:
    photos = tuple(
        PhotoView(number, verdict="accepted", chosen=number != 3, thumbnail=Shown(f"t{number}", "k"))
        for number in (1, 2, 3, 5)
    )
    known = {"class_word": "woman", "name": "Ana", "retention": "keep", "consent": "self", "photos": photos}
    return ProfileView(7, **(known | fields))  # type: ignore[arg-type]  # fields by name


def a_view(draft: ProfileView, *, panel: bool = False) -> View:
    return View(draft=draft, profiles=(draft,), panel=panel)


@pytest.mark.parametrize(
    ("words", "keep", "numbers"),
    [
        ("out 3", False, (3,)),
        ("Out #3", False, (3,)),
        ("take out 1, 2", False, (1, 2)),
        ("remove 2-5", False, (2, 3, 4, 5)),
        ("put back 3, 5", True, (3, 5)),
        ("back 3 and 5", True, (3, 5)),
        ("in 5 5", True, (5,)),
    ],
)
def test_words_with_numbers_choose_photos(words: str, keep: bool, numbers: tuple[int, ...]) -> None:
    assert selecting.read(words) == Selection(keep, numbers)


@pytest.mark.parametrize(
    "words", ["out", "3", "out of reach", "steps 600", "out 3 please", "out 1234", "", "in"]
)
def test_other_words_choose_none(words: str) -> None:
    assert selecting.read(words) is None


@pytest.mark.parametrize("language", ["es", "ru", "zh", "ar"])
def test_what_the_buttons_say_can_be_written(language: str) -> None:
    handle = a_draft()
    with speaking(language):
        sheet = selecting.contact_sheet(handle)
        assert isinstance(sheet, Gallery)
        labels = {option.key: option.label for option in sheet.options}

        assert selecting.read(labels["out:7:1"]) == Selection(False, (1,))
        assert selecting.read(labels["in:7:3"]) == Selection(True, (3,))


@pytest.mark.parametrize("panel", [False, True])
def test_several_are_taken_out_at_once(panel: bool) -> None:
    turn = take_turn(a_view(a_draft(), panel=panel), Text("out 1, 2"))

    assert turn.effects == (KeepPhoto(1, False), KeepPhoto(2, False))
    [shown, *_] = [reply for reply in turn.replies if isinstance(reply, Gallery)]
    assert [picture.mark for picture in shown.pictures] == [UNUSED, UNUSED, UNUSED, USED]


def test_a_number_that_is_not_there_is_named() -> None:
    turn = take_turn(a_view(a_draft()), Text("put back 4"))

    assert turn.effects == ()
    assert turn.replies == (Say("There is no photo 4 to choose; the numbers go from 1 to 5."),)


def test_without_photos_the_words_are_an_answer() -> None:
    turn = take_turn(a_view(a_draft(photos=(), name="")), Text("out 3"))

    assert [effect.value for effect in turn.effects] == ["out 3"]  # type: ignore[union-attr]  # a name


def test_a_card_is_told_and_drawn() -> None:
    draft = a_draft(card=CARD)
    [card] = take_turn(a_view(draft), Chosen("photos:7:card")).replies

    assert isinstance(card, Gallery)
    assert card.pictures == (Shown("card", card=CARD),)
    assert "12 of 15 to 20." in card.text
    assert "Expected quality: 71 of 100, fair." in card.text
    assert "Turned: 2 to the left, 9 straight, 1 to the right." in card.text
    assert "Best next: 3 with the face turned, and 1 in another place, best outdoors." in card.text


def test_crops_are_asked_of_the_records_and_shown_together() -> None:
    draft = a_draft()
    parts = tuple(Shown(f"f{number}", "k", str(number), part=(0.1, 0.2, 0.6, 0.7)) for number in (1, 2))

    assert take_turn(a_view(draft), Chosen("photos:7:crops")).effects == (ShowCrops(),)
    [shown] = take_turn(a_view(draft), Cropped(7, parts)).replies

    assert isinstance(shown, Gallery)
    assert shown.pictures == parts


@pytest.mark.parametrize(
    ("fields", "file"),
    [
        ({}, "person.jpg"),
        ({"class_word": "cat"}, "animal.jpg"),
        ({"class_word": "style", "kind": "style"}, "style.jpg"),
        ({"method": "faceid"}, "face.jpg"),
        ({"method": "textual_inversion"}, "person.jpg"),
    ],
)
def test_the_question_for_photos_comes_with_examples(fields: dict[str, str], file: str) -> None:
    asked = making.ask(a_draft(photos=(), **fields), View())

    assert isinstance(asked, Gallery)
    assert asked.pictures == (Shown(file),)
    assert asked.text
