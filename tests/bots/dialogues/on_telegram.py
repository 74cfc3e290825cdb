"""Telegram: the real library against the loopback Bot API server."""

import asyncio
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from telegram import Bot, Update
from telegram.constants import InlineKeyboardButtonLimit, InlineKeyboardMarkupLimit, MessageLimit
from telegram.warnings import PTBUserWarning

from bots.hearing import Line
from bots.platform import Platform
from bots.telegram.hear import hear
from bots.telegram.poll import KINDS, Poll
from bots.telegram.show import TelegramPlatform
from core.conversation.messages import Chosen, Reply, Say
from core.storage.studio import Studio
from tests.botapi import BotApiServer, Person
from tests.botapi.answers import callback_answer
from tests.botapi.model import Message, Waiting
from tests.bots.dialogues.desk import Desk, Run, Someone, without_pauses
from tests.bots.dialogues.seen import Seen, units


class TelegramDesk(Desk):
    """Words under a picture are shorter here than words alone."""

    renamed: ClassVar[Mapping[str, str]] = {}
    elsewhere = "console"

    def __init__(self, studio: Studio, run: Run, server: BotApiServer, bot: Bot) -> None:
        self.server, self.bot = server, bot
        self._keys: dict[tuple[int, int, str], str] = {}
        super().__init__(studio, run)
        self.poll = Poll(bot, self.turns, Line("Telegram"), asyncio.Event())

    def platform(self) -> Platform:
        return TelegramPlatform(self.bot, self.studio, without_pauses())

    def person(self, name: str) -> "TelegramPerson":
        person = self.server.person(name)
        return TelegramPerson(self, str(person.id), person=person)

    def group(self, title: str, *people: Someone) -> str:
        members = [one.person for one in people if isinstance(one, TelegramPerson)]
        number = self.server.group(title, *members)
        self.run(self.settle())
        return str(number)

    def place(self, chat: str) -> str:
        return chat.partition("/")[0]

    def arrived(self, place: str, message: str) -> Seen:
        found = self.server.world.message(int(place), int(message))
        if found is None:
            raise LookupError(message)
        content = found.content
        return Seen(
            place=place,
            id=message,
            words=found.words,
            buttons=tuple(
                (button.label, self._key(found, button.data or ""))
                for row in found.keyboard
                for button in row
            ),
            pictures=(content,) if content and found.photo else (),
            files=((found.document.name, found.document.content),) if found.document else (),
            alone=self.server.world.chats[found.chat_id].private,
        )

    def _key(self, message: Message, data: str) -> str:
        """What our hearing reads of a tap on a button; it is looked at whenever somebody looks at the chat."""
        button = (message.chat_id, message.id, data)
        if button not in self._keys:
            self._keys[button] = self._heard_key(message, data)
        return self._keys[button]

    def _heard_key(self, message: Message, data: str) -> str:
        somebody = next(iter(self.server.world.chats[message.chat_id].members))
        waiting = Waiting("1", somebody, message.chat_id, message.id, data, 0.0)
        tapped = {"update_id": 1, "callback_query": callback_answer(self.server.world, waiting)}
        update = Update.de_json(tapped, self.bot)
        assert update is not None
        incoming = hear(update, self.bot.bot)
        assert incoming is not None
        assert isinstance(incoming.heard, Chosen)
        return incoming.heard.key

    def most_units(self, reply: Reply) -> int:
        return MessageLimit.MAX_TEXT_LENGTH if isinstance(reply, Say) else MessageLimit.CAPTION_LENGTH

    def check_limits(self, seen: Seen) -> None:
        found = self.server.world.message(int(seen.place), int(seen.id))
        assert found is not None
        most = MessageLimit.CAPTION_LENGTH if found.media else MessageLimit.MAX_TEXT_LENGTH
        assert units(found.words) <= most
        buttons = [button for row in found.keyboard for button in row]
        assert len(buttons) <= InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER
        assert all(len(row) <= InlineKeyboardMarkupLimit.BUTTONS_PER_ROW for row in found.keyboard)
        longest = InlineKeyboardButtonLimit.MAX_CALLBACK_DATA
        assert all(1 <= len((button.data or "").encode()) <= longest for button in buttons)
        assert self.server.violations == []

    async def heard(self) -> bool:
        """One poll, and the turns of all that it brought; the next poll acknowledges them."""
        updates = await self._ask(None)
        if updates:
            assert await self.poll._take(updates)
            await asyncio.gather(*self.poll._answers)
            await self._ask(updates[-1]["update_id"] + 1)
        return bool(updates)

    async def _ask(self, offset: int | None) -> Sequence[dict[str, Any]]:
        """What waits, as the poller asks for it, but without waiting."""
        asked: dict[str, Any] = {"timeout": 0, "allowed_updates": KINDS, "offset": offset or 0}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PTBUserWarning)
            updates: Sequence[dict[str, Any]] = await self.bot.do_api_request("getUpdates", asked)
        return updates


class TelegramPerson(Someone):
    """Somebody with the app in their hand."""

    desk: TelegramDesk

    def __init__(self, desk: TelegramDesk, own: str, place: str = "", *, person: Person) -> None:
        super().__init__(desk, own, place)
        self.person = person

    def at(self, place: str) -> "TelegramPerson":
        return TelegramPerson(self.desk, self.own, place, person=self.person.at(int(place)))

    def command(self, name: str, words: str = "") -> None:
        self.write(f"/{name} {words}".strip())

    def write(self, words: str) -> None:
        self.desk.act(lambda: self.person.send(words))

    def send(self, *pictures: bytes) -> None:
        if len(pictures) == 1:
            self.desk.act(lambda: self.person.send_photo(pictures[0]))
        else:
            self.desk.act(lambda: self.person.send_album(pictures))

    def send_file(self, name: str, content: bytes) -> None:
        self.desk.act(lambda: self.person.send_document(content, name))

    def tap_on(self, seen: Seen, label: str, key: str) -> None:
        message = self.desk.server.world.message(int(seen.place), int(seen.id))
        assert message is not None
        world = self.desk.server.world

        def tapped() -> None:
            with world.changing():
                world.announce_tap(self.person.user, message, key)

        self.desk.act(tapped)

    def whispered(self) -> str:
        answers = self.person.answers()
        return answers[-1].text if answers else ""
