"""The one database: SQLite on one machine, Postgres on many."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine import make_url
from sqlmodel import Session, create_engine

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # a commit that was acknowledged survives a power cut
    "foreign_keys=ON",
    "secure_delete=ON",  # deleted rows are overwritten
    # Pages of the log before a commit has to move them: that takes as long as ten turns. The default of 1,000 is
    # reached twice a second under load; upkeep moves them beside the bots.
    "wal_autocheckpoint=16000",
)
HANDLE_BITS = 53  # what every program can read as a number without losing digits


def open_engine(url: str) -> Engine:
    """Connect lazily; an SQLite file's folder is made."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return create_engine(address.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=8)
    if address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address, connect_args={"timeout": 30, "check_same_thread": False}, pool_size=8)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own transactions start late and only for some statements
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session for questions; what it changes is lost."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """One transaction that is committed at the end, or not at all.

    On SQLite it takes the write lock at once: a transaction that reads first and writes later fails instead
    of waiting when another wrote in between.
    """
    with Session(engine.execution_options(writes=True), expire_on_commit=False) as session, session.begin():
        yield session


def clock(session: Session) -> float:
    """The database's time in seconds since 1970: the one clock that all machines share."""
    if session.get_bind().dialect.name == "sqlite":
        return time.time()
    return float(session.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())


def new_handle() -> int:
    """A random number nobody can guess, for what people and buttons name."""
    return secrets.randbelow(2**HANDLE_BITS - 10**15) + 10**15
