"""How Telegram shows each reply: one message per slot, pictures as one numbered sheet, plain text only."""

import asyncio
import logging
import re
import time
from dataclasses import dataclass
from functools import singledispatch

from telegram import (
    Bot,
    ChatMember,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    LinkPreviewOptions,
)
from telegram.constants import FileSizeLimit, MessageLimit
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bots.platform import NotNow, Refused, SpaceGone, SpaceMoved, Unanswered
from bots.rates import Rates
from bots.telegram.errors import NOT_MODIFIED, SPACE_GONE, meaning, says, seconds_of, was_never_sent
from bots.telegram.fetch import fetch
from bots.telegram.hear import PLATFORM, is_out
from bots.telegram.layout import keyboard
from bots.telegram.rates import TOGETHER, limits
from bots.turns import open_document, open_picture
from bots.words import cut
from core.chat.outbox import Outgoing
from core.conversation.exchange_phrases import too_large_here
from core.conversation.messages import Document, Gallery, Original, Reply, Say, TextFile, Upload
from core.conversation.views import Shown
from core.sheets import sheet
from core.storage.studio import Studio

log = logging.getLogger(__name__)

SEND_SECONDS = 45.0  # less than a delivery's lease
LONGEST_BACKOFF = 30.0
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)  # a profile's name can look like an address

OWN_NUMBER = re.compile(r"\d+(?![\w.])")


@dataclass(frozen=True)
class Place:
    """Where a reply goes: a chat, a topic of it, or a message that it replaces."""

    bot: Bot
    studio: Studio
    chat: int
    thread: int | None = None
    message: int | None = None
    media: str = ""  # which pictures that message shows; empty for words


class TelegramPlatform:
    """Telegram, as `bots.platform` wants a platform."""

    name = PLATFORM

    def __init__(self, bot: Bot, studio: Studio, rates: Rates | None = None) -> None:
        self._bot = bot
        self._studio = studio
        self._rates = rates or Rates(limits, TOGETHER)
        self._lost_since: float | None = None

    @property
    def bot(self) -> str:
        """The bot's own number."""
        return str(self._bot.id)

    async def show(self, outgoing: Outgoing) -> tuple[str, str]:
        """Send or replace; answers the message's id and which pictures it shows."""
        chat, _, thread = outgoing.chat.partition("/")
        place = Place(
            self._bot,
            self._studio,
            int(chat),
            int(thread) if thread else None,
            int(outgoing.message) if outgoing.message else None,
            outgoing.media,
        )
        if wait := self._rates.take(place.chat, outgoing.message):
            raise NotNow(wait)
        await asyncio.sleep(self._rates.turn())
        try:
            async with asyncio.timeout(SEND_SECONDS):
                shown = await present(outgoing.reply, place)
        except TimeoutError:
            raise Unanswered(f"no answer within {SEND_SECONDS:g} s") from None
        except TelegramError as error:
            return self._not_shown(error, outgoing, place)
        self._lost_since = None
        return shown

    async def is_admin(self, space: str, user: str) -> bool | None:
        """Whether somebody is an admin of a group at this moment; None when Telegram does not say."""
        try:
            member = await self._bot.get_chat_member(int(space), int(user))
        except TelegramError as error:
            log.warning("whether somebody is an admin is not known: %s", type(error).__name__)
            return None
        return member.status in (ChatMember.OWNER, ChatMember.ADMINISTRATOR)

    async def is_member(self, space: str, user: str) -> bool | None:
        """Whether somebody is in a group at this moment; None when Telegram does not say."""
        try:
            member = await self._bot.get_chat_member(int(space), int(user))
        except TelegramError as error:
            if isinstance(error, Forbidden) and says(error, *SPACE_GONE):
                raise SpaceGone(error.message) from error
            log.warning("whether somebody is a member is not known: %s", type(error).__name__)
            return None
        return not is_out(member)

    async def fetch(self, upload: Upload) -> bytes:
        """Download an announced file. Raises PhotoRefused, or NotNow when Telegram does not answer."""
        return await fetch(self._bot, upload)

    def _not_shown(self, error: TelegramError, outgoing: Outgoing, place: Place) -> tuple[str, str]:
        if isinstance(error, BadRequest) and says(error, NOT_MODIFIED):
            return outgoing.message, outgoing.media
        if was_never_sent(error):
            raise NotNow(self._backoff()) from error
        if isinstance(error, RetryAfter):
            self._rates.hold(place.chat, seconds_of(error))
        if isinstance(error, ChatMigrated):
            raise SpaceMoved(str(error.new_chat_id)) from error
        if isinstance(error, Forbidden) and says(error, *SPACE_GONE):
            raise SpaceGone(error.message) from error
        meant = meaning(error)
        if isinstance(meant, Refused):
            log.warning("delivery %d is refused: %s", outgoing.id, error.message)
        raise meant from error

    def _backoff(self) -> float:
        """Wait as long again as the network has been away already."""
        now = time.monotonic()
        self._lost_since = self._lost_since or now
        return min(max(1.0, now - self._lost_since), LONGEST_BACKOFF)


