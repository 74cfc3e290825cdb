"""The fuzz target: `python -m tests.fuzz.decoding --count 100000` opens mutants as the product does, and counts."""

import argparse
import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import PhotoRefused, Refusal
from core.intake import Intake, Limits
from core.intake_formats import sniff
from core.intake_zip import read
from tests.fuzz.mutants import mutant

MOST_SECONDS = 5.0
# Seconds by the clock are other programs' as well; those of the processor are counted, and this ends what hangs.
LIMITS = Limits(seconds=60.0)
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Outcome:
    """What became of so many mutants; failures name the mutant's number."""

    count: int = 0
    files: int = 0  # that were opened: those in an archive count each
    ends: Counter[str] = field(default_factory=Counter)
    crashes: list[int] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)
    slow: list[tuple[int, float]] = field(default_factory=list)
    slowest: float = 0.0  # seconds
    most_memory: int = 0  # bytes, of the child

    @property
    def failures(self) -> int:
        """How many mutants did what none may do."""
        numbers = [
            *self.crashes,
            *(number for number, _ in self.errors),
            *(number for number, _ in self.slow),
        ]
        return len(set(numbers))


def run(numbers: Iterable[int], outcome: Outcome | None = None) -> Outcome:
    """Open the mutants of these numbers, one after another, in one warm child."""
    outcome = outcome or Outcome()
    deaths = _Deaths()
    log = logging.getLogger("core.intake")
    log.addHandler(deaths)
    try:
        with Intake() as intake:
            for number in numbers:
                before = deaths.count
                _open_one(intake, number, outcome)
                if deaths.count > before:
                    outcome.crashes.append(number)
    finally:
        log.removeHandler(deaths)
    return outcome


def _open_one(intake: Intake, number: int, outcome: Outcome) -> None:
    made = mutant(number)
    outcome.count += 1
    child, used, began = intake.process, _seconds(intake.process), time.process_time()
    try:
        for data in _files(made.data, outcome):
            outcome.files += 1
            try:
                intake.open(data, LIMITS)
                outcome.ends["opened"] += 1
            except PhotoRefused as refused:
                outcome.ends[str(refused.refusal)] += 1
                if refused.refusal is Refusal.TOO_SLOW:
                    outcome.slow.append((number, LIMITS.seconds))
    except Exception as error:  # the very thing that is looked for
        outcome.errors.append((number, repr(error)))
    seconds = time.process_time() - began
    seconds += _seconds(intake.process) - (used if intake.process == child else 0.0)
    outcome.slowest = max(outcome.slowest, seconds)
    outcome.most_memory = max(outcome.most_memory, _memory(intake.process))
    if seconds > MOST_SECONDS:
        outcome.slow.append((number, seconds))


def _files(data: bytes, outcome: Outcome) -> Iterator[bytes]:
    """What the intake is given: the file, or the pictures in an archive."""
    if sniff(data) != "zip":
        yield data
        return
    try:
        for member in read(data):
            if member.refusal:
                outcome.ends[f"in a zip: {member.refusal}"] += 1
            elif not member.is_text:
                yield member.content
    except PhotoRefused as refused:
        outcome.ends[f"zip: {refused.refusal}"] += 1


class _Deaths(logging.Handler):
    """Counts how often the intake says that its child has died."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += "died" in record.getMessage()


def _seconds(process: int | None) -> float:
    """Processor time that a process has used."""
    if process is None:
        return 0.0
    fields = (Path("/proc") / str(process) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _memory(process: int | None) -> int:
    """The most that a process has had in memory, in bytes."""
    if process is None:
        return 0
    status = (Path("/proc") / str(process) / "status").read_text()
    return next((int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmHWM")), 0)


def main() -> int:
    """Run and say what was found; 1 if there is a failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    asked = parser.parse_args()
    outcome = Outcome()
    for begin in range(asked.first, asked.first + asked.count, 1000):
        run(range(begin, min(begin + 1000, asked.first + asked.count)), outcome)
        print(outcome, flush=True)  # noqa: T201  (a program)
    return 1 if outcome.failures else 0


if __name__ == "__main__":
    sys.exit(main())
