"""The records. Personal columns are bytes sealed with a key of the account or of the profile (keys.py).

Times are seconds since 1970 by the database's clock. `handle` is the random number that people and buttons
see; `id` never leaves the database.
"""

from typing import Any

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from core.storage.link_table import (
    Link as Link,
)
from core.storage.message_tables import (
    Delivery as Delivery,
    Inbox as Inbox,
    Posted as Posted,
)
from core.storage.space_tables import (
    Grant as Grant,
    Member as Member,
    Space as Space,
)
from core.storage.states import (
    OPEN_WORK as OPEN_WORK,
    DeliveryState as DeliveryState,
    PhotoState as PhotoState,
    ProfileState as ProfileState,
    Retention as Retention,
    WorkKind as WorkKind,
    WorkState as WorkState,
)
from core.storage.worn_table import (
    Worn as Worn,
)


def _handle() -> Any:
    return Field(sa_column=Column(BigInteger, unique=True, nullable=False))


def _sealed() -> Any:
    return Field(default=b"", sa_column=Column(LargeBinary, nullable=False))


def _words() -> Any:
    return Field(default="", sa_column=Column(Text, nullable=False))


class Account(SQLModel, table=True):
    """One person."""

    id: int | None = Field(default=None, primary_key=True)
    handle: int = _handle()
    language: str = "en"  # of the client that was heard last
    chosen_language: str = ""  # instead of the client's
    created_at: float
    current_id: int | None = None  # the profile that /imagine means
    draft_id: int | None = None  # the profile that is being made
    link_failures: int = 0  # wrong codes in a row
    link_locked_until: float = 0.0
    forgotten_at: float | None = None  # everything of it is being erased


