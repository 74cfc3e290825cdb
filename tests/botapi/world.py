"""Everything Telegram would remember: people, chats, messages, files, and what waits for the bot."""

import itertools
import mimetypes
import secrets
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from tests.botapi.answers import callback_answer, message_answer
from tests.botapi.model import Alert, Call, Chat, Json, Message, StoredFile, User, Waiting
from tests.botapi.pictures import photo_sizes
from tests.botapi.rates import Traffic
from tests.botapi.refusals import bad_request, forbidden

# https://core.telegram.org/bots/api#update: these are delivered only when they are asked for.
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
CALLBACK_SECONDS = 150.0
CALLS_REMEMBERED = 100_000


@dataclass
class World:
    """The state behind the server; hold `changing()` for whatever touches it."""

    bot: User
    clock: Callable[[], float] = time.time
    callback_seconds: float = CALLBACK_SECONDS
    enforce_rates: bool = False
    people: dict[int, User] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    messages: dict[int, dict[int, Message]] = field(default_factory=lambda: defaultdict(dict))
    deleted: list[Message] = field(default_factory=list)
    files: dict[str, StoredFile] = field(default_factory=dict)
    photos: dict[str, tuple[StoredFile, ...]] = field(default_factory=dict)
    paths: dict[str, StoredFile] = field(default_factory=dict)
    updates: list[Json] = field(default_factory=list)
    sent_updates: dict[int, Json] = field(default_factory=dict)
    again: list[Json] = field(default_factory=list)
    allowed: frozenset[str] | None = None
    webhook: str = ""
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    waiting: dict[str, Waiting] = field(default_factory=dict)
    alerts: list[Alert] = field(default_factory=list)
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=CALLS_REMEMBERED))
    violations: list[str] = field(default_factory=list)
    traffic: Traffic = field(default_factory=Traffic)
    listeners: list[Callable[[], None]] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    _update_ids: Iterator[int] = field(default_factory=lambda: itertools.count(820_000_001))
    _album_ids: Iterator[int] = field(default_factory=lambda: itertools.count(13_900_000_000_000_001))
    _file_numbers: Iterator[int] = field(default_factory=itertools.count)
    # Private chats share one sequence, each supergroup has its own: an id alone names no message.
    _message_ids: dict[int, Iterator[int]] = field(
        default_factory=lambda: defaultdict(lambda: itertools.count(1))
    )

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the world still, and wake who waits for a change when done."""
        with self.changed:
            yield
            self.changed.notify_all()
            listeners = list(self.listeners)
        for listener in listeners:
            listener()

    def chat(self, chat_id: int | str) -> Chat:
        """Return a chat in which the bot may write, or refuse."""
        number = int(chat_id) if str(chat_id).lstrip("-").isdigit() else None
        if number not in self.chats:
            if number in self.people:
                raise forbidden("bot can't initiate conversation with a user")
            raise bad_request("chat not found")
        chat = self.chats[number]
        if chat.blocked:
            raise forbidden(
                "bot was blocked by the user" if chat.private else "bot was kicked from the supergroup chat"
            )
        return chat

    def open_private(self, person: User) -> Chat:
        """Return the person's own chat with the bot, opened by them if it was not."""
        chat = self.chats.get(person.id) or Chat(person.id, "private", members=(person.id,))
        self.chats[person.id] = chat
        return chat

    def message(self, chat_id: int, message_id: int) -> Message | None:
        """Return a message in its current state, or nothing where there is none (any more)."""
        return self.messages[chat_id].get(message_id)

    def post(self, message: Message) -> Message:
        """Put a message into its chat under its next id."""
        chat = self.chats[message.chat_id]
        posted = replace(message, id=next(self._message_ids[0 if chat.private else chat.id]))
        self.messages[chat.id][posted.id] = posted
        return posted

    def edit(self, message: Message, **changes: object) -> Message:
        """Replace a message by its next version, which keeps the earlier ones."""
        versions = (*message.history, replace(message, history=()))
        edited = replace(message, **changes, edited=self.clock(), history=versions)  # type: ignore[arg-type] # fields by name
        self.messages[message.chat_id][message.id] = edited
        return edited

    def delete(self, message: Message) -> None:
        """Take a message out of its chat."""
        self.deleted.append(self.messages[message.chat_id].pop(message.id))

    def keep(self, content: bytes, *, name: str, mime: str = "", kind: str = "document") -> StoredFile:
        """Store an upload as a file of its own: Telegram does not notice that the same bytes came before."""
        unique = secrets.token_urlsafe(12)
        suffix = name.rpartition(".")[2] if "." in name else "bin"
        path = f"{kind}s/file_{next(self._file_numbers)}.{suffix}"
        mime = mime or mimetypes.guess_type(name)[0] or "application/octet-stream"
        file = StoredFile(secrets.token_urlsafe(48), f"AQAD{unique}", content, name, mime, kind, path)
        self.files[file.id] = file
        return file

    def keep_photo(self, content: bytes) -> tuple[StoredFile, ...]:
        """Store the recompressed copies of a photo, smallest first; the last remembers what was sent."""
        sizes = photo_sizes(content)
        kept = [
            replace(
                self.keep(size.content, name="photo.jpg", kind="photo"), width=size.width, height=size.height
            )
            for size in sizes
        ]
        kept[-1] = replace(kept[-1], original=content)
        self.files.update({file.id: file for file in kept})
        self.photos.update({file.id: tuple(kept) for file in kept})
        return tuple(kept)

    def album_id(self) -> str:
        """Return a new id for the parts of one album."""
        return str(next(self._album_ids))

    def announce(self, kind: str, body: Json) -> int:
        """Queue an update for the bot and return its id."""
        return self.queue({kind: body})

    def announce_message(self, message: Message) -> int:
        """Queue a message for the bot and return the update's id."""
        return self.announce("message", message_answer(self, message))

    def announce_tap(self, person: User, message: Message, data: str) -> Waiting:
        """Queue a tap on a button; the bot has to answer it in time."""
        waiting = Waiting(
            str(secrets.randbits(62)), person.id, message.chat_id, message.id, data, self.clock()
        )
        self.waiting[waiting.id] = waiting
        self.announce("callback_query", callback_answer(self, waiting))
        return waiting

    def queue(self, update: Json) -> int:
        """Queue any update, with the next id where it has none; kinds the bot did not ask for are dropped."""
        update = {"update_id": update.get("update_id") or next(self._update_ids), **update}
        kinds = update.keys() - {"update_id"}
        wanted = kinds - NOT_BY_DEFAULT if self.allowed is None else kinds & self.allowed
        self.sent_updates[update["update_id"]] = update
        if wanted:
            self.updates.append(update)
        return int(update["update_id"])

    def redeliver(self, update_id: int | None = None) -> Json:
        """Deliver an update (the last one) once more, as happens when an acknowledgement is lost."""
        if not self.sent_updates:
            raise LookupError("no update was ever sent")
        update = self.sent_updates[update_id or max(self.sent_updates)]
        self.again.append(update)
        return update
