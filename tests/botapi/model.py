"""The things of the chat platform, as the server remembers them."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class User:
    """A person, or the bot itself."""

    id: int
    first_name: str
    username: str | None = None
    language: str | None = "en"
    is_bot: bool = False


@dataclass(frozen=True)
class Chat:
    """A private chat or a group; `blocked` means that the bot was blocked or removed."""

    id: int
    kind: str
    title: str | None = None
    members: tuple[int, ...] = ()
    admins: tuple[int, ...] = ()
    blocked: bool = False

    @property
    def private(self) -> bool:
        """Tell whether this is a chat of one person with the bot."""
        return self.kind == "private"


@dataclass(frozen=True)
class StoredFile:
    """A file on the platform; for the largest size of a photo, `original` is what was uploaded."""

    id: str
    unique_id: str
    content: bytes
    name: str
    mime: str
    kind: str
    path: str
    width: int = 0
    height: int = 0
    original: bytes | None = None


@dataclass(frozen=True)
class Button:
    """One button under a message; `raw` is what the bot sent."""

    label: str
    data: str | None
    raw: Json


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True)
class Message:
    """One message in one of its states; `history` holds the earlier ones, oldest first."""

    chat_id: int
    sender: User
    date: float
    id: int = 0
    text: str = ""
    caption: str = ""
    entities: tuple[Json, ...] = ()
    photo: tuple[StoredFile, ...] = ()
    document: StoredFile | None = None
    keyboard: Keyboard = ()
    other_markup: Json | None = None
    album: str | None = None
    reply_to: int | None = None
    joined: tuple[User, ...] = ()
    edited: float | None = None
    history: tuple["Message", ...] = ()

    @property
    def media(self) -> str | None:
        """Name the kind of file it carries: photo, document or none."""
        return "photo" if self.photo else "document" if self.document else None

    @property
    def content(self) -> bytes | None:
        """Return the bytes of its file as they were uploaded."""
        if self.photo:
            return self.photo[-1].original or self.photo[-1].content
        return self.document.content if self.document else None

    @property
    def words(self) -> str:
        """Return its text or its caption."""
        return self.text or self.caption

    @property
    def buttons(self) -> list[str]:
        """Return the labels of its buttons, row by row."""
        return [button.label for row in self.keyboard for button in row]

    @property
    def from_bot(self) -> bool:
        """Tell whether the bot wrote it."""
        return self.sender.is_bot

    @property
    def edits(self) -> int:
        """Count the times it was changed."""
        return len(self.history)


@dataclass(frozen=True)
class Waiting:
    """A tap on a button that the bot has to answer."""

    id: str
    person: int
    chat_id: int
    message_id: int
    data: str
    since: float


@dataclass(frozen=True)
class Alert:
    """What the bot answered to a tap."""

    person: int
    chat_id: int
    message_id: int
    data: str
    text: str
    alert: bool


@dataclass(frozen=True)
class Call:
    """One request of the bot, with the status it was answered with (0: the answer was lost)."""

    method: str
    parameters: Json
    uploads: dict[str, int]
    at: float
    status: int
    description: str = ""
