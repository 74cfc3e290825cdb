"""What there is, what is kept of it, and how it goes."""

from tests.bots.dialogues.desk import Desk, Someone
from tests.bots.dialogues.worker import teach


def test_profiles_are_listed_with_a_picture_and_chosen(desk: Desk, ana: Someone) -> None:
    teach(desk, ana)

    ana.command("profiles")
    listed = ana.sees("> Ana summer · woman · ready · likeness 0.81")
    assert "- Robin · man · ready" in listed.words
    assert listed.labels == ["Use Robin", "Share Ana summer", "Make another"]
    assert listed.shades == {1}
    ana.tap("Use Robin")
    ana.sees("/imagine now draws Robin.")
    ana.command("profiles")
    ana.sees("> Robin · man · ready")


def test_deleting_is_asked_once_and_then_done(desk: Desk, ana: Someone) -> None:
    teach(desk, ana)

    ana.command("delete", "Zed")
    ana.sees('I know no profile "Zed" that you may use.')
    ana.command("delete")
    assert ana.sees("Which one shall I delete for ever?").labels == ["Delete Robin", "Delete Ana summer"]
    ana.tap("Delete Ana summer")
    asked = ana.sees(
        "Delete Ana summer with its photos, what was learnt and every picture? This cannot be undone."
    )
    assert asked.labels == ["Delete for ever", "Keep it"]
    ana.tap("Keep it")
    ana.sees("Kept.")

    ana.command("delete", "ANA SUMMER")
    ana.tap("Delete for ever")
    ana.sees("Ana summer is deleted. Its keys are destroyed; nobody can open any of it any more.")
    ana.tap("Delete for ever", asked)
    ana.sees("That profile is deleted.")
    ana.command("imagine", '@"Ana summer" at sea')
    ana.sees('I know no profile "Ana summer" that you may use.')


def test_every_choice_about_what_is_kept(desk: Desk, ana: Someone) -> None:
    teach(desk, ana)
    ana.command("privacy")
    said = ana.sees("- Ana summer: photos kept, consent: self")
    assert said.labels == [
        "Delete Ana summer",
        "Delete only the photos of Ana summer",
        "Withdraw consent for Ana summer",
        "Open support window for Ana summer",
        "Erase everything of mine",
    ]

    ana.tap("Open support window")
    ana.sees("For 24 hours the operator can look into Ana summer; every look is reported to you.")
    ana.command("privacy")
    ana.sees("- Ana summer: photos kept, consent: self · support window open")
    ana.tap("Close support window")
    ana.sees("The support window is closed.")

    ana.tap("Withdraw consent for Ana summer")
    withdrawn = ana.sees("Consent withdrawn: Ana summer is not drawn and not trained any more.")
    assert withdrawn.labels == ["Delete Ana summer as well"]
    ana.command("imagine", '@"Ana summer" at sea')
    ana.sees("The consent for that profile is withdrawn, so I do not draw it.")
    ana.command("privacy")
    ana.tap("Give consent for Ana summer again")
    ana.sees("Thank you. Ana summer can be drawn again.")

    ana.tap("Delete only the photos of Ana summer")
    ana.sees("The photos of Ana summer are deleted, with everything that showed them.")
    ana.tap("Delete Ana summer as well", withdrawn)
    ana.sees("Delete Ana summer with its photos")


def test_forgetting_erases_everything_and_we_have_never_met(desk: Desk, ana: Someone) -> None:
    teach(desk, ana)
    ana.command("forget")
    asked = ana.sees("Erase everything of yours? Every profile with its photos and pictures")
    assert asked.labels == ["Erase everything", "Keep everything"]
    ana.tap("Keep everything")
    ana.sees("Kept.")
    ana.command("privacy")
    ana.tap("Erase everything of mine")
    ana.tap("Erase everything", ana.sees("This cannot be undone."))

    ana.sees("Everything is erased: the keys are destroyed, and the rest goes within minutes.")
    ana.command("profiles")
    listed = ana.fresh()[-1]
    assert "Ana summer" not in listed.words
    assert "> Robin" in listed.words
