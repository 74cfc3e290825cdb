"""`/forget`: afterwards no row names the account, no key opens anything of it, and others keep what is theirs."""

from sqlmodel import SQLModel, col, select

from core.conversation.messages import Command
from core.storage import tables
from core.storage.database import reading, writing
from core.storage.keys import account_key
from core.storage.tables import Account, Erasure, Grant, Identity, PictureRow, Profile, Work, WorkState
from core.upkeep import Upkeep
from core.work_queue import connect
from tests.chat.groups import Group, drawn, words
from tests.chat.people import Person


def swept(person: Person) -> None:
    """As upkeep would, twice, with time in between; no server runs, so there are no queues to clean."""
    upkeep = Upkeep(person.studio, connect(person.studio.settings))
    for _ in range(2):
        with writing(person.studio.engine) as session:
            for erasure in session.exec(select(Erasure)):
                erasure.works, erasure.again_at = "[]", 1.0
        upkeep.erase()
    upkeep.reconcile()


def account_of(person: Person) -> Account:
    with reading(person.studio.engine) as session:
        identity = session.get_one(Identity, (person.platform, person.user))
        return session.get_one(Account, identity.account_id)


def rows_of(person: Person, account: Account) -> list[str]:
    """The tables in which a row still names the account."""
    found = []
    with reading(person.studio.engine) as session:
        for table in {one for one in vars(tables).values() if isinstance(one, type)}:
            if issubclass(table, SQLModel) and "account_id" in table.model_fields:
                named = col(table.account_id) == account.id  # type: ignore[attr-defined]  # asked above
                found += [table.__name__ for _ in session.exec(select(table).where(named))]
        found += ["Account"] * (session.get(Account, account.id) is not None)
    return sorted(set(found))


def test_it_is_asked_once_and_then_nothing_is_left(ana: Person) -> None:
    ana.draft()
    before = account_of(ana)
    assert "This cannot be undone" in words(ana.say(Command("forget")))

    said = words(ana.tap("Erase everything"))
    swept(ana)

    assert "Everything is erased" in said
    assert rows_of(ana, before) == []
    assert ana.studio.keys.find(account_key(before.handle)) is None
    assert ana.studio.files.names() == []


def test_whoever_writes_again_is_somebody_new(ana: Person) -> None:
    ana.draft()
    before = account_of(ana)
    ana.say(Command("forget"))
    ana.tap("Erase everything")

    assert "Ana summer" not in words(ana.say(Command("profiles")))
    assert account_of(ana).id != before.id


def test_what_was_shared_is_gone_from_the_group_and_those_who_wait_are_told(
    shared: Group,
    ana: Person,
) -> None:
    work = shared.imagine("ben", "as a pirate")
    assert work is not None
    ana.updates = 5000
    ana.say(Command("forget"))
    ana.tap("Erase everything")
    shared.deliver()
    swept(ana)

    assert "Nothing is shared here yet" in words(shared.hear("ben", Command("profiles")))
    assert "is not delivered" in words(list(ana.messages.values()))
    with reading(ana.studio.engine) as session:
        assert session.exec(select(Grant)).all() == []


def test_what_a_member_asked_for_goes_with_them_and_the_profile_stays(
    shared: Group,
    profile: Profile,
) -> None:
    done, queued = shared.imagine("ben", "as a pirate --n 1"), shared.imagine("ben", "at sea")
    assert done is not None
    assert queued is not None
    drawn(shared, done)
    shared.news()
    ben = Person(shared.studio, "ben")
    before = account_of(ben)
    ben.say(Command("forget"))
    ben.tap("Erase everything")
    swept(ben)

    assert rows_of(ben, before) == []
    with reading(shared.studio.engine) as session:
        assert session.exec(select(PictureRow)).all() == []
        assert session.get(Profile, profile.id) is not None
        assert [one.state for one in session.exec(select(Work).where(Work.profile_id == profile.id))] == [
            WorkState.SUCCEEDED  # the training
        ]
    shared.hear("ana", Command("usage"))
    assert "nobody yet" in words(shared.said["ana"])
