"""The record of the profiles that a drawing wears besides the one that it is of (SPEC G2)."""

from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Field, Session, SQLModel, col, select


class Worn(SQLModel, table=True):
    """One of them, and the grant under which it is worn, if it is another's."""

    id: int | None = Field(default=None, primary_key=True)
    work_id: int = Field(index=True)
    profile_id: int = Field(index=True)
    grant_id: int | None = Field(default=None, index=True)


def wearing(work_id: Any, profile_id: int | None) -> ColumnElement[bool]:
    """The condition that a work, by its column of ids, wears a profile besides its own."""
    return col(work_id).in_(select(Worn.work_id).where(Worn.profile_id == profile_id))


def wearing_under(work_id: Any, grants: list[int | None]) -> ColumnElement[bool]:
    """The condition that a work, by its column of ids, wears something under one of these grants."""
    return col(work_id).in_(select(Worn.work_id).where(col(Worn.grant_id).in_(grants)))


def wearing_others(work_id: Any) -> ColumnElement[bool]:
    """The condition that a work, by its column of ids, wears something that somebody else shares."""
    return col(work_id).in_(select(Worn.work_id).where(col(Worn.grant_id).is_not(None)))


def worn_by(session: Session, work_id: int | None) -> list[Worn]:
    """What a drawing wears besides the profile that it is of, in the order in which it was asked for."""
    return list(session.exec(select(Worn).where(Worn.work_id == work_id).order_by(col(Worn.id))))
