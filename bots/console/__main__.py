"""`python -m bots.console`: talk to the studio in a terminal."""

import asyncio
import getpass
import logging
import os
import sys
import threading
import time
from collections.abc import AsyncIterator

from bots.console.hear import hear
from bots.console.show import ConsolePlatform
from bots.turns import Turns
from core.chat import Incoming
from core.conversation.language import gettext as _, speaking
from core.conversation.messages import Command, Heard
from core.settings import Settings
from core.storage.studio import Studio, open_studio
from core.work_queue import connect_async

USER = "me"


class Console:
    """One person at a terminal."""

    def __init__(self, studio: Studio, platform: ConsolePlatform, person: str, language: str = "") -> None:
        self.platform = platform
        self.person = person
        self.language = language
        self.turns = Turns(studio, platform, connect_async(studio.settings))

    async def say(self, heard: Heard) -> None:
        """Have one thing heard."""
        incoming = Incoming(
            platform="console",
            source="console",
            update=time.time_ns() // 1000,
            user=USER,
            chat=USER,
            heard=heard,
            person=self.person,
            language=self.language,
        )
        await self.turns.hear(incoming)

    async def talk(self, lines: AsyncIterator[str]) -> None:
        """Hear line after line until there are no more."""
        working = asyncio.create_task(self.turns.run())
        try:
            await self.say(Command("start"))
            async for line in lines:
                if line.strip() in ("/quit", "/exit"):
                    break
                if line.strip():
                    await self.say(hear(line, self.platform.options))
        finally:
            working.cancel()


async def typed() -> AsyncIterator[str]:
    """Lines as they are typed; a thread reads them, so that ending does not wait for one."""
    queue: asyncio.Queue[str | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(queue.put_nowait, line)
        loop.call_soon_threadsafe(queue.put_nowait, None)

    threading.Thread(target=read, daemon=True).start()
    while (line := await queue.get()) is not None:
        yield line


def main() -> None:
    """Talk until the end of input."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    studio = open_studio(Settings())
    platform = ConsolePlatform(studio, studio.settings.data_dir / "pictures")
    language = os.environ.get("LANG", "")
    with speaking(language):
        print(
            _("Type words, commands such as /help, the number of an option, or paths of photos. /quit ends.")
            + "\n"
        )
    asyncio.run(Console(studio, platform, getpass.getuser(), language).talk(typed()))


if __name__ == "__main__":
    main()
