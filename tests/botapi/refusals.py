"""How the Bot API says no: in Telegram's own words, which the library and the bot read."""

from dataclasses import dataclass

# Documented at https://core.telegram.org/bots/api#sending-files, #getfile and #sendphoto.
PHOTO_UPLOAD_BYTES = 10 << 20
FILE_UPLOAD_BYTES = 50 << 20
FILE_DOWNLOAD_BYTES = 20 << 20
TEXT_LENGTH = 4096
CAPTION_LENGTH = 1024
ALERT_LENGTH = 200
CALLBACK_DATA_BYTES = 64
ALBUM_SIZES = range(2, 11)
BUTTONS = 100
BUTTONS_IN_ROW = 8


@dataclass
class Refused(Exception):
    """A request that is answered with an error."""

    code: int
    description: str
    retry_after: int | None = None

    def __str__(self) -> str:
        """Return the answer as one line."""
        return f"{self.code} {self.description}"


def bad_request(why: str) -> Refused:
    """Return the answer to a request that cannot be carried out as it stands."""
    return Refused(400, f"Bad Request: {why}")


def forbidden(why: str) -> Refused:
    """Return the answer to a bot that may not do this."""
    return Refused(403, f"Forbidden: {why}")


def conflict(why: str) -> Refused:
    """Return the answer to one of two that want the same updates."""
    return Refused(409, f"Conflict: {why}")


def too_large() -> Refused:
    """Return the answer to an upload over the limit of its kind."""
    return Refused(413, "Request Entity Too Large")


def too_many(retry_after: int) -> Refused:
    """Return the answer to a bot that is to wait `retry_after` seconds."""
    return Refused(429, f"Too Many Requests: retry after {retry_after}", retry_after)
