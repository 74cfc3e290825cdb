"""Grids in the conversation: what can be compared, and what a tap makes the profile's own."""

from dataclasses import replace

import pytest

from core.conversation.effects import Effect, Select
from core.conversation.messages import Chosen, Command, Drawing, Gallery
from core.conversation.script import take_turn
from core.conversation.version_effects import DrawGrid, UseCfg, UseStep, UseStrength, UseVersion
from core.conversation.views import BaseView, GridView, Shown, WorkView
from tests.conversation.test_dialogues import HANDLE, labels, texts
from tests.conversation.test_versions import LEARNT, seen

OTHER = replace(LEARNT, handle=HANDLE + 5, name="Ben")
CFGS = ("1.5", "2.5", "4")


def grid(axis: str, *columns: str) -> WorkView:
    shown = Shown("g", "k")
    return WorkView(
        7, HANDLE, "draw", "succeeded", delivered=((1, shown),), grid=GridView(axis, columns, CFGS)
    )


@pytest.mark.parametrize(
    ("words", "effect"),
    [
        ("", DrawGrid(HANDLE, "steps")),
        ("strength", DrawGrid(HANDLE, "strength")),
        ("Ana", DrawGrid(HANDLE, "steps")),
        ("ana versions", DrawGrid(HANDLE, "versions")),
        ("Ben steps", DrawGrid(HANDLE + 5, "steps")),
    ],
)
def test_a_grid_is_asked_for_by_name_and_axis(words: str, effect: Effect) -> None:
    view = seen(profiles=(LEARNT, OTHER))

    assert take_turn(view, Command("grid", words)).effects == (effect,)


def test_what_cannot_be_compared_is_refused_with_the_reason() -> None:
    alone = take_turn(seen(), Command("grid", "bases"))
    unknown = take_turn(seen(), Command("grid", "Zoe"))
    withdrawn = take_turn(seen(replace(LEARNT, consent="withdrawn")), Command("grid"))

    assert (alone.effects, unknown.effects, withdrawn.effects) == ((), (), ())
    assert "Ana has no other base models" in texts(alone)
    assert 'no profile "Zoe"' in texts(unknown)
    assert "while its consent holds" in texts(withdrawn)


def test_the_grid_comes_as_one_picture_with_buttons_by_column_and_row() -> None:
    view = seen(bases=(BaseView("pocket"), BaseView("pocket-ink")))
    turn = take_turn(view, Drawing(grid("steps", "80", "160", "240")))

    (gallery,) = turn.replies
    assert isinstance(gallery, Gallery)
    assert len(gallery.pictures) == 1
    assert "Across: steps; down: CFG" in gallery.text
    assert labels(turn) == [
        "80", "160", "240", "CFG 1.5", "CFG 2.5", "CFG 4", "Grid: versions", "Grid: strengths", "Grid: base models",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("work", "key", "effect"),
    [
        (grid("steps", "80", "160"), "column:7:1", UseStep(HANDLE, 160)),
        (grid("versions", "1", "3"), "column:7:0", UseVersion(HANDLE, 1)),
        (grid("strength", "0.6", "1.2"), "column:7:1", UseStrength(HANDLE, 1.2)),
        (grid("profiles", str(HANDLE), str(HANDLE + 5)), "column:7:1", Select(HANDLE + 5)),
        (grid("steps", "80", "160"), "row:7:2", UseCfg(HANDLE, 4.0)),
    ],
)
def test_a_tap_makes_it_the_profiles_own(work: WorkView, key: str, effect: Effect) -> None:
    view = seen(profiles=(LEARNT, OTHER), works=(work,))

    assert take_turn(view, Chosen(key)).effects == (effect,)


@pytest.mark.parametrize(
    "key", ["column:7:9", "row:7:9", "column:8:0", "column:7:x", "column:7:1", "grid:7:nothing"]
)
def test_what_is_not_in_the_grid_or_gone_is_not_chosen(key: str) -> None:
    turn = take_turn(seen(works=(grid("steps", "80", "77"),)), Chosen(key))

    assert turn.effects == ()
    assert texts(turn)
