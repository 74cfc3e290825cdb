"""`python -m bots.discord`: the Discord bot."""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Awaitable, Callable

import aiohttp
import discord
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from bots.discord.client import Client
from bots.discord.commands import make_tree, publish
from bots.discord.setup import invite
from bots.discord.show import DiscordPlatform
from bots.hearing import Hearing, Line
from bots.logs import set_up
from bots.turns import Turns, pause
from core.errors import SettingMissing, StudioError, where
from core.settings import Settings
from core.storage.studio import open_studio
from core.work_queue import connect_async

log = logging.getLogger("bots.discord")

FAILED, CANNOT_START = 1, 2
LEAVE_SECONDS = 2.0  # for Discord to agree that we leave; the library would wait for half a minute


class TokenRefused(StudioError):
    """Discord knows no bot of this token."""


def main() -> int:
    """Run until SIGTERM or SIGINT; answers the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bots.discord", description="The Discord bot.")
    parser.add_argument("--debug", action="store_true", help="log more; never what people say")
    debug = parser.parse_args().debug
    settings = Settings()
    set_up(settings.discord_token, logging.DEBUG if debug else logging.INFO)
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
    if not settings.discord_token:
        raise SettingMissing("DISCORD_TOKEN", "the Discord bot needs one; the Developer Portal gives it")
    if settings.discord_api_url:
        Route.BASE = f"{settings.discord_api_url.rstrip('/')}/api/v10"
    stopping = asyncio.Event()
    for wish in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wish, stopping.set)
    studio = open_studio(settings)
    redis = connect_async(settings)
    client = Client(studio)
    tree = make_tree(client)
    turns = Turns(studio, DiscordPlatform(client, studio, client.lines), redis)
    client.hearing = Hearing(turns, stopping)
    try:
        steps = (
            lambda: sign_in(client, settings.discord_token),
            lambda: find_gateway(client),
            lambda: publish(tree, settings.data_dir),
        )
        line = Line("Discord")
        for step in steps:
            if not await insist(step, line, stopping):
                return
        log.info("to add it to a server: %s", invite(client.application_id or 0))
        await work(client, turns, stopping)
        log.info("%s stops", client.application_id)
    finally:
        await leave(client)
        await redis.aclose()
        studio.engine.dispose()


async def insist(step: Callable[[], Awaitable[None]], line: Line, stopping: asyncio.Event) -> bool:
    """Do it however long Discord is away; False when it is time to stop before that."""
    while not stopping.is_set():
        try:
            await step()
        except (discord.DiscordServerError, discord.GatewayNotFound, aiohttp.ClientError, OSError) as error:
            await pause(stopping, line.lost(type(error).__name__))
        else:
            line.back()
            return True
    return False


async def sign_in(client: Client, token: str) -> None:
    """Learn who we are."""
    try:
        await client.login(token)
    except discord.LoginFailure:
        raise TokenRefused("Discord does not accept the DISCORD_TOKEN that is set") from None
    except Exception:
        await client.http.close()
        client.http.connector = discord.utils.MISSING  # the next try opens a session of its own
        raise


async def find_gateway(client: Client) -> None:
    """Ask where the gateway is and how many shards it wants; sessions that begin anew go there as well."""
    client.shard_count, url, _ = await client.http.get_bot_gateway()
    DiscordWebSocket.DEFAULT_GATEWAY = URL(url)


async def work(client: Client, turns: Turns, stopping: asyncio.Event) -> None:
    """Listen and do the other duties until one ends or it is time to stop."""
    duties = asyncio.create_task(turns.run())
    listening = asyncio.create_task(client.connect())
    stop = asyncio.create_task(stopping.wait())
    await asyncio.wait((duties, listening, stop), return_when=asyncio.FIRST_COMPLETED)
    stopping.set()
    duties.cancel()
    await asyncio.wait((duties,))
    await leave(client)
    listening.cancel()
    await asyncio.wait((listening,))
    for ended in (duties, listening):
        if not ended.cancelled():
            ended.result()  # raises what ended it


async def leave(client: discord.Client) -> None:
    """Close the connections, whether or not Discord agrees in time."""
    closing = asyncio.ensure_future(client.close())
    await asyncio.wait((closing,), timeout=LEAVE_SECONDS)
    if closing.done():
        closing.result()


if __name__ == "__main__":
    sys.exit(main())
