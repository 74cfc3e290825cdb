"""The Discord bot as a process of its own, talking to a loopback Discord."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import Settings
from tests.bots.processes import BotProcess, not_outliving
from tests.discordapi import DiscordServer
from tests.studios import empty


def bot_at(server: DiscordServer, data: Path) -> BotProcess:
    places = {"DISCORD_TOKEN": server.token, "DISCORD_API_URL": server.url}
    return BotProcess("bots.discord", places, data)


@pytest.fixture(scope="package")
def empty_studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with all tables and nothing in it."""
    folder = tmp_path_factory.mktemp("empty")
    empty(Settings(_env_file=None, data_dir=folder, database_url=""))  # type: ignore[call-arg]  # pydantic's own
    return folder


@pytest.fixture
def server() -> Iterator[DiscordServer]:
    with DiscordServer() as started:
        yield started


@pytest.fixture
def bot(server: DiscordServer, empty_studio: Path, tmp_path: Path) -> Iterator[BotProcess]:
    """A bot that is not started yet, with a studio of its own."""
    data = shutil.copytree(empty_studio, tmp_path / "studio")
    with not_outliving(bot_at(server, data)) as stopped:
        yield stopped


@pytest.fixture(scope="module")
def shared() -> Iterator[DiscordServer]:
    """A server that a module's tests share; each brings its own people."""
    with DiscordServer() as started:
        yield started


@pytest.fixture(scope="module")
def running(
    shared: DiscordServer, empty_studio: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BotProcess]:
    """A bot that listens to the shared server."""
    data = shutil.copytree(empty_studio, tmp_path_factory.mktemp("running") / "studio")
    with not_outliving(bot_at(shared, data)) as bot:
        bot.start()
        yield bot
