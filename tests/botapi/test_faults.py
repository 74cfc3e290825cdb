"""What goes wrong on purpose, and how fast is too fast."""

import asyncio
import time

import httpx
import pytest
from telegram import Bot, InputMediaPhoto
from telegram.error import Forbidden, NetworkError, RetryAfter, TimedOut

from tests.botapi import BotApiServer, Person
from tests.botapi.conftest import as_bot, picture
from tests.botapi.control import ControlledServer
from tests.botapi.rates import Busiest, Traffic


def test_a_fault_happens_as_often_as_asked(server: BotApiServer, ana: Person) -> None:
    server.fault("sendMessage", times=2, retry_after=7)

    async def insist(bot: Bot) -> None:
        for _ in range(2):
            with pytest.raises(RetryAfter, match="7"):
                await bot.send_message(ana.id, "hello")
        await bot.send_message(ana.id, "hello")

    as_bot(server, insist)

    assert [call.status for call in server.calls("sendMessage")] == [429, 429, 200]
    assert len(ana.from_bot()) == 1


@pytest.mark.parametrize(
    ("fault", "error", "effects"),
    [
        ({"code": 502}, NetworkError, 0),
        ({"drop": True}, NetworkError, 0),
        ({"after": True}, NetworkError, 1),
        ({"after": True, "code": 500}, NetworkError, 1),
        ({"hang": 5.0}, TimedOut, 0),
        ({"hang": 5.0, "after": True}, TimedOut, 1),
    ],
)
def test_a_fault_comes_before_or_after_the_effect(
    server: BotApiServer, ana: Person, fault: dict[str, float | bool], error: type[NetworkError], effects: int
) -> None:
    server.fault("sendMessage", **fault)

    with pytest.raises(error):
        as_bot(server, lambda bot: bot.send_message(ana.id, "hello", read_timeout=0.3))

    assert len(ana.from_bot()) == effects


def test_a_fault_may_say_why(server: BotApiServer, ana: Person) -> None:
    server.fault("*", code=403, description="Forbidden: user is deactivated")

    with pytest.raises(Forbidden, match="user is deactivated"):
        as_bot(server, lambda bot: bot.get_me())


def test_a_download_can_break(server: BotApiServer, ana: Person) -> None:
    ana.send_document(b"twelve bytes", "a.txt")
    server.fault("download", code=502)

    async def fetch(bot: Bot) -> bytes:
        message = (await bot.get_updates())[-1].message
        assert message is not None
        assert message.document is not None
        file = await message.document.get_file()
        with pytest.raises(NetworkError):
            await file.download_as_bytearray()
        return bytes(await file.download_as_bytearray())

    assert as_bot(server, fetch) == b"twelve bytes"


def test_a_bot_that_hangs_up_is_remembered(server: BotApiServer, ana: Person) -> None:
    server.fault("sendMessage", hang=5.0)

    with pytest.raises(TimedOut):
        as_bot(server, lambda bot: bot.send_message(ana.id, "hello", read_timeout=0.2))

    ana.wait_for(lambda _: server.calls("sendMessage"), timeout=1)
    assert [call.status for call in server.calls("sendMessage")] == [0]


def test_an_outage_can_be_asked_for_over_http() -> None:
    with ControlledServer() as server:
        me = f"{server.url}/bot{server.token}/getMe"
        assert httpx.post(f"{server.url}/ctl/outage", json={"seconds": 0.2}).json() == {}
        with pytest.raises(httpx.ConnectError):
            httpx.get(me)
        time.sleep(0.3)
        assert httpx.get(me).json()["ok"]


def test_an_outage_refuses_connections_and_ends(server: BotApiServer, ana: Person) -> None:
    async def live_through(bot: Bot) -> int:
        waiting = asyncio.create_task(bot.get_updates(offset=10**9, timeout=5))
        await asyncio.sleep(0.05)
        await asyncio.to_thread(server.outage, 0.3)
        with pytest.raises(NetworkError):
            await waiting
        failures = 0
        while True:
            try:
                await bot.send_message(ana.id, "back again")
            except NetworkError:
                failures += 1
                await asyncio.sleep(0.02)
            else:
                return failures

    assert as_bot(server, live_through) > 0
    assert [message.text for message in ana.from_bot()] == ["back again"]


def test_a_server_stops_in_the_middle_of_an_outage() -> None:
    with BotApiServer() as server:
        server.outage(60)
        with pytest.raises(RuntimeError, match="going on already"):
            server.outage(60)


def test_messages_and_edits_are_counted_by_chat(server: BotApiServer, ana: Person) -> None:
    async def write(bot: Bot) -> None:
        sent = await bot.send_message(ana.id, "0")
        await sent.edit_text("1")
        await bot.send_media_group(ana.id, [InputMediaPhoto(picture()), InputMediaPhoto(picture())])

    as_bot(server, write)

    assert {chat: busiest.in_a_minute for chat, busiest in server.rates().items()} == {ana.id: 4}


def test_the_busiest_second_and_minute_are_found() -> None:
    traffic = Traffic()
    for moment in (0.0, 0.5, 0.9, 1.0, 1.4, 30.0, 61.0):
        traffic.count(5, moment, 1)

    assert traffic.busiest() == {5: Busiest(in_a_second=4, in_a_minute=6)}


def test_a_private_chat_bears_a_burst_and_then_one_a_second() -> None:
    traffic = Traffic()
    for _ in range(5):
        assert traffic.wait(5, 100.0, private=True) == 0
        traffic.count(5, 100.0, 1)

    assert traffic.wait(5, 100.0, private=True) == 1
    assert traffic.wait(5, 101.0, private=True) == 0
    traffic.count(5, 101.0, 1)
    assert traffic.wait(5, 101.0, private=True) == 1
    assert traffic.wait(5, 120.0, private=True) == 0


def test_a_group_bears_twenty_a_minute() -> None:
    traffic = Traffic()
    for second in range(20):
        assert traffic.wait(-5, float(second), private=False) == 0
        traffic.count(-5, float(second), 1)

    assert traffic.wait(-5, 20.0, private=False) == 40
    assert traffic.wait(-5, 60.0, private=False) == 0


def test_all_chats_together_bear_thirty_a_second() -> None:
    traffic = Traffic()
    for chat in range(1, 31):
        assert traffic.wait(chat, 100.0, private=True) == 0
        traffic.count(chat, 100.0, 1)

    assert traffic.wait(31, 100.5, private=True) == 1
    assert traffic.wait(31, 101.0, private=True) == 0


def test_shares_of_what_is_allowed_count_what_is_refused_too() -> None:
    traffic = Traffic()
    for second in range(20):
        traffic.ask(-5, float(second), private=False)
        traffic.count(-5, float(second), 1)
    assert traffic.shares == {"group": 1.0, "all": 1 / 30}

    traffic.ask(-5, 20.0, private=False)
    traffic.ask(5, 20.0, private=True)

    assert traffic.shares == {"group": 21 / 20, "private": 1 / 5, "all": 1 / 30}


def test_enforced_rates_send_a_hasty_bot_away() -> None:
    async def hurry(bot: Bot) -> int:
        for sent in range(50):
            try:
                await bot.send_message(chat, str(sent))
            except RetryAfter:
                return sent
        return 50

    with BotApiServer(enforce_rates=True) as server:
        ana = server.person("Ana")
        ana.send("/start")
        chat = ana.id
        assert as_bot(server, hurry) < 50
        chat = server.group("Friday people", ana)
        assert as_bot(server, hurry) == 20
