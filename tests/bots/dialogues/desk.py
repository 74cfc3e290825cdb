"""One person and another on a chat platform, and the studio behind it, step by step and in this process.

A dialogue is written once and held at each platform's desk. What somebody does goes through the platform's own
hearing; every reply through its own showing, to a loopback server where there is one; and what has arrived is
compared with what was meant, reply by reply.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, ClassVar

from bots.platform import Platform
from bots.rates import Limits, Rates, Together
from bots.turns import Turns
from core.chat.outbox import Outgoing
from core.conversation.messages import Reply, Upload
from core.storage.studio import Studio
from tests.bots.dialogues.seen import Seen, check

Run = Callable[[Coroutine[Any, Any, Any]], Any]


def without_pauses() -> Rates:
    """A pace that never makes anybody wait: dialogues are about what is said."""
    return Rates(lambda chat: Limits(0.0, 10_000, 0.0, 10_000, 1.0), Together(0.0, 10_000))


class Watched:
    """A platform whose every reply is compared with what arrived."""

    def __init__(self, desk: "Desk", platform: Platform) -> None:
        self.name = platform.name
        self._desk, self._platform = desk, platform

    @property
    def bot(self) -> str:
        """As the platform has it."""
        return self._platform.bot

    async def show(self, outgoing: Outgoing) -> tuple[str, str]:
        """Show it and look at it; what is wrong is kept, because the bot goes on whatever a reply raises."""
        try:
            message, media = await self._platform.show(outgoing)
            self._desk.look_at(outgoing, message)
        except Exception as wrong:
            self._desk.wrong.append(wrong)
            raise
        return message, media

    async def fetch(self, upload: Upload) -> bytes:
        """As the platform does."""
        return await self._platform.fetch(upload)

    async def is_admin(self, space: str, user: str) -> bool | None:
        """As the platform does."""
        return await self._platform.is_admin(space, user)

    async def is_member(self, space: str, user: str) -> bool | None:
        """As the platform does."""
        return await self._platform.is_member(space, user)


class Desk(ABC):
    """A platform in this process. What it does otherwise than the others on purpose is declared here."""

    longest_label = 1000
    panel = False  # a draft is one message with everything in it, instead of questions
    renamed: ClassVar[Mapping[str, str]]  # commands that have other names here
    asks_for_words = False  # the app itself refuses a command that lacks something or has too much of it
    elsewhere = "telegram"  # another platform

    def __init__(self, studio: Studio, run: Run) -> None:
        self.studio, self.run = studio, run
        self.turns = Turns(studio, Watched(self, self.platform()))
        self.shown: list[tuple[str, str]] = []  # place and id of every message, at each time it was shown
        self.mark = 0  # how many there were before somebody did something
        self.wrong: list[Exception] = []  # what was not shown as it was meant

    @abstractmethod
    def platform(self) -> Platform:
        """The real thing."""

    @abstractmethod
    def person(self, name: str) -> "Someone":
        """Somebody new."""

    @abstractmethod
    def group(self, title: str, *people: "Someone") -> str:
        """A new group or server, whose admin is its first member; its place."""

    @abstractmethod
    def arrived(self, place: str, message: str) -> Seen:
        """A message as it stands; raises LookupError when it is gone."""

    @abstractmethod
    def place(self, chat: str) -> str:
        """Where a reply's chat is."""

    def spelled(self, text: str) -> str:
        """A sentence with the commands as they are called here."""
        for name, here in self.renamed.items():
            text = re.sub(rf"(?<!\w){name}\b", here, text)
        return text

    def expected(self, reply: Reply) -> str:
        """The words of a reply as they should be read."""
        return self.spelled(reply.text)

    @abstractmethod
    def most_units(self, reply: Reply) -> int:
        """How long words may be before they are cut."""

    def look_at(self, outgoing: Outgoing, message: str) -> None:
        """Compare what was meant with what arrived."""
        place = self.place(outgoing.chat)
        seen = self.arrived(place, message)
        reply = outgoing.reply
        check(reply, seen, self.expected(reply), self.most_units(reply), self.longest_label)
        self.check_limits(seen)
        self.shown.append((place, message))

    @abstractmethod
    def check_limits(self, seen: Seen) -> None:
        """Raise AssertionError where a message is more than the platform takes."""

    def act(self, what: Callable[[], object]) -> None:
        """Let somebody do something, and everything that follows from it."""
        self.mark = len(self.shown)
        what()
        self.run(self.settle())

    async def settle(self) -> None:
        """Hear, deliver, fetch and tell until nothing is left to do."""
        busy = True
        while busy:
            steps = (self.heard, self.turns.deliver, self.turns.fetch, self.turns.tell)
            busy = any([await step() for step in steps])
        if self.wrong:
            raise self.wrong[0]

    @abstractmethod
    async def heard(self) -> bool:
        """Hear what people have done; whether there was anything."""


