"""Whoever follows the bot's advice in a benchmark understands all of it."""

import pytest

from benchmarks.advice_sets import asked_for, bad_set, taken
from core.conversation.photo_phrases import next_photos
from core.conversation.views import ProfileView
from core.report import Card
from pocket.cast import HELD_OUT

KINDS = ("angles", "backgrounds", "light", "distances", "expressions")


def panel(counted: int, **add: int) -> str:
    card = Card(counted, 5, (15, 20), (0, counted, 0), (counted, 0, 0), (0, counted, 0), 1, 1, 50.0, add)
    return f"{counted} photos, thank you.\n{counted} of 15 to 20. {next_photos(ProfileView(7, card=card))}\nExpected."


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_photo_can_be_taken(kind: str, count: int) -> None:
    [wish] = asked_for(panel(15, **{kind: count}))

    assert wish[0] == count
    assert len(taken(HELD_OUT, [wish], 1)) == count


def test_what_is_asked_for_adds_up() -> None:
    assert asked_for(panel(4, photos=1, angles=2, light=2, distances=1)) == [
        (2, "turned"),
        (2, "light"),
        (1, "farther"),
        (6, "more"),
    ]
    assert asked_for(panel(12, more_photos=3, angles=2, expressions=1)) == [(2, "turned"), (1, "expression")]
    assert asked_for(panel(12, more_photos=3)) == [(3, "more")]
    assert asked_for(panel(16)) == []


def test_advice_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(ValueError, match="upside down"):
        asked_for("Best next: 2 upside down.\n")


def test_a_bad_set_is_ten_photos() -> None:
    assert len(bad_set(HELD_OUT, HELD_OUT + 1)) == 10
