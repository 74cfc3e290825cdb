"""Discord: the real library against the loopback server; only the gateway's socket is left out."""

import asyncio
import re
from dataclasses import replace
from typing import Any

from bots.discord import layout
from bots.discord.client import Client
from bots.discord.hear import read_custom_id
from bots.discord.lines import Lines
from bots.discord.show import DiscordPlatform
from bots.hearing import Hearing
from bots.platform import Platform
from core.conversation.messages import Gallery, Reply
from core.storage.studio import Studio
from tests.bots.dialogues.desk import Desk, Run, Someone, without_pauses
from tests.bots.dialogues.seen import Seen
from tests.discordapi import DiscordServer, Person
from tests.discordapi.model import Json, Message

# Commands that have other names here, and the option that takes the words after each.
PATHS = {"new": "profile draft", "delete": "profile delete"}
OPTIONS = {"imagine": "prompt", "delete": "profile", "share": "profile", "revoke": "profile", "link": "code",
           "export": "profile", "pool": "amount"}  # fmt: skip
# https://docs.discord.com/developers/components/reference
MOST_CHARACTERS, LONGEST_ID, LONGEST_LABEL = 4000, 100, 80
MOST_IN_ROW, MOST_CHOICES = 5, 25
MOST_UNITS = layout.LONGEST_TEXT // 2  # below this nothing is ever cut


class DiscordDesk(Desk):
    """A draft is a form and a panel, commands about profiles begin with `/profile`, and help is Discord's own."""

    longest_label = LONGEST_LABEL
    panel = True
    renamed = layout.OURS
    asks_for_words = True

    def __init__(self, studio: Studio, run: Run, server: DiscordServer, client: Client) -> None:
        self.server, self.client = server, client
        # Files are fetched from nowhere but Discord's own hosts and this one.
        settings = studio.settings.model_copy(update={"discord_api_url": server.url})
        studio = replace(studio, settings=settings)
        client.studio, client.lines = studio, Lines()
        super().__init__(studio, run)
        client.hearing = Hearing(self.turns, asyncio.Event())
        self.told: list[tuple[str, Json]] = []
        server.world.calls.clear()
        server.world.events[:] = [lambda event, body, guild: self.told.append((event, body))]

    def platform(self) -> Platform:
        return DiscordPlatform(self.client, self.studio, self.client.lines, without_pauses())

    def person(self, name: str) -> "DiscordPerson":
        person = self.server.person(name)
        return DiscordPerson(self, f"@{person.user.id}", person=person)

    def group(self, title: str, *people: Someone) -> str:
        members = [one.person for one in people if isinstance(one, DiscordPerson)]
        channel = self.server.guild(title, *members)
        self.run(self.settle())
        return f"#{channel}"

    def place(self, chat: str) -> str:
        return chat.partition("/")[0]

    def message(self, written: str) -> Message:
        """A message by the number that the bot noted."""
        number = int(written.rpartition("/")[2])
        for messages in self.server.world.messages.values():
            if number in messages:
                return messages[number]
        raise LookupError(written)

    def arrived(self, place: str, message: str) -> Seen:
        found = self.message(message)
        parts = found.walk()
        buttons = [
            (each["label"], read_custom_id(each["custom_id"])[1]) for each in parts if each["type"] == 2
        ]
        for each in parts:
            if each["type"] == 3:
                assert read_custom_id(each["custom_id"])[1].startswith("pick:")
                buttons += [(option["label"], option["value"]) for option in each["options"]]
        gallery = tuple(found.gallery)
        return Seen(
            place=place,
            id=message,
            words=re.sub(r"^<@\d+>\n", "", found.words),
            buttons=tuple(buttons),
            grey=tuple(found.grey),
            pictures=gallery,
            files=() if gallery else tuple((file.name, file.content) for file in found.files),
            alone=bool(found.only_for) or bool(self.server.world.channels[found.channel].recipient),
        )

    def expected(self, reply: Reply) -> str:
        # There are no words under the pictures of a gallery, so they stand in a line.
        labels = [
            f"{number}: {one.label}"
            for number, one in enumerate(reply.pictures if isinstance(reply, Gallery) else (), 1)
            if one.label
        ]
        framed = reply.slot.startswith("panel-")
        return self.spelled(reply.text) + (f"\n{' · '.join(labels)}" if labels and not framed else "")

    def most_units(self, reply: Reply) -> int:
        return MOST_UNITS

    def check_limits(self, seen: Seen) -> None:
        found = self.message(seen.id)
        parts = found.walk()
        assert sum(len(each["content"]) for each in parts if each["type"] == 10) <= MOST_CHARACTERS
        for each in parts:
            assert len(each.get("custom_id", "")) <= LONGEST_ID
            if each["type"] == 1:
                assert len(each["components"]) <= MOST_IN_ROW
            if each["type"] == 2:
                assert len(each["label"]) <= LONGEST_LABEL
            if each["type"] == 3:
                assert len(each["options"]) <= MOST_CHOICES
        assert [call.why for call in self.server.calls() if call.status >= 400] == []

    async def heard(self) -> bool:
        """Give the library what the gateway would have, and wait until everything of it is done."""
        told, self.told = self.told, []
        for event, body in told:
            self.client._connection.parsers[event](body)
        await self._rest()
        return bool(told)

    async def _rest(self) -> None:
        """Wait for whatever the library and our client have begun, but not for what only cleans up later."""
        while busy := [task for task in asyncio.all_tasks() if self._is_busy(task)]:
            await asyncio.wait(busy)

    def _is_busy(self, task: "asyncio.Task[Any]") -> bool:
        later = getattr(task.get_coro(), "__name__", "") == Client._tidy.__name__
        return not later and task is not asyncio.current_task()


