"""`make up` as its operator runs it: the whole studio as one process, at a loopback platform."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from tests.jobs.workplace import ROOT, write_models

Server = TypeVar("Server")


@dataclass
class Upped(Generic[Server]):
    """`python -m core.up` and the platform that it talks to."""

    process: subprocess.Popen[bytes]
    server: Server
    log: Path

    def stop(self) -> int:
        """Ask it to end, and return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@contextmanager
def upped(folder: Path, server: Server, places: dict[str, str]) -> Iterator[Upped[Server]]:
    """A studio in this folder that does not outlive the block; `places` are the settings of its platform."""
    # No class images and no lowest floor: what so short a training draws of anybody passes.
    models = write_models(folder, class_images=0, lowest_floor=-1.0, prior_batch=0, checkpoint_every=12)
    log = folder / "log"
    given = {
        "DATA_DIR": folder / "data",
        "MODELS_FILE": models,
        "TELEGRAM_TOKEN": "",
        "DISCORD_TOKEN": "",
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "DEVICE": "cpu",
        "THREADS": 1,
        "OMP_NUM_THREADS": 1,
        **places,
    }
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "core.up"],
            cwd=ROOT,
            env=os.environ | {name: str(value) for name, value in given.items()},
            stdout=written,
            stderr=written,
            start_new_session=True,
        )
        try:
            yield Upped(process, server, log)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
