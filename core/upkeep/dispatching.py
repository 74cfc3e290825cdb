"""What a worker should do next: urgency, fairness between accounts, one training each, and a share for training."""

from sqlmodel import Session, col, func, select

from core.storage import work as works
from core.storage.fairness import last_served
from core.storage.tables import OPEN_WORK, Profile, Work, WorkerRow, WorkKind, WorkState
from core.subjects import FACEID

URGENT_SHARE = 6.0  # seconds of urgent work after which a waiting training gets its turn
_URGENCY = {WorkKind.LOOK: 0, WorkKind.DRAW: 1, WorkKind.LEARN: 2}


def next_work(session: Session, worker: WorkerRow, alive: set[str], taken: set[int | None]) -> Work | None:
    """The work this worker should do next."""
    rows = session.exec(
        select(Work, Profile.method)
        .join(Profile, col(Profile.id) == col(Work.profile_id))
        .where(Work.state == WorkState.PENDING, works.can_start())
        .order_by(col(Work.id))
    ).all()
    waiting = [work for work, _ in rows]
    moments = {work.id for work, method in rows if work.kind == WorkKind.LEARN and method == FACEID}
    served = last_served(session, taken)
    learning = _accounts_learning(session)
    free = [
        work
        for work in waiting
        if work.id not in taken
        and not (work.worker and work.worker in alive and work.worker != worker.name)
        and not (
            work.kind == WorkKind.LEARN
            and work.id not in moments
            and learning.get(work.account_id, work.id) != work.id
        )
    ]
    if not free:
        return None
    first = _training_is_due(worker)
    return min(
        free,
        key=lambda work: (
            0 if work.id in moments else -1 if first and work.kind == WorkKind.LEARN else _URGENCY[work.kind],
            work.started_at is None if work.kind == WorkKind.LEARN else False,
            served.get(work.account_id, 0.0) if work.kind == WorkKind.DRAW else 0.0,
            work.id,
        ),
    )


def lined_up(session: Session, worker: str) -> bool:
    """Whether a job already waits in this worker's queue."""
    return bool(
        session.exec(
            select(func.count())
            .select_from(Work)
            .where(Work.worker == worker, Work.state == WorkState.DISPATCHED)
        ).one()
    )


def _training_is_due(worker: WorkerRow) -> bool:
    """Whether looks and drawings have had so much of this worker that a training comes first now."""
    return worker.urgent_seconds >= URGENT_SHARE


def _accounts_learning(session: Session) -> dict[int, int | None]:
    """The one training of each account that may run: the one that was begun, else the oldest (SPEC T10)."""
    rows = session.exec(
        select(Work)
        .join(Profile, col(Profile.id) == col(Work.profile_id))
        .where(Work.kind == WorkKind.LEARN, col(Work.state).in_(OPEN_WORK), Profile.method != FACEID)
        .order_by(col(Work.started_at).is_(None), col(Work.id))
    ).all()
    first: dict[int, int | None] = {}
    for row in rows:
        first.setdefault(row.account_id, row.id)
    return first
