"""What goes wrong between the bot, Telegram and the studio: said once, and nothing is lost or done twice."""

import sqlite3
import time
from contextlib import closing
from itertools import count

import pytest

from tests.botapi import BotApiServer, Person
from tests.botapi.model import Call
from tests.bots.processes import BotProcess, until

NAMES = (f"Ana{number}" for number in count())


@pytest.fixture
def server(running: BotProcess, shared: BotApiServer) -> BotApiServer:
    return shared


@pytest.fixture
def ana(server: BotApiServer) -> Person:
    return server.person(next(NAMES))


def said(person: Person, part: str) -> int:
    return len([message for message in person.from_bot() if part in message.words])


def messages_to(server: BotApiServer, person: Person) -> list[Call]:
    return [call for call in server.calls("sendMessage") if call.parameters["chat_id"] == str(person.id)]


class Log:
    """What the bot writes from now on."""

    def __init__(self, bot: BotProcess) -> None:
        self._bot = bot
        self._start = len(bot.log)

    @property
    def text(self) -> str:
        return self._bot.log[self._start :]

    def wait_for(self, part: str) -> None:
        until(lambda: part in self.text, lambda: self.text)


@pytest.fixture
def log(running: BotProcess) -> Log:
    return Log(running)


def test_an_answer_that_is_lost_is_not_said_twice(server: BotApiServer, ana: Person) -> None:
    server.fault("sendMessage", after=True)

    ana.send("/help")
    ana.wait_for_text("/imagine words")
    ana.send("/status")
    ana.wait_for_text("Nothing is going on")

    assert said(ana, "/imagine words") == 1


def test_a_tap_whose_answer_comes_too_late_still_acts(server: BotApiServer, ana: Person) -> None:
    ana.send("/start")
    ana.wait_for_text("Hi ")
    late = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    server.fault("answerCallbackQuery", code=400, description=late)

    ana.tap("Make my own")

    ana.wait_for_text("I am learning a...")


def test_too_many_requests_are_waited_out(server: BotApiServer, ana: Person) -> None:
    server.fault("sendMessage", retry_after=2)

    ana.send("/help")
    ana.send("/status")
    ana.wait_for_text("Nothing is going on")

    until(lambda: len(messages_to(server, ana)) == 3, ana.transcript)
    refused, *taken = messages_to(server, ana)
    assert [refused.status, *(call.status for call in taken)] == [429, 200, 200]
    assert taken[0].at - refused.at >= 2
    assert said(ana, "/imagine words") == 1


def test_a_lost_network_is_said_once_and_everything_goes_on(
    server: BotApiServer, running: BotProcess, ana: Person, log: Log
) -> None:
    ana.send("/help")
    ana.wait_for_text("/imagine words")

    server.outage(0.8)
    ana.send("/status")
    ana.wait_for_text("Nothing is going on")

    log.wait_for("Telegram: back again")
    assert log.text.count("Telegram: NetworkError; trying again") == 1
    assert log.text.count("Telegram: back again") == 1
    assert server.token.split(":")[1] not in running.log
    assert said(ana, "Nothing is going on") == 1


def test_replies_wait_until_the_network_is_back(
    server: BotApiServer, running: BotProcess, ana: Person, log: Log
) -> None:
    with closing(sqlite3.connect(running.data / "likeness.db", isolation_level=None)) as locked:
        locked.execute("BEGIN IMMEDIATE")
        ana.send("/help")
        time.sleep(0.5)
        server.outage(0.8)
        locked.execute("ROLLBACK")

    ana.wait_for_text("/imagine words")
    log.wait_for("Telegram: back again")
    assert said(ana, "/imagine words") == 1


def test_another_poller_is_said_once(server: BotApiServer, ana: Person, log: Log) -> None:
    server.fault("getUpdates", code=409, times=2)

    ana.send("/help")
    log.wait_for("another bot hears")
    ana.send("/status")
    ana.wait_for_text("Nothing is going on")

    log.wait_for("back again")
    assert log.text.count("another bot hears with the same token") == 1


def test_while_the_studio_is_away_updates_are_kept(running: BotProcess, ana: Person, log: Log) -> None:
    keys = running.data / "keys"
    away = keys.rename(running.data / "keys-away")
    keys.write_text("in the way of the folder")

    ana.send("/help")
    log.wait_for("the studio: ")
    time.sleep(1.5)
    keys.unlink()
    away.rename(keys)

    ana.wait_for_text("/imagine words")
    log.wait_for("the studio: back again")
    assert log.text.count("the studio: NotADirectoryError; trying again") == 1


def test_an_update_that_cannot_be_read_keeps_no_other_away(
    server: BotApiServer, ana: Person, log: Log
) -> None:
    number = server.update({"message": {"text": "zebrafish"}})
    ana.send("/help")

    ana.wait_for_text("/imagine words")
    assert f"update {number} cannot be read" in log.text
    assert "zebrafish" not in log.text


def test_an_update_that_fails_again_and_again_is_passed_over(
    server: BotApiServer, running: BotProcess, ana: Person, log: Log
) -> None:
    ana.send("/new")
    ana.wait_for_text("I am learning a...")
    with closing(sqlite3.connect(running.data / "likeness.db")) as database:
        # The words of a profile can no longer be opened.
        database.execute("UPDATE profile SET sealed = x'00112233445566778899aabbccddeeff'")
        database.commit()

    ana.send("zebrafish")
    ben = server.person("Ben")
    ben.send("/help")

    ben.wait_for_text("/imagine words")
    ana.wait_for_text("the fault is mine")
    assert log.text.count("InvalidTag") == 3
    assert "zebrafish" not in log.text
