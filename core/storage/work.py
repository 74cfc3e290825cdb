"""The life of a work row: every change is a compare-and-set on its state and `turn`.

    pending ──> dispatched ──> running ──> succeeded | failed | cancelled
       ^            └─ lease over ─┤
       └──── end of a slice, ──────┘
             lease over

A job may write only while its turn is the row's; whoever takes work away raises the turn first.
"""

import json
from typing import Any

from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, select

from core.storage import ledger
from core.storage.database import clock, new_handle
from core.storage.tables import Profile, ProfileState, Work, WorkKind, WorkState
from core.subjects import FACEID

LEASE_SECONDS = 30.0
DISPATCH_SECONDS = 120.0  # a job that no worker took by then is offered again
MOST_FAILURES = 3  # leases lost in a row without progress


def ask(session: Session, **fields: Any) -> Work:
    """Queue something; the caller fills in kind, account, profile and where to answer."""
    work = Work(handle=new_handle(), asked_at=clock(session), **fields)
    session.add(work)
    session.flush()
    return work


def hold_ref(work: Work) -> tuple[str, str]:
    """The unit and reference under which this work's credits are held."""
    unit = ledger.TRAINING if work.kind == WorkKind.LEARN else ledger.PICTURE
    return unit, f"work-{work.handle}"


def _change(
    session: Session, work_id: int, at_turn: int, states: tuple[WorkState, ...], **values: Any
) -> bool:
    result: CursorResult[Any] = session.execute(  # type: ignore[assignment]  # an update answers a cursor
        update(Work)
        .where(col(Work.id) == work_id, col(Work.turn) == at_turn, col(Work.state).in_(states))
        .values(**values)
    )
    session.expire_all()
    return bool(result.rowcount)


def mark_dispatched(session: Session, work: Work, worker: str) -> bool:
    """Note that a job for this turn lies in a worker's queue."""
    return _change(
        session,
        work.id or 0,
        work.turn,
        (WorkState.PENDING,),
        state=WorkState.DISPATCHED,
        worker=worker,
        lease_until=clock(session) + DISPATCH_SECONDS,
    )


def claim(session: Session, work_id: int, turn: int, worker: str) -> Work | None:
    """Take the work for one slice under a new turn; None when it is somebody else's by now."""
    now = clock(session)
    taken = _change(
        session,
        work_id,
        turn,
        (WorkState.PENDING, WorkState.DISPATCHED),
        state=WorkState.RUNNING,
        turn=turn + 1,
        worker=worker,
        lease_until=now + LEASE_SECONDS,
    )
    if not taken:
        return None
    work = session.get_one(Work, work_id)
    if work.started_at is None:
        work.started_at = now
    return work


def renew(session: Session, work_id: int, turn: int) -> str | None:
    """Hold on for another lease; answers the cancel word, or None when the work was taken away."""
    if not _change(session, work_id, turn, (WorkState.RUNNING,), lease_until=clock(session) + LEASE_SECONDS):
        return None
    return session.get_one(Work, work_id).cancel


def holds(session: Session, work_id: int, turn: int) -> Work | None:
    """The row, locked, if this turn still owns it: what every write of a job begins with."""
    work = session.get(Work, work_id, with_for_update=True, populate_existing=True)
    return work if work and work.turn == turn and work.state == WorkState.RUNNING else None


def give_back(session: Session, work: Work, seconds: float) -> None:
    """End a slice: the row is pending again, and stays with the worker that holds the live run."""
    now = clock(session)
    work.state = WorkState.PENDING
    work.failures = 0
    work.lease_until = 0.0
    work.seconds += seconds
    work.slice_ended_at = now


def finish(session: Session, work: Work, state: WorkState, *, used: int, reason: str = "") -> None:
    """End the work for ever and settle its credits."""
    now = clock(session)
    work.state = state
    work.reason = reason
    work.ended_at = now
    work.turn += 1
    work.worker = ""
    work.news += 1
    unit, ref = hold_ref(work)
    ledger.settle(session, unit, ref, used, now)


def report(work: Work, **numbers: Any) -> None:
    """Note progress that people should hear of."""
    work.progress = json.dumps({**json.loads(work.progress or "{}"), **numbers})
    work.news += 1


def take_away(session: Session, work: Work, reason: str) -> None:
    """Fence whoever runs it and cancel it; its credits are released."""
    finish(session, work, WorkState.CANCELLED, used=0, reason=reason)


def expire(session: Session, work: Work) -> None:
    """A lease ran out: offer the work again, or give it up after too many failures without progress."""
    work = session.get_one(Work, work.id, with_for_update=True, populate_existing=True)
    if work.lease_until > clock(session) or work.state not in (WorkState.DISPATCHED, WorkState.RUNNING):
        return
    if work.state == WorkState.RUNNING:
        work.failures += 1
    if work.failures >= MOST_FAILURES:
        finish(session, work, WorkState.FAILED, used=0, reason="worker_lost")
        return
    work.state = WorkState.PENDING
    work.turn += 1
    work.worker = ""
    work.lease_until = 0.0


def can_start() -> Any:
    """The condition over Work joined with Profile: a drawing waits for its profile's training."""
    learning = (ProfileState.QUEUED, ProfileState.TRAINING)
    return (col(Work.kind) != WorkKind.DRAW) | col(Profile.state).not_in(learning)


def urgent_waits(session: Session) -> bool:
    """Whether a photo or a picture waits that could be worked on now, or a profile that needs no training."""
    return (
        session.exec(
            select(Work.id)
            .join(Profile, col(Profile.id) == col(Work.profile_id))
            .where(
                col(Work.state).in_((WorkState.PENDING, WorkState.DISPATCHED)),
                (col(Work.kind) != WorkKind.LEARN) | (col(Profile.method) == FACEID),
                can_start(),
            )
            .limit(1)
        ).first()
        is not None
    )
