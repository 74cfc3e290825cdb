"""The records of what was heard, what is on its way, and where it is shown."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from core.storage.states import DeliveryState


class Inbox(SQLModel, table=True):
    """What was heard, so that nothing is heard twice."""

    source: str = Field(primary_key=True)
    update: int = Field(primary_key=True, sa_type=BigInteger)
    at: float = 0.0


class Delivery(SQLModel, table=True):
    """A reply on its way."""

    __table_args__ = (Index("delivery_open", "platform", "state"),)

    id: int | None = Field(default=None, primary_key=True)
    platform: str
    chat: str
    account_id: int = Field(index=True)
    profile_id: int | None = Field(default=None, index=True)
    grant_id: int | None = None  # without which it must not arrive any more
    work_id: int | None = Field(default=None, index=True)  # the drawing that it shows
    slot: str = ""  # an earlier message of this slot is replaced
    key: str  # the name of the key that seals the body
    sealed: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    state: DeliveryState = DeliveryState.PENDING
    lease_until: float = 0.0
    not_before: float = 0.0
    made_at: float = 0.0


class Posted(SQLModel, table=True):
    """Where a slot's message is on its platform."""

    platform: str = Field(primary_key=True)
    chat: str = Field(primary_key=True)
    slot: str = Field(primary_key=True)
    account_id: int = Field(index=True)
    profile_id: int | None = Field(default=None, index=True)
    message: str = ""
    media: str = ""  # which pictures it shows; empty for words
    said: str = ""  # keyed hash of the reply that it shows
    at: float = 0.0
