"""That a bot which is told to stop does so: whatever comes in the same moment, and whether Discord agrees or not."""

import asyncio
import time

import discord
import pytest

from bots.discord.__main__ import LEAVE_SECONDS, leave
from bots.turns import pause

PASSES = range(6)  # of the event loop, between what is waited for and the wish to stop


@pytest.mark.parametrize("passes", PASSES)
def test_a_wish_to_stop_is_not_lost_where_what_is_waited_for_comes_with_it(passes: int) -> None:
    async def told() -> bool:
        event = asyncio.Event()

        async def duty() -> None:
            while True:
                event.clear()
                await pause(event, 60.0)

        task = asyncio.create_task(duty())
        await asyncio.sleep(0.01)
        event.set()
        for _ in range(passes):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait((task,), timeout=5.0)
        ended = task.done()
        task.cancel()
        return ended

    assert asyncio.run(told())


def test_what_does_not_happen_is_not_waited_for_longer() -> None:
    asyncio.run(pause(asyncio.Event(), 0.01))


def test_discord_need_not_agree_that_we_leave() -> None:
    class Unanswered(discord.Client):
        async def close(self) -> None:
            await asyncio.sleep(60)

    began = time.monotonic()

    asyncio.run(leave(Unanswered(intents=discord.Intents.none())))

    assert LEAVE_SECONDS <= time.monotonic() - began < 30


def test_what_goes_wrong_in_leaving_is_not_kept_quiet() -> None:
    class Broken(discord.Client):
        async def close(self) -> None:
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        asyncio.run(leave(Broken(intents=discord.Intents.none())))
