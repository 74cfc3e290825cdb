"""The worker's door: the one function that RQ calls, which claims its work and does a slice of it."""

import json
import logging
import os
import threading
import time
from collections.abc import Iterator
from typing import Any

import torch
from cryptography.exceptions import InvalidTag
from sqlmodel import Session

from core.errors import KeyGone, ModelUnusable, StudioError, TrainingFailed, where
from core.families import samplers_of
from core.families.catalogue import Base, read as read_catalogue
from core.intake import Intake
from core.jobs.draw import draw
from core.jobs.grid import draw_grid, grid_asked
from core.jobs.learn import Learning
from core.jobs.look import look
from core.jobs.slice import Fenced, Slice
from core.jobs.workshop import Workshop
from core.prompts import SAMPLERS
from core.storage.database import clock, writing
from core.storage.keys import profile_key
from core.storage.studio import Studio
from core.storage.tables import Profile, ProfileState, Version, Work, WorkerRow, WorkKind, WorkState
from core.storage.versions import end_badly
from core.storage.work import claim, finish, give_back
from core.training.methods import METHODS
from core.work_queue import connect, wake

log = logging.getLogger(__name__)

ANNOUNCE_EVERY = 2.0  # seconds
OVERRUN_SECONDS = 600.0  # one slice never takes so long: the process is stuck
URGENT_SHARE = 6.0  # seconds of looks and drawings after which a waiting training gets its share
TRAINING_SHARE = 3.0  # one part in three of what urgent work had: 15 s of every minute in which all wait

_workshop: list[Workshop] = []  # the process's own; RQ calls `run` by name and passes only numbers


def open_workshop(studio: Studio, name: str) -> Workshop:
    """Make this process a workshop: `run` works in it from now on."""
    settings = studio.settings
    # One core is left to the bots and the server: threads that share a core with another process wait for each
    # other at every operation, which on two cores made a step up to ten times slower.
    torch.set_num_threads(settings.threads or max(1, (os.cpu_count() or 2) - 1))
    device = settings.device
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    catalogue = read_catalogue(settings.models_file)
    workshop = Workshop(studio, name, connect(settings), catalogue, device, Intake())
    _workshop[:] = [workshop]
    return workshop


def run(work_id: int, turn: int) -> None:
    """Do one slice of one work, if this turn is still the one that counts."""
    (workshop,) = _workshop
    with workshop.busy:
        workshop.forget_deleted()
        _drop_stale(workshop, work_id)
        with writing(workshop.studio.engine) as session:
            work = claim(session, work_id, turn, workshop.name)
            quantum = _quantum(session, workshop, work) if work else 0.0
        if work is None:
            return
        slice_ = Slice(workshop.studio, work, quantum=quantum)
        watchdog = threading.Timer(OVERRUN_SECONDS, _give_up)
        watchdog.daemon = True
        watchdog.start()
        try:
            with slice_:
                _work(workshop, slice_, work)
        finally:
            watchdog.cancel()
            _note_time(workshop, slice_)
    wake(workshop.redis, "news")
    wake(workshop.redis, "work")


def _work(workshop: Workshop, slice_: Slice, work: Work) -> None:
    """Do it; whatever goes wrong becomes the work's reason, in words that hold nothing personal."""
    try:
        match work.kind:
            case WorkKind.LOOK:
                look(workshop, slice_, work.profile_id)
            case WorkKind.DRAW if asked := grid_asked(workshop, slice_):
                draw_grid(workshop, slice_, work, asked)
            case WorkKind.DRAW:
                draw(workshop, slice_, work)
            case WorkKind.LEARN:
                _learn(workshop, slice_, work)
    except Fenced:
        workshop.live.pop(slice_.work_id, None)
        log.info("work %s: taken away", slice_.work_id)
    except (KeyGone, InvalidTag):
        _fail(workshop, slice_, "key_gone")
    except TrainingFailed as failed:
        log.warning("work %s: %s", slice_.work_id, failed.cause)
        _fail(workshop, slice_, failed.cause)
    except ModelUnusable as unusable:
        log.error("work %s: %s", slice_.work_id, unusable)  # noqa: TRY400  (the reason is the operator's; no trace)
        _fail(workshop, slice_, "model_unusable")
    except torch.OutOfMemoryError:
        _fail(workshop, slice_, "out_of_memory")
    except torch.AcceleratorError as fault:
        log.critical("work %s: the accelerator is in an unknown state: %s", slice_.work_id, where(fault))
        os._exit(70)  # the context is dead; the supervisor starts a new process and the lease runs out
    except (StudioError, ValueError, RuntimeError, OSError, ArithmeticError, LookupError, TypeError) as fault:
        # Without the words of the error, which can be a prompt or a name.
        log.error("work %s failed: %s", slice_.work_id, where(fault))  # noqa: TRY400
        _fail(workshop, slice_, "failed")


def _learn(workshop: Workshop, slice_: Slice, work: Work) -> None:
    """Advance the live run until it ends or should make room."""
    # Out of `live` while it runs: whatever it raises ends the generator, and it cannot be gone on with.
    live = workshop.live.pop(slice_.work_id, None)
    learning = live if isinstance(live, LiveRun) else _begin(workshop, slice_, work)
    learning.about.slice = slice_
    for _ in learning:
        slice_.check()
        if workshop.draining.is_set() or slice_.should_end():
            break
    else:
        return
    if workshop.draining.is_set():
        learning.about.save()
    else:
        workshop.live[slice_.work_id] = learning
    with slice_.writing() as (session, row):
        give_back(session, row, slice_.seconds)


