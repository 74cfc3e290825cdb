"""Fetching what people sent. A file's address holds the token: it is used at once, never logged or kept."""

import asyncio

from telegram import Bot
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bots.platform import NotNow
from bots.telegram.errors import says, seconds_of
from core.conversation.language import N_
from core.conversation.messages import Upload
from core.errors import PhotoRefused, Refusal

MOST_BYTES = 20 << 20  # https://core.telegram.org/bots/api#getfile
FETCH_SECONDS = 45.0  # less than an arrival's lease
AGAIN_SECONDS = 5.0
TOO_LARGE = N_("Telegram lets bots fetch at most 20 MB")
LOST = N_("Telegram does not have it any more")


async def fetch(bot: Bot, upload: Upload) -> bytes:
    """Download an announced file. Raises PhotoRefused, or NotNow when Telegram does not answer."""
    if upload.mime.startswith("video/"):
        raise PhotoRefused(Refusal.NOT_A_PICTURE, "mp4")
    if upload.size is not None and upload.size > MOST_BYTES:
        raise PhotoRefused(Refusal.TOO_MANY_BYTES, TOO_LARGE)
    try:
        async with asyncio.timeout(FETCH_SECONDS):
            file = await bot.get_file(upload.ref)
            return bytes(await file.download_as_bytearray())
    except TimeoutError:
        raise NotNow(AGAIN_SECONDS) from None
    except RetryAfter as error:
        raise NotNow(seconds_of(error)) from error
    except (BadRequest, Forbidden) as error:
        if says(error, "file is too big"):
            raise PhotoRefused(Refusal.TOO_MANY_BYTES, TOO_LARGE) from error
        raise PhotoRefused(Refusal.NOT_FETCHED, LOST) from error
    except TelegramError as error:
        raise NotNow(AGAIN_SECONDS) from error
