"""Replies -> a terminal: words, numbered options, and pictures as files."""

import asyncio
import hashlib
from collections.abc import Callable
from functools import singledispatchmethod
from pathlib import Path

from bots.turns import open_document, open_picture
from core.chat.outbox import Outgoing
from core.conversation.importing import is_weights
from core.conversation.language import N_
from core.conversation.messages import Document, Gallery, Option, Original, Reply, Say, TextFile, Upload
from core.errors import PhotoRefused, Refusal
from core.exchange.tensors import MOST_BYTES as MOST_WEIGHTS
from core.storage.studio import Studio

MOST_BYTES = 50 * 1024 * 1024
UNREADABLE = N_("unreadable")


class ConsolePlatform:
    """A terminal as a chat platform; pictures are written into a folder."""

    name = "console"
    bot = ""

    def __init__(self, studio: Studio, folder: Path, write: Callable[[str], None] = print) -> None:
        self.studio = studio
        self.folder = folder
        self.write = write
        self.options: tuple[Option, ...] = ()  # of the message printed last
        self.seen: list[Option] = []  # of all messages, oldest first
        self._number = 0

    async def show(self, outgoing: Outgoing) -> tuple[str, str]:
        """Print a reply, marked as a change when it replaces an earlier one."""
        reply = outgoing.reply
        changed = bool(outgoing.message)
        files = await asyncio.to_thread(self.save, reply)
        text = self.words(reply)
        lines = text.split("\n")
        mark = "bot ~ " if changed else "bot > "
        self.write("\n".join((mark if place == 0 else "      ") + line for place, line in enumerate(lines)))
        for file in files:
            self.write(f"      {file}")
        options = getattr(reply, "options", ())
        if options:
            self.options = options
            self.seen += options
            self.write("      " + "  ".join(f"[{place} {one.label}]" for place, one in enumerate(options, 1)))
        self._number += 1
        media = hashlib.sha256("".join(map(str, files)).encode()).hexdigest()[:16] if files else ""
        return outgoing.message or str(self._number), media

    @singledispatchmethod
    def words(self, reply: Reply) -> str:
        """What a reply says."""
        raise TypeError(f"the console cannot show {type(reply).__name__}")

    @words.register
    def _(self, reply: Say) -> str:
        return reply.text

    @words.register
    def _(self, reply: Gallery) -> str:
        return reply.text

    @words.register
    def _(self, reply: Original) -> str:
        return reply.text or reply.name

    @words.register
    def _(self, reply: Document) -> str:
        return reply.text

    @words.register
    def _(self, reply: TextFile) -> str:
        return reply.text

    def save(self, reply: Reply) -> list[Path]:
        """Write a reply's pictures as files; one that was written before is left."""
        if isinstance(reply, Document | TextFile):
            self.folder.mkdir(parents=True, exist_ok=True)
            file = self.folder / reply.name
            file.write_bytes(
                reply.content.encode() if isinstance(reply, TextFile) else open_document(self.studio, reply)
            )
            return [file]
        shown = reply.pictures if isinstance(reply, Gallery) else ()
        if isinstance(reply, Original):
            shown = (reply.picture,)
        files = []
        for picture in shown:
            content = open_picture(self.studio, picture)
            suffix = ".png" if content.startswith(b"\x89PNG") else ".jpg"
            file = self.folder / (picture.file.split("/")[-1][:24] + suffix)
            if not file.exists():
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
            files.append(file)
        return files

    async def is_admin(self, space: str, user: str) -> bool | None:
        """A terminal has no groups."""
        return False

    async def is_member(self, space: str, user: str) -> bool | None:
        """A terminal has no groups."""
        return None

    async def fetch(self, upload: Upload) -> bytes:
        """Read an announced file from this machine."""
        if (upload.size or 0) > (MOST_WEIGHTS if is_weights(upload) else MOST_BYTES):
            raise PhotoRefused(Refusal.TOO_MANY_BYTES, str(upload.size))
        try:
            return await asyncio.to_thread(Path(upload.ref).read_bytes)
        except OSError as error:
            raise PhotoRefused(Refusal.NOT_FETCHED, error.strerror or UNREADABLE) from error
