"""The three desks. What takes long is made once: servers and the library's clients."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from telegram import Bot

from bots.discord.client import Client
from bots.discord.commands import make_tree, publish
from core.settings import Settings
from core.storage.studio import Studio, open_studio
from tests.botapi import BotApiServer
from tests.botapi.conftest import library_bot
from tests.bots.dialogues.desk import Desk, Run, Someone
from tests.bots.dialogues.on_console import ConsoleDesk
from tests.bots.dialogues.on_discord import DiscordDesk
from tests.bots.dialogues.on_telegram import TelegramDesk
from tests.discordapi import DiscordServer
from tests.discordapi.conftest import taken_for_discord
from tests.studios import empty, opened

PLATFORMS = ("console", "telegram", "discord")
Opens = Callable[[Studio], Desk]


@pytest.fixture(scope="package")
def run() -> Iterator[Run]:
    """One event loop for everything: the library's clients belong to it."""
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture(scope="package")
def telegram(run: Run) -> Iterator[tuple[BotApiServer, Bot]]:
    with BotApiServer() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PTB_TIMEDELTA", "1")
        # httpcore looks for it at every request, and so through all folders when it is not installed.
        if find_spec("sniffio") is None:
            patch.setitem(sys.modules, "sniffio", None)
        bot = library_bot(server)
        run(bot.initialize())
        yield server, bot
        run(bot.shutdown())


@pytest.fixture(scope="package")
def discord(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DiscordServer, Client]]:
    folder = tmp_path_factory.mktemp("discord")

    async def sign_in(server: DiscordServer) -> Client:
        client = Client(open_studio(settings_in(folder)))
        tree = make_tree(client)
        await client.login(server.token)
        await publish(tree, folder)
        return client

    with taken_for_discord() as server:
        client = run(sign_in(server))
        yield server, client
        run(client.close())


def settings_in(folder: Path, **chosen: Any) -> Settings:
    given = {
        "database_url": "",
        "redis_url": "",
        "storage_url": "",
        "keys_url": "",
        "unlimited": False,
        **chosen,
    }
    return Settings(_env_file=None, data_dir=folder, **given)  # type: ignore[call-arg]  # pydantic's own


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    """A studio of the test's own."""
    settings = settings_in(tmp_path / "data")
    empty(settings)
    studio = opened(settings)
    yield studio
    studio.engine.dispose()


@pytest.fixture(params=PLATFORMS)
def desk(request: pytest.FixtureRequest, studio: Studio, run: Run) -> Desk:
    """Each platform in turn."""
    match request.param:
        case "telegram":
            return TelegramDesk(studio, run, *request.getfixturevalue("telegram"))
        case "discord":
            return DiscordDesk(studio, run, *request.getfixturevalue("discord"))
    return ConsoleDesk(studio, run)


@pytest.fixture
def ana(desk: Desk) -> Someone:
    return desk.person("Ana")
