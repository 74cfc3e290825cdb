"""Taking turns however long the studio is away, and connections that can be lost."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError as PoolExhausted

from bots.turns import BACKOFF_SECONDS, Turns, pause
from core.chat import Incoming, pass_over
from core.errors import where

log = logging.getLogger(__name__)

MOST_TRIES = 3
AWAY = (OperationalError, InterfaceError, PoolExhausted, OSError)  # the database, keys or files do not answer

Answer = TypeVar("Answer")


class Hearing:
    """Has things heard until they are."""

    def __init__(self, turns: Turns, stopping: asyncio.Event) -> None:
        self._turns = turns
        self._stopping = stopping
        self._studio = Line("the studio")

    async def hear(self, incoming: Incoming) -> bool:
        """Take the turn however long the database is away; False when it is time to stop before that."""
        faults = 0
        while not self._stopping.is_set():
            try:
                if faults < MOST_TRIES:
                    await self._turns.hear(incoming)
                else:
                    await asyncio.to_thread(pass_over, self._turns.studio, incoming)
            except AWAY as away:
                await pause(self._stopping, self._studio.lost(type(away).__name__))
            except Exception as fault:  # ours, of any kind: one update must not silence the bot
                faults += 1
                log.error("update %d failed: %s", incoming.update, where(fault))  # noqa: TRY400
                if faults > MOST_TRIES:
                    return True
                await pause(self._stopping, 0.2 * faults)
            else:
                self._studio.back()
                return True
        return False


class Line:
    """A connection that can be lost: says so once, and once that it is back."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._why = ""
        self._failures = 0

    @property
    def away(self) -> bool:
        """Whether it was lost and is not back."""
        return bool(self._why)

    def lost(self, why: str) -> float:
        """Note a failure; answers how many seconds to wait."""
        if why != self._why:
            log.warning("%s: %s; trying again", self._name, why)
        self._why = why
        self._failures += 1
        return BACKOFF_SECONDS[min(self._failures, len(BACKOFF_SECONDS)) - 1]

    def back(self) -> None:
        """Note that it answers."""
        if self._why:
            log.warning("%s: back again", self._name)
        self._why, self._failures = "", 0


async def unless(stopping: asyncio.Event, work: Awaitable[Answer]) -> Answer | None:
    """Its result, or None as soon as it is time to stop."""
    working, stop = asyncio.ensure_future(work), asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait((working, stop), return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        working.cancel()
        stop.cancel()
        await asyncio.gather(working, stop, return_exceptions=True)
