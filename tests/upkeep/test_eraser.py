"""Deleted means gone, also while a worker is in the middle of it."""

import json
import threading
import time
from pathlib import Path

import pytest
from sqlmodel import SQLModel, select

from core.conversation.messages import Command
from core.errors import KeyGone
from core.storage import ledger
from core.storage.database import reading, writing
from core.storage.keys import photos_key, profile_key
from core.storage.tables import DoomedFile, Erasure, Profile, Work, WorkKind, WorkState
from core.upkeep import Upkeep
from core.work_queue import connect
from tests.chat.people import Person
from tests.jobs.workplace import (
    TRAINING,
    Workplace,
    begin,
    change,
    confirm,
    hear,
    newest_profile,
    photos,
    send,
    version_of,
)

NAME, PROMPT = "CANARYNAME", "CANARYPROMPT"


def _containing(folder: Path, *needles: bytes) -> list[str]:
    """Every file of the studio, the write-ahead log too, that has one of these in its bytes or its name."""
    return [
        f"{needle!r} in {file.relative_to(folder)}"
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.name.endswith(".gone")
        for needle in needles
        if needle in file.read_bytes() or needle in file.name.encode()
    ]


def _later(place: Workplace) -> None:
    """Three leases pass."""
    with writing(place.studio.engine) as session:
        for erasure in session.exec(select(Erasure)):
            erasure.again_at = 1.0


def _shortly_trained(place: Workplace, person: Person) -> None:
    """A profile that learnt for one step."""
    profile = confirm(place, person, name=NAME)
    plan = json.dumps(TRAINING | {"steps": 1, "checkpoint_every": 1})
    change(place.studio, version_of(place.studio, profile), plan=plan)
    place.work()


def _deleted(person: Person) -> None:
    person.say(Command("delete", NAME))
    person.tap("Delete for ever")


def _in_training(place: Workplace, person: Person) -> tuple[Profile, threading.Thread]:
    """A training that has reached its first checkpoint and goes on in another thread."""
    profile = confirm(place, person, name=NAME)
    person.say(Command("imagine", f"{PROMPT} --n 1"))
    change(place.studio, version_of(place.studio, profile), plan=json.dumps(TRAINING | {"steps": 10_000}))
    running = threading.Thread(target=place.turn)
    running.start()
    while not version_of(place.studio, profile).saved_step:
        assert running.is_alive()
        time.sleep(0.05)
    return profile, running


def test_nothing_of_a_profile_survives_its_deletion_in_the_middle_of_its_training(
    place: Workplace, ana: Person
) -> None:
    profile, running = _in_training(place, ana)
    folder = place.studio.settings.data_dir
    files = place.studio.files.names(str(profile.handle))
    assert {name.split("/")[1].split("-")[0] for name in files} >= {
        "photo",
        "thumb",
        "weights",
        "sample",
        "run",
    }
    assert _containing(folder, str(profile.handle).encode()) != []

    _deleted(ana)

    for key in (profile_key(profile.handle), photos_key(profile.handle)):
        with pytest.raises(KeyGone):
            place.studio.keys.open(key)
    running.join(10)
    assert not running.is_alive()  # it met the fence
    place.upkeep.erase()
    _later(place)
    place.upkeep.erase()
    place.upkeep.erase()  # doomed files too

    assert place.studio.files.names(str(profile.handle)) == []
    assert _containing(folder, str(profile.handle).encode(), NAME.encode(), PROMPT.encode()) == []
    with reading(place.studio.engine) as session:
        assert session.get(Profile, profile.id) is None
        assert session.exec(select(Erasure)).all() == []
        assert session.exec(select(DoomedFile)).all() == []
        for table in SQLModel.__subclasses__():
            if "profile_id" in table.model_fields:
                rows = session.exec(select(table)).all()
                assert [row for row in rows if getattr(row, "profile_id", None) == profile.id] == []


def test_the_worker_drops_it_from_memory_and_the_credits_come_back(place: Workplace, ana: Person) -> None:
    profile, running = _in_training(place, ana)

    _deleted(ana)
    running.join(10)

    assert place.workshop.live == {}
    assert place.workshop.family().installed() == frozenset()
    with reading(place.studio.engine) as session:
        open_work = session.exec(select(Work.state).where(Work.profile_id == profile.id)).all()
        assert ledger.balance(session, profile.account_id, ledger.TRAINING) == 1
        assert ledger.balance(session, profile.account_id, ledger.PICTURE) == 10
    assert set(open_work) <= {WorkState.CANCELLED, WorkState.SUCCEEDED}  # the look was over before


def test_an_adapter_that_was_worn_leaves_the_worker_with_its_profile(place: Workplace, ana: Person) -> None:
    _shortly_trained(place, ana)
    hear(ana)
    ana.say(Command("imagine", f"{PROMPT} --n 1"))
    place.work()
    assert len(place.workshop.family().installed()) == 1

    _deleted(ana)
    place.workshop.forget_deleted()

    assert place.workshop.family().installed() == frozenset()


def test_nothing_is_said_of_a_profile_after_its_deletion(place: Workplace, ana: Person) -> None:
    _shortly_trained(place, ana)  # its end is news that nobody has told yet

    _deleted(ana)
    said = hear(ana)

    assert [reply.text for reply in said if "ready" in reply.text] == []
    assert place.last(WorkKind.LEARN).told == place.last(WorkKind.LEARN).news


def test_jobs_of_a_deleted_profile_leave_the_queues(place: Workplace, ana: Person) -> None:
    begin(ana, name=NAME)
    send(ana, photos(1))
    look = place.last(WorkKind.LOOK)
    place.workshop.redis.set("rq:job:unrelated", "x")
    place.work()
    assert list(place.workshop.redis.scan_iter(f"rq:job:w-{look.id}-*"))

    _deleted(ana)
    place.upkeep.erase()

    assert list(place.workshop.redis.scan_iter(f"rq:*w-{look.id}-*")) == []
    assert place.workshop.redis.exists("rq:job:unrelated")


def test_a_server_that_is_away_does_not_hold_up_the_deletion(
    place: Workplace, ana: Person, tmp_path: Path
) -> None:
    profile = confirm(place, ana, name=NAME)
    _deleted(ana)
    away = place.studio.settings.model_copy(update={"redis_url": f"unix://{tmp_path}/nobody.sock"})

    Upkeep(place.studio, connect(away)).erase()

    assert place.studio.files.names(str(profile.handle)) == []


def test_photos_that_are_deleted_alone_lose_their_files_at_the_next_pass(
    place: Workplace, ana: Person
) -> None:
    confirm(place, ana, name=NAME)
    profile = newest_profile(place.studio)
    ana.say(Command("privacy"))
    ana.tap("Delete only the photos")

    place.upkeep.erase()

    kinds = {name.split("/")[1].split("-")[0] for name in place.studio.files.names(str(profile.handle))}
    assert kinds & {"photo", "thumb", "raw"} == set()
    assert place.studio.keys.find(profile_key(profile.handle)) is not None
