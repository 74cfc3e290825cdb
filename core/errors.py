"""What can go wrong and be mended by a person.

StudioError
├── PhotoRefused        a file that cannot become a photo
├── WeightsRefused      a file that cannot become a profile
├── ModelUnusable       a base model or face pack that is missing, altered or not permitted
├── TrainingFailed      a training that cannot go on
├── KeyGone             data whose key was destroyed
├── OutOfCredits        the balance does not cover a request
└── SettingMissing      a setting without which a program cannot start

The exceptions carry data, never sentences for people: `core.conversation.phrases` words them.
"""

import traceback
from enum import StrEnum
from pathlib import Path

FRAMES = 5  # of a trace


class StudioError(Exception):
    """Something a person can do something about."""


class Refusal(StrEnum):
    """Why a file did not become a photo."""

    EMPTY = "empty"
    NOT_A_PICTURE = "not_a_picture"
    UNKNOWN_FORMAT = "unknown_format"
    TOO_MANY_BYTES = "too_many_bytes"
    TOO_MANY_PIXELS = "too_many_pixels"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    TOO_SLOW = "too_slow"
    TOO_MUCH_MEMORY = "too_much_memory"
    NOT_FETCHED = "not_fetched"
    # of archives, and of files in them
    ENCRYPTED = "encrypted"
    LINK = "link"
    NAMED_TWICE = "named_twice"
    NO_PHOTOS = "no_photos"
    PACKED_OTHERWISE = "packed_otherwise"
    TOO_MANY_FILES = "too_many_files"
    TOO_MANY_PHOTOS = "too_many_photos"
    UNPACKS_TO_TOO_MUCH = "unpacks_to_too_much"
    UNSAFE_NAME = "unsafe_name"


class PhotoRefused(StudioError):
    """A file that cannot become a photo; `detail` is the format or the number that was over the limit."""

    def __init__(self, refusal: Refusal, detail: str = "") -> None:
        super().__init__(f"{refusal}: {detail}" if detail else str(refusal))
        self.refusal = refusal
        self.detail = detail


class Unfit(StrEnum):
    """Why a file of weights did not become a profile."""

    NOT_SAFETENSORS = "not_safetensors"
    PICKLE = "pickle"
    TOO_LARGE = "too_large"
    HEADER_TOO_LARGE = "header_too_large"
    DAMAGED_HEADER = "damaged_header"
    TRUNCATED = "truncated_file"
    NO_TENSORS = "no_tensors"
    TOO_MANY_TENSORS = "too_many_tensors"
    OTHER_NUMBERS = "other_numbers"
    NOT_FINITE = "not_finite"
    UNKNOWN_LAYOUT = "unknown_layout"
    OTHER_KIND = "other_kind"
    OTHER_FAMILY = "other_family"
    OTHER_METHOD = "other_method"
    NO_PLACE = "no_place"


class WeightsRefused(StudioError):
    """A file of weights that cannot become a profile; `detail` is what was wrong: a name, a number, a family."""

    def __init__(self, unfit: Unfit, detail: str = "") -> None:
        super().__init__(f"{unfit}: {detail}" if detail else str(unfit))
        self.unfit = unfit
        self.detail = detail


class ModelUnusable(StudioError):
    """A base model or face pack that is missing, altered, or not permitted by the configuration."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class TrainingFailed(StudioError):
    """A training that cannot go on; `cause` is a word that the conversation knows."""

    def __init__(self, cause: str, detail: str = "") -> None:
        super().__init__(f"{cause}: {detail}" if detail else cause)
        self.cause = cause
        self.detail = detail


class KeyGone(StudioError):
    """The key of this data was destroyed: the data is gone for everybody."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class OutOfCredits(StudioError):
    """The balance does not cover what was asked for."""

    def __init__(self, unit: str, balance: int, needed: int) -> None:
        super().__init__(f"{needed} {unit} needed, {balance} left")
        self.unit = unit
        self.balance = balance
        self.needed = needed


class SettingMissing(StudioError):
    """A program cannot start without this setting."""

    def __init__(self, setting: str, why: str) -> None:
        super().__init__(f"{setting} is not set: {why}")
        self.setting = setting


def where(fault: BaseException) -> str:
    """What went wrong where, without the error's own words: those can hold what people wrote."""
    if isinstance(fault, BaseExceptionGroup):
        return "; ".join(where(each) for each in fault.exceptions)
    frames = traceback.extract_tb(fault.__traceback__)[-FRAMES:]
    calls = " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{type(fault).__name__} at {calls}"
