"""A draft as one panel, filled in by forms."""

from dataclasses import replace

import pytest

from core.conversation import phrases
from core.conversation.effects import AddPhotos, Confirm, Describe, KeepPhoto, OpenDraft, WantClass
from core.conversation.messages import Chosen, Command, Form, Gallery, Looked, Opened, Say, Text, Upload
from core.conversation.script import take_turn
from core.conversation.views import PhotoView, ProfileView, Shown, View

HANDLE = 2**52
EMPTY = ProfileView(HANDLE, trigger="zanora")
GOOD = tuple(
    PhotoView(number, verdict="accepted", chosen=True, thumbnail=Shown(f"t{number}", "k"))
    for number in range(1, 8)
)
FULL = replace(EMPTY, name="Ana", class_word="woman", retention="keep", consent="self", photos=GOOD)
FILES = (Upload("https://cdn/1", "1"), Upload("https://cdn/2", "2"))


def view(draft: ProfileView | None = None, *others: ProfileView) -> View:
    return View(profiles=(*others, *((draft,) if draft else ())), draft=draft, panel=True)


def panel(draft: ProfileView) -> Say | Gallery:
    (reply,) = take_turn(view(draft), Looked(HANDLE)).replies
    assert isinstance(reply, Say | Gallery)
    return reply


def labels(draft: ProfileView) -> list[str]:
    return [option.label for option in panel(draft).options]


def test_a_form_opens_the_draft_and_fills_it_in() -> None:
    turn = take_turn(view(), Form("woman", "Ana", "keep", FILES))

    assert turn.replies == ()
    assert turn.effects[0] == OpenDraft("character")
    assert turn.effects[1:4] == (
        Describe("class_word", "woman"),
        Describe("name", "Ana"),
        Describe("retention", "keep"),
    )
    assert isinstance(turn.effects[4], AddPhotos)
    assert turn.effects[4].photos.files == FILES


def test_what_a_form_gets_wrong_is_said_and_the_rest_is_taken() -> None:
    ben = ProfileView(HANDLE + 1, "trained", "Ben")

    turn = take_turn(view(None, ben), Form("a b c d e", "BEN", "template"))

    assert [effect for effect in turn.effects if isinstance(effect, Describe)] == [
        Describe("retention", "template")
    ]
    said = [reply.text for reply in turn.replies if isinstance(reply, Say)]
    assert said == [phrases.class_unclear("a b c d e"), phrases.name_taken("Ben")]


def test_a_draft_may_keep_its_own_name() -> None:
    turn = take_turn(view(FULL), Form(name="ana", draft=HANDLE))

    assert Describe("name", "ana") in turn.effects


def test_a_class_that_the_list_lacks_is_told_to_the_operator() -> None:
    assert WantClass("tabby cat") in take_turn(view(), Form("Tabby  cat")).effects


@pytest.mark.parametrize(("other", "said"), [((), phrases.GONE), ((HANDLE + 1,), phrases.STALE)])
def test_a_form_about_another_draft_changes_nothing(other: tuple[int, ...], said: str) -> None:
    others = [ProfileView(handle, "trained", "Ben") for handle in other]

    turn = take_turn(view(EMPTY, *others), Form(name="Ana", draft=HANDLE + 1))

    assert turn.effects == ()
    assert turn.replies == (Say(said),)


def test_a_retention_that_there_is_not_is_left_open() -> None:
    assert take_turn(view(), Form(retention="forever")).effects == (OpenDraft("character"),)


@pytest.mark.parametrize(
    ("draft", "label"),
    [
        (EMPTY, "Train: the class is missing"),
        (replace(EMPTY, class_word="woman"), "Train: the name is missing"),
        (replace(FULL, retention=""), "Train: say what becomes of the photos"),
        (replace(FULL, consent=""), "Train: consent is missing"),
        (replace(FULL, consent="withdrawn"), "Train: consent is missing"),
        (replace(FULL, photos=(*GOOD, PhotoView(8, waiting=True))), "Train: looking at 1 photo"),
        (replace(FULL, photos=GOOD[:4]), "Train: 1 more good photo needed"),
        (replace(FULL, photos=()), "Train: 5 more good photos needed"),
    ],
)
def test_train_says_what_is_missing(draft: ProfileView, label: str) -> None:
    assert label in labels(draft)
    assert "Train" not in labels(draft)
    tapped = take_turn(view(draft), Chosen(f"train:{HANDLE}:yes"))
    assert tapped.effects == ()
    assert tapped.replies == (panel(draft),)


def test_when_nothing_is_missing_it_can_be_trained() -> None:
    assert "Train" in labels(FULL)

    turn = take_turn(view(FULL), Chosen(f"train:{HANDLE}:yes"))

    assert turn.effects == (Describe("photos_done", "yes"), Confirm())
    assert turn.replies[0].slot == panel(FULL).slot


def test_a_photo_taken_out_counts_no_more() -> None:
    turn = take_turn(view(replace(FULL, photos=GOOD[:5])), Chosen(f"out:{HANDLE}:2"))

    assert turn.effects == (KeepPhoto(2, keep=False),)
    (shown,) = turn.replies
    assert isinstance(shown, Gallery)
    assert [picture.label for picture in shown.pictures] == ["1", "2 (not used)", "3", "4", "5"]
    assert "Put back 2" in [option.label for option in shown.options]
    assert "Train: 1 more good photo needed" in [option.label for option in shown.options]


@pytest.mark.parametrize("heard", [Command("new"), Opened(HANDLE), Looked(HANDLE), Text("some words")])
def test_whatever_is_said_the_panel_is_the_answer(heard: Command | Opened | Looked | Text) -> None:
    assert take_turn(view(FULL), heard).replies[-1] == panel(FULL)


def test_a_panel_is_one_message() -> None:
    assert panel(EMPTY).slot == panel(FULL).slot


def test_a_form_fills_a_draft_of_a_platform_without_panels_too() -> None:
    turn = take_turn(replace(view(), panel=False), Form("woman", "Ana"))

    assert Describe("name", "Ana") in turn.effects
