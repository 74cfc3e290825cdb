"""A person with the app in their hand: what they send and tap, and what they see."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from tests.botapi.answers import chat_answer, member_answer, user_answer
from tests.botapi.markup import spelled, typed_entities
from tests.botapi.model import Alert, Chat, Message, User, Waiting
from tests.botapi.world import World

Seen = TypeVar("Seen")
FIRST_GROUP = -1_001_500_000_001
PATIENCE = 10.0


@dataclass(frozen=True)
class Person:
    """One person looking at one chat: their own with the bot, or a group (`ana.at(group)`)."""

    world: World
    user: User
    chat_id: int

    @property
    def id(self) -> int:
        """Return the person's id, which is their private chat's too."""
        return self.user.id

    def at(self, chat_id: int) -> "Person":
        """Return the same person looking at another chat."""
        return replace(self, chat_id=chat_id)

    def send(self, text: str, *, reply_to: int | None = None) -> Message:
        """Send a text."""
        entities = tuple(typed_entities(text))
        return self._post(
            Message(self.chat_id, self.user, 0, text=text, entities=entities, reply_to=reply_to)
        )

    def send_photo(self, content: bytes, *, caption: str = "", reply_to: int | None = None) -> Message:
        """Send a picture as a photo: the bot gets recompressed copies of at most 1280 pixels."""
        return self._post(self._photo(content, caption, None, reply_to))

    def send_document(
        self, content: bytes, name: str, *, mime: str = "", caption: str = "", reply_to: int | None = None
    ) -> Message:
        """Send a file as it is."""
        return self._post(self._document(content, name, mime, caption, None, reply_to))

    def send_album(
        self,
        contents: Sequence[bytes],
        *,
        gap: float = 0.0,
        caption: str = "",
        as_documents: bool = False,
        names: Sequence[str] = (),
        reply_to: int | None = None,
    ) -> list[Message]:
        """Send pictures together, `gap` seconds apart; the first has the caption."""
        if not 2 <= len(contents) <= 10:
            raise ValueError(f"the app makes albums of 2 to 10, not of {len(contents)}")
        album, parts = self.world.album_id(), []
        for place, content in enumerate(contents):
            if place and gap:
                time.sleep(gap)
            words = "" if place else caption
            name = names[place] if names else f"IMG_{place + 1:04}.jpg"
            part = (
                self._document(content, name, "", words, album, reply_to)
                if as_documents
                else self._photo(content, words, album, reply_to)
            )
            parts.append(self._post(part))
        return parts

    def tap(self, label: str, message: Message | int | None = None) -> Waiting:
        """Tap a button by its label, on the newest message that has it or on the given one."""
        number = message.id if isinstance(message, Message) else message
        with self.world.changing():
            shown = [each for each in self.messages() if number in {None, each.id}]
            for each in reversed(shown):
                for button in (button for row in each.keyboard for button in row):
                    if button.label == label and button.data is not None:
                        return self.world.announce_tap(self.user, each, button.data)
            labels = [label for each in shown for label in each.buttons]
            raise LookupError(f"no button {label!r} to tap, there are {labels}")

    def block(self, *, blocked: bool = True) -> None:
        """Block the bot in the private chat, or unblock it."""
        with self.world.changing():
            before = self.world.open_private(self.user)
            after = self.world.chats[self.id] = replace(before, blocked=blocked)
            _announce_membership(self.world, self.user, before, after)

    def messages(self) -> list[Message]:
        """Return the chat as it stands, oldest first."""
        with self.world.changed:
            return [message for _, message in sorted(self.world.messages[self.chat_id].items())]

    def from_bot(self) -> list[Message]:
        """Return what the bot wrote in this chat, as it stands."""
        return [message for message in self.messages() if message.from_bot]

    def answers(self) -> list[Alert]:
        """Return what the bot answered to this person's taps."""
        with self.world.changed:
            return [alert for alert in self.world.alerts if alert.person == self.id]

    def wait_for(self, look: Callable[[list[Message]], Seen], timeout: float = PATIENCE) -> Seen:
        """Return what `look` sees in the messages as soon as that is true; TimeoutError shows the chat.

        Blocks: where the bot runs in the same event loop, call it in a thread.
        """
        end = time.monotonic() + timeout
        with self.world.changed:
            while not (seen := look(self.messages())):
                left = end - time.monotonic()
                if left <= 0:
                    raise TimeoutError(
                        f"not seen within {timeout} s in chat {self.chat_id}:\n{self.transcript()}"
                    )
                self.world.changed.wait(left)
            return seen

    def wait_for_text(self, part: str, timeout: float = PATIENCE) -> Message:
        """Return the newest message of the bot whose text or caption has this part."""

        def newest(messages: list[Message]) -> Message | None:
            return next((each for each in reversed(messages) if each.from_bot and part in each.words), None)

        found = self.wait_for(newest, timeout)
        assert found is not None
        return found

    def transcript(self) -> str:
        """Return the chat as a person would read it aloud."""
        return "\n".join(
            f"{each.id} {each.sender.first_name}: {each.media or ''} {each.words!r} {each.buttons}"
            for each in self.messages()
        )

    def _photo(self, content: bytes, caption: str, album: str | None, reply_to: int | None) -> Message:
        sizes = self.world.keep_photo(content)
        return replace(self._captioned(caption, album, reply_to), photo=sizes)

    def _document(
        self, content: bytes, name: str, mime: str, caption: str, album: str | None, reply_to: int | None
    ) -> Message:
        file = self.world.keep(content, name=name, mime=mime)
        return replace(self._captioned(caption, album, reply_to), document=file)

    def _captioned(self, caption: str, album: str | None, reply_to: int | None) -> Message:
        entities = tuple(typed_entities(caption))
        return Message(
            self.chat_id, self.user, 0, caption=caption, entities=entities, album=album, reply_to=reply_to
        )

    def _post(self, message: Message) -> Message:
        with self.world.changing():
            chat = self.world.chats.get(self.chat_id)
            if self.chat_id == self.id:
                chat = self.world.open_private(self.user)
            if chat is None or self.id not in chat.members:
                raise LookupError(f"{self.user.first_name} is not in chat {self.chat_id}")
            posted = self.world.post(replace(message, date=self.world.clock()))
            if not chat.blocked and reaches_bot(self.world, chat, posted):
                self.world.announce_message(posted)
            return posted


