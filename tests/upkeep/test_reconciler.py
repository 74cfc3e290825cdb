"""What was lost is taken back: leases, queues, the whole server, and files that nobody names."""

import sqlite3
import threading
import time
from contextlib import closing

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import select

import core.jobs.learn
from core.chat import arrivals
from core.conversation.messages import Command, Photos, Upload
from core.jobs import run
from core.storage import ledger
from core.storage.database import clock, reading, writing
from core.storage.tables import (
    Delivery,
    Inbox,
    Photo,
    PictureRow,
    ProfileState,
    Work,
    WorkerRow,
    WorkKind,
    WorkState,
)
from core.storage.work import MOST_FAILURES, claim
from core.upkeep import KEPT_SECONDS, WORKER_SILENT
from core.work_queue import queue_of
from tests.chat.people import Person
from tests.jobs.workplace import (
    Workplace,
    begin,
    change,
    confirm,
    newest_profile,
    photos,
    refreshed,
    send,
    version_of,
)


def _claim(place: Workplace, work: Work, worker: str = "lost") -> None:
    """A worker that will not be heard of again takes the work."""
    with writing(place.studio.engine) as session:
        row = session.get_one(Work, work.id)
        assert claim(session, row.id or 0, row.turn, worker) is not None
    change(place.studio, work, lease_until=1.0)


def _draw(place: Workplace, person: Person) -> Work:
    person.say(Command("imagine", "in a garden --n 1"))
    return place.last(WorkKind.DRAW)


def test_a_look_whose_worker_died_is_done_by_another(place: Workplace, ana: Person) -> None:
    begin(ana)
    send(ana, photos(2))
    look = place.last(WorkKind.LOOK)
    _claim(place, look)
    assert place.work() == []

    place.upkeep.reconcile()
    place.work()

    assert refreshed(place.studio, look).state == WorkState.SUCCEEDED
    with reading(place.studio.engine) as session:
        assert {photo.verdict for photo in session.exec(select(Photo))} == {"accepted"}


def test_a_worker_that_comes_back_too_late_writes_nothing(place: Workplace, ana: Person) -> None:
    ana.say(Command("start"))
    draw = _draw(place, ana)
    _claim(place, draw)
    place.upkeep.reconcile()
    assert place.work() == [WorkKind.DRAW]
    before = refreshed(place.studio, draw)
    with reading(place.studio.engine) as session:
        pictures = session.exec(select(PictureRow.file)).all()

    run(draw.id or 0, 0)
    run(draw.id or 0, 1)

    assert refreshed(place.studio, draw) == before
    with reading(place.studio.engine) as session:
        assert session.exec(select(PictureRow.file)).all() == pictures


def test_work_that_kills_every_worker_fails_with_its_credit_back(place: Workplace, ana: Person) -> None:
    profile = confirm(place, ana)
    learn = place.last(WorkKind.LEARN)
    for _ in range(MOST_FAILURES):
        _claim(place, learn)
        place.upkeep.reconcile()

    failed = newest_profile(place.studio)
    assert refreshed(place.studio, learn).state == WorkState.FAILED
    assert (failed.state, failed.reason) == (ProfileState.FAILED, "worker_lost")
    with reading(place.studio.engine) as session:
        assert ledger.balance(session, profile.account_id, ledger.TRAINING) == 1


def test_a_job_in_the_queue_of_a_worker_that_died_goes_to_another_soon(place: Workplace, ana: Person) -> None:
    ana.say(Command("start"))
    draw = _draw(place, ana)
    with writing(place.studio.engine) as session:
        session.add(WorkerRow(name="died", seen_at=clock(session)))
    place.upkeep.dispatch()
    assert refreshed(place.studio, draw).worker == "died"

    place.upkeep.reconcile()
    assert refreshed(place.studio, draw).worker == "died"  # it may only be busy

    with writing(place.studio.engine) as session:
        session.get_one(WorkerRow, "died").seen_at -= WORKER_SILENT + 1
    place.upkeep.reconcile()
    place.work()
    assert refreshed(place.studio, draw).state == WorkState.SUCCEEDED


