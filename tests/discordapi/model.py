"""What there is in this Discord: people, servers, channels, messages, interactions."""

import re
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
EPHEMERAL, LOADING, COMPONENTS_V2 = 1 << 6, 1 << 7, 1 << 15


@dataclass
class Refused(Exception):
    """What Discord answers instead of a result."""

    status: int
    code: int
    message: str
    retry_after: float | None = None
    everywhere: bool = False  # too fast on all routes together


@dataclass(frozen=True)
class User:
    """Somebody with an account."""

    id: int
    name: str
    bot: bool = False
    locale: str = "en-US"  # of their Discord


@dataclass
class Guild:
    """A server with one channel; `member` says whether the bot is in it, `away` that Discord itself has lost it."""

    id: int
    name: str
    channel: int
    people: tuple[int, ...]
    member: bool = True
    tier: int = 0
    permissions: int = 0
    away: bool = False


@dataclass
class Channel:
    """A place with messages; `recipient` is whose direct messages they are."""

    id: int
    guild: int | None = None
    recipient: int | None = None


@dataclass(frozen=True)
class File:
    """Something uploaded, by a person or by the bot."""

    id: int
    name: str
    content: bytes
    mime: str
    description: str = ""


@dataclass
class Message:
    """A message as it stands, and how it stood before."""

    id: int
    channel: int
    author: User
    content: str = ""
    components: list[Json] = field(default_factory=list)
    files: tuple[File, ...] = ()
    flags: int = 0
    only_for: int | None = None  # who sees an ephemeral one
    token: str = ""  # of the interaction that made it
    nonce: str = ""
    history: list["Message"] = field(default_factory=list)

    @property
    def from_bot(self) -> bool:
        """Tell whether the bot wrote it."""
        return self.author.bot

    @property
    def loading(self) -> bool:
        """Tell whether it says that the bot is thinking."""
        return bool(self.flags & LOADING)

    @property
    def words(self) -> str:
        """Return all that is written, as a person reads it."""
        texts = [self.content, *(each["content"] for each in self.walk() if each["type"] == 10)]
        return re.sub(r"\\([^a-zA-Z0-9\s])", r"\1", "\n".join(text for text in texts if text))

    @property
    def buttons(self) -> list[str]:
        """Return the labels that can be tapped or picked, in order."""
        found = [each["label"] for each in self.walk() if each["type"] == 2 and not each.get("disabled")]
        return found + [
            option["label"] for each in self.walk() if each["type"] == 3 for option in each["options"]
        ]

    @property
    def grey(self) -> list[str]:
        """Return the labels of what cannot be tapped."""
        return [each["label"] for each in self.walk() if each["type"] == 2 and each.get("disabled")]

    @property
    def gallery(self) -> list[bytes]:
        """Return the pictures that are seen in it."""
        named = {f"attachment://{file.name}": file.content for file in self.files}
        items = [item for each in self.walk() if each["type"] == 12 for item in each["items"]]
        return [named[item["media"]["url"]] for item in items]

    def walk(self) -> list[Json]:
        """Return every component, also those within others."""
        return list(walk(self.components))


@dataclass
class Interaction:
    """Something a person did that the bot may answer."""

    id: int
    token: str
    type: int
    user: User
    channel: int
    at: float
    source: int | None = None  # the message that holds the button
    answered: int = 0  # the type of the first answer
    answer_at: float = 0.0
    original: int | None = None
    choices: list[Json] | None = None
    modal: Json | None = None
    follow_ups: int = 0
    opened_from: int | None = None


@dataclass(frozen=True)
class Call:
    """One request of the bot."""

    route: str
    at: float
    status: int
    body: Json
    why: str = ""
    place: str = ""  # the channel, or the token of the interaction


def walk(components: list[Json]) -> Any:
    """Return every component, outer ones first."""
    for each in components:
        yield each
        yield from walk(each.get("components", []))
        for key in ("component", "accessory"):
            if key in each:
                yield from walk([each[key]])