@singledispatch
async def present(reply: Reply, place: Place) -> tuple[str, str]:
    """Show one kind of reply; answers the message's id and which pictures it shows."""
    raise NotImplementedError(type(reply).__name__)


@present.register
async def _(reply: Say, place: Place) -> tuple[str, str]:
    buttons = keyboard(reply.options)
    if place.message and place.media:  # a picture stays where it is, and the words stand under it
        return await _change_caption(place, reply.text, buttons)
    text = cut(reply.text, MessageLimit.MAX_TEXT_LENGTH)
    if place.message:
        await place.bot.edit_message_text(
            text, place.chat, place.message, reply_markup=buttons, link_preview_options=NO_PREVIEW
        )
        return str(place.message), ""
    sent = await place.bot.send_message(
        place.chat,
        text,
        message_thread_id=place.thread,
        reply_markup=buttons,
        link_preview_options=NO_PREVIEW,
    )
    return str(sent.message_id), ""


@present.register
async def _(reply: Gallery, place: Place) -> tuple[str, str]:
    buttons = keyboard(reply.options)
    seen = "\n".join(f"{picture.file} {picture.label}" for picture in reply.pictures)
    media = place.studio.keys.fingerprint("shown", seen.encode())
    if place.message and media == place.media:
        return await _change_caption(place, reply.text, buttons)
    picture = await asyncio.to_thread(one_picture, place.studio, reply.pictures)
    caption = cut(reply.text, MessageLimit.CAPTION_LENGTH)
    if place.message:
        await place.bot.edit_message_media(
            InputMediaPhoto(picture, caption), place.chat, place.message, reply_markup=buttons
        )
        return str(place.message), media
    sent = await place.bot.send_photo(
        place.chat, picture, caption, message_thread_id=place.thread, reply_markup=buttons
    )
    return str(sent.message_id), media


@present.register
async def _(reply: Original, place: Place) -> tuple[str, str]:
    content = await asyncio.to_thread(open_picture, place.studio, reply.picture)
    media = place.studio.keys.fingerprint("shown", reply.picture.file.encode())
    return await _send_file(place, content, reply.name, reply.text), media


@present.register
async def _(reply: Document, place: Place) -> tuple[str, str]:
    content = await asyncio.to_thread(open_document, place.studio, reply)
    if len(content) > FileSizeLimit.FILESIZE_UPLOAD:
        return await present(
            Say(too_large_here(reply.name, len(content), FileSizeLimit.FILESIZE_UPLOAD)), place
        )
    media = place.studio.keys.fingerprint("shown", reply.weights.file.encode())
    return await _send_file(place, content, reply.name, reply.text), media


@present.register
async def _(reply: TextFile, place: Place) -> tuple[str, str]:
    media = place.studio.keys.fingerprint("shown", reply.content.encode())
    return await _send_file(place, reply.content.encode(), reply.name, reply.text), media


async def _send_file(place: Place, content: bytes, name: str, text: str) -> str:
    """Send a file untouched, or put it into the place of a message; answers that message's id."""
    caption = cut(text, MessageLimit.CAPTION_LENGTH)
    if place.message:
        document = InputMediaDocument(content, caption, filename=name)
        await place.bot.edit_message_media(document, place.chat, place.message)
        return str(place.message)
    sent = await place.bot.send_document(
        place.chat, content, caption, filename=name, message_thread_id=place.thread
    )
    return str(sent.message_id)


def one_picture(studio: Studio, pictures: tuple[Shown, ...]) -> bytes:
    """A single picture as it is; several as a sheet, numbered as the buttons are."""
    contents = [open_picture(studio, picture) for picture in pictures]
    if len(contents) == 1:
        return contents[0]
    return sheet(contents, [_numbered(number, picture.label) for number, picture in enumerate(pictures, 1)])


def _numbered(number: int, label: str) -> str:
    """A photo of a set comes with its own number already."""
    return label if OWN_NUMBER.match(label) else f"{number}  {label}".strip()


async def _change_caption(place: Place, text: str, buttons: InlineKeyboardMarkup | None) -> tuple[str, str]:
    await place.bot.edit_message_caption(
        place.chat,
        place.message,
        caption=cut(text, MessageLimit.CAPTION_LENGTH),
        reply_markup=buttons,
    )
    return str(place.message), place.media
