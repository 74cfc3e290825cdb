"""getUpdates: what waits for the bot, handed to one poller at a time."""

import asyncio
from dataclasses import dataclass, field

from tests.botapi.asking import remember_allowed
from tests.botapi.content import Request
from tests.botapi.model import Json
from tests.botapi.refusals import conflict
from tests.botapi.world import World

LONGEST_POLL = 50
LARGEST_BATCH = 100


@dataclass
class Poll:
    """One getUpdates that waits, until there is news or another one takes its place."""

    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    ousted: bool = False


@dataclass
class Polling:
    """At most one waiting poll."""

    current: Poll | None = None

    def stir(self) -> None:
        """Have the waiting poll look again."""
        if self.current:
            self.current.stirred.set()

    async def get_updates(self, request: Request) -> list[Json]:
        """Return what waits, at once or within `timeout` seconds; an offset forgets what is before it."""
        world = request.world
        if world.webhook:
            raise conflict("can't use getUpdates method while webhook is active; use deleteWebhook first")
        if self.current:
            self.current.ousted = True
            self.stir()
        poll = self.current = Poll()
        with world.changed:
            if request.get("allowed_updates") is not None:
                remember_allowed(request)
            _acknowledge(world, request.get("offset") or 0)
        try:
            return await self._wait(poll, request)
        finally:
            if self.current is poll:
                self.current = None

    async def _wait(self, poll: Poll, request: Request) -> list[Json]:
        limit = min(max(request.get("limit") or LARGEST_BATCH, 1), LARGEST_BATCH)
        seconds = min(request.get("timeout") or 0, LONGEST_POLL)
        end = asyncio.get_running_loop().time() + seconds
        while True:
            if poll.ousted:
                raise conflict(
                    "terminated by other getUpdates request; make sure that only one bot instance is running"
                )
            poll.stirred.clear()
            batch = _waiting(request.world, limit)
            left = end - asyncio.get_running_loop().time()
            if batch or left <= 0:
                return batch
            try:
                async with asyncio.timeout(left):
                    await poll.stirred.wait()
            except TimeoutError:
                continue


def _acknowledge(world: World, offset: int) -> None:
    """Forget what is before the offset; a negative one keeps only the last updates."""
    if offset < 0:
        world.updates[:] = world.updates[offset:]
    elif offset:
        world.updates[:] = [update for update in world.updates if update["update_id"] >= offset]


def _waiting(world: World, limit: int) -> list[Json]:
    with world.changed:
        again, world.again[:] = world.again[:limit], world.again[limit:]
        return again + world.updates[: limit - len(again)]
