"""The bot as a process of its own, talking to a loopback Bot API server."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.settings import Settings
from tests.botapi import BotApiServer
from tests.bots.processes import BotProcess, not_outliving
from tests.studios import empty


@pytest.fixture(scope="package")
def empty_studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with all tables and nothing in it."""
    folder = tmp_path_factory.mktemp("empty")
    empty(Settings(_env_file=None, data_dir=folder, database_url=""))  # type: ignore[call-arg]  # pydantic's own
    return folder


@pytest.fixture
def server() -> Iterator[BotApiServer]:
    with BotApiServer() as started:
        yield started


@pytest.fixture
def bot(server: BotApiServer, empty_studio: Path, tmp_path: Path) -> Iterator[BotProcess]:
    """A bot that is not started yet, with a studio of its own."""
    with bot_in(server, shutil.copytree(empty_studio, tmp_path / "studio")) as stopped:
        yield stopped


@pytest.fixture(scope="module")
def shared() -> Iterator[BotApiServer]:
    """A server that a module's tests share; each brings its own people."""
    with BotApiServer() as started:
        yield started


@pytest.fixture(scope="module")
def running(
    shared: BotApiServer, empty_studio: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BotProcess]:
    """A bot that listens to the shared server."""
    data = shutil.copytree(empty_studio, tmp_path_factory.mktemp("running") / "studio")
    with bot_in(shared, data) as bot:
        bot.start("--debug")
        yield bot


@contextmanager
def bot_in(server: BotApiServer, data: Path) -> Iterator[BotProcess]:
    """A bot over a data folder, which does not outlive the block."""
    places = {"TELEGRAM_TOKEN": server.token, "TELEGRAM_API_URL": server.url}
    with not_outliving(BotProcess("bots.telegram", places, data)) as bot:
        yield bot