def test_a_server_that_forgot_everything_costs_nothing_but_time(place: Workplace, ana: Person) -> None:
    begin(ana)
    send(ana, photos(2))
    ben = Person(place.studio, "ben")
    ben.say(Command("start"))
    draw = _draw(place, ben)
    with writing(place.studio.engine) as session:
        session.add(WorkerRow(name=place.workshop.name, seen_at=clock(session)))
    place.upkeep.dispatch()

    place.workshop.redis.flushall()
    with writing(place.studio.engine) as session:
        for work in session.exec(select(Work).where(Work.state == WorkState.DISPATCHED)):
            work.lease_until = 1.0
    place.upkeep.reconcile()
    place.work()

    assert place.last(WorkKind.LOOK).state == WorkState.SUCCEEDED
    assert refreshed(place.studio, draw).state == WorkState.SUCCEEDED
    assert queue_of(place.workshop.name, place.workshop.redis, place.studio.keys).count == 2


def test_a_database_that_is_locked_for_a_while_ends_no_training(
    place: Workplace, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core.jobs.learn, "REPORT_EVERY", 0.0)
    confirm(place, ana)
    learn = place.last(WorkKind.LEARN)
    engine, given_up = place.studio.engine, threading.Event()

    def lock() -> None:
        while not version_of(place.studio, newest_profile(place.studio)).saved_step:
            time.sleep(0.02)
        file = place.studio.settings.data_dir / "likeness.db"
        with closing(sqlite3.connect(file, isolation_level=None)) as locked:
            locked.execute("BEGIN IMMEDIATE")
            given_up.wait(20)
            locked.execute("ROLLBACK")

    engine.dispose()
    event.listen(engine, "connect", _impatient)
    thread = threading.Thread(target=lock)
    thread.start()
    with pytest.raises(OperationalError):
        place.turn()
    given_up.set()
    thread.join()
    change(place.studio, learn, lease_until=1.0)
    place.upkeep.reconcile()
    place.work()

    assert refreshed(place.studio, learn).state == WorkState.SUCCEEDED
    assert refreshed(place.studio, learn).failures <= 1


def _impatient(connection: sqlite3.Connection, _record: object) -> None:
    """A lock is given up on after a moment instead of half a minute."""
    connection.execute("PRAGMA busy_timeout = 200")


def test_files_that_no_row_names_go_when_they_were_seen_twice(place: Workplace, ana: Person) -> None:
    begin(ana)
    send(ana, photos(2))
    place.work()
    place.upkeep.erase()
    handle = newest_profile(place.studio).handle
    named = place.studio.files.names()
    place.studio.files.write(f"{handle}/sample-lost", b"left by a crash", b"k" * 32)
    place.studio.files.write("class/pocket-cat/000", b"shared by all", b"k" * 32)

    place.upkeep.remove_orphans()
    assert f"{handle}/sample-lost" in place.studio.files.names()

    place.upkeep.remove_orphans()
    assert place.studio.files.names() == sorted([*named, "class/pocket-cat/000"])


def test_a_file_that_is_named_meanwhile_stays(place: Workplace, ana: Person) -> None:
    begin(ana)
    send(ana, photos(1))
    name = f"{newest_profile(place.studio).handle}/thumb-late"
    place.studio.files.write(name, b"written before its row", b"k" * 32)
    place.upkeep.remove_orphans()
    with writing(place.studio.engine) as session:
        session.exec(select(Photo)).one().thumbnail = name

    place.upkeep.remove_orphans()
    place.upkeep.remove_orphans()

    assert name in place.studio.files.names()


def test_a_photo_that_arrives_after_its_profile_was_deleted_leaves_no_file(
    place: Workplace, ana: Person
) -> None:
    begin(ana)
    profile = newest_profile(place.studio)
    ana.say(Photos((Upload("late", "late", 10),)))
    (arrival,) = arrivals.waiting(place.studio, "console")
    ana.say(Command("delete", "Ana summer"))
    ana.tap("Delete for ever")

    arrivals.keep(place.studio, arrival, photos(1)[0])

    assert [name for name in place.studio.files.names() if name.startswith(str(profile.handle))] == []


def test_what_is_over_for_two_days_is_forgotten(place: Workplace, ana: Person) -> None:
    ana.say(Command("start"))
    ana.say(Command("help"))
    with writing(place.studio.engine) as session:
        for row in session.exec(select(Inbox)):
            row.at -= (KEPT_SECONDS + 1) * (row.update == 1)
        for sent in session.exec(select(Delivery).limit(1)):
            sent.made_at -= KEPT_SECONDS + 1
        session.add(WorkerRow(name="long ago", seen_at=clock(session) - KEPT_SECONDS - 1))
        before = len(session.exec(select(Delivery)).all())

    place.upkeep.reconcile()

    with reading(place.studio.engine) as session:
        assert [row.update for row in session.exec(select(Inbox))] == [2]
        assert len(session.exec(select(Delivery)).all()) == before - 1
        assert session.get(WorkerRow, "long ago") is None
