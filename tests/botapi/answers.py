"""The platform's things in the shapes that the Bot API answers with."""

from typing import TYPE_CHECKING

from tests.botapi.model import Chat, Json, Message, StoredFile, User, Waiting

if TYPE_CHECKING:
    from tests.botapi.world import World

# https://core.telegram.org/bots/api#chatmemberadministrator: what every administrator may or may not do.
ADMIN_RIGHTS = (
    "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
    "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
    "can_edit_stories", "can_delete_stories",
)  # fmt: skip
NO_GIFTS = (
    "unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels",
)  # fmt: skip


def bot_answer(bot: User) -> Json:
    """Return what getMe tells."""
    abilities = (
        "can_read_all_group_messages", "supports_inline_queries", "supports_guest_queries",
        "can_connect_to_business", "has_main_web_app", "has_topics_enabled", "allows_users_to_create_topics",
        "can_manage_bots", "supports_join_request_queries",
    )  # fmt: skip
    return {**user_answer(bot), "can_join_groups": True, **dict.fromkeys(abilities, False)}


def user_answer(user: User) -> Json:
    """Return a User."""
    answer: Json = {"id": user.id, "is_bot": user.is_bot, "first_name": user.first_name}
    if user.username:
        answer["username"] = user.username
    if user.language and not user.is_bot:
        answer["language_code"] = user.language
    return answer


def chat_answer(world: "World", chat: Chat) -> Json:
    """Return a Chat."""
    if not chat.private:
        return {"id": chat.id, "type": chat.kind, "title": chat.title}
    person = user_answer(world.people[chat.id])
    named: Json = {key: person[key] for key in ("first_name", "username") if key in person}
    return {"id": chat.id, "type": "private", **named}


def full_chat_answer(world: "World", chat: Chat) -> Json:
    """Return a ChatFullInfo."""
    gifts = dict.fromkeys(NO_GIFTS, False)
    more = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}
    return {**chat_answer(world, chat), **more}


def member_answer(chat: Chat, user: User) -> Json:
    """Return the ChatMember that a user is in a chat; the first administrator of a group owns it."""
    member: Json = {"user": user_answer(user)}
    if chat.blocked and user.is_bot:
        return {**member, "status": "kicked", "until_date": 0}
    if chat.private or user.id not in chat.admins:
        here = chat.private or user.id in chat.members
        return {**member, "status": "member" if here else "left"}
    if user.id == chat.admins[0] and not user.is_bot:
        return {**member, "status": "creator", "is_anonymous": False}
    rights = {right: right not in {"can_be_edited", "is_anonymous"} for right in ADMIN_RIGHTS}
    return {**member, "status": "administrator", **rights}


def photo_answer(sizes: tuple[StoredFile, ...]) -> list[Json]:
    """Return the PhotoSizes of a photo, smallest first."""
    return [{**_file(size), "width": size.width, "height": size.height} for size in sizes]


def message_answer(world: "World", message: Message, *, with_reply: bool = True) -> Json:
    """Return a Message; the message it replies to is told without its own."""
    answer: Json = {
        "message_id": message.id,
        "from": user_answer(message.sender),
        "chat": chat_answer(world, world.chats[message.chat_id]),
        "date": int(message.date),
    }
    if message.edited and message.from_bot:
        answer["edit_date"] = int(message.edited)
    if message.album:
        answer["media_group_id"] = message.album
    if message.photo:
        answer["photo"] = photo_answer(message.photo)
    if message.document:
        named = {"file_name": message.document.name, "mime_type": message.document.mime}
        answer["document"] = {**_file(message.document), **named}
    for key, value in (("text", message.text), ("caption", message.caption)):
        if value:
            answer[key] = value
    if message.entities:
        answer["entities" if message.text else "caption_entities"] = list(message.entities)
    if message.keyboard:
        rows = [[button.raw for button in row] for row in message.keyboard]
        answer["reply_markup"] = {"inline_keyboard": rows}
    if message.joined:
        answer["new_chat_members"] = [user_answer(user) for user in message.joined]
    replied = world.message(message.chat_id, message.reply_to) if message.reply_to and with_reply else None
    if replied:
        answer["reply_to_message"] = message_answer(world, replied, with_reply=False)
    return answer


def callback_answer(world: "World", waiting: Waiting) -> Json:
    """Return a CallbackQuery; a message that is gone is told as inaccessible."""
    message = world.message(waiting.chat_id, waiting.message_id)
    chat = chat_answer(world, world.chats[waiting.chat_id])
    gone = {"chat": chat, "message_id": waiting.message_id, "date": 0}
    return {
        "id": waiting.id,
        "from": user_answer(world.people[waiting.person]),
        "message": message_answer(world, message) if message else gone,
        "chat_instance": str(-7_000_000_000_000 - waiting.chat_id),
        "data": waiting.data,
    }


def file_answer(file: StoredFile) -> Json:
    """Return a File, ready to be fetched."""
    return {**_file(file), "file_path": file.path}


def _file(file: StoredFile) -> Json:
    return {"file_id": file.id, "file_unique_id": file.unique_id, "file_size": len(file.content)}
