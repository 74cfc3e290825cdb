"""Making a profile from the first word to the last picture, by what somebody sees and taps."""

import io
import zipfile

import pytest
from sqlmodel import select

from core.storage.database import reading
from core.storage.tables import Profile
from tests.bots.dialogues.desk import Desk, Someone
from tests.bots.dialogues.seen import picture
from tests.bots.dialogues.worker import arrived, draw, fail_learning, judge, learn, report_learning

BAD = {3: "noisy", 6: "duplicate"}


def send_seven(desk: Desk, ana: Someone) -> None:
    ana.send(*(picture(number) for number in range(1, 8)))
    assert "Looking" in ana.sees("7 photos, thank you. 0 good.").words
    judge(desk, BAD)


def confirm(desk: Desk, ana: Someone, name: str = "Ana summer", retention: str = "keep") -> None:
    """A profile with seven good photos whose training is queued."""
    ana.draft(name, retention)
    ana.send(*(picture(number) for number in range(1, 8)))
    judge(desk)
    ana.finish_photos()
    ana.tap("Train")


def test_photos_are_judged_shown_taken_out_and_put_back(desk: Desk, ana: Someone) -> None:
    ana.draft()
    send_seven(desk, ana)

    panel = ana.sees("7 photos, thank you. 5 good.")
    assert "Good: 1, 2, 4, 5, 7." in panel.words
    assert "Photo 3 is grainy; one with more light would do." in panel.words
    assert "Photo 6 is the same picture as photo 1." in panel.words
    assert "5 of 15 to 20." in panel.words

    sheet = ana.show_photos()
    assert sheet.shades == {1, 2, 4, 5, 7}  # the others are grey and crossed out
    assert {"Take out 1", "Keep 3 anyway", "Use 6 instead"} <= {*sheet.labels}

    ana.tap("take out 2")
    assert "Photo 2: taken out by you." in ana.sees("7 photos, thank you. 4 good.").words
    ana.tap("put back 2")
    ana.sees("7 photos, thank you. 5 good.")
    ana.tap("keep 3 anyway")
    assert "Photo 3" not in ana.sees("7 photos, thank you. 6 good.").words
    ana.tap("use 6 instead")
    exchanged = ana.sees("7 photos, thank you. 6 good.").words
    assert "Good: 2, 3, 4, 5, 6, 7." in exchanged
    assert "Photo 1 is the same picture as photo 6." in exchanged


def test_what_leaves_nothing_to_learn_from_is_final(desk: Desk, ana: Someone) -> None:
    ana.draft()
    ana.send(*(picture(number) for number in range(1, 4)))
    judge(desk, {2: "blurred"})

    assert not [label for label in ana.show_photos().labels if "2" in label]
    ana.press(f"in:{handle(desk)}:2")

    ana.sees("That photo cannot be used")
    # A message that has not changed is not shown again.
    assert [seen for seen in ana.messages() if "Good: 1, 3." in seen.words]


def test_two_people_are_named_before_a_credit_is_spent(desk: Desk, ana: Someone) -> None:
    ana.draft()
    ana.send(*(picture(number) for number in range(1, 11)))
    others = dict.fromkeys(range(6, 11), "other_person")
    judge(desk, others, [range(1, 6), range(6, 11)])

    asked = ana.sees("Photos 1 to 5 and 6 to 10 show 2 different people. Which one should I learn?")
    assert {"1 to 5", "6 to 10", "It is one person"} <= {*asked.labels}
    assert not [label for label in asked.labels if label in ("Train", "That's all I have")]
    ana.press(f"train:{handle(desk)}:yes")
    assert not [seen for seen in ana.fresh() if "Learning" in seen.words]

    ana.tap("6 to 10", asked)
    judge(desk)

    assert "Good: 6, 7, 8, 9, 10." in ana.sees("10 photos, thank you. 5 good.").words
    assert "· 10 photos ·" not in ana.finish_photos().words


def test_photos_are_taken_out_and_put_back_by_words(desk: Desk, ana: Someone) -> None:
    ana.draft()
    send_seven(desk, ana)

    ana.write("out 1-2")
    assert "Photos 1, 2: taken out by you." in ana.sees("7 photos, thank you. 3 good.").words
    ana.write("put back 3, 1")
    ana.sees("7 photos, thank you. 5 good.")
    ana.write("out 9")
    ana.sees("There is no photo 9 to choose; the numbers go from 1 to 7.")


