"""What keeps the studio going beside the bots: dispatcher, reconciler and eraser. Any number may run.

Each duty has a thread of its own, so that one that fails does not starve the others. All truth is in the
database; a duty may die at any line and is taken up by the next pass, here or elsewhere.
"""

import json
import logging
import threading
from collections.abc import Callable
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError
from sqlmodel import col, delete, select, update

from core.storage import work as works
from core.storage.database import clock, reading, writing
from core.storage.erasing import (
    begin_deletion,
    destroy_keys,
    move_log,
    named_files,
    sweep,
    truncate_log,
)
from core.storage.keys import profile_key
from core.storage.studio import Studio
from core.storage.tables import (
    Delivery,
    DeliveryState,
    DoomedFile,
    Erasure,
    Inbox,
    Profile,
    ProfileState,
    Work,
    WorkerRow,
    WorkState,
)
from core.upkeep.dispatching import lined_up, next_work
from core.upkeep.tidying import delete_failed_photos, end_forgotten, fail_lost_trainings
from core.work_queue import WAKE, enqueue, is_lined_up, queue_of

log = logging.getLogger(__name__)

DISPATCH_EVERY = 0.2  # seconds, when nobody wakes us
RECONCILE_EVERY = 2.0
ORPHANS_EVERY = 3 * works.LEASE_SECONDS  # a file that no row names for so long is nobody's
WORKER_SILENT = 10.0  # seconds without a word after which a worker gets no work
KEPT_SECONDS = 2 * 24 * 3600.0  # Telegram repeats updates for a day


