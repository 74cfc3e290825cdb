"""The load of the chat benchmark, in a process that holds what a bot's process holds: no torch."""

import asyncio
import json
import random
import sys
import tempfile
import time
from pathlib import Path

from bots.console.show import ConsolePlatform
from bots.turns import Turns
from core.chat import Incoming
from core.conversation.messages import Command, Heard, Text
from core.settings import Settings
from core.storage.studio import open_studio
from core.up import migrate

RATE = 100.0  # events a second
PEOPLE = 100
WORDS: list[Heard] = [Command("status"), Text("tabby cat"), Text("Ana 2026"), Command("profiles")]


def main() -> None:
    """Measure for so many seconds; prints the waits as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, data_dir=Path(folder))  # type: ignore[call-arg]  # pydantic's own
        migrate(settings)
        sys.stdout.write(json.dumps(asyncio.run(_talk(settings, float(sys.argv[1])))))


async def _talk(settings: Settings, seconds: float) -> list[float]:
    chance = random.Random(1)  # noqa: S311  (arrivals, not secrets)
    studio = open_studio(settings)
    turns = Turns(studio, ConsolePlatform(studio, settings.data_dir, lambda _: None))
    waits: list[float] = []

    async def hear(update: int, person: int, heard: Heard, due: float | None = None) -> None:
        await turns.hear(Incoming("console", "bench", update, str(person), str(person), heard))
        if due is not None:
            waits.append(time.perf_counter() - due)

    for person in range(PEOPLE):  # everybody has an account and a draft in which things can be said
        await hear(person, person, Command("new"))
    tasks = []
    update, due = PEOPLE, time.perf_counter()
    ends = due + seconds
    while (due := due + chance.expovariate(RATE)) < ends:
        # Arrivals are fixed beforehand: a bot that falls behind does not slow them down.
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        update += 1
        heard = chance.choice(WORDS)
        tasks.append(asyncio.create_task(hear(update, chance.randrange(PEOPLE), heard, due)))
    await asyncio.gather(*tasks)
    studio.engine.dispose()
    return waits


if __name__ == "__main__":
    main()
