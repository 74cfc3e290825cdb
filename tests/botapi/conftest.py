"""A server, a person who has opened a chat, and the real library as the bot."""

import asyncio
import io
import ssl
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import pytest
from PIL import Image
from telegram import Bot, Update
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from tests.botapi import BotApiServer, Person

Result = TypeVar("Result")


@pytest.fixture(autouse=True)
def waits_are_durations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the library tell `retry_after` as it will in its next version; the old way warns."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def server() -> Iterator[BotApiServer]:
    with BotApiServer() as started:
        yield started


@pytest.fixture
def ana(server: BotApiServer) -> Person:
    person = server.person("Ana", username="ana_paints")
    person.send("/start")
    return person


def as_bot(server: BotApiServer, work: Callable[[Bot], Awaitable[Result]]) -> Result:
    """Run some work of a bot against the server and return what it returns."""

    async def run() -> Result:
        async with library_bot(server) as bot:
            return await work(bot)

    return asyncio.run(run())


def refused(server: BotApiServer, work: Callable[[Bot], Awaitable[object]]) -> TelegramError:
    """Return the refusal that some work of a bot ends with."""
    with pytest.raises(TelegramError) as caught:
        as_bot(server, work)
    return caught.value


def updates(
    server: BotApiServer, *, offset: int | None = None, limit: int | None = None
) -> tuple[Update, ...]:
    """Return what waits for the bot."""
    return as_bot(server, lambda bot: bot.get_updates(offset=offset, limit=limit))


def library_bot(server: BotApiServer) -> Bot:
    """Return the library's bot, pointed at the server."""
    # Loopback is plain HTTP; loading the world's certificates would take most of a test's time.
    plain = {"verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}
    return Bot(
        server.token,
        base_url=f"{server.url}/bot",
        base_file_url=f"{server.url}/file/bot",
        request=HTTPXRequest(httpx_kwargs=plain),
        get_updates_request=HTTPXRequest(httpx_kwargs=plain),
    )


def picture(width: int = 64, height: int = 48, shade: int = 0, kind: str = "JPEG") -> bytes:
    """Return a plain picture, encoded."""
    written = io.BytesIO()
    Image.new("RGB", (width, height), (shade, 80, 160)).save(written, kind)
    return written.getvalue()
