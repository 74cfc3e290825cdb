"""Captions from the first text to the training, by what somebody sees, taps and writes."""

from tests.bots.dialogues.desk import Desk, Someone
from tests.bots.dialogues.seen import picture
from tests.bots.dialogues.worker import judge


def test_captions_come_with_texts_and_are_read_changed_and_sent_back(desk: Desk, ana: Someone) -> None:
    ana.draft()
    ana.send_named("beach.txt", b"at the beach")
    judge(desk)
    ana.sees("beach.txt waits for a picture of that name.")
    for number, name in enumerate(("beach", "b", "c", "d", "e"), 1):
        ana.send_named(f"{name}.png", picture(number))
    judge(desk)

    summary = ana.finish_photos()
    trigger = _trigger(summary.words)
    assert f'5 captions, such as "a photo of a {trigger}, at the beach".' in summary.words
    ana.tap("Captions")
    page = ana.sees(f"1: a photo of a {trigger}, at the beach\n2: a photo of a {trigger}\n")
    assert page.labels[-3:] == ["Change all", "As one file", "Looks right"]
    ana.tap("2", page)
    one = ana.sees("Photo 2:")
    assert one.shades == {2}

    ana.fill_in("Write...", "caption-2", "laughing, red hat")
    changed = ana.sees(f"2: a photo of a {trigger}, laughing, red hat")
    ana.write("all: red hat -> blue hat")
    changed = ana.sees(f"2: a photo of a {trigger}, laughing, blue hat")
    ana.tap("As one file", changed)
    ((name, content),) = ana.sees("All captions, one line each").files
    assert name == "captions.txt"

    ana.send_named(name, content.replace(b"laughing", b"singing"))
    judge(desk)
    ana.sees(f"2: a photo of a {trigger}, singing, blue hat")
    ana.send_named(name, b"5: smiling\nno number here\n")
    judge(desk)
    ana.sees("captions.txt, line 2: it must begin with a photo's number and a colon")
    ana.tap("Train")
    ana.sees("Learning Ana summer: next in line, preparing...")


def _trigger(summary: str) -> str:
    return summary.partition('such as "a photo of a ')[2].partition(",")[0]
