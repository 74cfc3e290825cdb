"""Fetching what people sent. Addresses are signed and end: they are used at once."""

import asyncio

import aiohttp
import discord
import yarl

from bots.platform import NotNow
from core.conversation.importing import is_weights
from core.conversation.language import N_
from core.conversation.messages import Upload
from core.conversation.phrases import MOST_MEGABYTES
from core.errors import PhotoRefused, Refusal
from core.exchange.tensors import MOST_BYTES as MOST_WEIGHTS

HOSTS = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
FETCH_SECONDS = 45.0  # less than an arrival's lease
AGAIN_SECONDS = 5.0
LOST = N_("Discord does not have it any more")
ELSEWHERE = N_("it does not lie at Discord")


async def fetch(client: discord.Client, upload: Upload, own_host: str = "") -> bytes:
    """Download an announced file. Raises PhotoRefused, or NotNow when Discord does not answer."""
    if upload.mime.startswith("video/"):
        raise PhotoRefused(Refusal.NOT_A_PICTURE, "mp4")
    if (upload.size or 0) > (MOST_WEIGHTS if is_weights(upload) else MOST_MEGABYTES << 20):
        raise PhotoRefused(Refusal.TOO_MANY_BYTES, str(upload.size))
    if yarl.URL(upload.ref).host not in HOSTS | {own_host}:
        raise PhotoRefused(Refusal.NOT_FETCHED, ELSEWHERE)
    try:
        async with asyncio.timeout(FETCH_SECONDS):
            return await client.http.get_from_cdn(upload.ref)
    except (discord.NotFound, discord.Forbidden) as error:
        raise PhotoRefused(Refusal.NOT_FETCHED, LOST) from error
    except (discord.HTTPException, aiohttp.ClientError, TimeoutError, OSError) as error:
        raise NotNow(AGAIN_SECONDS) from error