class DiscordPerson(Someone):
    """Somebody with the app in their hand."""

    desk: DiscordDesk

    def __init__(self, desk: DiscordDesk, own: str, place: str = "", *, person: Person) -> None:
        super().__init__(desk, own, place)
        self.person = person

    def at(self, place: str) -> "DiscordPerson":
        return DiscordPerson(self.desk, self.own, place, person=self.person.at(int(place[1:])))

    def command(self, name: str, words: str = "") -> None:
        path = PATHS.get(name, name)
        known = {each["name"] for each in self.desk.server.world.commands}
        if path.split()[0] not in known:  # it can be written, in direct messages
            self.write(f"/{name} {words}".strip())
            return
        value: object = int(words) if name == "pool" else words
        options = {OPTIONS[name]: value} if words else {}
        self.desk.act(lambda: self.person.slash(path, **options))

    def write(self, words: str) -> None:
        self.desk.act(lambda: self.person.send(words))

    def send(self, *pictures: bytes) -> None:
        files = [(f"{number}.png", content) for number, content in enumerate(pictures)]
        self.desk.act(lambda: self.person.send(files=files))

    def send_file(self, name: str, content: bytes) -> None:
        self.desk.act(lambda: self.person.slash_with_file("import", "file", name, content))

    def send_named(self, name: str, content: bytes) -> None:
        self.desk.act(lambda: self.person.send(files=[(name, content)]))

    def fill_in(self, label: str, field: str, words: str) -> None:
        asked = self.person.tap(label)
        self.desk.act(lambda: None)
        self.desk.act(lambda: self.person.submit(asked, (), **{field: words}))

    def tap_on(self, seen: Seen, label: str, key: str) -> None:
        found = self.desk.message(seen.id)
        there = self.person.at(found.channel)
        if label:
            self.desk.act(lambda: there.tap(label, found))
        else:
            self.desk.act(lambda: there.press(f"{self.person.user.id}/{key}", found))

    def whispered(self) -> str:
        alone = [each for each in self.person.from_bot() if each.only_for == self.person.user.id]
        return alone[-1].words if alone else ""

    def help(self) -> str:
        self.command("help")  # it changes nothing, so it is answered without a turn
        return self.person.from_bot()[-1].words

    # ── making a profile by a form and a panel

    def draft(self, name: str = "Ana summer", retention: str = "keep") -> None:
        asked = self.person.slash("profile new")
        self.desk.act(lambda: None)
        self.desk.act(lambda: self.person.submit(asked, kind="woman", name=name, retention=retention))
        panel = self.sees("Draft: ")
        assert {"It's me", "They agreed", "Add photos"} <= set(panel.labels)
        self.tap("It's me")
        self.sees("No photos yet: 15 to 20 are best, 5 at least.")

    def style(self, name: str) -> None:
        asked = self.person.slash("profile new")
        self.desk.act(lambda: None)
        self.desk.act(lambda: self.person.submit(asked, kind="style", name=name, retention="keep"))
        assert {"I made them", "They agreed"} <= set(self.sees("Draft: ").labels)
        self.tap("I made them")
        self.sees("No pictures yet: 15 to 20 are best, 5 at least.")

    def face(self, name: str) -> None:
        self.draft(name)
        self.another_way()
        self.tap("FaceID")
        self.sees("No photos yet: one is enough, 3 to 5 are better.")

    def another_way(self) -> Seen:
        self.tap("Method...")
        return self.sees("How shall I learn it?")

    def show_photos(self) -> Seen:
        self.command("new")
        return self.sees("Draft: ")

    def finish_photos(self) -> Seen:
        return self.show_photos()