class Someone(ABC):
    """Somebody who looks at their own chat with the bot, or at a group; `own` and `place` are places of the desk."""

    def __init__(self, desk: Desk, own: str, place: str = "") -> None:
        self.desk, self.own, self.place = desk, own, place or own

    @property
    def user(self) -> str:
        """As the platform calls them."""
        return self.own.removeprefix("@")

    @abstractmethod
    def at(self, place: str) -> "Someone":
        """The same person looking at a group."""

    # ── what they do

    @abstractmethod
    def command(self, name: str, words: str = "") -> None:
        """Give a command."""

    @abstractmethod
    def write(self, words: str) -> None:
        """Write words that are no command."""

    @abstractmethod
    def send(self, *pictures: bytes) -> None:
        """Send pictures together."""

    @abstractmethod
    def send_file(self, name: str, content: bytes) -> None:
        """Send a file as it is."""

    def send_named(self, name: str, content: bytes) -> None:
        """Send a file for the draft, with its name."""
        self.send_file(name, content)

    def fill_in(self, label: str, field: str, words: str) -> None:
        """Write words into the form behind a button, where there are forms."""
        self.write(words)

    @abstractmethod
    def tap_on(self, seen: Seen, label: str, key: str) -> None:
        """Tap a button of a message; one with another key than the message has is forged."""

    def tap(self, label: str, seen: Seen | None = None) -> None:
        """Tap the button whose label begins so, on the newest message that has it or on the given one."""
        for each in [seen] if seen else reversed(self.messages()):
            for written, key in each.buttons:
                if written.lower().startswith(label.lower()) and written not in each.grey:
                    self.tap_on(each, written, key)
                    return
        raise LookupError(f"no button {label!r} to tap:\n{self.transcript()}")

    def help(self) -> str:
        """Ask what is understood."""
        self.command("help")
        return self.sees("/imagine").words

    def press(self, key: str) -> None:
        """Send the key of a button that no message has (any more)."""
        self.tap_on(self.messages()[-1], "", key)

    # ── making a profile, where it is asked question by question

    def style(self, name: str) -> None:
        """A draft of a style that lacks only its pictures."""
        self.command("new")
        self.tap("a style")
        self.write(name)
        self.tap("Kept")
        assert self.sees("Did you make these pictures").labels == ["I made them", "They agreed", "Neither"]
        self.tap("I made them")
        self.sees("Now the pictures: 15 to 20 are best, 5 at least.")

    def face(self, name: str) -> None:
        """A draft of a face alone that lacks only its photos."""
        self.command("new")
        self.tap("just a face")
        assert "cat" not in self.sees("Whose face is it?").labels
        self.tap("woman")
        self.write(name)
        self.tap("Kept")
        self.tap("It's me")
        self.sees("Now the photos: one is enough, 3 to 5 are better.")

    def another_way(self) -> Seen:
        """Ask for the other ways to learn what is in the draft."""
        self.tap("Learn it another way")
        return self.sees("How shall I learn it?")

    def draft(self, name: str = "Ana summer", retention: str = "keep") -> None:
        """A draft that lacks only its photos."""
        labels = {"keep": "Kept", "template": "Deleted, keeping", "delete": "Deleted with"}
        self.command("new")
        self.sees("I am learning a...\nThe closer the word, the better I do.")
        self.tap("woman")
        self.sees("What shall we call this profile?")
        self.write(name)
        assert self.sees("After training, your photos should be...").labels[0].startswith("Kept, encrypted")
        self.tap(labels[retention])
        assert self.sees("Is this you, or someone who agreed?").labels == [
            "It's me",
            "They agreed",
            "Neither",
        ]
        self.tap("It's me")
        self.sees("Now the photos: 15 to 20 are best, 5 at least.")

    def show_photos(self) -> Seen:
        """Look at the photos of the draft."""
        self.tap("Show my photos")
        return self.sees("Your photos.")

    def finish_photos(self) -> Seen:
        """Say that these are all; the message with which it is confirmed."""
        self.tap("That's all I have")
        return self.sees("Ready.")

    # ── what they see

    def messages(self) -> list[Seen]:
        """What stands here and in their own chat, in the order in which it was shown last."""
        newest_first = dict.fromkeys(reversed(self.desk.shown))
        places = (self.place, self.own)
        seen = []
        for place, message in reversed(newest_first):
            if place in places:
                seen.append(self.desk.arrived(place, message))
        return seen

    def fresh(self) -> list[Seen]:
        """What was shown or changed since somebody did something, in its order."""
        new = dict.fromkeys(self.desk.shown[self.desk.mark :])
        return [self.desk.arrived(*one) for one in new if one[0] in (self.place, self.own)]

    def sees(self, part: str) -> Seen:
        """The newest of the fresh messages with these words."""
        wanted = self.desk.spelled(part)
        for seen in reversed(self.fresh()):
            if wanted in seen.words:
                return seen
        raise AssertionError(f"{wanted!r} is not said:\n{self.transcript()}")

    @abstractmethod
    def whispered(self) -> str:
        """What was said last to this person alone of a tap that was not theirs to make."""

    def transcript(self) -> str:
        """What was said to this person last."""
        return "\n".join(f"{seen.place}: {seen.words!r} {seen.labels}" for seen in self.messages()[-6:])
