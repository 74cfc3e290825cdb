"""What goes wrong between the bot, Discord and the studio: nothing is lost or said twice."""

import sqlite3
import time
from contextlib import closing
from itertools import count, pairwise

import pytest

from tests.bots.processes import BotProcess, photo, until
from tests.discordapi import DiscordServer, Person

NAMES = (f"Ana{number}" for number in count())
QUARTER = 15 * 60.0


@pytest.fixture
def server(running: BotProcess, shared: DiscordServer) -> DiscordServer:
    return shared


@pytest.fixture
def ana(server: DiscordServer) -> Person:
    person = server.person(next(NAMES))
    return person.at(server.guild("Friday people", person))


def said(person: Person, part: str) -> int:
    return len([message for message in person.from_bot() if part in message.words])


def in_private(server: DiscordServer, ana: Person) -> Person:
    return ana.at(server.world.direct(ana.user.id).id)


@pytest.mark.parametrize(
    "fault", [{"after": True}, {"drop": True}, {"code": 502, "times": 2}, {"retry_after": 1}]
)
def test_a_first_answer_that_is_lost_is_said_once(
    server: DiscordServer, ana: Person, fault: dict[str, int]
) -> None:
    server.fault("PATCH /webhooks/messages", **fault)

    ana.slash("status")

    ana.wait_for_text("Nothing is going on")
    ana.slash("privacy")
    ana.wait_for_text("What I keep")
    assert said(ana, "Nothing is going on") == 1


def test_a_later_answer_that_is_lost_is_not_said_twice(server: DiscordServer, ana: Person) -> None:
    ana.slash("profile delete")
    ana.wait_for_text("Which one shall I delete")
    server.fault("POST /webhooks", after=True)
    ana.tap("Delete Robin")
    ana.wait_for_text("Delete Robin with its photos")
    ana.slash("status")
    ana.wait_for_text("Nothing is going on")

    assert said(ana, "Delete Robin with its photos") == 1


def test_an_acknowledgement_whose_answer_is_lost_is_one(server: DiscordServer, ana: Person) -> None:
    server.fault("POST /callback", after=True)

    ana.slash("status")

    assert ana.wait_for_text("Nothing is going on").only_for == ana.user.id


def test_an_acknowledgement_that_comes_too_late_still_acts(server: DiscordServer, ana: Person) -> None:
    asked = ana.slash("status")
    with server.world.changing():
        asked.at -= 60.0
    private = in_private(server, ana)

    # Whether Discord took it in time decides only where the answer is read.
    until(
        lambda: said(ana, "Nothing is going on") + said(private, "Nothing is going on") == 1,
        lambda: (ana.transcript(), private.transcript()),
    )


def test_after_fifteen_minutes_private_answers_come_as_direct_messages(
    server: DiscordServer, running: BotProcess, ana: Person
) -> None:
    with closing(sqlite3.connect(running.data / "likeness.db", isolation_level=None)) as locked:
        locked.execute("BEGIN IMMEDIATE")
        asked = ana.slash("status")
        ana.wait_for(lambda _: asked.answered)
        server.pass_time(QUARTER)
        locked.execute("ROLLBACK")

    in_private(server, ana).wait_for_text("Nothing is going on")
    assert said(ana, "Nothing is going on") == 0


def test_after_fifteen_minutes_pictures_come_to_the_channel(
    server: DiscordServer, running: BotProcess, ana: Person
) -> None:
    with closing(sqlite3.connect(running.data / "likeness.db", isolation_level=None)) as locked:
        locked.execute("BEGIN IMMEDIATE")
        asked = ana.slash("imagine", prompt="as an astronaut")
        ana.wait_for(lambda _: asked.answered)
        server.pass_time(QUARTER)
        locked.execute("ROLLBACK")

    late = ana.wait_for_text("Drawing 4 for Ana")
    assert late.words.startswith(f"<@{ana.user.id}>")
    assert late.token == ""


@pytest.mark.parametrize("how", ["not a member", "not allowed"])
def test_where_the_bot_may_not_write_they_come_as_direct_messages(
    server: DiscordServer, running: BotProcess, how: str
) -> None:
    person = server.person(next(NAMES))
    member = how == "not allowed"
    ana = person.at(server.guild("Closed", person, bot=member, permissions=1 << 10))
    with closing(sqlite3.connect(running.data / "likeness.db", isolation_level=None)) as locked:
        locked.execute("BEGIN IMMEDIATE")
        asked = ana.slash("imagine", prompt="as an astronaut")
        ana.wait_for(lambda _: asked.answered)
        server.pass_time(QUARTER)
        locked.execute("ROLLBACK")

    person.wait_for_text("Drawing 4")
    assert said(ana, "Drawing") == 0


