"""Methods that ask or set something, and the table of all methods but the polling."""

import re
from collections.abc import Callable

from tests.botapi import editing, refusals, sending
from tests.botapi.answers import bot_answer, file_answer, full_chat_answer, member_answer
from tests.botapi.content import Request, known_file
from tests.botapi.model import Alert, Json
from tests.botapi.refusals import bad_request

COMMANDS = 100
COMMAND = re.compile(r"/?[a-z0-9_]{1,32}")


def get_me(request: Request) -> Json:
    """Tell who the bot is."""
    return bot_answer(request.world.bot)


def set_webhook(request: Request) -> bool:
    """Remember a webhook, which ends polling; nothing is ever delivered to it here."""
    url = request.parameters["url"]
    if not url.startswith("https://"):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    request.world.webhook = url
    return _drop_pending(request)


def delete_webhook(request: Request) -> bool:
    """Forget the webhook."""
    request.world.webhook = ""
    return _drop_pending(request)


def get_webhook_info(request: Request) -> Json:
    """Tell the webhook and how much waits."""
    world = request.world
    info: Json = {
        "url": world.webhook,
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates),
    }
    return info if world.allowed is None else {**info, "allowed_updates": sorted(world.allowed)}


def answer_callback(request: Request) -> bool:
    """End the waiting of a tap, once and in time."""
    world, text = request.world, request.get("text") or ""
    if len(text) > refusals.ALERT_LENGTH:
        raise bad_request("MESSAGE_TOO_LONG")
    waiting = world.waiting.pop(request.parameters["callback_query_id"], None)
    if waiting is None or world.clock() - waiting.since > world.callback_seconds:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    shown = bool(request.get("show_alert"))
    world.alerts.append(
        Alert(waiting.person, waiting.chat_id, waiting.message_id, waiting.data, text, alert=shown)
    )
    return True


def get_file(request: Request) -> Json:
    """Prepare a file for download, up to 20 MB."""
    file = known_file(request.world, request.parameters["file_id"])
    if len(file.content) > refusals.FILE_DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    request.world.paths[file.path] = file
    return file_answer(file)


def set_commands(request: Request) -> bool:
    """Set the menu of commands of one scope and language."""
    commands: list[Json] = request.parameters["commands"]
    if len(commands) > COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not COMMAND.fullmatch(command["command"]):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    request.world.commands[_scope(request)] = commands
    return True


def get_commands(request: Request) -> list[Json]:
    """Tell the menu of commands of one scope and language."""
    return request.world.commands.get(_scope(request), [])


def get_chat_member(request: Request) -> Json:
    """Tell what somebody is in a chat."""
    world = request.world
    chat, user_id = world.chat(request.parameters["chat_id"]), request.parameters["user_id"]
    user = world.bot if user_id == world.bot.id else world.people.get(user_id)
    if user is None or (chat.private and user_id not in {chat.id, world.bot.id}):
        raise bad_request("PARTICIPANT_ID_INVALID")
    return member_answer(chat, user)


def get_chat(request: Request) -> Json:
    """Tell all about a chat."""
    return full_chat_answer(request.world, request.world.chat(request.parameters["chat_id"]))


def _drop_pending(request: Request) -> bool:
    if request.get("drop_pending_updates"):
        request.world.updates.clear()
        request.world.again.clear()
    if request.get("allowed_updates") is not None:
        remember_allowed(request)
    return True


def remember_allowed(request: Request) -> None:
    """Remember which kinds of updates the bot wants from now on; an empty list means the usual ones."""
    request.world.allowed = frozenset(request.parameters["allowed_updates"]) or None


def _scope(request: Request) -> tuple[str, str]:
    scope = request.get("scope") or {"type": "default"}
    return str(sorted(scope.items())), request.get("language_code") or ""


METHODS: dict[str, Callable[[Request], object]] = {
    "getMe": get_me,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendDocument": sending.send_document,
    "sendMediaGroup": sending.send_media_group,
    "sendChatAction": sending.send_chat_action,
    "editMessageText": editing.edit_text,
    "editMessageCaption": editing.edit_caption,
    "editMessageReplyMarkup": editing.edit_markup,
    "editMessageMedia": editing.edit_media,
    "deleteMessage": editing.delete_message,
    "deleteMessages": editing.delete_messages,
    "answerCallbackQuery": answer_callback,
    "getFile": get_file,
    "setMyCommands": set_commands,
    "getMyCommands": get_commands,
    "getChatMember": get_chat_member,
    "getChat": get_chat,
}
