"""How the process of the bot begins and ends: in good order, or killed; and what works after that."""

import signal
import sqlite3
import time
from contextlib import closing

import pytest

from tests.bots.discord.conftest import bot_at
from tests.bots.processes import PATIENCE, BotProcess, not_outliving, photo, until
from tests.discordapi import DiscordServer, Person


@pytest.fixture
def ana(server: DiscordServer) -> Person:
    person = server.person("Ana")
    return person.at(server.guild("Friday people", person))


def test_without_a_token_it_says_what_is_missing(bot: BotProcess) -> None:
    bot.launch(DISCORD_TOKEN="")

    assert bot.process is not None
    assert bot.process.wait(PATIENCE) == 2
    assert "DISCORD_TOKEN is not set" in bot.log
    assert "Traceback" not in bot.log


def test_a_token_that_discord_does_not_know_is_said_but_not_written(bot: BotProcess) -> None:
    bot.launch("--debug", DISCORD_TOKEN="NotTheTokenOfThisServer")

    assert bot.process is not None
    assert bot.process.wait(PATIENCE) == 2
    assert "does not accept the DISCORD_TOKEN" in bot.log
    assert "NotTheTokenOfThisServer" not in bot.log


@pytest.mark.parametrize("wish", [signal.SIGTERM, signal.SIGINT])
def test_a_wish_to_stop_ends_it_in_good_order(bot: BotProcess, ana: Person, wish: signal.Signals) -> None:
    bot.start()
    ana.slash("status")
    ana.wait_for_text("Nothing is going on")

    began = time.monotonic()

    assert bot.end(wish) == 0
    assert time.monotonic() - began < 5
    assert "Traceback" not in bot.log


def test_a_reply_on_its_way_arrives_before_the_end(
    server: DiscordServer, bot: BotProcess, ana: Person
) -> None:
    bot.start()
    server.fault("PATCH /webhooks/messages", hang=1.0)

    ana.slash("status")
    time.sleep(0.6)

    assert bot.end() == 0
    ana.wait_for_text("Nothing is going on")


def test_without_a_network_at_the_start_it_waits(server: DiscordServer, bot: BotProcess) -> None:
    server.fault("GET /users/@me", times=2, drop=True)
    server.fault("GET /gateway/bot", times=2, drop=True)
    server.fault("PUT /commands", times=2, drop=True)

    bot.start()

    assert bot.log.count("trying again") == 3
    assert bot.log.count("back again") == 3
    assert "Traceback" not in bot.log


def test_commands_are_told_once(server: DiscordServer, bot: BotProcess) -> None:
    bot.start()
    bot.end()
    bot.start()

    assert len(server.calls("PUT /commands")) == 1
    assert {each["name"] for each in server.world.commands} == {
        *(
            "profile",
            "profiles",
            "imagine",
            "status",
            "cancel",
            "privacy",
            "forget",
            "help",
            "setup",
            "link",
            "language",
            "export",
            "import",
        ),
        *("share", "revoke", "usage", "settings", "pool"),
        *("Add photos to profile", "Make a picture of..."),
    }
    assert all(each["integration_types"] == [0, 1] for each in server.world.commands)


def test_buttons_and_forms_work_after_a_kill(server: DiscordServer, bot: BotProcess, ana: Person) -> None:
    bot.start()
    ana.slash("imagine", prompt="as an astronaut")
    drawing = ana.wait_for_text("Drawing 4 for Ana")
    form = ana.slash("profile new")
    ana.form(form)
    bot.rest()
    bot.end(signal.SIGKILL)
    bot.start()

    ana.tap("Cancel", drawing)
    ana.submit(form, [("one.jpg", photo(1))], kind="cat", name="Tom")

    ana.wait_for_text("Stopping...")
    ana.wait_for_text("Draft: Tom · cat")


def test_a_form_that_is_sent_again_after_a_restart_counts_once(
    server: DiscordServer, bot: BotProcess, ana: Person
) -> None:
    bot.start()
    form = ana.slash("profile new")
    ana.submit(form, kind="cat", name="Tom")
    ana.wait_for_text("Draft: Tom · cat")
    bot.rest()
    bot.end(signal.SIGKILL)
    bot.start()

    ana.submit(form, kind="dog", name="Rex")
    ana.slash("profile draft")

    ana.wait_for(lambda _: [each for each in ana.from_bot() if each.words.startswith("Draft: Tom · cat")][1:])
    assert "Rex" not in ana.transcript()


def test_what_was_asked_before_a_kill_is_answered_in_the_channel(
    server: DiscordServer, bot: BotProcess, ana: Person
) -> None:
    bot.start()
    server.fault("PATCH /webhooks/messages", drop=True, times=99)
    ana.slash("imagine", prompt="as an astronaut")
    with closing(sqlite3.connect(bot.data / "likeness.db")) as database:
        until(lambda: database.execute("SELECT count(*) FROM delivery").fetchone() == (1,), lambda: bot.log)
        time.sleep(0.5)
        bot.end(signal.SIGKILL)
        database.execute("UPDATE delivery SET lease_until = 0")  # as after the minute of its lease
        database.commit()
    bot.start()

    drawing = ana.wait_for_text("Drawing 4 for Ana")
    assert drawing.words.startswith(f"<@{ana.user.id}>")


def test_every_server_is_heard_by_its_shard(bot: BotProcess) -> None:
    with DiscordServer(shards=3) as server, not_outliving(bot_at(server, bot.data)) as sharded:
        people = [server.person(name) for name in ("Ana", "Ben", "Cleo", "Dan")]
        places = [each.at(server.guild(f"{each.user.name}'s", each)) for each in people]
        sharded.start()

        for each in (*people, *places):
            each.slash("status")

        for each in (*people, *places):
            each.wait_for_text("Nothing is going on")
        assert sorted(asked["shard"] for asked in server.gateway.identified) == [[0, 3], [1, 3], [2, 3]]
        assert sharded.end() == 0


def test_the_limits_of_discord_are_kept(bot: BotProcess) -> None:
    with DiscordServer(enforce_rates=True) as server, not_outliving(bot_at(server, bot.data)) as polite:
        ana = server.person("Ana")
        polite.start()

        for _ in range(8):
            ana.send("/status")

        ana.wait_for(lambda _: len(ana.from_bot()) == 8, 20.0)
        assert [call for call in server.calls() if call.status == 429] == []
