"""Rules that hold the parts together and that no type checker sees."""

from enum import Enum
from pathlib import Path
from typing import get_args

import pytest
from sqlmodel import SQLModel, col, select

from bots.console.show import ConsolePlatform
from bots.discord.layout import content
from bots.telegram.show import present
from core.accounts import find_account, open_profile
from core.conversation.messages import Reply
from core.storage import tables
from core.storage.database import reading, writing
from core.storage.erasing import begin_deletion, destroy_keys, sweep
from core.storage.studio import Studio
from core.storage.tables import Checkpoint, Erasure, Profile, Version, Work, WorkKind
from core.storage.work import ask

ROOT = Path(__file__).resolve().parents[1]


def _tables() -> list[type[SQLModel]]:
    found = [one for one in vars(tables).values() if isinstance(one, type) and issubclass(one, SQLModel)]
    return [one for one in found if one is not SQLModel]


def test_the_folder_of_migrations_does_not_shadow_the_library() -> None:
    assert not (ROOT / "alembic" / "__init__.py").exists()


def test_every_kind_of_reply_is_shown_by_telegram() -> None:
    unknown = present.dispatch(object)

    assert [kind.__name__ for kind in get_args(Reply) if present.dispatch(kind) is unknown] == []


def test_every_kind_of_reply_is_shown_by_discord() -> None:
    unknown = content.dispatch(object)

    assert [kind.__name__ for kind in get_args(Reply) if content.dispatch(kind) is unknown] == []


def test_every_kind_of_reply_is_shown_by_the_console() -> None:
    words = ConsolePlatform.__dict__["words"].dispatcher
    unknown = words.dispatch(object)

    assert [kind.__name__ for kind in get_args(Reply) if words.dispatch(kind) is unknown] == []


def test_the_tables_of_the_module_are_all_of_the_database() -> None:
    assert {table.__tablename__ for table in _tables()} == set(SQLModel.metadata.tables)


def _row(table: type[SQLModel], owner: Profile, version: Version, work: Work) -> SQLModel:
    """A row that belongs to a profile; every other column that may not be empty gets some value of its type."""
    given: dict[str, object] = {}
    for name, column in SQLModel.metadata.tables[str(table.__tablename__)].columns.items():
        if not column.nullable and name != "id":
            given[name] = _some(table.model_fields[name].annotation)
    given |= {
        "profile_id": owner.id,
        "account_id": owner.account_id,
        "version_id": version.id,
        "work_id": work.id,
    }
    return table(**{name: value for name, value in given.items() if name in table.model_fields})


def _some(kind: object) -> object:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    return next(value for value in ("some", b"some", 7, 7.0, False) if type(value) is kind)


# A profile names its version itself; an erasure is the deletion under way, and goes last.
PERSONAL = [
    one
    for one in _tables()
    if {"profile_id", "version_id"} & one.model_fields.keys() and one not in (Profile, Erasure)
]


@pytest.mark.parametrize("table", PERSONAL, ids=lambda one: one.__name__)
def test_whatever_belongs_to_a_profile_is_reached_by_the_eraser(
    studio: Studio, table: type[SQLModel]
) -> None:
    with writing(studio.engine) as session:
        account, _ = find_account(studio, session, "console", "ana")
        profile = open_profile(studio, session, account, {"name": "Ana"})
        version = Version(profile_id=profile.id or 0, base="pocket")
        session.add(version)
        work = ask(session, kind=WorkKind.DRAW, account_id=account.id, profile_id=profile.id)
        existing = {Version: version, Work: work}
        session.add(existing.get(table) or _row(table, profile, version, work))
        session.flush()
        erasure = begin_deletion(session, studio, profile, None)
    owner = "version_id" if table is Checkpoint else "profile_id"
    owned = version.id if table is Checkpoint else profile.id
    with reading(studio.engine) as session:
        assert len(session.exec(select(table).where(col(getattr(table, owner)) == owned)).all()) == 1

    destroy_keys(studio, erasure)
    sweep(studio, erasure)

    with reading(studio.engine) as session:
        assert session.exec(select(table).where(col(getattr(table, owner)) == owned)).all() == []
