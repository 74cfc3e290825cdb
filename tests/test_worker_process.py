"""Real worker processes, killed for real in the middle of a training: nothing is lost, and not one bit differs."""

import logging
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from sqlmodel import col, delete

from core.storage import ledger
from core.storage.database import reading, writing
from core.storage.tables import Profile, ProfileState, WorkerRow, WorkKind, WorkState
from tests.jobs.conftest import begun, models, opens, place, server
from tests.jobs.test_exactness import begin_training, weights_of
from tests.jobs.workplace import ROOT, Workplace, change, newest_profile, version_of

__all__ = ["begun", "models", "opens", "place", "server"]  # fixtures

log = logging.getLogger(__name__)
PATIENCE = 60.0  # seconds; a worker loads its models first
PLAN = '{"steps": 16, "checkpoint_every": 4}'


class WorkerProcess:
    """`python worker.py` over the studio of a workplace."""

    def __init__(self, place: Workplace) -> None:
        settings = place.studio.settings
        given = {
            "DATA_DIR": settings.data_dir,
            "REDIS_URL": settings.redis_url,
            "MODELS_FILE": settings.models_file,
            "DATABASE_URL": "",
            "DEVICE": "cpu",
            "THREADS": 1,
            "OMP_NUM_THREADS": 1,
            "HF_HUB_OFFLINE": 1,
        }
        self.log = settings.data_dir / f"worker-{time.monotonic_ns()}.log"
        with self.log.open("wb") as log_file:
            self.process = subprocess.Popen(
                [sys.executable, "worker.py"],
                cwd=ROOT,
                env=os.environ | {name: str(value) for name, value in given.items()},
                stdout=log_file,
                stderr=log_file,
            )

    def end(self, how: signal.Signals) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)


@contextmanager
def _workers(place: Workplace) -> Iterator[Callable[[], WorkerProcess]]:
    """Starts workers; none outlives the block."""
    started: list[WorkerProcess] = []

    def start() -> WorkerProcess:
        started.append(WorkerProcess(place))
        return started[-1]

    try:
        yield start
    finally:
        for one in started:
            if one.process.poll() is None:
                one.process.kill()
            one.process.wait()


def _until(place: Workplace, seen: Callable[[], object], workers: list[WorkerProcess]) -> None:
    """Keep the studio going until something is seen."""
    ends = time.monotonic() + PATIENCE
    while not seen():
        if time.monotonic() > ends:
            logs = "\n".join(one.log.read_text() for one in workers)
            raise TimeoutError(f"not seen within {PATIENCE} s; the workers' logs:\n{logs}")
        place.upkeep.dispatch()
        place.upkeep.reconcile()
        time.sleep(0.2)  # the workers need the cores


def _for(place: Workplace, seconds: float) -> None:
    """Keep the studio going for a while."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        place.upkeep.dispatch()
        time.sleep(0.1)


def _holder(place: Workplace, workers: list[WorkerProcess]) -> WorkerProcess:
    """The worker that has the training; its name ends with its process's id."""
    number = place.last(WorkKind.LEARN).worker.split("-")[-1]
    return next(one for one in workers if str(one.process.pid) == number)


def _reached(place: Workplace, profile: Profile, step: int) -> bool:
    return version_of(place.studio, profile).saved_step >= step


def _time_passes(place: Workplace, dead: WorkerProcess) -> None:
    """The lease of a dead worker runs out."""
    with writing(place.studio.engine) as session:
        session.execute(delete(WorkerRow).where(col(WorkerRow.name).endswith(f"-{dead.process.pid}")))
    learn = place.last(WorkKind.LEARN)
    if learn.state in (WorkState.RUNNING, WorkState.DISPATCHED):
        change(place.studio, learn, lease_until=1.0)


def test_a_training_whose_workers_were_killed_ends_with_the_same_weights_to_the_bit(place: Workplace) -> None:
    calm = begin_training(place, "calm")
    change(place.studio, version_of(place.studio, calm), plan=PLAN)
    place.work()
    undisturbed = weights_of(place.studio, calm)
    seed = time.time_ns() % 1_000_000
    chance = random.Random(seed)
    log.warning("the moments are those of seed %d", seed)
    hunted = begin_training(place, "hunted")
    change(place.studio, version_of(place.studio, hunted), plan=PLAN)
    with writing(place.studio.engine) as session:
        session.execute(delete(WorkerRow))  # this process takes nothing from here on

    def saved() -> int:
        return version_of(place.studio, hunted).saved_step

    with _workers(place) as start:
        workers = [start(), start()]
        _until(place, saved, workers)
        for step in (8, 12):
            _for(place, chance.uniform(0, 1.5))
            holder = _holder(place, workers)
            assert holder.end(signal.SIGKILL) == -signal.SIGKILL
            if len(workers) < 3:
                workers.append(start())
            _time_passes(place, holder)
            _until(place, partial(_reached, place, hunted, step), workers)
        _until(place, lambda: place.last(WorkKind.LEARN).state == WorkState.SUCCEEDED, workers)
        survivor = next(one for one in workers if one.process.poll() is None)
        assert survivor.end(signal.SIGTERM) == 0

    assert sorted(undisturbed) == [4, 8, 12, 16]
    assert weights_of(place.studio, hunted) == undisturbed
    assert newest_profile(place.studio).state == ProfileState.TRAINED
    with reading(place.studio.engine) as session:
        # So short a training is a poor one: its credit is back, and once only.
        assert ledger.balance(session, hunted.account_id, ledger.TRAINING) == 1
