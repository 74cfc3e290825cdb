"""One person on two platforms: a code here, the code there, and a yes here."""

import re

import pytest

from core.conversation.messages import Command
from tests.bots.dialogues.desk import Desk, Someone
from tests.chat.people import Person


@pytest.fixture
def there(desk: Desk) -> Person:
    """The same person on another platform."""
    return Person(desk.studio, "ana-there", desk.elsewhere)


def code_in(words: str) -> str:
    found = re.search(r"/link (\S+)", words)
    assert found is not None
    return found.group(1)


def nothing() -> None:
    """Let what was done elsewhere arrive."""


def test_a_code_that_is_given_out_here(desk: Desk, ana: Someone, there: Person) -> None:
    ana.command("link")
    given = ana.sees("Write this to me on your other platform, within 10 minutes: /link ")
    assert given.alone

    there.say(Command("link", code_in(given.words)))
    desk.act(nothing)
    asked = ana.sees("entered your code. Is that you?")
    assert asked.labels == ["Yes, that is me", "No"]
    ana.tap("Yes")
    linked = ana.sees("are one now: profiles, credits and settings.")
    assert linked.labels == ["Undo"]

    ana.command("link")
    listed = ana.sees("Linked with you.")
    assert [label.partition(" on ")[0] for label in listed.labels] == ["Unlink Ana"]
    ana.tap("Undo", linked)
    ana.sees("are two again.")
    ana.tap("Unlink", listed)
    ana.sees("That question is over; /link gives a new code.")


def test_no_means_no(desk: Desk, ana: Someone, there: Person) -> None:
    ana.command("link")
    there.say(Command("link", code_in(ana.sees("within 10 minutes").words)))
    desk.act(nothing)

    ana.tap("No")

    ana.sees("Then nothing is linked. The code is void.")


def test_a_code_that_is_entered_here(desk: Desk, ana: Someone, there: Person) -> None:
    code = code_in(there.say(Command("link"))[-1].text)

    ana.command("link", code.lower())
    ana.sees("gave out that code, and is asked now whether you are the same person.")
    there.read()
    there.tap("Yes, that is me")
    desk.act(nothing)

    ana.sees("are one now")


def test_wrong_codes_lock_after_five(desk: Desk, ana: Someone, there: Person) -> None:
    ana.command("link")
    ana.command("link", code_in(ana.sees("within 10 minutes").words))
    ana.sees("That is no code that counts")
    for number in range(3):
        ana.command("link", f"WRONG{number}")
        ana.sees(
            "That is no code that counts: it works once, for 10 minutes, on another platform than its own."
        )
    ana.command("link", "WRONG4")
    ana.sees("That was the fifth wrong code. Codes are locked here for an hour.")

    ana.command("link", code_in(there.say(Command("link"))[-1].text))
    ana.sees("Codes are locked here for an hour.")
