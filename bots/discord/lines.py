"""Interactions that can still be answered: for fifteen minutes each, and never later than three seconds first.

The tokens live in memory only. A process that starts again answers in the channel or in a direct message
instead, as it does when fifteen minutes have passed.
"""

import asyncio
import logging
import time
from collections import defaultdict
from dataclasses import dataclass, field

import aiohttp
import discord

from bots.discord.places import Place

log = logging.getLogger(__name__)

LIVE_SECONDS = (
    14.5 * 60
)  # https://docs.discord.com/developers/interactions/receiving-and-responding: 15 minutes
ALREADY = 40060  # acknowledged already: the answer to our first try was lost


@dataclass
class Line:
    """One interaction that can be answered."""

    interaction: discord.Interaction
    place: Place
    ephemeral: bool
    waiting: bool  # Discord shows that the bot is thinking, until its first answer
    original: int = 0  # the message that is its first answer, or that holds the button
    until: float = field(default_factory=lambda: time.monotonic() + LIVE_SECONDS)
    acknowledged: "asyncio.Task[bool] | None" = None

    @property
    def live(self) -> bool:
        """Whether it can be answered still."""
        return time.monotonic() < self.until

    def end(self) -> None:
        """Discord does not take answers any more."""
        self.until = 0.0


class Lines:
    """All of them, by place and by the messages that they can change."""

    def __init__(self) -> None:
        self._places: dict[Place, list[Line]] = defaultdict(list)
        self._messages: dict[int, Line] = {}

    def begin(
        self, interaction: discord.Interaction, place: Place, *, ephemeral: bool, anew: bool = False
    ) -> Line:
        """Acknowledge at once, and remember how to answer; `anew` leaves the message alone in which it was done."""
        message = None if anew else interaction.message
        line = Line(interaction, place, ephemeral, waiting=message is None)
        line.acknowledged = asyncio.create_task(_acknowledge(line))
        self._forget()
        self._places[place].append(line)
        if message:
            self.can_change(line, message.id)
            line.original = message.id
        return line

    async def waiting(self, place: Place) -> Line | None:
        """The oldest interaction of a place whose first answer is still to come."""
        for line in list(self._places.get(place, ())):
            if line.waiting and await _usable(line):
                return line
        return None

    async def newest(self, place: Place) -> Line | None:
        """The newest interaction of a place that can be answered."""
        for line in reversed(self._places.get(place, ())):
            if await _usable(line):
                return line
        return None

    async def of_message(self, message: int) -> Line | None:
        """An interaction through which a message can be changed."""
        line = self._messages.get(message)
        return line if line and await _usable(line) else None

    async def usable(self, line: Line) -> bool:
        """Whether an interaction was acknowledged in time, and can be answered still."""
        return await _usable(line)

    def can_change(self, line: Line, message: int) -> None:
        """Note that a message can be changed through this interaction."""
        self._messages[message] = line

    def _forget(self) -> None:
        for place in list(self._places):
            self._places[place] = [line for line in self._places[place] if line.live]
            if not self._places[place]:
                del self._places[place]
        self._messages = {number: line for number, line in self._messages.items() if line.live}


async def _usable(line: Line) -> bool:
    if line.acknowledged and not await asyncio.shield(line.acknowledged):
        line.end()
    return line.live


async def _acknowledge(line: Line) -> bool:
    """Say that it was heard; False when that came too late."""
    try:
        await line.interaction.response.defer(ephemeral=line.ephemeral, thinking=line.waiting)
    except discord.HTTPException as error:
        if error.code == ALREADY:
            return True
        log.warning("an interaction was acknowledged too late: %d/%d", error.status, error.code)
        return False
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        # It may have arrived; the first answer finds out.
        log.warning("an acknowledgement went unanswered: %s", type(error).__name__)
    return True
