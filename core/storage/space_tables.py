"""The records of groups and servers: what they are called, who was seen there, what is shared with them.

A space is named by its handle everywhere else: handles are random and never come again, row ids do.
"""

from sqlalchemy import BigInteger, Column, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel


class Space(SQLModel, table=True):
    """A Telegram group or Discord server in which the bot takes part."""

    __table_args__ = (UniqueConstraint("platform", "chat"),)

    id: int | None = Field(default=None, primary_key=True)
    handle: int = Field(sa_column=Column(BigInteger, unique=True, nullable=False))
    platform: str
    chat: str  # the platform's own name of it, without a topic or channel
    sealed: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))  # title
    rules: str = Field(default="", sa_column=Column(Text, nullable=False))  # JSON: what its admins have set
    pool_id: int | None = None  # the account that holds the credits given to the space
    bot: str = ""  # the number of the bot that was heard there last: another knows nothing of its members
    created_at: float = 0.0


class Member(SQLModel, table=True):
    """Somebody who has talked to the bot in a space."""

    space: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    account_id: int = Field(primary_key=True, index=True)
    here: bool = True  # False once they left, until they speak there again
    sealed: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))  # name
    chat: str = ""  # the topic or channel in which they spoke last
    private: str = ""  # the chat in which they can be told something alone
    seen_at: float = 0.0


class Grant(SQLModel, table=True):
    """The owner's permission for a space to use a profile; one that has ended never comes to life again."""

    id: int | None = Field(default=None, primary_key=True)
    handle: int = Field(sa_column=Column(BigInteger, unique=True, nullable=False))
    profile_id: int = Field(index=True)
    space: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    given_at: float = 0.0
    ended_at: float | None = None
