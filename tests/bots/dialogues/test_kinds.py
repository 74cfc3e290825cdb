"""Styles, faces alone, and the other ways to learn, by what somebody sees and taps."""

from sqlmodel import select

from core.storage.database import reading
from core.storage.tables import Profile
from tests.bots.dialogues.desk import Desk, Someone
from tests.bots.dialogues.seen import picture
from tests.bots.dialogues.worker import judge, offer


def newest(desk: Desk) -> Profile:
    with reading(desk.studio.engine) as session:
        return session.exec(select(Profile).where(Profile.sample == "")).all()[-1]


def send(desk: Desk, ana: Someone, first: int, last: int) -> None:
    ana.send(*(picture(number) for number in range(first, last + 1)))
    judge(desk)


def test_a_style_is_made_in_words_of_its_own(desk: Desk, ana: Someone) -> None:
    ana.style("Ink")
    send(desk, ana, 1, 5)

    summary = ana.finish_photos()
    assert "Ink · style" in summary.words
    ana.tap("Train")

    ana.sees("Learning Ink: next in line, preparing...")
    assert (newest(desk).kind, newest(desk).method) == ("style", "lora")


def test_a_face_alone_is_created_from_one_photo(desk: Desk, ana: Someone) -> None:
    offer(desk, "faceid", "lora", "textual_inversion")
    ana.face("Ana")
    send(desk, ana, 1, 1)
    assert "1 of 3 to 5." in ana.sees("1 photo, thank you. 1 good.").words

    assert "FaceID" in ana.finish_photos().words
    ana.tap("Create")

    ana.sees("Learning Ana: next in line, preparing...")
    assert (newest(desk).kind, newest(desk).method) == ("character", "faceid")


def test_another_way_is_offered_where_it_fits_and_says_what_it_wants(desk: Desk, ana: Someone) -> None:
    offer(desk, "lora", "textual_inversion")
    ana.draft()
    send(desk, ana, 1, 7)
    ana.finish_photos()

    ways = ana.another_way()
    assert ways.labels == ["LoRA", "Textual inversion"]
    assert "10 good photos at least, 15 to 20 are best" in ways.words

    ana.tap("Textual inversion", ways)
    if desk.panel:
        assert "Train: 3 more good photos needed" in ana.sees("Textual inversion").grey
    else:
        ana.sees("7 good so far; I need 10 at least. Send 3 more.")
        assert "7 of 15 to 20." in ana.sees("7 photos, thank you. 7 good.").words
    judge(desk)  # by other rules now
    ana.press(f"way:{newest(desk).handle}:faceid")
    ana.sees("FaceID needs weights that this machine's base model does not have")

    send(desk, ana, 8, 10)
    assert "Textual inversion" in ana.finish_photos().words
    ana.tap("Train")
    assert newest(desk).method == "textual_inversion"
