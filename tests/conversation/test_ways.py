"""What is learnt and how: offered where it fits, refused in a sentence where it does not."""

from dataclasses import replace

import pytest

from core.conversation import draft_phrases, ways
from core.conversation.effects import Confirm, Describe
from core.conversation.messages import Chosen, Command, Form, Looked, Text
from core.conversation.script import take_turn
from core.conversation.views import PhotoView, ProfileView, View
from core.subjects import vectors_for
from tests.conversation.test_dialogues import EMPTY, FULL, HANDLE, labels, tap, texts, view

ALL = ("faceid", "lora", "textual_inversion")
FACE = replace(EMPTY, method="faceid")


def seen(draft: ProfileView, methods: tuple[str, ...] = ALL, **more: object) -> View:
    return view(draft, methods=methods, **more)


def chosen(draft: ProfileView, key: str, **more: object) -> tuple[tuple[object, ...], str]:
    turn = take_turn(seen(draft, **more), Chosen(key))  # type: ignore[arg-type]  # as View takes them
    return turn.effects, texts(turn)


# ── the subject


def test_one_question_offers_classes_first_then_a_style_and_a_face_alone() -> None:
    turn = take_turn(seen(EMPTY), Command("new"))

    assert labels(turn)[:2] == ["woman", "man"]
    assert labels(turn)[-3:] == ["something else: write it", "a style", "just a face, no training"]


def test_without_faceid_weights_a_face_alone_is_not_offered() -> None:
    turn = take_turn(seen(EMPTY, ("lora", "textual_inversion")), Command("new"))

    assert labels(turn)[-1] == "a style"


@pytest.mark.parametrize("heard", [Chosen(f"class:{HANDLE}:style"), Text("Style")])
def test_a_style_is_a_kind_and_its_own_class_word(heard: Chosen | Text) -> None:
    turn = take_turn(seen(EMPTY), heard)

    assert turn.effects == (Describe("class_word", "style"), Describe("kind", "style"))
    assert "What shall we call this profile?" in texts(turn)


def test_a_style_that_becomes_a_person_is_a_character_again() -> None:
    style = replace(EMPTY, kind="style", name="Ana")

    effects, _ = chosen(style, f"class:{HANDLE}:woman")

    assert effects == (Describe("class_word", "woman"), Describe("kind", "character"))


def test_a_style_is_asked_about_in_its_own_words() -> None:
    style = replace(EMPTY, kind="style", class_word="style", name="Ink")

    kept = take_turn(seen(style), Command("new"))
    agreed = take_turn(seen(replace(style, retention="keep")), Command("new"))
    photos = take_turn(seen(replace(style, retention="keep", consent="self")), Command("new"))

    assert labels(kept)[:2] == list(draft_phrases.RETENTION_OF_STYLES.values())
    assert labels(agreed)[:3] == ["I made them", "They agreed", "Neither"]
    assert "all in the style" in texts(photos)
    assert "learn from these pictures" in chosen(style, f"consent:{HANDLE}:neither")[1]


def test_just_a_face_asks_whose_and_offers_only_people() -> None:
    offered = take_turn(seen(EMPTY), Command("new"))

    turn = tap(seen(EMPTY), offered, "just a face")

    assert turn.effects == (Describe("method", "faceid"),)
    assert "Whose face is it?" in texts(turn)
    assert "cat" not in labels(turn)
    assert "woman" in labels(turn)
    assert tap(seen(FACE), turn, "not only a face").effects == (Describe("method", "lora"),)


# ── what does not fit together


@pytest.mark.parametrize("words", ["cat", "tabby cat", "style"])
def test_faceid_for_anything_but_a_face_is_refused_in_a_sentence(words: str) -> None:
    turn = take_turn(seen(FACE), Text(words))

    assert turn.effects == ()
    assert f'FaceID knows people\'s faces only, and "{words}" is none' in texts(turn)
    assert "Whose face is it?" in texts(turn)


@pytest.mark.parametrize(
    ("draft", "methods", "sentence"),
    [
        (replace(FULL, class_word="cat"), ALL, '"cat" is none'),
        (replace(FULL, class_word="style", kind="style"), ALL, '"style" is none'),
        (FULL, ("lora",), "FaceID needs weights that this machine's base model does not have"),
    ],
)
def test_a_way_that_does_not_fit_is_neither_offered_nor_taken(
    draft: ProfileView, methods: tuple[str, ...], sentence: str
) -> None:
    offered = take_turn(seen(draft, methods), Chosen(f"way:{HANDLE}:ask"))
    effects, said = chosen(draft, f"way:{HANDLE}:faceid", methods=methods)

    assert "FaceID" not in labels(offered)
    assert effects == ()
    assert sentence in said


