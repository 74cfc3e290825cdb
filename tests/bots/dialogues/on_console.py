"""The console: one terminal for each chat, and lines that are typed into it."""

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from bots.console.hear import hear
from bots.console.show import ConsolePlatform
from bots.platform import Platform
from core.chat import Incoming
from core.chat.outbox import Outgoing
from core.conversation.messages import Chosen, Document, Heard, Original, Reply, TextFile, Upload
from core.storage.studio import Studio
from tests.bots.dialogues.desk import Desk, Run, Someone
from tests.bots.dialogues.seen import Seen

INDENT = "      "


class Terminals:
    """A terminal for each chat. Groups are only there so that the dialogues of groups can be read in one."""

    name = "console"
    bot = ""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.screens: dict[str, list[str]] = {}
        self.platforms: dict[str, ConsolePlatform] = {}
        self.admins: dict[str, str] = {}
        self.seen: dict[tuple[str, str], Seen] = {}

    def terminal(self, chat: str) -> ConsolePlatform:
        """The terminal of a chat."""
        if chat not in self.platforms:
            screen = self.screens[chat] = []
            folder = self.studio.settings.data_dir / "pictures" / chat
            self.platforms[chat] = ConsolePlatform(self.studio, folder, screen.append)
        return self.platforms[chat]

    async def show(self, outgoing: Outgoing) -> tuple[str, str]:
        """Print it, and read what was printed."""
        chat, terminal = outgoing.chat, self.terminal(outgoing.chat)
        before = len(self.screens[chat])
        message, media = await terminal.show(outgoing)
        printed = self.screens[chat][before:]
        words = "\n".join(line[len(INDENT) :] for line in printed[0].split("\n"))
        assert printed[0][: len(INDENT)] == ("bot ~ " if outgoing.message else "bot > ")
        rest = [line.removeprefix(INDENT) for line in printed[1:]]
        options = getattr(outgoing.reply, "options", ())
        files = [Path(line) for line in (rest[:-1] if options else rest)]
        buttons = []
        for number, option in enumerate(options, 1):
            assert f"[{number} {option.label}]" in rest[-1]
            typed = hear(str(number), terminal.options)
            assert isinstance(typed, Chosen)
            buttons.append((option.label, typed.key))
        contents = tuple(file.read_bytes() for file in files)
        original = isinstance(outgoing.reply, Original | Document | TextFile)
        self.seen[chat, message] = Seen(
            place=chat,
            id=message,
            words=words,
            buttons=tuple(buttons),
            pictures=() if original else contents,
            # A terminal shows where the file lies, under a name of its own.
            files=((outgoing.reply.name, contents[0]),)
            if isinstance(outgoing.reply, Original | Document | TextFile)
            else (),
            alone=chat not in self.admins,
        )
        return message, media

    async def fetch(self, upload: Upload) -> bytes:
        """From this machine."""
        return await next(iter(self.platforms.values())).fetch(upload)

    async def is_admin(self, space: str, user: str) -> bool | None:
        """The first member of a group."""
        return self.admins.get(space) == user

    async def is_member(self, space: str, user: str) -> bool | None:
        """Nobody says who is at a terminal."""
        return None


class ConsoleDesk(Desk):
    """A terminal prints everything as it is."""

    renamed: ClassVar[Mapping[str, str]] = {}

    def __init__(self, studio: Studio, run: Run) -> None:
        self.terminals = Terminals(studio)
        super().__init__(studio, run)
        self.typed: list[Incoming] = []
        self.updates = itertools.count(1)

    def platform(self) -> Platform:
        return self.terminals

    def person(self, name: str) -> "ConsolePerson":
        return ConsolePerson(self, name.lower())

    def group(self, title: str, *people: Someone) -> str:
        self.terminals.admins[title] = people[0].own
        return title

    def arrived(self, place: str, message: str) -> Seen:
        return self.terminals.seen[place, message]

    def place(self, chat: str) -> str:
        return chat

    def expected(self, reply: Reply) -> str:
        return reply.text or (reply.name if isinstance(reply, Original) else "")

    def most_units(self, reply: Reply) -> int:
        return 1 << 30

    def check_limits(self, seen: Seen) -> None:
        """A terminal takes everything."""

    async def heard(self) -> bool:
        typed, self.typed = self.typed, []
        for incoming in typed:
            await self.turns.hear(incoming)
        return bool(typed)


class ConsolePerson(Someone):
    """Somebody at a terminal."""

    desk: ConsoleDesk

    def at(self, place: str) -> "ConsolePerson":
        return ConsolePerson(self.desk, self.own, place)

    def command(self, name: str, words: str = "") -> None:
        self._type(f"/{name} {words}".strip())

    def write(self, words: str) -> None:
        self._type(words)

    def send(self, *pictures: bytes) -> None:
        folder = self.desk.studio.settings.data_dir / "mine"
        folder.mkdir(exist_ok=True)
        files = [folder / f"{number}.png" for number, _ in enumerate(pictures, len(list(folder.iterdir())))]
        for file, content in zip(files, pictures, strict=True):
            file.write_bytes(content)
        self._type(" ".join(map(str, files)))

    def send_file(self, name: str, content: bytes) -> None:
        file = self.desk.studio.settings.data_dir / name
        file.write_bytes(content)
        self._type(f"/import {file}")

    def send_named(self, name: str, content: bytes) -> None:
        file = self.desk.studio.settings.data_dir / name
        file.write_bytes(content)
        self._type(str(file))

    def tap_on(self, seen: Seen, label: str, key: str) -> None:
        options = self.desk.terminals.terminal(seen.place).options
        number = next((place for place, one in enumerate(options, 1) if one.key == key), 0)
        # What was printed further up cannot be typed any more; keys of it come from programs, as in the demonstration.
        heard = hear(str(number), options) if number else Chosen(key)
        self._hear(heard, seen.place)

    def whispered(self) -> str:
        return ""  # there is nobody else at a terminal

    def _type(self, line: str) -> None:
        self._hear(hear(line, self.desk.terminals.terminal(self.place).options), self.place)

    def _hear(self, heard: Heard, place: str) -> None:
        group = place != self.own
        incoming = Incoming(
            platform="console",
            source="console",
            update=next(self.desk.updates),
            user=self.own,
            chat=place,
            heard=heard,
            person=self.own.capitalize(),
            group=group,
            space=place if group else "",
            title=place if group else "",
        )
        self.desk.act(lambda: self.desk.typed.append(incoming))