class Upkeep:
    """The duties over one studio."""

    def __init__(self, studio: Studio, redis: Redis) -> None:
        self.studio = studio
        self.redis = redis
        self.stopping = threading.Event()
        self._wake = threading.Event()
        self._orphans: set[str] = set()

    def start(self) -> list[threading.Thread]:
        """Begin all duties, each in a thread."""
        duties: list[tuple[str, Callable[[], None], float]] = [
            ("dispatch", self.dispatch, DISPATCH_EVERY),
            ("reconcile", self.reconcile, RECONCILE_EVERY),
            ("erase", self.erase, RECONCILE_EVERY),
            ("orphans", self.remove_orphans, ORPHANS_EVERY),
        ]
        threads = [
            threading.Thread(target=self._repeat, args=duty, name=duty[0], daemon=True) for duty in duties
        ]
        threads.append(threading.Thread(target=self._listen, name="listen", daemon=True))
        for thread in threads:
            thread.start()
        return threads

    def _repeat(self, name: str, duty: Callable[[], None], every: float) -> None:
        failing = False
        event = self._wake if name == "dispatch" else self.stopping
        while not self.stopping.is_set():
            try:
                duty()
                if failing:
                    log.warning("%s: back again", name)
                failing = False
            except (OperationalError, RedisError, OSError) as lost:
                if not failing:
                    log.warning("%s: %s; trying again", name, type(lost).__name__)
                failing = True
            event.wait(every * (5 if failing else 1))
            self._wake.clear()

    def _listen(self) -> None:
        while not self.stopping.is_set():
            try:
                with self.redis.pubsub(ignore_subscribe_messages=True) as channel:  # type: ignore[no-untyped-call]
                    channel.subscribe(WAKE)
                    while not self.stopping.is_set():
                        message = channel.get_message(timeout=1.0)
                        if message and message["data"] == b"work":
                            self._wake.set()
            except RedisError:
                self.stopping.wait(2.0)

    # ── dispatcher

    def dispatch(self) -> None:
        """Give every worker that has nothing lined up its next job."""
        with reading(self.studio.engine) as session:
            now = clock(session)
            workers = session.exec(
                select(WorkerRow).where(col(WorkerRow.seen_at) > now - WORKER_SILENT)
            ).all()
            alive = {worker.name for worker in workers}
            chosen: list[tuple[WorkerRow, Work]] = []
            taken: set[int | None] = set()
            for worker in workers:
                if lined_up(session, worker.name):
                    continue
                work = next_work(session, worker, alive, taken)
                if work:
                    taken.add(work.id)
                    chosen.append((worker, work))
        for worker, work in chosen:
            # The job first: if we die in between, the row is still pending and is lined up again.
            enqueue(queue_of(worker.name, self.redis, self.studio.keys), work.id or 0, work.turn)
            with writing(self.studio.engine) as session:
                works.mark_dispatched(session, work, worker.name)

    # ── reconciler

    def reconcile(self) -> None:
        """Take back what was lost, and tidy up."""
        with reading(self.studio.engine) as session:
            now = clock(session)
            lost = list(session.exec(select(Work).where(_is_lost(now))))
            given = session.exec(select(Work).where(Work.state == WorkState.DISPATCHED)).all()
        known = {work.id for work in lost}
        lost += [work for work in given if work.id not in known and self._is_wiped(work)]
        for work in lost:
            with writing(self.studio.engine) as session:
                # A job in the queue of a worker that is silent is nobody's, though its lease goes on.
                session.execute(
                    update(Work)
                    .where(
                        col(Work.id) == work.id,
                        col(Work.turn) == work.turn,
                        col(Work.state) == WorkState.DISPATCHED,
                    )
                    .values(lease_until=0.0)
                )
                works.expire(session, work)
                log.info("work %s: its lease ran out", work.id)
        move_log(self.studio)
        with writing(self.studio.engine) as session:
            fail_lost_trainings(session)
            delete_failed_photos(self.studio, session)
            end_forgotten(self.studio, session)
            session.execute(delete(Inbox).where(col(Inbox.at) < now - KEPT_SECONDS))
            over = (DeliveryState.SENT, DeliveryState.DROPPED, DeliveryState.UNDELIVERABLE)
            session.execute(
                delete(Delivery).where(
                    col(Delivery.state).in_(over), col(Delivery.made_at) < now - KEPT_SECONDS
                )
            )
            session.execute(delete(WorkerRow).where(col(WorkerRow.seen_at) < now - KEPT_SECONDS))

    def _is_wiped(self, work: Work) -> bool:
        """Whether the server lost this work's job; a server that is away may still have it."""
        try:
            return not is_lined_up(self.redis, work.id or 0, work.turn)
        except RedisError:
            return False

    # ── eraser

    def erase(self) -> None:
        """Carry deletions through, and remove files that no row names any more."""
        self._bury_restored()
        with reading(self.studio.engine) as session:
            now = clock(session)
            erasures = session.exec(select(Erasure)).all()
            doomed = session.exec(select(DoomedFile.name).limit(500)).all()
        for erasure in erasures:
            if not erasure.keys_gone:
                destroy_keys(self.studio, erasure)
            if erasure.passes == 0 or erasure.again_at < now:
                self._remove_jobs(erasure)
                sweep(self.studio, erasure)
        for name in doomed:
            self.studio.files.delete(name)
        if doomed:
            with writing(self.studio.engine) as session:
                session.execute(delete(DoomedFile).where(col(DoomedFile.name).in_(doomed)))
        if erasures:
            truncate_log(self.studio)

    def _bury_restored(self) -> None:
        """A restored backup may hold profiles that were deleted since: their keys are buried, so they go too."""
        with reading(self.studio.engine) as session:
            handles = session.exec(select(Profile.handle).where(Profile.state != ProfileState.DELETING)).all()
        for handle in handles:
            if self.studio.keys.is_buried(profile_key(handle)):
                with writing(self.studio.engine) as session:
                    profile = session.exec(select(Profile).where(Profile.handle == handle)).one()
                    begin_deletion(session, self.studio, profile, None)

    def _remove_jobs(self, erasure: Erasure) -> None:
        try:
            for work in json.loads(erasure.works or "[]"):
                for key in self.redis.scan_iter(match=f"rq:*w-{work}-*", count=500):
                    self.redis.delete(key)
        except RedisError as away:
            # Jobs hold nothing personal, and a server that restarts has none: the rest must not wait for it.
            log.warning("erasure %s: its jobs stay for now: %s", erasure.id, type(away).__name__)

    def remove_orphans(self) -> None:
        """Files that no row names, and that none named three leases ago: what a crash left behind."""
        with reading(self.studio.engine) as session:
            named = named_files(session)
        stored = {name for name in self.studio.files.names() if not name.startswith("class/")}
        orphans = stored - named
        for name in orphans & self._orphans:
            self.studio.files.delete(name)
        self._orphans = orphans


def _is_lost(now: float) -> Any:
    """The condition over Work: its lease ran out, or it lies in the queue of a worker that is silent."""
    heard = select(WorkerRow.name).where(col(WorkerRow.seen_at) > now - WORKER_SILENT)
    given = (WorkState.DISPATCHED, WorkState.RUNNING)
    return (col(Work.state).in_(given) & (col(Work.lease_until) < now)) | (
        (col(Work.state) == WorkState.DISPATCHED) & col(Work.worker).not_in(heard)
    )
