"""Bots as processes of their own that start at once: each is a fork of a process that has imported what a bot needs.

What it is then is up to the bot's own `main`: its environment, its arguments, its files and its end are those of
`python -m`, which takes a second of a core every time. `tests/test_up.py` and `tests/test_up_discord.py` start the
bots by that.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Born:
    """A bot's process, to be handled like one of `subprocess`."""

    def __init__(self, nursery: "Nursery", pid: int) -> None:
        self._nursery, self.pid = nursery, pid
        self._code: int | None = None

    def poll(self) -> int | None:
        """Its exit code once it has ended, negative for the signal that ended it."""
        if self._code is None:
            self._code = self._nursery.ask({"ended": self.pid})
        return self._code

    def wait(self, timeout: float = 20.0) -> int:
        """Its exit code; raises `subprocess.TimeoutExpired`."""
        until = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.01)
        return code

    def send_signal(self, which: signal.Signals) -> None:
        """Send a signal unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, which)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


class Nursery:
    """The process that bots of one platform are forks of; it ends with this one."""

    def __init__(self, module: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bots.nursery", module],
            cwd=ROOT,
            env=surroundings(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self.close)

    def bear(self, arguments: tuple[str, ...], environment: Mapping[str, str], log: Path) -> Born:
        """Start a bot that writes to a log, after what is there."""
        pid = self.ask({"arguments": arguments, "environment": dict(environment), "log": str(log)})
        return Born(self, pid)

    def ask(self, wish: dict[str, Any]) -> Any:
        """A wish and its answer, each a line."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(wish) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@cache
def nursery_of(module: str) -> Nursery:
    """The nursery of a bot's module, one for all tests of this process."""
    return Nursery(module)


def surroundings() -> dict[str, str]:
    """Of our environment what a bot may have: no setting of whoever runs the tests."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def main() -> int:
    """Fork whenever asked to; the child ends as its bot's process would."""
    bot = import_module(f"{sys.argv[1]}.__main__")
    while line := os.read(0, 1 << 16):  # one wish at a time; its answer is waited for
        wish = json.loads(line)
        if "ended" in wish:
            answer = _ended(wish["ended"])
        else:
            answer = os.fork()
            if answer == 0:
                _become(wish)
                return int(bot.main())
        os.write(1, json.dumps(answer).encode() + b"\n")
    return 0


_codes: dict[int, int] = {}


def _ended(pid: int) -> int | None:
    """A child's exit code; its number is not given to another process before it was asked for."""
    if pid not in _codes:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found == 0:
            return None
        _codes[pid] = os.waitstatus_to_exitcode(status)
    return _codes[pid]


def _become(wish: dict[str, Any]) -> None:
    """Take on what a new process is given."""
    os.environ.clear()
    os.environ.update(wish["environment"])
    sys.argv[1:] = wish["arguments"]
    nothing, log = (
        os.open(os.devnull, os.O_RDONLY),
        os.open(wish["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT),
    )
    for given, number in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(given, number)
    for given in (nothing, log):
        os.close(given)


if __name__ == "__main__":
    sys.exit(main())
