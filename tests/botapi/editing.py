"""Methods that change or remove messages that are there."""

from tests.botapi.answers import message_answer
from tests.botapi.content import Request, caption_of, markup_of, photo_or_document, text_of
from tests.botapi.model import Chat, Json, Message
from tests.botapi.refusals import bad_request
from tests.botapi.sending import take_turn

# https://core.telegram.org/bots/api#deletemessage
DELETABLE_SECONDS = 48 * 3600
DELETED_AT_ONCE = range(1, 101)


def edit_text(request: Request) -> Json:
    """Replace the text of a message; without a keyboard in the request it loses its keyboard."""
    message = _own_message(request)
    if message.media:
        raise bad_request("there is no text in the message to edit")
    return _change(request, message, {**text_of(request), **markup_of(request)})


def edit_caption(request: Request) -> Json:
    """Replace or remove the caption of a photo or document."""
    message = _own_message(request)
    if not message.media:
        raise bad_request("there is no caption in the message to edit")
    return _change(request, message, {**caption_of(request.parameters), **markup_of(request)})


def edit_markup(request: Request) -> Json:
    """Replace the keyboard alone."""
    return _change(request, _own_message(request), markup_of(request))


def edit_media(request: Request) -> Json:
    """Replace the file of a message, or give a text message one."""
    message, medium = _own_message(request), request.parameters["media"]
    if medium["type"] not in {"photo", "document"}:
        raise bad_request(f"this server sends no {medium['type']}")
    if message.album and message.media != medium["type"]:
        raise bad_request("message content type can't be used in an album")
    file = photo_or_document(request, medium["type"], medium["media"])
    return _change(request, message, {**file, **caption_of(medium), **markup_of(request)})


def delete_message(request: Request) -> bool:
    """Remove one message."""
    chat = request.world.chat(request.parameters["chat_id"])
    message = request.world.message(chat.id, request.parameters["message_id"])
    if message is None:
        raise bad_request("message to delete not found")
    if not _deletable(request, chat, message):
        raise bad_request("message can't be deleted for everyone")
    request.world.delete(message)
    return True


def delete_messages(request: Request) -> bool:
    """Remove several messages; those that are gone or may not be deleted are skipped."""
    chat, ids = request.world.chat(request.parameters["chat_id"]), request.parameters["message_ids"]
    if len(ids) not in DELETED_AT_ONCE:
        raise bad_request(f"from 1 to 100 message identifiers must be specified, got {len(ids)}")
    for message_id in dict.fromkeys(ids):
        message = request.world.message(chat.id, message_id)
        if message and _deletable(request, chat, message):
            request.world.delete(message)
    return True


def _own_message(request: Request) -> Message:
    if request.get("chat_id") is None or request.get("message_id") is None:
        raise bad_request("message identifier is not specified")
    chat = request.world.chat(request.parameters["chat_id"])
    message = request.world.message(chat.id, request.parameters["message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    if not message.from_bot:
        raise bad_request("message can't be edited")
    return message


def _change(request: Request, message: Message, changes: Json) -> Json:
    """Carry out an edit, or refuse one that changes nothing."""
    world = request.world
    if message.album and changes["keyboard"]:
        raise bad_request("message can't be edited")
    if changes["other_markup"]:
        raise bad_request("inline keyboard expected")
    if all(_same(getattr(message, name), value) for name, value in changes.items() if name != "other_markup"):
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same "
            "as a current content and reply markup of the message"
        )
    take_turn(request, world.chats[message.chat_id], 1)
    return message_answer(world, world.edit(message, **changes))


def _same(current: object, new: object) -> bool:
    return _identity(current) == _identity(new)


def _identity(value: object) -> object:
    """Return the unique id of a file, and anything else as it is."""
    if isinstance(value, tuple):
        return tuple(_identity(each) for each in value)
    return getattr(value, "unique_id", value)


def _deletable(request: Request, chat: Chat, message: Message) -> bool:
    world = request.world
    ours = message.from_bot or chat.private or world.bot.id in chat.admins
    return ours and world.clock() - message.date < DELETABLE_SECONDS
