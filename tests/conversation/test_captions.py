"""The review of captions, read as dialogue: listed, tapped, written, changed together, as a file."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from core.captions import LONGEST_CAPTION
from core.conversation.captions_effects import CaptionAnew, WriteCaptions
from core.conversation.effects import AddPhotos, Describe, Effect
from core.conversation.messages import (
    Chosen,
    Form,
    Gallery,
    Heard,
    Looked,
    Opened,
    Photos,
    Reply,
    Text,
    TextFile,
    Upload,
)
from core.conversation.script import take_turn
from core.conversation.views import PhotoView, ProfileView, Shown, TextView, View
from core.subjects import FACEID, MOST_PHOTOS, TEXTUAL_INVERSION

HANDLE = 2**52
WRITTEN = ("smiling, in a park", "", "zanora at the beach")
PHOTOS = tuple(
    PhotoView(
        number, verdict="accepted", chosen=number != 12, thumbnail=Shown(f"t{number}", "k"),
        caption=WRITTEN[(number - 1) % 3],
    )
    for number in range(1, 13)
)  # fmt: skip
DRAFT = ProfileView(
    HANDLE, trigger="zanora", name="Ana", class_word="woman", retention="keep", consent="self", photos=PHOTOS,
    photos_done=True,
)  # fmt: skip


def said(
    heard: Heard, draft: ProfileView = DRAFT, *, panel: bool = False
) -> tuple[Sequence[Effect], Sequence[Reply]]:
    turn = take_turn(View(profiles=(draft,), draft=draft, panel=panel), heard)
    return turn.effects, turn.replies


def tap(value: str) -> Chosen:
    return Chosen(f"captions:{HANDLE}:{value}")


def labels(reply: Reply) -> list[str]:
    return [option.label for option in getattr(reply, "options", ())]


@pytest.mark.parametrize("panel", [False, True])
def test_the_summary_tells_of_captions_shows_one_and_offers_them_all(panel: bool) -> None:
    _, (summary,) = said(Opened(HANDLE), panel=panel)

    assert '11 captions, such as "a photo of a zanora, smiling, in a park".' in summary.text
    assert "Captions" in labels(summary)


def test_faceid_learns_from_no_captions() -> None:
    faceid = replace(DRAFT, method=FACEID)
    _, (summary,) = said(Opened(HANDLE), faceid)

    assert "Captions" not in labels(summary)
    assert "caption" not in summary.text
    assert said(Text("3: laughing"), faceid)[0] == ()


def test_every_photo_that_is_used_is_listed_with_the_trigger_in_its_caption() -> None:
    effects, (first,) = said(tap("p1"))
    _, (second,) = said(tap("p2"), replace(DRAFT, reviewing="1:p1"))

    assert effects == (Describe("reviewing", "1:p1"),)
    lines = [line for page in (first, second) for line in page.text.splitlines() if line[:1].isdigit()]
    assert lines[:3] == [
        "1: a photo of a zanora, smiling, in a park",
        "2: a photo of a zanora",
        "3: zanora at the beach",
    ]
    assert [line.partition(":")[0] for line in lines] == [str(number) for number in range(1, 12)]
    assert labels(first) == [*map(str, range(1, 9)), "Next", "Change all", "As one file", "Looks right"]
    assert labels(second) == ["9", "10", "11", "Back", "Change all", "As one file", "Looks right"]
    assert first.slot == second.slot


def test_the_list_is_begun_anew_where_it_is_asked_for() -> None:
    effects, (page,) = said(tap("open"), replace(DRAFT, reviewing="1:p2"))

    assert effects == (Describe("reviewing", "2:p1"),)
    assert page.slot.endswith("-2")


def test_captions_begin_as_the_method_says() -> None:
    _, (page,) = said(tap("p1"), replace(DRAFT, method=TEXTUAL_INVERSION))

    assert "2: a photo of zanora\n" in page.text


def test_long_captions_leave_room_for_the_others() -> None:
    long = replace(DRAFT, photos=tuple(replace(photo, caption="a" * 590) for photo in PHOTOS))

    _, (page,) = said(tap("p1"), long)

    assert len(page.text) < 3000
    _, (one,) = said(tap("3"), long)
    assert "a" * 590 in one.text


def test_a_number_is_tapped_and_its_caption_written() -> None:
    effects, (asked,) = said(tap("3"), replace(DRAFT, reviewing="4:p1"))
    assert isinstance(asked, Gallery)
    assert asked.pictures[0].label == "3"
    assert "zanora at the beach" in asked.text
    assert effects == (Describe("reviewing", "4:3"),)

    effects, (page,) = said(Text("laughing, in a red hat"), replace(DRAFT, reviewing="4:3"))

    assert effects == (
        WriteCaptions(((3, "a photo of a zanora, laughing, in a red hat"),)),
        Describe("reviewing", "5:p1"),
    )
    assert "3: a photo of a zanora, laughing, in a red hat" in page.text
    assert page.slot.endswith("-5")  # below what was written


@pytest.mark.parametrize("reviewing", ["", "1:p2", "1:7"])
def test_a_caption_is_written_with_its_number_wherever_one_is(reviewing: str) -> None:
    effects, (page,) = said(Text("9: zanora in\n the snow"), replace(DRAFT, reviewing=reviewing))

    assert effects[0] == WriteCaptions(((9, "zanora in the snow"),))
    assert "9: zanora in the snow" in page.text


def test_on_panels_it_is_written_into_a_form() -> None:
    _, (asked,) = said(tap("3"), panel=True)
    assert next(option.key for option in getattr(asked, "options", ())) == f"form:{HANDLE}:caption-3"

    effects, _ = said(Form(caption="3: laughing", draft=HANDLE), panel=True)

    assert effects[0] == WriteCaptions(((3, "a photo of a zanora, laughing"),))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("77: laughing", "There is no photo 77 to caption; these are: 1, 2"),
        ("12: laughing", "There is no photo 12 to caption"),
        (f"3: {'a' * (LONGEST_CAPTION + 1)}", f"That caption has {LONGEST_CAPTION + 1} characters"),
        ("3: <>", "A caption needs words"),
        ("all: red shirt -> blue shirt", 'None of the captions says "red shirt"'),
        ("all: ->", "A caption needs words"),
        (f"all: {'a' * 590}", "With that the caption of photo 1 would have"),
    ],
)
def test_what_cannot_be_taken_says_why(words: str, sentence: str) -> None:
    effects, (reply,) = said(Text(words))

    assert effects == ()
    assert sentence in reply.text


@pytest.mark.parametrize(
    ("words", "first", "third"),
    [
        (
            "all: film grain",
            "a photo of a zanora, smiling, in a park, film grain",
            "zanora at the beach, film grain",
        ),
        ("all: park -> garden", "a photo of a zanora, smiling, in a garden", ""),
        ("all: smiling ->", "a photo of a zanora, in a park", ""),
        ("all: zanora at the beach -> beach", "", "a photo of a zanora, beach"),
    ],
)
def test_all_are_changed_at_once_and_none_loses_the_trigger(words: str, first: str, third: str) -> None:
    (written, _), _ = said(Text(words))

    assert isinstance(written, WriteCaptions)
    made = dict(written.captions)
    assert (made.get(1, ""), made.get(3, "")) == (first, third)
    assert 12 not in made
    assert all("zanora" in text for text in made.values())


def test_a_change_of_all_is_asked_for_and_told_what_it_may_be() -> None:
    effects, (asked,) = said(tap("all"), replace(DRAFT, reviewing="2:p1"))
    assert effects == (Describe("reviewing", "2:all"),)
    assert "all: red shirt -> blue shirt" in asked.text

    (written, _), _ = said(Text("park -> garden"), replace(DRAFT, reviewing="2:all"))

    assert isinstance(written, WriteCaptions)
    assert dict(written.captions)[1] == "a photo of a zanora, smiling, in a garden"


def test_all_are_handed_out_as_a_file_with_how_to_send_it_back() -> None:
    _, (file,) = said(tap("file"))

    assert isinstance(file, TextFile)
    assert file.name == "captions.txt"
    assert file.content.splitlines()[2:4] == [
        "3: zanora at the beach",
        "4: a photo of a zanora, smiling, in a park",
    ]
    assert "send the file back" in file.text


def test_one_is_written_anew_by_a_worker() -> None:
    effects, _ = said(tap("anew=10"), replace(DRAFT, reviewing="1:10"))

    assert effects == (Describe("reviewing", "2:p2"), CaptionAnew(10))


def test_what_the_worker_writes_changes_the_page_that_is_looked_at() -> None:
    _, replies = said(Looked(HANDLE), replace(DRAFT, reviewing="2:p2"))

    assert replies[-1].slot == f"captions-{HANDLE}-2"
    assert "9: a photo" in replies[-1].text
    assert len(said(Looked(HANDLE))[1]) == len(replies) - 1


def test_words_are_no_caption_any_more_once_something_else_was_tapped() -> None:
    effects, _ = said(Chosen(f"photos:{HANDLE}:show"), replace(DRAFT, reviewing="3:5"))
    assert effects == (Describe("reviewing", "3:"),)

    assert said(tap("done"), replace(DRAFT, reviewing="3:5"))[0] == (Describe("reviewing", "3:"),)


@pytest.mark.parametrize("value", ["99", "p", "anew=99", "nonsense", ""])
def test_a_tap_on_what_is_not_there_changes_nothing(value: str) -> None:
    effects, replies = said(tap(value))

    assert not [effect for effect in effects if isinstance(effect, CaptionAnew)]
    assert len(replies) == 1


def test_texts_beside_photos_are_told_of() -> None:
    texts = (
        TextView("beach.txt"),
        TextView("captions.txt", refusal="list_no_number", detail="7"),
        TextView("other.txt", waiting=True),
    )

    _, (panel, *_) = said(Looked(HANDLE), replace(DRAFT, texts=texts, photos_done=False))

    assert "beach.txt waits for a picture of that name." in panel.text
    assert "captions.txt, line 7: it must begin with a photo's number and a colon" in panel.text
    assert "Reading 1 text..." in panel.text


def test_texts_are_not_counted_as_photos() -> None:
    full = replace(DRAFT, photos=PHOTOS[:1] * MOST_PHOTOS)
    text = Photos((Upload("ref", "u", 20, "beach.txt", "text/plain"),))

    (effect,), _ = said(text, full)

    assert effect == AddPhotos(text)
    assert said(Photos((Upload("ref", "u", 20, "beach.jpg"),)), full)[0] == ()
