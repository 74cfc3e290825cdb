"""Whose profiles a space uses, and the end of it when they are no members any more."""

import asyncio
from pathlib import Path

import pytest
from sqlmodel import select

from bots.console.show import ConsolePlatform
from bots.members import Members
from core.chat import Incoming, owners, respond, spaces
from core.chat.owners import Owner
from core.conversation.messages import Chosen, Command, Heard, Photos, Text
from core.conversation.sharing_phrases import NOT_DELIVERED
from core.storage.database import reading, writing
from core.storage.tables import Grant, Identity, Member, WorkState
from tests.chat.groups import GROUP, Group, state, words


def said(user: str, heard: Heard, space: str = GROUP) -> Incoming:
    return Incoming("console", "x", 1, user, space, heard, group=True, space=space)


def ana_of(group: Group) -> Owner:
    with reading(group.studio.engine) as session:
        return Owner(GROUP, session.get_one(Identity, ("console", "ana")).account_id, ("ana",))


def shared_yet(group: Group) -> int:
    with reading(group.studio.engine) as session:
        return len([one for one in session.exec(select(Grant)) if one.ended_at is None])


@pytest.mark.parametrize(
    "heard",
    [
        Command("imagine", '@"ana summer" as a pirate'),
        Command("Imagine", "as a pirate"),  # the only one that is shared
        Text('@"Ana Summer" at sea'),
    ],
)
def test_who_asks_for_anothers_profile_asks_for_its_owner(shared: Group, heard: Heard) -> None:
    assert owners.asked_for(shared.studio, said("ben", heard)) == [ana_of(shared)]
    assert owners.asked_for(shared.studio, said("ana", heard)) == []
    assert owners.asked_for(shared.studio, said("ben", heard, "-200")) == []


@pytest.mark.parametrize(
    "heard",
    [
        Command("imagine", '@"somebody else" as a pirate'),
        Command("imagine", "--n 1000"),
        Command("profiles"),
        Chosen("again:4503599627370497"),
        Chosen("settings"),
        Photos(()),
    ],
)
def test_what_uses_nothing_of_anybodys_asks_for_nobody(shared: Group, heard: Heard) -> None:
    assert owners.asked_for(shared.studio, said("ben", heard)) == []


def test_drawing_again_asks_for_the_owner_as_well(shared: Group) -> None:
    work = shared.imagine("ben", "as a pirate")
    assert work is not None

    assert owners.asked_for(shared.studio, said("ben", Chosen(f"again:{work.handle}"))) == [ana_of(shared)]


def test_only_spaces_that_this_bot_was_heard_in_are_its_own(shared: Group) -> None:
    assert owners.everybody(shared.studio, "console", "") == [ana_of(shared)]
    assert spaces.known(shared.studio, "console", "") == [GROUP]

    heard = Incoming("console", "console:7", 1, "ben", GROUP, Command("help"), group=True, space=GROUP)
    respond(shared.studio, heard)

    assert owners.everybody(shared.studio, "console", "7") == [ana_of(shared)]
    assert spaces.known(shared.studio, "console", "") == []
    assert spaces.known(shared.studio, "telegram", "7") == []


def test_who_has_left_shares_nothing_and_what_was_asked_for_is_not_delivered(shared: Group) -> None:
    work = shared.imagine("ben", "as a pirate --n 3")
    assert work is not None
    ana = ana_of(shared)

    owners.has_left(shared.studio, "console", ana)
    shared.deliver()

    assert shared_yet(shared) == 0
    assert state(shared, work).state == WorkState.CANCELLED
    assert words(shared.said[GROUP]).endswith(NOT_DELIVERED)
    assert owners.everybody(shared.studio, "console", "") == []
    assert work.grant_id is not None
    assert owners.of_grant(shared.studio, work.grant_id) is None


def test_an_owner_who_is_nobody_on_that_platform_any_more_has_left(shared: Group, tmp_path: Path) -> None:
    """As after unlinking: the identity that shared it, and was its member, is somebody else's now."""
    ana = ana_of(shared)
    with writing(shared.studio.engine) as session:
        session.delete(session.get_one(Identity, ("console", "ana")))
        for member in session.exec(select(Member).where(Member.account_id == ana.account)):
            session.delete(member)
    members = Members(shared.studio, ConsolePlatform(shared.studio, tmp_path))

    (nobody,) = owners.everybody(shared.studio, "console", "")
    assert nobody.users == ()
    assert not asyncio.run(members.is_there(nobody))

    assert shared_yet(shared) == 0


def test_while_a_platform_does_not_say_an_owner_counts_as_a_member(shared: Group, tmp_path: Path) -> None:
    members = Members(shared.studio, ConsolePlatform(shared.studio, tmp_path))

    assert asyncio.run(members.is_there(ana_of(shared)))

    assert shared_yet(shared) == 1
