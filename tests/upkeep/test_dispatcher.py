"""Who does what next: decided from the rows alone, with a job for at most one turn in each worker's queue."""

from itertools import count

import pytest
from sqlmodel import col, select

from core.accounts import find_account, open_profile
from core.storage import work as works
from core.storage.database import clock, reading, writing
from core.storage.studio import Studio
from core.storage.tables import Profile, ProfileState, Work, WorkerRow, WorkKind, WorkState
from core.upkeep import WORKER_SILENT, Upkeep
from core.upkeep.dispatching import URGENT_SHARE
from core.work_queue import connect, queue_of


class Desk:
    """Work is asked for here, and workers come and go."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.redis = connect(studio.settings)
        self.redis.flushall()
        self.upkeep = Upkeep(studio, self.redis)
        self._names = count()

    def ask(self, kind: WorkKind, user: str = "ana", state: ProfileState = ProfileState.TRAINED) -> Work:
        """Somebody wants something of a profile of its own."""
        with writing(self.studio.engine) as session:
            account, _ = find_account(self.studio, session, "console", user)
            profile = open_profile(
                self.studio, session, account, {"name": f"Ana {next(self._names)}", "trigger": "z"}
            )
            profile.state = ProfileState.QUEUED if kind == WorkKind.LEARN else state
            return works.ask(
                session, kind=kind, account_id=account.id, profile_id=profile.id, platform="console"
            )

    def worker(self, name: str = "w1", *, silent: float = 0.0, urgent_seconds: float = 0.0) -> None:
        """A worker that was heard of so many seconds ago."""
        with writing(self.studio.engine) as session:
            row = session.get(WorkerRow, name) or WorkerRow(name=name)
            row.seen_at, row.urgent_seconds = clock(session) - silent, urgent_seconds
            session.add(row)

    def lined_up(self, worker: str = "w1") -> list[int]:
        """The works for which a job lies in a worker's queue, by the rows."""
        with reading(self.studio.engine) as session:
            rows = session.exec(
                select(Work.id).where(Work.worker == worker, Work.state == WorkState.DISPATCHED)
            )
            return [row for row in rows if row]

    def next(self, worker: str = "w1") -> int | None:
        """Dispatch, and let the worker claim what it was given."""
        self.upkeep.dispatch()
        for work in self.lined_up(worker):
            with writing(self.studio.engine) as session:
                row = session.get_one(Work, work)
                assert works.claim(session, work, row.turn, worker) is not None
            return work
        return None

    def end(self, work: Work | int | None, *, slice_only: bool = False) -> None:
        """What was claimed ends, or its slice does."""
        with writing(self.studio.engine) as session:
            row = session.get_one(Work, work.id if isinstance(work, Work) else work)
            if slice_only:
                works.give_back(session, row, 1.0)
            else:
                works.finish(session, row, WorkState.SUCCEEDED, used=0)


@pytest.fixture
def desk(studio: Studio, server: str) -> Desk:
    served = studio.settings.model_copy(update={"redis_url": server})
    return Desk(Studio(served, studio.engine, studio.keys, studio.files))


def test_photos_come_before_pictures_and_pictures_before_training(desk: Desk) -> None:
    desk.worker()
    learn, draw, look = (desk.ask(kind) for kind in (WorkKind.LEARN, WorkKind.DRAW, WorkKind.LOOK))

    order = []
    for _ in range(3):
        order.append(desk.next())
        desk.end(order[-1])

    assert order == [look.id, draw.id, learn.id]


def test_accounts_take_turns_however_much_one_of_them_asks_for(desk: Desk) -> None:
    desk.worker()
    greedy = [desk.ask(WorkKind.DRAW, "greedy").id for _ in range(5)]
    modest = [desk.ask(WorkKind.DRAW, user).id for user in ("ben", "cy")]

    order = []
    for _ in range(4):
        order.append(desk.next())
        desk.end(order[-1])

    assert order[0] == greedy[0]
    assert order[1:3] == modest
    assert order[3] == greedy[1]


def test_at_most_one_job_is_lined_up_for_each_worker(desk: Desk) -> None:
    desk.worker("w1")
    desk.worker("w2")
    for _ in range(5):
        desk.ask(WorkKind.DRAW)

    for _ in range(3):
        desk.upkeep.dispatch()

    given = [desk.lined_up("w1"), desk.lined_up("w2")]
    assert [len(one) for one in given] == [1, 1]
    assert given[0] != given[1]
    for worker in ("w1", "w2"):
        assert queue_of(worker, desk.redis, desk.studio.keys).count == 1


