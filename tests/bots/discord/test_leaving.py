"""Owners who leave a server, and servers that the bot is out of, though no event tells of it."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial

import pytest
from sqlmodel import col, select

from bots.members import HOLDS_SECONDS
from core.conversation.sharing_phrases import NOT_DELIVERED
from core.storage.database import reading
from core.storage.studio import Studio
from core.storage.tables import Work, WorkKind
from tests.bots.discord.sharing import guild_of, people, share
from tests.bots.processes import BotProcess, until
from tests.bots.shared_profiles import open_grants, spaces, studio_in
from tests.chat.groups import Group, drawn
from tests.discordapi import DiscordServer, Person

QUARTER = 15 * 60.0
VIEW = 1 << 10


@pytest.fixture
def started(bot: BotProcess) -> BotProcess:
    bot.start()
    return bot


@pytest.fixture
def studio(bot: BotProcess) -> Iterator[Studio]:
    with studio_in(bot.data) as opened:
        yield opened


@contextmanager
def answered_late(server: DiscordServer, bot: BotProcess) -> Iterator[None]:
    """What is asked for meanwhile is answered when no command can be answered any more."""
    with closing(sqlite3.connect(bot.data / "likeness.db", isolation_level=None)) as locked:
        locked.execute("BEGIN IMMEDIATE")
        yield
        server.pass_time(QUARTER)
        locked.execute("ROLLBACK")


def ask(person: Person, prompt: str, profile: str) -> None:
    asked = person.slash("imagine", prompt=prompt, profile=profile, count=1)
    person.wait_for(lambda _: asked.answered)


def drawing_told(person: Person, times: int) -> bool:
    return sum("Drawing 1" in each.words for each in person.from_bot()) == times


def last_drawing(studio: Studio) -> Work:
    with reading(studio.engine) as session:
        drawing = select(Work).where(Work.kind == WorkKind.DRAW).order_by(col(Work.id).desc())
        found = session.exec(drawing).first()
        assert found is not None
        return found


def test_what_is_shared_ends_when_its_owner_is_found_to_have_left(
    server: DiscordServer, started: BotProcess, studio: Studio
) -> None:
    ana, ben = people(server)
    share(studio, ana, "Ana summer")
    server.fault("GET /guilds/members", hang=5.0)
    ask(ben, "as a pirate", "Ana summer")
    ben.wait_for_text("Drawing 1 for")  # while Discord does not say, she counts as a member
    server.leave(ana, ana.channel)
    ask(ben, "at sea", "Ana summer")

    ben.wait_for_text('I know no profile "Ana summer" that you may use')
    assert open_grants(studio, guild_of(server, ben)) == 0
    ben.wait_for_text(NOT_DELIVERED)


def test_a_finished_drawing_is_not_delivered_when_its_owner_has_left(
    server: DiscordServer, started: BotProcess, studio: Studio
) -> None:
    ana, ben = people(server)
    share(studio, ana, "Ana summer")
    ask(ben, "as a pirate", "Ana summer")
    ben.wait_for_text("Drawing 1 for")
    drawn(Group(studio), last_drawing(studio))
    seen = ben.wait_for_text("Ana summer for")
    assert len(seen.files) == 1

    ask(ben, "at sea", "Ana summer")
    ben.wait_for_text("Drawing 1 for")
    server.leave(ana, ana.channel)
    time.sleep(HOLDS_SECONDS)
    drawn(Group(studio), last_drawing(studio))

    ben.wait_for_text(NOT_DELIVERED)
    started.rest()
    assert sum(len(each.files) for each in ben.from_bot()) == 1
    assert open_grants(studio, guild_of(server, ben)) == 0


def test_who_left_while_the_bot_was_away_is_found_without_being_asked_for(
    server: DiscordServer, started: BotProcess, studio: Studio
) -> None:
    ana, ben = people(server)
    stays, _ = people(server)
    share(studio, ana, "Ana summer")
    share(studio, stays, "Another")
    started.end()
    server.leave(ana, ana.channel)

    started.start()

    until(lambda: open_grants(studio, guild_of(server, ben)) == 0, lambda: started.log)
    until(
        lambda: [call.status for call in server.calls("GET /guilds/members")][-2:] == [404, 200],
        ben.transcript,
    )
    assert open_grants(studio, guild_of(server, stays)) == 1


def test_servers_that_are_gone_at_the_start_are_forgotten_and_those_that_are_away_are_not(
    server: DiscordServer, started: BotProcess, studio: Studio
) -> None:
    removed, kept, away = people(server)[0], people(server)[0], people(server)[0]
    for owner in (removed, kept, away):
        share(studio, owner, "Ana summer")
    gone = guild_of(server, removed)
    started.end()
    server.remove_bot(removed.channel)
    server.world.guilds[guild_of(server, away)].away = True

    started.start()

    until(lambda: str(gone) not in spaces(studio), lambda: started.log)
    assert spaces(studio) == {str(guild_of(server, each)) for each in (kept, away)}
    assert open_grants(studio, guild_of(server, away)) == 1
    assert [call.status for call in server.calls("GET /guilds")] == [404]


def test_a_server_whose_end_was_not_told_is_found_by_writing_there(
    server: DiscordServer, started: BotProcess, studio: Studio
) -> None:
    ana, ben = people(server)
    share(studio, ana, "Ana summer")

    with answered_late(server, started):
        ask(ben, "as an astronaut", "Robin")
        server.remove_bot(ben.channel, told=False)

    until(lambda: spaces(studio) == set(), lambda: started.log)
    # His own profile is his own everywhere: that answer finds another way.
    ben.at(server.world.direct(ben.user.id).id).wait_for_text("Drawing 1")


def test_a_channel_that_is_hidden_from_the_bot_ends_nothing(
    server: DiscordServer, started: BotProcess, studio: Studio
) -> None:
    ana, ben = people(server)
    share(studio, ana, "Ana summer")

    for times, permissions in ((1, 0), (2, VIEW)):
        with answered_late(server, started):
            ask(ben, "as a pirate", "Ana summer")
            server.world.guilds[guild_of(server, ben)].permissions = permissions
        alone = ben.at(server.world.direct(ben.user.id).id)
        until(partial(drawing_told, alone, times), alone.transcript)

    assert open_grants(studio, guild_of(server, ben)) == 1
    refused = [call.why for call in server.calls("POST /channels/messages") if call.status == 403]
    assert refused == ["Missing Access", "Missing Permissions"]
    assert [call.status for call in server.calls("GET /guilds")] == [200]