def test_a_machine_that_lost_a_way_refuses_it_at_the_last_moment() -> None:
    effects, said = chosen(replace(FULL, method="faceid"), f"train:{HANDLE}:yes", methods=("lora",))

    assert effects == ()
    assert "FaceID needs weights" in said


# ── the way


def test_the_summary_offers_other_ways_and_names_the_chosen_one() -> None:
    turn = take_turn(seen(replace(FULL, method="textual_inversion"), base_title="Pocket"), Command("new"))

    assert "Textual inversion on Pocket" in texts(turn)
    asked = tap(seen(FULL), turn, "Learn it another way")
    assert labels(asked) == ["LoRA", "Textual inversion", "FaceID"]
    assert "- LoRA: comes closest. Recommended. 5 good photos at least, 15 to 20 are best." in texts(asked)
    assert "10 good photos at least" in texts(asked)


def test_a_way_that_wants_more_photos_asks_for_them_and_loses_nothing() -> None:
    effects, said = chosen(FULL, f"way:{HANDLE}:textual_inversion")  # FULL has seven

    assert effects == (Describe("method", "textual_inversion"), Describe("photos_done", ""))
    assert "7 good so far; I need 10 at least. Send 3 more." in said
    assert "7 of 15 to 20." in said


@pytest.mark.parametrize(
    ("method", "good", "enough"),
    [("lora", 4, False), ("lora", 5, True), ("textual_inversion", 9, False), ("textual_inversion", 10, True),
     ("faceid", 0, False), ("faceid", 1, True)],
)  # fmt: skip
def test_each_way_has_its_own_least_number_of_photos(method: str, good: int, enough: bool) -> None:
    photos = tuple(PhotoView(number, verdict="accepted", chosen=True) for number in range(1, good + 1))
    draft = replace(FULL, method=method, photos=photos)

    effects, _ = chosen(draft, f"train:{HANDLE}:yes")

    assert ways.enough(draft) == enough
    assert ((Confirm(),) == effects) == enough


def test_a_face_alone_is_created_from_one_photo() -> None:
    one = replace(FULL, method="faceid", photos=FULL.photos[:1], photos_done=False)

    panel = take_turn(seen(one), Looked(HANDLE))
    summary = take_turn(seen(replace(one, photos_done=True), base_title="Pocket"), Command("new"))

    assert "1 of 3 to 5." in texts(panel)
    assert "That's all I have" in labels(panel)
    assert "FaceID on Pocket" in texts(summary)
    assert "It is ready at once." in texts(summary)
    assert labels(summary)[0] == "Create"


def test_what_was_learnt_already_goes_on_in_its_own_way() -> None:
    reopened = replace(FULL, state="trained")

    summary = take_turn(seen(reopened), Command("new"))
    effects, said = chosen(reopened, f"way:{HANDLE}:faceid")

    assert "Learn it another way" not in labels(summary)
    assert (effects, "/new learns it in another" in said) == ((), True)


# ── panels and forms


def test_a_panel_has_the_method_as_a_button_where_there_is_a_choice() -> None:
    for methods, offered in ((ALL, True), (("lora",), False)):
        turn = take_turn(seen(FULL, methods, panel=True), Command("new"))
        assert ("Method..." in labels(turn)) == offered

    turn = take_turn(seen(FULL, panel=True), Chosen(f"way:{HANDLE}:faceid"))
    assert turn.effects == (Describe("method", "faceid"),)
    assert "Draft: Ana · woman · FaceID" in texts(turn)
    assert "Create" in labels(turn)


def test_a_form_may_name_a_style() -> None:
    turn = take_turn(view(panel=True), Form("style", "Ink", "keep"))

    assert Describe("kind", "style") in turn.effects
    assert Describe("class_word", "style") in turn.effects


@pytest.mark.parametrize(("photos", "vectors"), [(1, 1), (9, 1), (10, 2), (15, 3), (20, 4), (34, 8), (50, 8)])
def test_the_vectors_of_a_word_follow_the_number_of_photos(photos: int, vectors: int) -> None:
    assert vectors_for(photos) == vectors
