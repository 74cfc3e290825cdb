"""What a refusal or a silence of Discord means for the reply that was being sent.

The numbers are Discord's JSON error codes: https://docs.discord.com/developers/topics/opcodes-and-status-codes
"""

import aiohttp
import discord

from bots.platform import NotNow, Refused, Unanswered

NEVER_SENT = (aiohttp.ClientConnectorError,)
# Unknown webhook, unknown interaction, invalid webhook token, no more follow-ups for an app that is not a member.
OVER = frozenset({10015, 10062, 50027, 40094})
AGAIN_SECONDS = 5.0


def is_over(error: discord.DiscordException) -> bool:
    """Whether the interaction takes no answers any more."""
    return isinstance(error, discord.HTTPException) and error.code in OVER


def is_gone(error: discord.DiscordException) -> bool:
    """Whether a message that was to be changed is not there, or not ours to change any more."""
    return isinstance(error, discord.NotFound | discord.Forbidden)


def meaning(error: discord.DiscordException, *, repeatable: bool) -> Exception:
    """The error in the words that every platform shares; one that is our own fault stays what it is."""
    match error:
        case discord.Forbidden() | discord.NotFound():
            return Refused(f"{error.status}/{error.code}")
        case discord.DiscordServerError() if not repeatable:
            return Unanswered(f"{error.status}")
        case discord.HTTPException() if error.status == 429 or error.status >= 500:
            return NotNow(AGAIN_SECONDS)
        case discord.HTTPException() if error.status == 401:
            return NotNow(AGAIN_SECONDS)
    return error
