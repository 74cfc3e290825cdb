"""[chat-p95-ms] From an update's arrival to the commit of its turn: Poisson arrivals over 100 conversations."""

import json
import subprocess
import sys

from benchmarks.row import Row, percentile, row

SECONDS, FULL_SECONDS = 20, 60


def run(*, full: bool) -> list[Row]:
    """Measure on SQLite, with commits that are synced to the disk."""
    seconds = FULL_SECONDS if full else SECONDS
    command = [sys.executable, "-m", "benchmarks.chat_load", str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    waits: list[float] = json.loads(done.stdout)
    return [row("chat-p95-ms", percentile(waits, 0.95) * 1000, "ms", most=50, n=len(waits))]
