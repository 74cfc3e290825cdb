"""The record of one person's identities being linked (SPEC A3)."""

from sqlalchemy import BigInteger, Column, LargeBinary
from sqlmodel import Field, SQLModel


class Link(SQLModel, table=True):
    """A one-time code, who entered it, and what became of it."""

    id: int | None = Field(default=None, primary_key=True)
    handle: int = Field(sa_column=Column(BigInteger, unique=True, nullable=False))
    account_id: int = Field(index=True)  # that gave the code out
    platform: str
    chat: str  # where it is asked whether that is them
    code: str = Field(index=True)  # keyed hash
    state: str = "open"  # open, entered, linked, over
    expires_at: float = 0.0
    joined_id: int | None = Field(default=None, index=True)  # the account whose identity entered it
    joined_platform: str = ""
    joined_chat: str = ""
    sealed: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))  # their names
    linked_at: float = 0.0
    brought: str = ""  # JSON: credits that came along, by unit