def test_the_crops_can_be_seen_before_anything_is_learnt(desk: Desk, ana: Someone) -> None:
    ana.draft()
    send_seven(desk, ana)
    ana.show_photos()

    ana.tap("Show the crops")

    assert ana.sees("This is what I learn from").shades == {1, 2, 4, 5, 7}


def test_the_whole_way_to_the_first_pictures(desk: Desk, ana: Someone) -> None:
    ana.draft()
    send_seven(desk, ana)

    summary = ana.finish_photos()
    assert "Ana summer · woman" in summary.words
    assert "photos kept" in summary.words
    if not desk.panel:
        assert summary.labels == ["Train", "Show my photos", "Captions", "Learn it another way", "Not yet"]
        ana.tap("Not yet")
        ana.sees("Kept as a draft. /new goes on with it whenever you like.")
        ana.command("new")
        ana.sees("Ready.\nAna summer · woman")
    ana.tap("Train")
    assert ana.sees("Learning Ana summer: next in line, preparing...").labels == ["Cancel"]

    report_learning(desk)
    progress = ana.sees("step 160 of 400, feature refinement, about 2 minutes")
    assert "likeness 0.31 -> 0.58" in progress.words
    assert progress.labels == ["Stop and keep the best so far", "Cancel"]
    assert progress.shades == {1, 2}

    learn(desk)
    ana.sees("Learnt Ana summer: kept step 240 of 400.")
    ready = ana.sees("Ana summer is ready.")
    assert "Likeness 0.81, your own photos reach 0.88." in ready.words
    assert "Score 86 of 100: very close." in ready.words
    ana.tap("Draw Ana summer")
    ana.sees("Drawing 4... next in line")

    draw(desk, [1, 2, 3], dropped=[4, 5])
    drawn = ana.sees("the least that passes is 0.50; your own photos reach 0.88.")
    assert "I dropped 2 that looked less like Ana summer." in drawn.words
    assert "Only 3 of 4 came close enough; the rest of your credits is back." in drawn.words
    assert drawn.labels == ["1", "2", "3", "Again", "Show dropped", "i"]
    assert drawn.shades == {1, 2, 3}
    ana.tap("2", drawn)
    ((name, content),) = ana.sees("").files
    assert name.startswith("likeness-")
    assert content == picture(2)
    ana.tap("Show dropped", drawn)
    assert ana.sees("Dropped.").shades == {4, 5}
    ana.tap("i", drawn)
    ana.sees("Ana summer on pocket")
    ana.tap("Again", drawn)
    ana.sees("Drawing 4... next in line")


def test_a_poor_training_that_stopped_by_itself(desk: Desk, ana: Someone) -> None:
    ana.draft()
    send_seven(desk, ana)
    ana.finish_photos()
    ana.tap("Train")

    learn(desk, stopped="flat", causes="no_variety light")

    ready = ana.sees("Ana summer is ready.")
    assert "Score 31 of 100: hardly recognisable." in ready.words
    assert "I stopped at step 320 of 400: it came no closer any more." in ready.words
    assert "Likely cause: the photos are too alike." in ready.words
    assert "Your credit is back." in ready.words
    assert ready.labels == ["Draw Ana summer", "Compare steps", "Train on", "Export"]
    ana.tap("Compare steps", ready)
    assert ana.sees("How Ana summer went, step by step").shades == {9}
    ana.tap("Train on", ready)
    offer = ana.sees("Train Ana summer on?")
    assert offer.labels == ["100 more steps", "200 more steps", "From the beginning", "With other photos"]
    ana.tap("100 more steps", offer)
    ana.sees("Learning Ana summer: next in line, preparing...")

    fail_learning(desk, "diverged")
    assert "Version 1 is there as before." in ana.sees("I could not learn Ana summer").words
    ana.command("versions")
    listed = ana.sees("Versions of Ana summer:")
    assert "> 1 · score 31 · likeness 0.81 · step 240" in listed.words
    assert "- 2 · failed · goes on from 1" in listed.words


