"""Servers that the bot is no member of any more, found by asking Discord where no event told of it."""

import asyncio

import aiohttp
import discord

from bots.discord.hear import PLATFORM
from core.chat import spaces
from core.storage.studio import Studio

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
UNKNOWN_CHANNEL, UNKNOWN_GUILD, MISSING_ACCESS = 10003, 10004, 50001
UNKNOWN_MEMBER, UNKNOWN_USER = 10007, 10013
PERHAPS_OUT = frozenset({UNKNOWN_CHANNEL, UNKNOWN_GUILD, MISSING_ACCESS})  # also said of one channel
OUT = frozenset({UNKNOWN_GUILD, MISSING_ACCESS})  # said of a server itself
SILENT = (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError)


def means_perhaps_out(error: discord.DiscordException) -> bool:
    """Whether an error is one that Discord gives to who is no member, though to others as well."""
    return isinstance(error, discord.NotFound | discord.Forbidden) and error.code in PERHAPS_OUT


async def is_out(client: discord.Client, guild: int) -> bool:
    """Whether Discord says of the server itself that the bot is no member; never of one that is only away."""
    known = client.get_guild(guild)
    if known is not None and known.unavailable:
        return False
    try:
        await client.http.get_guild(guild, with_counts=False)
    except (discord.NotFound, discord.Forbidden) as refused:
        return refused.code in OUT
    except SILENT:
        return False
    return False


async def gone(client: discord.AutoShardedClient, studio: Studio, shard: int) -> list[int]:
    """The servers of a shard in which this bot was heard, and of which it is no member any more.

    The shard has just been told of all its servers, also of those that are away.
    """
    known = await asyncio.to_thread(spaces.known, studio, PLATFORM, str(client.application_id))
    absent = [
        number
        for number in map(int, known)
        if (number >> 22) % (client.shard_count or 1) == shard and client.get_guild(number) is None
    ]
    return [number for number in absent if await is_out(client, number)]
