"""A bot as a process of its own, talking to a loopback server."""

import io
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from tests.bots.nursery import Born, nursery_of, surroundings

PATIENCE = 20.0  # seconds; starting a process on a busy machine takes some


@dataclass
class BotProcess:
    """A bot's process, as often as it is started."""

    module: str
    places: Mapping[str, str]  # settings that say where its platform is
    data: Path
    process: Born | None = field(default=None)

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
        settings = {**self.places, "DATA_DIR": str(self.data), "DATABASE_URL": "", "REDIS_URL": ""}
        given = {**surroundings(), **settings, **environment}
        self.process = nursery_of(self.module).bear(arguments, given, self.data / "log")

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


@contextmanager
def not_outliving(bot: BotProcess) -> Iterator[BotProcess]:
    """A bot that does not outlive the block."""
    try:
        yield bot
    finally:
        if bot.process and bot.process.poll() is None:
            bot.process.kill()
            bot.process.wait()
