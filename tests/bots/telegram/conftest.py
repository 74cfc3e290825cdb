"""The bot as a process of its own, talking to a loopback Bot API server."""

import io
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from core.settings import Settings
from core.up import migrate
from tests.botapi import BotApiServer

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 20.0  # seconds; starting a process on a busy machine takes some


@dataclass
class BotProcess:
    """`python -m bots.telegram`, as often as it is started."""

    server: BotApiServer
    data: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """All that every start has written to stderr."""
        path = self.data / "log"
        return path.read_text() if path.exists() else ""

    def start(self, *arguments: str, **environment: str) -> None:
        """Start it, and return when it listens."""
        before = self.log.count(" listens")
        self.launch(*arguments, **environment)
        until(lambda: self.log.count(" listens") > before, lambda: self.log)

    def launch(self, *arguments: str, **environment: str) -> None:
        """Start it without waiting."""
        known = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        settings = {
            "TELEGRAM_TOKEN": self.server.token,
            "TELEGRAM_API_URL": self.server.url,
            "DATA_DIR": str(self.data),
            "DATABASE_URL": "",
            "REDIS_URL": "",
        }
        with (self.data / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bots.telegram", *arguments],
                cwd=ROOT,
                env={**known, **settings, **environment},
                stdout=log,
                stderr=log,
            )

    def rest(self) -> None:
        """Return when every reply has been delivered and noted."""
        with closing(sqlite3.connect(self.data / "likeness.db")) as database:
            left = "SELECT count(*) FROM delivery WHERE lower(state) IN ('pending', 'sending')"
            until(lambda: database.execute(left).fetchone() == (0,), lambda: self.log)

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)


def photo(shade: int) -> bytes:
    """A plain picture, different for each shade."""
    written = io.BytesIO()
    Image.new("RGB", (64, 48), (shade * 20 % 256, 80, 160)).save(written, "JPEG")
    return written.getvalue()


def until(seen: Callable[[], object], otherwise: Callable[[], object], timeout: float = PATIENCE) -> None:
    """Wait until something is seen; what was there instead is the error."""
    end = time.monotonic() + timeout
    while not seen():
        if time.monotonic() > end:
            raise TimeoutError(f"not seen within {timeout} s: {otherwise()}")
        time.sleep(0.02)


@pytest.fixture(scope="package")
def empty_studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a migrated database and nothing in it."""
    folder = tmp_path_factory.mktemp("empty")
    migrate(Settings(_env_file=None, data_dir=folder, database_url=""))  # type: ignore[call-arg]  # pydantic's own
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
def running(empty_studio: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotProcess]:
    """A bot that listens, with a server and a studio that a module's tests share; each brings its own people."""
    data = shutil.copytree(empty_studio, tmp_path_factory.mktemp("running") / "studio")
    with BotApiServer() as server, bot_in(server, data) as bot:
        bot.start("--debug")
        yield bot


@contextmanager
def bot_in(server: BotApiServer, data: Path) -> Iterator[BotProcess]:
    """A bot over a data folder, which does not outlive the block."""
    bot = BotProcess(server, data)
    try:
        yield bot
    finally:
        if bot.process and bot.process.poll() is None:
            bot.process.kill()
            bot.process.wait()
