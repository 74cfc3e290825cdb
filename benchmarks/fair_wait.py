"""[fair-wait] One member of a group asks for 100 pictures, then 199 for one each: in which order they are served.

The dispatcher itself chooses, for two workers; what a worker would do is left out. The figure is the largest
difference between how often two people who wait have been served; somebody's second before another's first counts
as two. Positions that were told are compared with what came.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlmodel import Session, col, select

from benchmarks.row import Row, row
from core.accounts import open_profile
from core.settings import Settings
from core.storage.database import clock, new_handle, writing
from core.storage.fairness import drawings_ahead
from core.storage.studio import Studio, open_studio
from core.storage.tables import OPEN_WORK, Account, ProfileState, Work, WorkerRow, WorkKind, WorkState
from core.storage.work import ask, claim, finish, mark_dispatched
from core.up import migrate
from core.upkeep.dispatching import next_work

GREEDY, OTHERS = 100, 199
WORKERS = ("w1", "w2")


@contextmanager
def crowd(greedy: int = GREEDY, others: int = OTHERS) -> Iterator[Studio]:
    """A studio in which one account asks `greedy` times, and after that `others` accounts once."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, data_dir=Path(folder))  # type: ignore[call-arg]  # pydantic's own
        migrate(settings)
        studio = open_studio(settings)
        with writing(studio.engine) as session:
            accounts = [Account(handle=new_handle(), created_at=clock(session)) for _ in range(1 + others)]
            session.add_all(accounts)
            session.flush()
            profile = open_profile(studio, session, accounts[0], {"name": "Shared"})
            profile.state = ProfileState.TRAINED
            for account, times in [(accounts[0], greedy), *((one, 1) for one in accounts[1:])]:
                for _ in range(times):
                    ask(session, kind=WorkKind.DRAW, account_id=account.id, profile_id=profile.id, count=1)
            for name in WORKERS:
                session.add(WorkerRow(name=name, seen_at=clock(session)))
        yield studio
        studio.engine.dispose()


def serve(studio: Studio) -> tuple[list[int], int]:
    """Serve everybody; answers whose turn it was, in order, and how far a told position was from what came, at most."""
    order: list[int] = []
    told: dict[int, int] = {}
    wrong = 0
    while True:
        with writing(studio.engine) as session:
            if not order:
                told = _positions(session)
            given = _give(session)
        if not given:
            return order, wrong
        for work_id, turn, worker in given:
            with writing(studio.engine) as session:
                work = claim(session, work_id, turn, worker)
                if work is None:
                    continue
                wrong = max(wrong, abs(told[work_id] - len(order)))
                order.append(work.account_id)
                finish(session, work, WorkState.SUCCEEDED, used=0)


def _positions(session: Session) -> dict[int, int]:
    waiting = session.exec(select(Work).where(col(Work.state).in_(OPEN_WORK)))
    return {work.id or 0: drawings_ahead(session, work) for work in waiting}


def _give(session: Session) -> list[tuple[int, int, str]]:
    """What the dispatcher gives to workers of which none has anything lined up."""
    taken: set[int | None] = set()
    given = []
    for worker in session.exec(select(WorkerRow)).all():
        work = next_work(session, worker, set(WORKERS), taken)
        if work:
            taken.add(work.id)
            given.append((work.id or 0, work.turn, worker.name))
            mark_dispatched(session, work, worker.name)
    return given


def largest_difference(order: list[int]) -> int:
    """Of the served counts of any two that still wait, over the whole time."""
    left, served, most = Counter(order), Counter[int](), 0
    for account in order:
        counts = [served[one] for one, wanted in left.items() if wanted > served[one]]
        most = max(most, max(counts) - min(counts))
        served[account] += 1
    return most


def run(*, full: bool) -> list[Row]:
    """Measure once: there is no chance in it."""
    with crowd() as studio:
        order, wrong = serve(studio)
    return [
        row("fair-wait", largest_difference(order), "servings", most=1, n=len(order)),
        row("fair-wait-told", wrong, "places", most=1, n=len(order)),
    ]
