"""One slice of work: its lease, its fence, and when it should end."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from core.storage.database import reading, writing
from core.storage.studio import Studio
from core.storage.tables import Work, WorkKind, WorkState
from core.storage.work import LEASE_SECONDS, holds, renew, urgent_waits

log = logging.getLogger(__name__)

LOOK_EVERY = 0.2  # seconds between looks at the row
RENEW_EVERY = LEASE_SECONDS / 4
SLICE_SECONDS = 10.0


class Fenced(Exception):
    """The work is somebody else's by now: stop, write nothing more."""


class Slice:
    """Holds a claimed work row while a job runs.

    A thread renews the lease and looks for three things: that the row is still ours, that somebody wants it
    stopped, and, for a training, that a photo or picture waits.
    """

    def __init__(self, studio: Studio, work: Work, *, quantum: float = 0.0) -> None:
        self.studio = studio
        self.work_id = work.id or 0
        self.turn = work.turn
        self.kind = work.kind
        self.wanted = work.cancel  # what the owner wants: "", or "keep"
        self.started = time.monotonic()
        self._quantum = quantum
        self._fenced = threading.Event()
        self._urgent = threading.Event()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._hold, name=f"lease-{self.work_id}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    @property
    def seconds(self) -> float:
        """How long this slice has lasted."""
        return time.monotonic() - self.started

    def check(self) -> None:
        """Raise `Fenced` once the work was taken away; called at every boundary between units."""
        if self._fenced.is_set():
            raise Fenced

    def should_end(self) -> bool:
        """Whether a training should make room now."""
        if self.seconds < self._quantum:
            return False
        return self._urgent.is_set() or self.seconds > max(SLICE_SECONDS, self._quantum)

    @contextmanager
    def writing(self) -> Iterator[tuple[Session, Work]]:
        """A transaction that is ours or does not happen; raises `Fenced`."""
        with writing(self.studio.engine) as session:
            work = holds(session, self.work_id, self.turn)
            if work is None:
                raise Fenced
            yield session, work

    def _hold(self) -> None:
        renewed = time.monotonic()
        while not self._done.wait(LOOK_EVERY):
            try:
                if time.monotonic() - renewed > RENEW_EVERY:
                    with writing(self.studio.engine) as session:
                        if renew(session, self.work_id, self.turn) is None:
                            self._fenced.set()
                            return
                    renewed = time.monotonic()
                self._look()
            except OperationalError as lost:
                # The database is away. The lease runs out by itself if that lasts; the fence decides then.
                log.warning("work %s: %s", self.work_id, type(lost).__name__)
            if self._fenced.is_set():
                return

    def _look(self) -> None:
        with reading(self.studio.engine) as session:
            work = session.get(Work, self.work_id)
            if work is None or work.turn != self.turn or work.state != WorkState.RUNNING:
                self._fenced.set()
                return
            self.wanted = work.cancel
            if self.kind == WorkKind.LEARN and urgent_waits(session):
                self._urgent.set()
