"""The states that rows can be in."""

from enum import StrEnum


class ProfileState(StrEnum):
    """Where a profile is in its life (SPEC P8)."""

    DRAFT = "draft"
    QUEUED = "queued"
    TRAINING = "training"
    TRAINED = "trained"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DELETING = "deleting"


class Retention(StrEnum):
    """What becomes of the photos when the training has ended (SPEC I10)."""

    KEEP = "keep"
    TEMPLATE = "template"
    DELETE = "delete"


WEIGHTS_NUMBER = (
    0  # of a draft's files: weights from elsewhere; photos are numbered from 1, texts from -1 down
)


class PhotoState(StrEnum):
    """Where a photo is between being heard of and being gone."""

    ANNOUNCED = "announced"
    STORED = "stored"
    JUDGED = "judged"
    REFUSED = "refused"
    TEXT = "text"  # a caption whose photo is not there yet


class WorkKind(StrEnum):
    """What a worker can be asked for, most urgent first."""

    LOOK = "look"
    DRAW = "draw"
    LEARN = "learn"


class WorkState(StrEnum):
    """Pending, dispatched and running are open; the rest is for ever."""

    PENDING = "pending"
    DISPATCHED = "dispatched"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN_WORK = (WorkState.PENDING, WorkState.DISPATCHED, WorkState.RUNNING)


class DeliveryState(StrEnum):
    """Where a reply is on its way to the chat."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DROPPED = "dropped"
    UNDELIVERABLE = "undeliverable"
