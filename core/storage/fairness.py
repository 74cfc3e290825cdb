"""Whose drawing comes next: whoever has waited longest since a drawing of theirs was begun, oldest request first.

So nobody's first waits for anybody's second, and while people wait, they are served in rounds.
"""

from collections import defaultdict

from sqlmodel import Session, col, func, select

from core.storage.database import clock
from core.storage.tables import OPEN_WORK, Profile, Work, WorkKind, WorkState
from core.storage.work import can_start


def last_served(session: Session, taken: set[int | None] | None = None) -> dict[int, float]:
    """When each account last had a drawing begun; one in a worker's queue, or `taken`, counts as begun now."""
    begun = session.exec(
        select(Work.account_id, func.max(Work.started_at))
        .where(Work.kind == WorkKind.DRAW, col(Work.started_at).is_not(None))
        .group_by(col(Work.account_id))
    ).all()
    served = {account: at or 0.0 for account, at in begun}
    given = session.exec(
        select(Work.account_id).where(
            Work.kind == WorkKind.DRAW,
            (col(Work.state) == WorkState.DISPATCHED) | col(Work.id).in_([one for one in taken or () if one]),
        )
    ).all()
    return served | dict.fromkeys(given, clock(session))


def drawings_ahead(session: Session, work: Work) -> int:
    """How many drawings come before this one if nobody asks for more."""
    rows = session.exec(
        select(Work.account_id, Work.id, Work.state)
        .join(Profile, col(Profile.id) == col(Work.profile_id))
        .where(Work.kind == WorkKind.DRAW, col(Work.state).in_(OPEN_WORK), can_start())
        .order_by(col(Work.id))
    ).all()
    if work.state != WorkState.PENDING:
        return 0
    waiting: dict[int, list[int]] = defaultdict(list)
    for account, id_, state in rows:
        if state == WorkState.PENDING:
            waiting[account].append(id_ or 0)
    own = waiting.pop(work.account_id, [])
    rounds = sum(id_ < (work.id or 0) for id_ in own)
    served = last_served(session)

    def turn(account: int, first: int) -> tuple[float, int]:
        return served.get(account, 0.0), first

    mine = turn(work.account_id, own[0] if own else work.id or 0)
    begun = sum(state != WorkState.PENDING for _, _, state in rows)
    others = sum(min(len(ids), rounds + (turn(account, ids[0]) < mine)) for account, ids in waiting.items())
    return begun + rounds + others