class LiveRun(Iterator[None]):
    """A training that is in this process's memory, and the generator that advances it."""

    def __init__(self, about: Learning) -> None:
        self.about = about
        self._units = about.units()

    def __next__(self) -> None:
        next(self._units)


def _begin(workshop: Workshop, slice_: Slice, work: Work) -> LiveRun:
    with slice_.writing() as (session, _):
        profile = session.get_one(Profile, work.profile_id)
        version = session.get_one(Version, work.version_id)
        key = profile_key(profile.handle)
        words = workshop.studio.unseal(key, profile.sealed, f"profile-{profile.handle}")
    return LiveRun(Learning(workshop, profile, version, words, slice_))


def _fail(workshop: Workshop, slice_: Slice, reason: str) -> None:
    """End the work with a reason; held credits come back."""
    workshop.live.pop(slice_.work_id, None)
    try:
        with slice_.writing() as (session, work):
            finish(session, work, WorkState.FAILED, used=0, reason=reason)
            if work.kind == WorkKind.LEARN:
                end_badly(session, session.get_one(Profile, work.profile_id), ProfileState.FAILED, reason)
    except Fenced:
        return


def _quantum(session: Session, workshop: Workshop, work: Work) -> float:
    """How long a training may go on although something urgent waits."""
    row = session.get(WorkerRow, workshop.name)
    if row is None or work.kind != WorkKind.LEARN or row.urgent_seconds < URGENT_SHARE:
        return 0.0
    return min(15.0, row.urgent_seconds / TRAINING_SHARE)


def _note_time(workshop: Workshop, slice_: Slice) -> None:
    with writing(workshop.studio.engine) as session:
        row = session.get(WorkerRow, workshop.name)
        if row is None:
            return
        if slice_.kind != WorkKind.LEARN:
            row.urgent_seconds += slice_.seconds
        elif slice_.seconds >= min(15.0, row.urgent_seconds / TRAINING_SHARE):
            row.urgent_seconds = 0.0


def _drop_stale(workshop: Workshop, work_id: int) -> None:
    """Live runs whose work went elsewhere or ended are not kept."""
    with writing(workshop.studio.engine) as session:
        for held in [held for held in workshop.live if held != work_id]:
            row = session.get(Work, held)
            if row is None or row.worker != workshop.name:
                del workshop.live[held]


def announce(workshop: Workshop, started: float) -> None:
    """Say that this worker is there and what it offers; the thread calls it every other second."""
    base = workshop.catalogue.bases.get(workshop.studio.settings.base)
    bases = [base, *workshop.others()] if base else []
    offers = {
        "base": workshop.studio.settings.base,
        "base_title": base.title if base else "",
        "base_content": base.content if base else "",
        "training": {method: _told(base, method) for method in METHODS} if base else {},
        "bases": [
            {
                "name": one.name,
                "title": one.title,
                "content": one.content,
                "fast": one.fast is not None,
                "faceid": one.faceid is not None,
                "samplers": [name for name in SAMPLERS if name in samplers_of(one)],
            }
            for one in bases
        ],
        "methods": sorted(workshop.methods()) if base else [],
        "device": workshop.device,
        **{name: round(seconds, 2) for name, seconds in workshop.speeds.items()},
    }
    with writing(workshop.studio.engine) as session:
        row = session.get(WorkerRow, workshop.name) or WorkerRow(name=workshop.name)
        if not workshop.speeds and row.offers:
            known = json.loads(row.offers)
            workshop.speeds = {name: value for name, value in known.items() if name.endswith("_seconds")}
            offers |= workshop.speeds
        row.seen_at, row.offers, row.started_at = clock(session), json.dumps(offers), started
        session.add(row)


def _told(base: Base, method: str) -> dict[str, Any]:
    """The settings that people are told of: numbers and schedules, and the base's own size if it is known."""
    settings = ({"size": base.size} if base.size else {}) | base.settings(method)
    return {name: value for name, value in settings.items() if isinstance(value, int | float | str)}


def save_live(workshop: Workshop) -> None:
    """Save every live run before the process ends, and hand them back to anybody."""
    for work_id, live in list(workshop.live.items()):
        if not isinstance(live, LiveRun):
            continue
        with writing(workshop.studio.engine) as session:
            work = claim(session, work_id, _turn(session, work_id), workshop.name)
        if work is None:
            continue
        live.about.slice = Slice(workshop.studio, work)
        live.about.save()
        with live.about.slice.writing() as (session, row):
            give_back(session, row, 0.0)
            row.worker = ""
    workshop.live.clear()


def _turn(session: Session, work_id: int) -> int:
    row = session.get(Work, work_id)
    return row.turn if row else -1


def _give_up() -> None:
    log.critical("a slice overran %s s: this process is stuck", OVERRUN_SECONDS)
    os._exit(70)


def keep_announcing(workshop: Workshop) -> None:
    """Announce until the process drains; also lets go of what was deleted while no job runs."""
    started = time.time()
    while not workshop.draining.wait(ANNOUNCE_EVERY):
        try:
            announce(workshop, started)
            if workshop.busy.acquire(blocking=False):
                try:
                    workshop.forget_deleted()
                    _drop_stale(workshop, 0)
                finally:
                    workshop.busy.release()
        except (OSError, StudioError) as lost:
            log.warning("announcing: %s", type(lost).__name__)
