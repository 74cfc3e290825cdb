"""How the process of the bot begins and ends: in good order, or killed."""

import signal
import sqlite3
import time
from contextlib import closing

import pytest

from tests.botapi import BotApiServer
from tests.bots.processes import PATIENCE, BotProcess, photo


def test_without_a_token_it_says_what_is_missing(bot: BotProcess) -> None:
    bot.launch(TELEGRAM_TOKEN="")

    assert bot.process is not None
    assert bot.process.wait(PATIENCE) == 2
    assert "TELEGRAM_TOKEN is not set" in bot.log
    assert "Traceback" not in bot.log


def test_a_token_that_telegram_does_not_know_is_said_but_not_written(bot: BotProcess) -> None:
    bot.launch("--debug", TELEGRAM_TOKEN="42:NotTheTokenOfThisServer")

    assert bot.process is not None
    assert bot.process.wait(PATIENCE) == 2
    assert "does not accept the TELEGRAM_TOKEN" in bot.log
    assert "NotTheTokenOfThisServer" not in bot.log


@pytest.mark.parametrize("wish", [signal.SIGTERM, signal.SIGINT])
def test_a_wish_to_stop_ends_it_in_good_order(
    server: BotApiServer, bot: BotProcess, wish: signal.Signals
) -> None:
    ana = server.person("Ana")
    bot.start()
    ana.send("/help")
    ana.wait_for_text("/imagine words")

    began = time.monotonic()

    assert bot.end(wish) == 0
    assert time.monotonic() - began < 5
    assert "Traceback" not in bot.log


def test_a_reply_on_its_way_arrives_before_the_end(server: BotApiServer, bot: BotProcess) -> None:
    ana = server.person("Ana")
    bot.start()
    server.fault("sendMessage", hang=1.0)

    ana.send("/help")
    time.sleep(0.6)
    ended = bot.end()
    bot.start()
    ana.send("/status")
    ana.wait_for_text("Nothing is going on")

    assert ended == 0
    assert ["/imagine words" in message.words for message in ana.from_bot()] == [True, False]


def test_what_was_fetched_but_not_done_is_done_after_a_kill(server: BotApiServer, bot: BotProcess) -> None:
    ana = server.person("Ana")
    bot.start()
    ana.send("/help")
    ana.wait_for_text("/imagine words")
    bot.rest()

    with closing(sqlite3.connect(bot.data / "likeness.db", isolation_level=None)) as locked:
        locked.execute("BEGIN IMMEDIATE")
        ana.send_album([photo(shade) for shade in range(4)])
        time.sleep(0.5)
        bot.end(signal.SIGKILL)
        locked.execute("ROLLBACK")
    bot.start()

    ana.wait_for_text("4 photos, thank you.")
    assert len(ana.from_bot()) == 2


def test_without_a_network_at_the_start_it_waits(server: BotApiServer, bot: BotProcess) -> None:
    server.fault("getMe", times=2, drop=True)

    bot.start()

    assert bot.log.count("trying again") == 1
    assert bot.log.count("back again") == 1
