"""Two identities of one person: a code here, a code there, a yes here; and the way back."""

import re

import pytest
from sqlmodel import col, select

from core.conversation.messages import Chosen, Command, Form, Reply
from core.storage import ledger
from core.storage.database import reading, writing
from core.storage.studio import Studio
from core.storage.tables import Account, Identity, Link, Profile, ProfileState, Work, WorkKind, WorkState
from core.storage.work import finish
from tests.chat.people import Person


@pytest.fixture
def here(studio: Studio) -> Person:
    person = Person(studio, "ana", "telegram")
    person.say(Command("start"))
    return person


@pytest.fixture
def there(studio: Studio) -> Person:
    person = Person(studio, "ana-there", "console")
    person.say(Command("start"))
    return person


def words(replies: list[Reply]) -> str:
    return "\n".join(reply.text for reply in replies)


def code_of(person: Person) -> str:
    found = re.search(r"/link (\S+)", words(person.say(Command("link"))))
    assert found is not None
    return found.group(1)


def linked(here: Person, there: Person) -> None:
    there.say(Command("link", code_of(here).lower().replace("-", " ")))
    here.read()
    here.tap("Yes, that is me")
    there.read()


def account(person: Person) -> int:
    with reading(person.studio.engine) as session:
        return session.get_one(Identity, (person.platform, person.user)).account_id


def balance(person: Person, unit: str = ledger.PICTURE) -> int:
    with reading(person.studio.engine) as session:
        return ledger.balance(session, account(person), unit)


def draft(person: Person, name: str) -> None:
    person.say(Form("woman", name))


def made(person: Person, name: str) -> None:
    """A profile that is no draft any more."""
    draft(person, name)
    with writing(person.studio.engine) as session:
        row = session.get_one(Account, account(person))
        session.get_one(Profile, row.draft_id).state = ProfileState.TRAINED
        row.draft_id = None


def names(person: Person) -> str:
    return words(person.say(Command("profiles")))


def test_nothing_is_linked_before_the_one_who_gave_the_code_out_says_yes(here: Person, there: Person) -> None:
    entered = there.say(Command("link", code_of(here)))

    assert "Ana on Telegram gave out that code" in words(entered)
    assert account(here) != account(there)
    assert "Ana on the console entered your code. Is that you?" in words(here.read())
    here.tap("Yes, that is me")
    assert account(here) == account(there)
    assert "are one now" in words(there.read())


def test_no_means_no_and_the_code_is_void(here: Person, there: Person) -> None:
    code = code_of(here)
    there.say(Command("link", code))
    here.read()

    here.tap("No")

    assert account(here) != account(there)
    assert "no code that counts" in words(there.say(Command("link", code)))


def test_the_one_who_entered_the_code_cannot_answer_the_question(here: Person, there: Person) -> None:
    there.say(Command("link", code_of(here)))
    with reading(here.studio.engine) as session:
        link = session.exec(select(Link)).one()

    for key in (f"link-yes:{link.handle}", f"link-end:{link.handle}"):
        assert "question is over" in words(there.say(Chosen(key)))

    assert account(here) != account(there)


def test_a_code_works_once_for_ten_minutes_and_on_another_platform(
    here: Person, there: Person, studio: Studio
) -> None:
    code = code_of(here)
    assert "no code that counts" in words(Person(studio, "ben", "telegram").say(Command("link", code)))
    with writing(studio.engine) as session:
        session.exec(select(Link)).one().expires_at = 1.0
    assert "no code that counts" in words(there.say(Command("link", code)))
    assert "no code that counts" in words(here.say(Command("link", code)))
    code = code_of(here)
    assert "gave out that code" in words(there.say(Command("link", code)))
    other = Person(studio, "cleo", "console")
    assert "no code that counts" in words(other.say(Command("link", code)))


def test_a_newer_code_voids_the_one_before(here: Person, there: Person) -> None:
    before, after = code_of(here), code_of(here)

    assert "no code that counts" in words(there.say(Command("link", before)))
    assert "gave out that code" in words(there.say(Command("link", after)))


