"""Groups over the wire: who is an admin, whose tap it is, and the end of a group."""

import time
from dataclasses import replace

import pytest

from bots.members import ASK_SECONDS, HOLDS_SECONDS
from tests.botapi import BotApiServer, Person
from tests.bots.processes import BotProcess, until
from tests.bots.shared_profiles import give_profile, open_grants, studio_in
from tests.bots.telegram.test_talking import NAMES


@pytest.fixture
def server(running: BotProcess, shared: BotApiServer) -> BotApiServer:
    return shared


@pytest.fixture
def people(server: BotApiServer) -> tuple[Person, Person]:
    """Two people in one group, of which the first made it."""
    ana, ben = server.person(next(NAMES)), server.person(next(NAMES))
    group = server.group("Friday people", ana, ben)
    return ana.at(group), ben.at(group)


def test_the_rules_are_for_admins_and_telegram_says_who_that_is(
    server: BotApiServer, people: tuple[Person, Person]
) -> None:
    ana, ben = people
    ben.send("/settings")
    ben.wait_for_text("Only admins of this group change that.")
    ana.send("/settings")
    panel = ana.wait_for_text("Rules of Friday people")

    ben.tap("8 pictures a day each", panel)
    until(lambda: [alert.text for alert in ben.answers() if alert.alert], ben.transcript)
    ana.tap("8 pictures a day each", panel)
    ana.wait_for_text("- 8 pictures a day each")

    assert [alert.text for alert in ben.answers()] == ["Only admins of this group change that."]
    asked = {call.parameters["user_id"] for call in server.calls("getChatMember")}
    assert asked >= {str(ana.id), str(ben.id)}
    assert server.violations == []


def test_where_telegram_does_not_say_who_is_an_admin_nothing_is_changed(
    server: BotApiServer, people: tuple[Person, Person]
) -> None:
    ana, _ = people
    server.fault("getChatMember", code=500, times=1)

    ana.send("/settings")

    ana.wait_for_text("I could not learn whether you are an admin here")


def test_nobody_waits_long_for_telegram_to_say_who_is_an_admin(
    server: BotApiServer, people: tuple[Person, Person]
) -> None:
    ana, _ = people
    server.fault("getChatMember", hang=3 * ASK_SECONDS, times=1)

    ana.send("/settings")

    ana.wait_for_text("I could not learn whether you are an admin here")


def test_a_tap_on_somebody_elses_drawing_is_told_to_them_alone(people: tuple[Person, Person]) -> None:
    ana, ben = people
    ana.send("/imagine a red hat")
    drawing = ana.wait_for_text("Drawing 4 for")
    said = len(ben.from_bot())

    ben.tap("Cancel", drawing)

    until(lambda: [alert.text for alert in ben.answers() if alert.alert], ben.transcript)
    assert ben.answers()[-1].text.startswith(f"This is {ana.user.first_name}'s")
    assert len(ben.from_bot()) == said


def test_nothing_that_only_works_alone_can_be_tapped_in_a_group(people: tuple[Person, Person]) -> None:
    ana, _ = people

    ana.send("/profiles")

    assert ana.wait_for_text("Nothing is shared here yet").buttons == []


def test_what_is_shared_ends_when_its_owner_is_found_to_have_left(
    server: BotApiServer, running: BotProcess, people: tuple[Person, Person]
) -> None:
    """Telegram tells of those who leave a large group to admins alone."""
    ana, ben = people
    with studio_in(running.data) as studio:
        give_profile(studio, "telegram", ana.id, "Ana summer", f"zana{ana.id}")
        alone = ana.at(ana.id)
        alone.send("/status")
        alone.wait_for_text("Nothing is going on")
        ana.send("/share Ana summer")
        alone.wait_for_text("Share Ana summer with Friday people?")
        alone.tap("Share")
        ben.wait_for_text("shared Ana summer")
        ben.send('/imagine @"Ana summer" as a pirate --n 1')
        ben.wait_for_text("Drawing 1 for")
        group = ana.chat_id
        with server.world.changing():
            chat = server.world.chats[group]
            members = tuple(each for each in chat.members if each != ana.id)
            server.world.chats[group] = replace(chat, members=members, admins=())

        time.sleep(HOLDS_SECONDS)
        ben.send('/imagine @"Ana summer" at sea --n 1')

        ben.wait_for_text('I know no profile "Ana summer" that you may use')
        ben.wait_for_text("the drawing is not delivered")
        assert open_grants(studio, group) == 0
    assert server.violations == []
