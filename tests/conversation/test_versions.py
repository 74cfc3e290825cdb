"""Versions in the conversation: what is offered, what a tap brings, and what is refused with a reason."""

from dataclasses import replace

import pytest

from core.conversation.effects import Effect, Relearn
from core.conversation.messages import Chosen, Command, Gallery
from core.conversation.script import take_turn
from core.conversation.version_effects import DeleteVersion, Reopen, TrainOn, UseStep, UseVersion
from core.conversation.views import ProfileView, Shown, VersionView, View
from tests.conversation.test_dialogues import HANDLE, TRAINED, labels, texts

VERSIONS = (
    VersionView(1, "trained", 71.0, 0.71, 200, 0, Shown("a", "k", "0.71")),
    VersionView(2, "failed"),
    VersionView(3, "trained", 86.0, 0.81, 240, 1, Shown("c", "k", "0.81")),
)
LEARNT = replace(
    TRAINED, version=3, versions=VERSIONS, steps=(80, 160, 240), best_step=240, curve=Shown("v", "k"), retention="keep",
    consent="self",
)  # fmt: skip


def seen(profile: ProfileView = LEARNT, **more: object) -> View:
    return replace(View("Ana", profiles=(profile,), current=profile.handle), **more)  # type: ignore[arg-type]


def test_versions_are_listed_with_what_each_is_worth() -> None:
    turn = take_turn(seen(), Command("versions"))

    (gallery,) = turn.replies
    assert isinstance(gallery, Gallery)
    assert [picture.label for picture in gallery.pictures] == ["1: 0.71", "3: 0.81"]
    assert "- 1 · score 71 · likeness 0.71 · step 200" in gallery.text
    assert "- 2 · failed" in gallery.text
    assert "> 3 · score 86 · likeness 0.81 · step 240 · goes on from 1" in gallery.text
    assert labels(turn) == ["Use 1", "Delete 1", "Grid", "Train on"]


@pytest.mark.parametrize(
    ("key", "effect"),
    [
        ("version:{}:1", UseVersion(HANDLE, 1)),
        ("unlearn:{}:1", DeleteVersion(HANDLE, 1)),
        ("step:{}:160", UseStep(HANDLE, 160)),
        ("more:{}:100", TrainOn(HANDLE, 100)),
        ("anew:{}", Relearn(HANDLE)),
        ("photos-again:{}", Reopen(HANDLE)),
    ],
)
def test_a_tap_does_what_it_says(key: str, effect: Effect) -> None:
    assert take_turn(seen(), Chosen(key.format(HANDLE))).effects == (effect,)


@pytest.mark.parametrize(
    "key",
    [
        "version:{}:3",
        "version:{}:2",
        "version:{}:9",
        "unlearn:{}:3",
        "step:{}:77",
        "more:{}:9999",
        "more:{}:x",
        "step:{}:",
    ],
)
def test_what_is_not_there_any_more_is_not_done(key: str) -> None:
    turn = take_turn(seen(), Chosen(key.format(HANDLE)))

    assert turn.effects == ()
    assert "answered already" in texts(turn)


def test_nothing_of_it_is_done_to_what_is_not_ones_own() -> None:
    for key in (
        "version:{}:1",
        "unlearn:{}:1",
        "step:{}:160",
        "more:{}:100",
        "anew:{}",
        "photos-again:{}",
        "curve:{}",
    ):
        turn = take_turn(seen(), Chosen(key.format(HANDLE + 1)))
        assert turn.effects == ()
        assert "deleted" in texts(turn)


def test_without_photos_or_consent_there_is_no_training_on_and_the_reason_is_said() -> None:
    gone = take_turn(seen(replace(LEARNT, retention="delete")), Chosen(f"more:{HANDLE}:100"))
    withdrawn = take_turn(seen(replace(LEARNT, consent="withdrawn")), Chosen(f"anew:{HANDLE}"))
    poor = take_turn(seen(trainings_left=0), Chosen(f"more:{HANDLE}:100"))

    assert (gone.effects, withdrawn.effects, poor.effects) == ((), (), ())
    assert "its photos are not kept" in texts(gone)
    assert "consent for Ana is withdrawn" in texts(withdrawn)
    assert "training" in texts(poor)


def test_every_step_but_the_one_in_use_can_be_chosen_under_the_curve() -> None:
    turn = take_turn(seen(), Chosen(f"curve:{HANDLE}"))

    assert labels(turn) == ["Use step 80", "Use step 160"]


def test_a_trained_profile_whose_photos_are_changed_is_never_dropped() -> None:
    reopened = replace(LEARNT, photos_done=False)
    view = seen(reopened, draft=reopened)

    assert "Start over" not in labels(take_turn(view, Command("new")))
    assert labels(take_turn(view, Command("cancel"))) == []
    assert take_turn(view, Chosen(f"drop:{HANDLE}:all")).effects == ()