def test_five_wrong_codes_lock_even_the_right_one(here: Person, there: Person) -> None:
    code = code_of(here)
    said = [words(there.say(Command("link", f"WRONG{number}"))) for number in range(5)]

    assert ["locked" in one for one in said] == [False, False, False, False, True]
    assert "locked" in words(there.say(Command("link", code)))
    with writing(there.studio.engine) as session:
        session.get_one(Account, account(there)).link_locked_until = 1.0
    assert "gave out that code" in words(there.say(Command("link", code)))


def test_profiles_credits_and_drafts_are_one(here: Person, there: Person) -> None:
    draft(there, "Ana summer")
    linked(here, there)

    assert "Ana summer" in names(here)
    assert balance(here) == 20
    assert "After training, your photos should be..." in words(
        here.say(Command("new"))
    )  # goes on with the draft


def test_a_name_that_both_have_gets_a_number(here: Person, there: Person) -> None:
    draft(here, "Ana")
    draft(there, "ana")
    linked(here, there)

    listed = names(here)
    assert "- Ana ·" in listed
    assert "- ana 2 ·" in listed


@pytest.mark.parametrize("who", ["here", "there"])
def test_undone_everything_belongs_to_the_identity_that_made_it(
    here: Person, there: Person, who: str
) -> None:
    made(here, "Mine")
    linked(here, there)
    made(there, "Theirs, made while linked")
    there.say(Command("imagine", "a hat --n 3"))  # of the other's profile, so it is not delivered any more

    {"here": here, "there": there}[who].tap("Undo")
    for person in (here, there):
        person.read()

    assert account(here) != account(there)
    assert ("Mine" in names(here), "Theirs" in names(here)) == (True, False)
    assert ("Mine" in names(there), "Theirs" in names(there)) == (False, True)
    assert (balance(here), balance(there)) == (10, 10)


def test_after_unlinking_neither_reaches_the_other(here: Person, there: Person) -> None:
    draft(here, "Mine")
    linked(here, there)
    with reading(here.studio.engine) as session:
        mine = session.exec(select(Profile).where(Profile.sample == "")).one()
    there.tap("Undo")

    assert "is deleted" in words(there.say(Chosen(f"delete:{mine.handle}")))
    assert "Delete Mine" in words(here.say(Chosen(f"delete:{mine.handle}")))


def test_credits_that_were_spent_do_not_come_back(here: Person, there: Person) -> None:
    linked(here, there)
    for _ in range(3):
        here.say(Command("imagine", "a hat --n 6"))
    assert balance(here) == 2

    here.tap("Undo")
    there.read()

    assert (balance(here), balance(there)) == (0, 2)


def test_credits_that_were_spent_there_are_spent_there(here: Person, there: Person) -> None:
    linked(here, there)
    there.say(Command("imagine", "a hat --n 3"))
    with writing(here.studio.engine) as session:
        work = session.exec(select(Work)).one()
        finish(session, work, WorkState.SUCCEEDED, used=2)
        work.told = work.news

    there.tap("Undo")

    assert (balance(here), balance(there)) == (10, 8)


def test_a_code_is_stored_as_a_hash_alone(here: Person) -> None:
    code = code_of(here).replace("-", "")

    for file in here.studio.settings.data_dir.rglob("*"):
        if file.is_file():
            assert code.encode() not in file.read_bytes()


def test_what_is_half_drawn_of_both_is_not_delivered_after_they_part(here: Person, there: Person) -> None:
    made(there, "Ana there")
    linked(here, there)
    made(here, "Ana here")
    with reading(here.studio.engine) as session:
        rows = session.exec(
            select(Profile.handle).where(Profile.sample == "").order_by(col(Profile.id))
        ).all()
    of_there, of_here = rows
    here.say(Command("imagine", f"<lora:{of_here}> and <lora:{of_there}> --n 2"))
    here.say(Command("imagine", f"<lora:{of_here}> --n 1"))

    here.tap("Undo")
    here.read()

    with reading(here.studio.engine) as session:
        both, one = session.exec(select(Work).where(Work.kind == WorkKind.DRAW).order_by(col(Work.id))).all()
    assert (both.state, one.state) == (WorkState.CANCELLED, WorkState.PENDING)
    assert (balance(here), balance(there)) == (9, 10)