def test_somebody_who_takes_no_direct_messages_holds_nobody_up(
    server: DiscordServer, running: BotProcess, ana: Person
) -> None:
    server.world.closed_direct.add(ana.user.id)
    with closing(sqlite3.connect(running.data / "likeness.db", isolation_level=None)) as locked:
        locked.execute("BEGIN IMMEDIATE")
        asked = ana.slash("status")
        ana.wait_for(lambda _: asked.answered)
        server.pass_time(QUARTER)
        locked.execute("ROLLBACK")
    running.rest()

    ana.slash("privacy")
    ana.wait_for_text("What I keep")


@pytest.mark.parametrize("fault", [{"after": True}, {"drop": True}, {"code": 502}, {"retry_after": 1}])
def test_a_direct_message_that_is_lost_is_said_once(server: DiscordServer, fault: dict[str, int]) -> None:
    ana = server.person(next(NAMES))
    server.fault("POST /channels/messages", **fault)

    ana.send("/status")
    ana.wait_for_text("Nothing is going on")
    ana.send("/privacy")
    ana.wait_for_text("What I keep")

    assert said(ana, "Nothing is going on") == 1


def test_a_panel_is_changed_rarely_however_much_happens(server: DiscordServer) -> None:
    ana = server.person(next(NAMES))
    for shade in range(6):
        ana.send(files=[(f"{shade}.jpg", photo(shade))])
        time.sleep(0.2)

    ana.wait_for_text("6 photos")
    assert len(ana.from_bot()) == 1
    edits = [
        call.at
        for call in server.calls("PATCH /channels/messages")
        if "photo" in str(call.body) and call.status == 200
    ]
    assert all(later - earlier >= 1.9 for earlier, later in pairwise(edits))


def test_a_file_that_does_not_come_is_asked_for_again(server: DiscordServer, ana: Person) -> None:
    server.fault("GET /cdn", code=503)
    message = ana.send(files=[("one.jpg", photo(1))])

    ana.menu("Add photos to profile", message)

    until(lambda: message.files[0].id in server.downloads, lambda: server.downloads)


@pytest.mark.parametrize("how", ["drop", "reconnect", "invalid"])
def test_a_gateway_that_is_lost_comes_back(
    server: DiscordServer, running: BotProcess, ana: Person, how: str
) -> None:
    identified, resumed = len(server.gateway.identified), server.gateway.resumed
    server.drop_gateway(how)
    if how != "invalid":
        ana.slash("status")  # told when the session goes on

    until(
        lambda: len(server.gateway.identified) > identified or server.gateway.resumed > resumed,
        lambda: running.log,
    )
    if how == "invalid":
        until(lambda: len(server.gateway.identified) > identified, lambda: running.log)
        ana.slash("status")
    ana.wait_for_text("Nothing is going on", 20.0)
    assert said(ana, "Nothing is going on") == 1


def test_what_the_gateway_tells_twice_is_heard_once(server: DiscordServer, ana: Person) -> None:
    asked = ana.slash("imagine", prompt="as an astronaut")
    ana.wait_for_text("Drawing 4 for Ana")

    with server.world.changing():
        told = server.gateway.last("INTERACTION_CREATE")
        assert told["id"] == str(asked.id)
        server.world.announce("INTERACTION_CREATE", told, None)
    ana.slash("status")

    status = ana.wait_for_text("Robin: Drawing 4").words
    assert status.count("Robin: Drawing") == 1


def test_while_the_studio_is_away_it_is_acknowledged_and_kept(
    server: DiscordServer, running: BotProcess, ana: Person
) -> None:
    keys = running.data / "keys"
    away = keys.rename(running.data / "keys-away")
    keys.write_text("in the way of the folder")

    asked = ana.slash("status")
    ana.wait_for(lambda _: asked.answered)
    until(lambda: "the studio: " in running.log, lambda: running.log)
    keys.unlink()
    away.rename(keys)

    ana.wait_for_text("Nothing is going on")
    assert asked.answer_at - asked.at < 1.0


def test_everything_was_acknowledged_in_time(server: DiscordServer) -> None:
    waits = [one.answer_at - one.at for one in server.world.interactions.values() if one.answered]

    assert waits
    assert sorted(waits)[len(waits) * 95 // 100] < 1.0
