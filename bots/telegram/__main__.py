"""`python -m bots.telegram`: the Telegram bot."""

import argparse
import asyncio
import logging
import os
import signal
import sys
import warnings
from pathlib import Path

from telegram import Bot
from telegram.error import InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest
from telegram.warnings import PTBUserWarning

from bots.hearing import Line, unless
from bots.logs import set_up
from bots.telegram.errors import seconds_of
from bots.telegram.menu import publish
from bots.telegram.poll import Poll
from bots.telegram.show import TelegramPlatform
from bots.turns import Turns, pause
from core.errors import SettingMissing, StudioError, where
from core.settings import Settings
from core.storage.studio import open_studio
from core.work_queue import connect_async

log = logging.getLogger("bots.telegram")

FAILED, CANNOT_START = 1, 2
CONNECT_SECONDS, POOL_SECONDS, ANSWER_SECONDS, UPLOAD_SECONDS = 5.0, 3.0, 15.0, 25.0


class TokenRefused(StudioError):
    """Telegram knows no bot of this token."""


def main() -> int:
    """Run until SIGTERM or SIGINT; answers the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bots.telegram", description="The Telegram bot.")
    parser.add_argument("--debug", action="store_true", help="log more; never what people say")
    debug = parser.parse_args().debug
    settings = Settings()
    set_up(settings.telegram_token.partition(":")[2], logging.DEBUG if debug else logging.INFO)
    # The library is told which of its two ways is meant, of giving durations and of asking for updates.
    os.environ.setdefault("PTB_TIMEDELTA", "1")
    warnings.filterwarnings("ignore", "Please use 'Bot.getUpdates'", PTBUserWarning)
    try:
        asyncio.run(serve(settings))
    except (SettingMissing, TokenRefused) as why:
        sys.stderr.write(f"{why}\n")
        return CANNOT_START
    except Exception as fault:  # the interpreter would print the error's words, which can be people's
        log.critical("ended by %s", where(fault))
        return FAILED
    return 0


async def serve(settings: Settings) -> None:
    """Hear, answer and deliver until it is time to stop."""
    stopping = asyncio.Event()
    for wish in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wish, stopping.set)
    bot = make_bot(settings)
    studio = open_studio(settings)
    redis = connect_async(settings)
    telegram = Line("Telegram")
    try:
        if not await greet(bot, settings.data_dir, telegram, stopping):
            return
        log.info("@%s listens", bot.username)
        turns = Turns(studio, TelegramPlatform(bot, studio), redis)
        await work(turns, Poll(bot, turns, telegram, stopping), stopping)
        log.info("@%s stops", bot.username)
    finally:
        await bot.shutdown()
        await redis.aclose()
        studio.engine.dispose()


def make_bot(settings: Settings) -> Bot:
    """The library's bot at the server that was set; raises `SettingMissing` without a token."""
    if not settings.telegram_token:
        raise SettingMissing("TELEGRAM_TOKEN", "the Telegram bot needs one; @BotFather gives it")
    url = settings.telegram_api_url.rstrip("/")
    return Bot(
        settings.telegram_token,
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=_connections(64),
        get_updates_request=_connections(2),
    )


def _connections(most: int) -> HTTPXRequest:
    return HTTPXRequest(
        most,
        connect_timeout=CONNECT_SECONDS,
        pool_timeout=POOL_SECONDS,
        read_timeout=ANSWER_SECONDS,
        media_write_timeout=UPLOAD_SECONDS,
    )


async def greet(bot: Bot, folder: Path, telegram: Line, stopping: asyncio.Event) -> bool:
    """Learn who we are and tell Telegram the commands; False when it is time to stop before that."""
    while not stopping.is_set():
        try:
            await unless(stopping, _introduce(bot, folder))
        except InvalidToken:
            raise TokenRefused("Telegram does not accept the TELEGRAM_TOKEN that is set") from None
        except RetryAfter as error:
            await pause(stopping, seconds_of(error))
        except TelegramError as error:
            await pause(stopping, telegram.lost(type(error).__name__))
        else:
            telegram.back()
            break
    return not stopping.is_set()


async def _introduce(bot: Bot, folder: Path) -> None:
    await bot.initialize()
    await publish(bot, folder)


async def work(turns: Turns, poll: Poll, stopping: asyncio.Event) -> None:
    """Poll and do the other duties until one ends; the turn that has begun is finished."""
    duties, polling = asyncio.create_task(turns.run()), asyncio.create_task(poll.run())
    await asyncio.wait((duties, polling), return_when=asyncio.FIRST_COMPLETED)
    stopping.set()
    await polling
    duties.cancel()
    await asyncio.wait((duties,))
    if not duties.cancelled():
        duties.result()  # raises what ended it


if __name__ == "__main__":
    sys.exit(main())