def test_photos_are_changed_of_what_is_trained(desk: Desk, ana: Someone) -> None:
    ana.draft()
    send_seven(desk, ana)
    ana.finish_photos()
    ana.tap("Train")
    learn(desk, causes="light")

    ana.tap("Train on", ana.sees("Ana summer is ready."))
    ana.tap("With other photos")
    reopened = ana.sees("5 photos, thank you.")
    assert not {"Class...", "Name...", "Delete this draft", "Start over"} & set(reopened.labels)
    ana.tap("take out 2", ana.show_photos())
    ana.tap("put back 2")
    assert "Ana summer · woman" in ana.finish_photos().words
    ana.tap("Train")
    ana.sees("Learning Ana summer: next in line, preparing...")
    learn(desk)
    ana.command("versions")
    assert "> 2 · score 86" in ana.sees("Versions of Ana summer:").words


def test_too_few_photos_do_not_go_on(desk: Desk, ana: Someone) -> None:
    ana.draft()
    ana.send(picture(1))
    ana.send(picture(2))
    judge(desk)

    panel = ana.sees("2 photos, thank you. 2 good.")
    assert not [label for label in panel.labels if label.startswith(("Train", "That's all"))]
    ana.press(f"photos:{handle(desk)}:done")
    ana.sees("2 good so far; I need 5 at least. Send 3 more.")
    ana.press(f"train:{handle(desk)}:yes")
    assert not [seen for seen in ana.fresh() if "Learning" in seen.words]


def test_an_archive_of_photos_arrives_whole(desk: Desk, ana: Someone) -> None:
    """What a worker then makes of it is the same everywhere (tests/jobs/test_unpacking.py)."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("1.png", picture(1))
    ana.draft()

    ana.send_named("holidays.zip", sink.getvalue())

    ana.sees("Looking...")
    assert arrived(desk) == [sink.getvalue()]


def test_the_last_photos_can_be_undone(desk: Desk, ana: Someone) -> None:
    if desk.panel:
        return
    ana.draft()
    send_seven(desk, ana)

    ana.tap("Undo last")

    ana.sees("0 photos, thank you.")


@pytest.mark.parametrize(
    ("retention", "short"), [("template", "face template kept"), ("delete", "photos deleted")]
)
def test_what_becomes_of_the_photos_is_said_before_it_is_final(
    desk: Desk, ana: Someone, retention: str, short: str
) -> None:
    ana.draft(retention=retention)
    ana.send(*(picture(number) for number in range(1, 6)))
    judge(desk)

    assert short in ana.finish_photos().words


def test_a_training_that_failed_says_why_and_can_be_tried_again(desk: Desk, ana: Someone) -> None:
    confirm(desk, ana)

    fail_learning(desk, "diverged")

    ana.sees("Learning Ana summer ended.")
    said = ana.sees("I could not learn Ana summer: the numbers ran away.")
    assert "Your credit is back." in said.words
    assert said.labels == ["Try again"]
    ana.tap("Try again")
    ana.sees("Learning Ana summer: next in line, preparing...")
    ana.command("cancel")
    ana.sees("Learning Ana summer was cancelled; your credit is back.")


def test_a_prompt_during_the_training_waits_for_it(desk: Desk, ana: Someone) -> None:
    confirm(desk, ana)

    ana.command("imagine", '@"Ana summer" in snow --n 2')

    assert ana.sees("Ana summer is still learning. I draw 2 as soon as it is ready.").labels == ["Cancel"]
    learn(desk)
    draw(desk, [7, 8])
    assert ana.sees("Likeness under each").shades == {7, 8}


def test_none_that_is_like_gives_the_credits_back(desk: Desk, ana: Someone) -> None:
    ana.command("imagine", "a hat --n 2")

    draw(desk, [], dropped=[1, 2, 3])

    said = ana.sees("None of 3 tries looked enough like Robin. Your credits are back.")
    assert said.labels == ["Again", "Show dropped"]
    ana.tap("Show dropped")
    assert ana.sees("Dropped.").shades == {1, 2, 3}


def handle(desk: Desk) -> int:
    with reading(desk.studio.engine) as session:
        return session.exec(select(Profile.handle).where(Profile.sample == "")).one()
