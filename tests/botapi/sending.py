"""Methods that put messages into a chat."""

import time

from tests.botapi import refusals
from tests.botapi.answers import message_answer
from tests.botapi.content import Request, caption_of, markup_of, photo_or_document, reply_of, text_of
from tests.botapi.model import Chat, Json, Message
from tests.botapi.refusals import bad_request, too_many

CHAT_ACTIONS = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
})  # fmt: skip


def send_message(request: Request) -> Json:
    """Send a text."""
    chat = request.world.chat(request.parameters["chat_id"])
    return _post(request, chat, {**text_of(request), **markup_of(request)})


def send_photo(request: Request) -> Json:
    """Send a picture that Telegram recompresses."""
    chat = request.world.chat(request.parameters["chat_id"])
    file = photo_or_document(request, "photo", request.parameters["photo"])
    return _post(request, chat, {**file, **caption_of(request.parameters), **markup_of(request)})


def send_document(request: Request) -> Json:
    """Send a file whose bytes stay as they are."""
    chat = request.world.chat(request.parameters["chat_id"])
    file = photo_or_document(request, "document", request.parameters["document"])
    return _post(request, chat, {**file, **caption_of(request.parameters), **markup_of(request)})


def send_media_group(request: Request) -> list[Json]:
    """Send an album: two to ten photos or documents, all or none, without a keyboard."""
    world = request.world
    chat = world.chat(request.parameters["chat_id"])
    media = request.parameters["media"]
    if len(media) not in refusals.ALBUM_SIZES:
        few = len(media) < refusals.ALBUM_SIZES.start
        raise bad_request(f"Too {'few' if few else 'many'} messages to send as an album")
    kinds = {medium["type"] for medium in media}
    if not kinds <= {"photo", "document"}:
        raise bad_request(f"this server sends no albums of {sorted(kinds)}")
    if len(kinds) > 1:
        raise bad_request("Document can't be mixed with other media types")
    reply = reply_of(request, chat.id)
    changes = [
        {**photo_or_document(request, medium["type"], medium["media"]), **caption_of(medium)}
        for medium in media
    ]
    take_turn(request, chat, len(changes))
    album = world.album_id()
    posted = [
        world.post(Message(chat.id, world.bot, world.clock(), album=album, reply_to=reply, **each))
        for each in changes
    ]
    return [message_answer(world, message) for message in posted]


def send_chat_action(request: Request) -> bool:
    """Show that the bot is busy."""
    request.world.chat(request.parameters["chat_id"])
    if request.parameters["action"] not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    return True


def take_turn(request: Request, chat: Chat, messages: int) -> None:
    """Count messages or edits, and refuse what is too fast where rates are enforced."""
    traffic, now = request.world.traffic, time.monotonic()
    traffic.ask(chat.id, now, private=chat.private)
    if request.world.enforce_rates:
        wait = traffic.wait(chat.id, now, private=chat.private)
        if wait:
            raise too_many(wait)
    traffic.count(chat.id, now, messages)


def _post(request: Request, chat: Chat, content: Json) -> Json:
    world = request.world
    reply = reply_of(request, chat.id)
    take_turn(request, chat, 1)
    posted = world.post(Message(chat.id, world.bot, world.clock(), reply_to=reply, **content))
    return message_answer(world, posted)
