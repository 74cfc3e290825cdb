"""What a refusal or a silence of Telegram means for the reply that was being sent.

Telegram's words are matched in part and without capitals; they come from the source of its Bot API server.
"""

import datetime as dtm

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bots.platform import MessageGone, NotNow, Refused, Unanswered

# Nothing has left for Telegram when one of these happens.
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
NOT_MODIFIED = "message is not modified"
GONE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "there is no text in the message to edit",
    "there is no caption in the message to edit",
)
SPACE_GONE = ("bot was kicked", "bot is not a member", "group chat was deleted")
TOO_LARGE = "request entity too large"
TOKEN_SECONDS = 30.0  # a token that is refused is an operator's matter and may be mended


def says(error: TelegramError, *parts: str) -> bool:
    """Whether Telegram's words contain one of these."""
    words = error.message.lower()
    return any(part in words for part in parts)


def was_never_sent(error: TelegramError) -> bool:
    """Whether the request certainly did not reach Telegram."""
    return isinstance(error.__cause__, NEVER_SENT)


def seconds_of(error: RetryAfter) -> float:
    """How long Telegram asks to wait; the library changes from numbers to durations."""
    asked = error.retry_after
    return asked.total_seconds() if isinstance(asked, dtm.timedelta) else float(asked)


def meaning(error: TelegramError) -> NotNow | Refused | MessageGone | Unanswered:
    """The error in the words that every platform shares."""
    match error:
        case RetryAfter():
            return NotNow(seconds_of(error))
        case BadRequest() if says(error, *GONE):
            return MessageGone(error.message)
        case BadRequest() | Forbidden() | ChatMigrated():
            return Refused(error.message)
        case InvalidToken():
            return NotNow(TOKEN_SECONDS)
        case NetworkError() if says(error, TOO_LARGE):
            return Refused(error.message)
    return Unanswered(error.message)