class Identity(SQLModel, table=True):
    """A person's user on one chat platform."""

    platform: str = Field(primary_key=True)
    user: str = Field(primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    home_id: int | None = None  # the account that it came with, while it is linked with another


class Profile(SQLModel, table=True):
    """One subject and what was learnt of it."""

    __table_args__ = (UniqueConstraint("account_id", "name_key"),)

    id: int | None = Field(default=None, primary_key=True)
    handle: int = _handle()
    account_id: int = Field(foreign_key="account.id", index=True)
    home_id: int | None = None  # the account of the identity that made it, where that is linked with this one
    sample: str = ""  # the name of the ready profile that every account starts with; else empty
    kind: str = ""  # character, style
    method: str = "lora"
    state: ProfileState = ProfileState.DRAFT
    reason: str = ""  # a code, when the state is not Trained
    sealed: bytes = _sealed()  # name, class word, trigger
    name_key: str | None = None  # keyed hash of the normalised name
    retention: str = ""
    consent: str = ""  # self, agreed, withdrawn
    consent_at: float | None = None
    photos_done: bool = False
    batch: int = 0  # which message the verdicts on photos go to
    batch_at: float = 0.0
    batch_group: str = ""
    version_id: int | None = None  # the current one
    support_until: float = 0.0
    created_at: float = 0.0


class Version(SQLModel, table=True):
    """One training of a profile, frozen when it was confirmed."""

    id: int | None = Field(default=None, primary_key=True)
    profile_id: int = Field(foreign_key="profile.id", index=True)
    number: int = 1
    origin_id: int | None = None  # the version that it goes on from
    origin_step: int = 0
    state: ProfileState = ProfileState.QUEUED
    base: str
    base_hash: str = ""
    recogniser_hash: str = ""
    plan: str = _words()  # JSON
    seed: int = Field(default=0, sa_type=BigInteger)
    floor: float | None = None
    own_similarity: float | None = None  # mean leave-one-out of the photos
    similarity: float | None = None  # of the kept checkpoint's samples
    quality: float | None = None  # of the kept checkpoint, 0 to 100
    stopped: str = ""  # why it ended before its last step: flat, overtrained
    causes: str = ""  # of a poor one, as codes with spaces between
    curve: str = ""  # file: how the checkpoints' scores went, as a picture
    cfg: float | None = None  # how strongly its prompts are followed; None: as the base recommends
    strength: float = 1.0  # with which it is worn
    class_similarity: float | None = None  # of plain class images to the photos, before training
    best_step: int | None = None
    weights: str = ""  # file
    template: str = ""  # file: the face embeddings that the filter compares with
    saved: str = ""  # file: a run to go on from
    saved_step: int = 0
    created_at: float = 0.0
    trained_at: float | None = None
    seconds: float = 0.0


class Checkpoint(SQLModel, table=True):
    """A saved step of a training with its samples and score."""

    __table_args__ = (UniqueConstraint("version_id", "step"),)

    id: int | None = Field(default=None, primary_key=True)
    version_id: int = Field(foreign_key="version.id", index=True)
    step: int
    similarity: float | None = None  # of the samples; None where likeness does not go by faces
    fidelity: float | None = None  # how prompts are obeyed, 0 to 1
    drift: float | None = None  # of the class towards the subject, a difference of cosines
    copies: float = 0.0  # share of the samples that repeat a photo
    quality: float = 0.0  # 0 to 100
    weights: str  # file
    samples: str = _words()  # JSON: files
    made_at: float = 0.0


class Photo(SQLModel, table=True):
    """One photo of a profile's set."""

    __table_args__ = (
        UniqueConstraint("profile_id", "number"),
        UniqueConstraint("profile_id", "unique_ref"),
    )

    id: int | None = Field(default=None, primary_key=True)
    profile_id: int = Field(foreign_key="profile.id", index=True)
    number: int
    state: PhotoState = PhotoState.ANNOUNCED
    platform: str = ""
    chat: str = ""
    unique_ref: str  # keyed hash of the platform's own id of the file
    sealed: bytes = _sealed()  # what to fetch it by; later its measurements
    words: bytes = _sealed()  # its name as a file, and its caption (captions.py)
    raw: str = ""  # file as it came, until it was looked at
    file: str = ""
    thumbnail: str = ""  # file
    verdict: str = ""
    detail: str = ""  # of a refusal: the format or the number over the limit
    other: int | None = None
    quality: float = 0.0
    chosen: bool = False
    owner: str = ""  # removed, kept: what the owner said, over what we said
    tries: int = 0
    try_at: float = 0.0
    created_at: float = 0.0


class Work(SQLModel, table=True):
    """Something a worker is asked for; `turn` is the fence, which grows at every claim and taking away."""

    __table_args__ = (Index("work_open", "state", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    handle: int = _handle()
    kind: WorkKind
    account_id: int = Field(foreign_key="account.id", index=True)
    profile_id: int = Field(foreign_key="profile.id", index=True)
    version_id: int | None = None
    grant_id: int | None = Field(default=None, index=True)  # under which it was asked by somebody else
    space: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    count: int = 0  # pictures asked for
    state: WorkState = WorkState.PENDING
    turn: int = 0
    failures: int = 0  # leases lost in a row without progress
    lease_until: float = 0.0
    worker: str = ""  # whom it was given to; kept while that process holds the live run
    cancel: str = ""  # cancel, or stop and keep the best
    sealed: bytes = _sealed()  # what was asked
    progress: str = _words()  # JSON of numbers and codes
    reason: str = ""
    news: int = 0  # grows with every change that people should hear of
    told: int = 0
    platform: str = ""
    chat: str = ""
    asked_at: float = 0.0
    started_at: float | None = None
    ended_at: float | None = None
    slice_ended_at: float = 0.0
    seconds: float = 0.0  # spent by workers


class PictureRow(SQLModel, table=True):
    """One generated picture, delivered or dropped."""

    __tablename__ = "picture"

    id: int | None = Field(default=None, primary_key=True)
    handle: int = _handle()
    work_id: int = Field(foreign_key="work.id", index=True)
    profile_id: int = Field(foreign_key="profile.id", index=True)
    number: int
    file: str
    similarity: float | None = None
    dropped: str = ""
    seed: int = Field(default=0, sa_type=BigInteger)


class LedgerEntry(SQLModel, table=True):
    """Credits given, held, settled; rows are never changed."""

    __table_args__ = (UniqueConstraint("kind", "unit", "ref"),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(index=True)
    unit: str  # picture, training
    kind: str  # grant, hold, settlement, refund; given and taken between two accounts
    amount: int
    captured: int = 0  # of a settlement: what was used
    ref: str
    at: float = 0.0


class WorkerRow(SQLModel, table=True):
    """A worker and what it said when it was last heard of."""

    __tablename__ = "worker"

    name: str = Field(primary_key=True)
    seen_at: float = 0.0
    started_at: float = 0.0
    offers: str = _words()  # JSON: bases, methods, device, measured speeds
    urgent_seconds: float = 0.0  # given to looks and drawings since a training last had its share


class WantedClass(SQLModel, table=True):
    """A class word that people wrote because the list lacked it, for the operator."""

    word: str = Field(primary_key=True)
    times: int = 0


class Erasure(SQLModel, table=True):
    """A deletion under way."""

    id: int | None = Field(default=None, primary_key=True)
    profile_id: int = Field(index=True)
    handle: int = Field(sa_type=BigInteger)
    photos_only: bool = False
    keys_gone: bool = False
    passes: int = 0
    again_at: float = 0.0
    account_id: int
    works: str = _words()  # JSON: ids whose jobs may lie in queues
    platform: str = ""
    chat: str = ""
    sealed: bytes = _sealed()  # what to say when the keys are gone


class DoomedFile(SQLModel, table=True):
    """A file that no row names any more and that is yet to be removed."""

    name: str = Field(primary_key=True)


class Opening(SQLModel, table=True):
    """An operator looked into a profile (SPEC A4)."""

    id: int | None = Field(default=None, primary_key=True)
    profile_id: int = Field(index=True)
    at: float
    told: bool = False
