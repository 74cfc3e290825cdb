"""What an owner can say of photos: take out, put back, keep in spite of a verdict, and whom a mixed set is about."""

from dataclasses import replace

import pytest

from core.conversation import photo_phrases, subject_phrases
from core.conversation.effects import KeepPhoto, LearnSubject
from core.conversation.messages import Chosen, Looked
from core.conversation.script import take_turn
from core.conversation.views import PhotoView, ProfileView, Shown, View
from core.verdicts import SOFT, Verdict

HANDLE = 2**52
HARD = [verdict for verdict in Verdict if verdict not in SOFT and verdict is not Verdict.ACCEPTED]
SOFTEST = [verdict for verdict in Verdict if verdict in SOFT]


def photo(number: int, verdict: str = "accepted", owner: str = "", other: int | None = None) -> PhotoView:
    used = verdict == "accepted" and owner != "removed"
    small = Shown(f"t{number}", "k")
    return PhotoView(number, verdict=verdict, other=other, owner=owner, chosen=used, thumbnail=small)


def view(*photos: PhotoView, panel: bool = False, subjects: tuple[tuple[int, ...], ...] = ()) -> View:
    draft = ProfileView(
        HANDLE,
        name="Ana",
        class_word="woman",
        retention="keep",
        consent="self",
        photos=photos,
        subjects=subjects,
    )
    return View(profiles=(draft,), draft=draft, panel=panel)


def said(seen: View) -> str:
    return "\n".join(reply.text for reply in take_turn(seen, Looked(HANDLE)).replies)


def labels(seen: View, heard: Chosen | None = None) -> list[str]:
    turn = take_turn(seen, heard or Looked(HANDLE))
    return [one.label for reply in turn.replies for one in getattr(reply, "options", ())]


@pytest.mark.parametrize("panel", [False, True])
@pytest.mark.parametrize("verdict", SOFTEST)
def test_a_soft_verdict_is_overruled_with_a_tap(verdict: Verdict, panel: bool) -> None:
    seen = view(photo(1), photo(2, verdict, other=1), panel=panel)
    assert "Keep 2 anyway" in labels(seen)

    turn = take_turn(seen, Chosen(f"in:{HANDLE}:2"))

    assert turn.effects == (KeepPhoto(2, keep=True),)
    assert "2 good" in turn.replies[-1].text


@pytest.mark.parametrize("panel", [False, True])
@pytest.mark.parametrize("verdict", [one for one in HARD if one is not Verdict.DUPLICATE])
def test_a_hard_verdict_is_final(verdict: Verdict, panel: bool) -> None:
    seen = view(photo(1), photo(2, verdict), panel=panel)
    assert not [label for label in labels(seen, Chosen(f"photos:{HANDLE}:show")) if "2" in label]

    turn = take_turn(seen, Chosen(f"in:{HANDLE}:2"))

    assert turn.effects == ()
    assert turn.replies[0].text == photo_phrases.FINAL


def test_a_copy_takes_the_place_of_what_it_repeats() -> None:
    seen = view(photo(1), photo(2, "duplicate", other=1), photo(3, "duplicate", other=1))
    assert "Use 2 instead" in labels(seen, Chosen(f"photos:{HANDLE}:show"))

    turn = take_turn(seen, Chosen(f"in:{HANDLE}:2"))

    assert turn.effects == (KeepPhoto(2, keep=True),)
    assert "Good: 2." in turn.replies[-1].text
    assert "Photos 1, 3 are the same picture as photo 2, the best of them." in turn.replies[-1].text


def test_copies_are_told_together_where_the_first_of_them_is() -> None:
    copies = [photo(number, "duplicate", other=4) for number in (1, 2, 3)]

    lines = said(view(*copies, photo(4), photo(5, "noisy"), photo(6, "near_duplicate", other=4))).splitlines()

    assert lines[2] == "Photos 1 to 3 are the same picture as photo 4, the best of them."
    assert lines[3].startswith("Photo 5 is grainy")
    assert lines[4].startswith("Photo 6 is nearly the same picture as photo 4;")


def test_a_mixed_set_says_whose_photos_are_whose_and_offers_each() -> None:
    seen = view(
        *(photo(number) for number in (1, 2, 3, 5)),
        *(photo(number, "other_person") for number in (4, 6, 7, 8)),
        subjects=((1, 2, 3, 5), (4, 6, 7, 8)),
    )

    assert "Photos 1 to 3, 5 and 4, 6 to 8 show 2 different people. Which one should I learn?" in said(seen)
    assert "somebody else" not in said(seen)
    assert {"1 to 3, 5", "4, 6 to 8", "It is one person", "Show my photos"} <= {*labels(seen)}


@pytest.mark.parametrize("key", ["photos:{}:done", "train:{}:yes"])
@pytest.mark.parametrize("panel", [False, True])
def test_a_mixed_set_is_not_trained(key: str, panel: bool) -> None:
    photos = [photo(number) for number in range(1, 7)]
    seen = view(*photos, *(photo(number, "other_person") for number in range(7, 13)), panel=panel)
    draft = replace(seen.profiles[0], subjects=(tuple(range(1, 7)), tuple(range(7, 13))), photos_done=True)

    turn = take_turn(replace(seen, profiles=(draft,), draft=draft), Chosen(key.format(HANDLE)))

    assert turn.effects == ()
    assert "show 2 different people" in turn.replies[-1].text


def test_the_photos_of_the_others_are_taken_out() -> None:
    seen = view(
        photo(1), photo(2), photo(3, "other_person"), photo(4, "other_person"), subjects=((1, 2), (3, 4))
    )

    assert take_turn(seen, Chosen(f"subject:{HANDLE}:3")).effects == (LearnSubject((1, 2)),)
    assert take_turn(seen, Chosen(f"subject:{HANDLE}:1")).effects == (LearnSubject((3, 4)),)
    assert take_turn(seen, Chosen(f"subject:{HANDLE}:9")).effects == ()


def test_an_owner_may_say_that_it_is_one() -> None:
    seen = view(photo(1), photo(2, "other_person"), photo(3, "other_person"), subjects=((1,), (2, 3)))

    turn = take_turn(seen, Chosen(f"subject:{HANDLE}:all"))

    assert turn.effects == tuple(KeepPhoto(number, keep=True) for number in (1, 2, 3))
    assert "3 good" in turn.replies[-1].text


def test_pets_are_told_apart_as_subjects() -> None:
    seen = view(photo(1), photo(2), subjects=((1,), (2,)))
    draft = replace(seen.profiles[0], class_word="cat")

    assert "show 2 different subjects" in said(replace(seen, profiles=(draft,), draft=draft))


@pytest.mark.parametrize(
    ("numbers", "read"),
    [((1,), "1"), ((1, 2), "1, 2"), ((3, 1, 2), "1 to 3"), ((1, 2, 4, 5, 6, 9), "1, 2, 4 to 6, 9")],
)
def test_numbers_are_read_in_runs(numbers: tuple[int, ...], read: str) -> None:
    assert subject_phrases.ranges(numbers) == read