def test_one_job_is_lined_up_behind_the_one_that_runs(desk: Desk) -> None:
    desk.worker()
    for _ in range(3):
        desk.ask(WorkKind.DRAW)
    running = desk.next()

    desk.upkeep.dispatch()

    assert len(desk.lined_up()) == 1
    assert desk.lined_up() != [running]


def test_a_dispatcher_that_died_before_it_noted_the_job_lines_it_up_only_once(desk: Desk) -> None:
    desk.worker()
    work = desk.ask(WorkKind.DRAW)
    desk.upkeep.dispatch()
    with writing(desk.studio.engine) as session:  # as if the note had never been written
        row = session.get_one(Work, work.id)
        row.state, row.worker = WorkState.PENDING, ""

    desk.upkeep.dispatch()

    assert queue_of("w1", desk.redis, desk.studio.keys).count == 1


def test_an_account_learns_one_profile_at_a_time(desk: Desk) -> None:
    desk.worker("w1")
    desk.worker("w2")
    first, second = desk.ask(WorkKind.LEARN), desk.ask(WorkKind.LEARN)
    other = desk.ask(WorkKind.LEARN, "ben")

    assert {desk.next("w1"), desk.next("w2")} == {first.id, other.id}

    desk.end(first)
    assert [*desk.lined_up("w1"), *desk.lined_up("w2")] == []
    desk.upkeep.dispatch()
    assert [*desk.lined_up("w1"), *desk.lined_up("w2")] == [second.id]


def test_a_training_that_was_begun_goes_on_before_a_new_one_begins(desk: Desk) -> None:
    desk.worker()
    first = desk.ask(WorkKind.LEARN)
    desk.end(desk.next(), slice_only=True)
    desk.ask(WorkKind.LEARN, "ben")

    assert desk.next() == first.id


def test_a_live_run_is_offered_to_the_worker_that_holds_it(desk: Desk) -> None:
    desk.worker("holder")
    learn = desk.ask(WorkKind.LEARN)
    desk.end(desk.next("holder"), slice_only=True)
    desk.worker("another")

    assert desk.next("another") is None
    assert desk.next("holder") == learn.id


def test_a_live_run_whose_worker_is_silent_goes_to_another(desk: Desk) -> None:
    desk.worker("holder")
    learn = desk.ask(WorkKind.LEARN)
    desk.end(desk.next("holder"), slice_only=True)
    desk.worker("holder", silent=WORKER_SILENT + 1)
    desk.worker("another")

    assert desk.next("another") == learn.id


def test_a_worker_that_is_silent_gets_nothing(desk: Desk) -> None:
    desk.worker("dead", silent=WORKER_SILENT + 1)
    desk.ask(WorkKind.DRAW)

    desk.upkeep.dispatch()

    assert desk.lined_up("dead") == []


def test_a_drawing_waits_for_its_profile_but_not_for_others(desk: Desk) -> None:
    desk.worker()
    waiting = desk.ask(WorkKind.DRAW, state=ProfileState.TRAINING)
    other = desk.ask(WorkKind.DRAW, "ben")

    assert desk.next() == other.id
    assert desk.next() is None

    with writing(desk.studio.engine) as session:
        session.get_one(Profile, waiting.profile_id).state = ProfileState.TRAINED
    assert desk.next() == waiting.id


def test_training_comes_first_once_urgent_work_has_had_its_share(desk: Desk) -> None:
    desk.worker(urgent_seconds=URGENT_SHARE - 0.1)
    learn = desk.ask(WorkKind.LEARN)
    desk.ask(WorkKind.LOOK)
    assert desk.next() != learn.id

    desk.worker(urgent_seconds=URGENT_SHARE)
    desk.ask(WorkKind.LOOK, "ben")

    assert desk.next() == learn.id


def test_what_ended_is_never_lined_up_again(desk: Desk) -> None:
    desk.worker()
    work = desk.ask(WorkKind.DRAW)
    with writing(desk.studio.engine) as session:
        works.take_away(session, session.get_one(Work, work.id), "")

    desk.upkeep.dispatch()

    assert desk.lined_up() == []
    with reading(desk.studio.engine) as session:
        assert session.exec(select(Work.state).where(col(Work.id) == work.id)).one() == WorkState.CANCELLED
