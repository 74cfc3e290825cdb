"""Studios for tests, at the price of opening a file: what is the same for all of them is made once in a process."""

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from core.settings import Settings
from core.storage.database import open_engine
from core.storage.studio import Studio, open_studio
from core.up import migrate


def empty(settings: Settings) -> None:
    """Give a studio that has no database yet one with all tables and nothing in them."""
    file = settings.data_dir / "likeness.db"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_tables())


def opened(settings: Settings) -> Studio:
    """The studio, whose statements are compiled once for all studios of a process; a power cut would lose what it has.

    SQLAlchemy remembers per engine and dialect what it compiled, which costs as much as a short test.
    """
    studio = open_studio(settings)
    first = _first_engine()
    studio.engine.dialect, studio.engine._compiled_cache = first.dialect, first._compiled_cache
    event.listen(studio.engine, "connect", _unsynced)
    return studio


def _unsynced(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@cache
def _first_engine() -> Engine:
    engine = open_engine("sqlite://")
    engine.connect().close()  # asks the driver what it can
    engine.dispose()
    return engine


@cache
def _tables() -> bytes:
    """The file of an empty database, as the migrations make it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, data_dir=Path(folder), database_url="")  # type: ignore[call-arg]  # pydantic's own
        migrate(settings)
        return (settings.data_dir / "likeness.db").read_bytes()