def reaches_bot(world: World, chat: Chat, message: Message) -> bool:
    """Tell whether the bot gets to see a message: in groups only commands, mentions and replies to it.

    Privacy mode, https://core.telegram.org/bots/features#privacy-mode; an administrator sees all.
    """
    if chat.private or world.bot.id in chat.admins or message.joined:
        return True
    replied = world.message(chat.id, message.reply_to) if message.reply_to else None
    if replied and replied.from_bot:
        return True
    name = f"@{world.bot.username}".lower()
    for entity in message.entities:
        word = spelled(message.words, entity).lower()
        if entity["type"] == "mention" and word == name:
            return True
        if entity["type"] == "bot_command" and (word.endswith(name) or "@" not in word):
            return True
    return False


def create_group(world: World, title: str, members: Sequence[User], *, bot_is_admin: bool = False) -> int:
    """Return the id of a new group, made by its first member, who then adds the bot to it."""
    if not members:
        raise ValueError(f"the group {title!r} needs somebody who makes it")
    with world.changing():
        admins = (members[0].id, world.bot.id) if bot_is_admin else (members[0].id,)
        before = Chat(
            FIRST_GROUP - len(world.chats),
            "supergroup",
            title,
            tuple(each.id for each in members),
            (members[0].id,),
        )
        after = replace(before, members=(*before.members, world.bot.id), admins=admins)
        world.chats[after.id] = after
        _announce_membership(world, members[0], before, after)
        joined = Message(after.id, members[0], world.clock(), joined=(world.bot,))
        world.announce_message(world.post(joined))
        return after.id


def _announce_membership(world: World, by: User, before: Chat, after: Chat) -> None:
    world.announce(
        "my_chat_member",
        {
            "chat": chat_answer(world, after),
            "from": user_answer(by),
            "date": int(world.clock()),
            "old_chat_member": member_answer(before, world.bot),
            "new_chat_member": member_answer(after, world.bot),
        },
    )
