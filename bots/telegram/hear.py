"""What an update of Telegram says, in the words that every platform shares."""

import unicodedata

from telegram import Message, MessageEntity, Update, User
from telegram.constants import ANONYMOUS_ADMIN_ID, FAKE_CHANNEL_ID, SERVICE_CHAT_ID, ChatType

from core.chat import Incoming
from core.conversation.messages import Chosen, Command, Heard, Photos, Text, Upload

PLATFORM = "telegram"
LONGEST_PERSON = 40
NOBODY = {ANONYMOUS_ADMIN_ID, FAKE_CHANNEL_ID, SERVICE_CHAT_ID}  # many people speak through these
COMMANDS = {
    "start": "what I do",
    "new": "teach me somebody",
    "profiles": "what I have learnt for you",
    "imagine": "draw",
    "status": "what is going on",
    "delete": "delete a profile for ever",
    "cancel": "stop what is going on",
    "privacy": "what is kept, and your choices",
    "help": "everything I understand",
}


def hear(update: Update, us: User) -> Incoming | None:
    """One update, translated; None when it is not meant for us or nobody can be held to have said it."""
    message: Message | None
    heard: Heard | None
    if query := update.callback_query:
        place, speaker = query.message, query.from_user
        message = place if isinstance(place, Message) else None  # too old ones name only their chat
        heard = Chosen(query.data) if query.data else None
    else:
        place = message = update.message
        speaker = message.from_user if message and not message.sender_chat else None
        heard = _heard(message, us) if message else None
    if heard is None or place is None or speaker is None or speaker.is_bot or speaker.id in NOBODY:
        return None
    in_topic = message and message.is_topic_message and message.message_thread_id
    return Incoming(
        platform=PLATFORM,
        source=f"{PLATFORM}:{us.id}",
        update=update.update_id,
        user=str(speaker.id),
        chat=f"{place.chat.id}/{message.message_thread_id}" if message and in_topic else str(place.chat.id),
        heard=heard,
        person=clean_name(speaker.first_name),
        group=place.chat.type != ChatType.PRIVATE,
    )


def clean_name(name: str) -> str:
    """A name that can stand in a sentence: without control characters and not too long."""
    seen = "".join(" " if char.isspace() else char for char in name)
    plain = "".join(char for char in seen if not unicodedata.category(char).startswith("C"))
    return " ".join(plain.split())[:LONGEST_PERSON].strip()


def _heard(message: Message, us: User) -> Heard | None:
    """In private everything is meant for us; in a group commands, mentions and replies to us are."""
    command, upload = _command(message, us), _upload(message)
    if message.chat.type == ChatType.PRIVATE:
        if upload:
            return Photos((upload,), group=message.media_group_id or "")
        if message.text:
            return command or Text(message.text)
        # Stickers, voices, places: what is understood instead is the answer.
        return Command("help") if message.effective_attachment else None
    called, answered = _words_to(message, us), _answers_us(message, us)
    if upload:
        addressed = command is not None or called is not None or answered
        return Photos((upload,), group=message.media_group_id or "") if addressed else None
    if command:
        return command
    if called is not None:
        return Command("imagine", called)
    return Text(message.text) if message.text and answered else None


def _command(message: Message, us: User) -> Command | None:
    """`/name words`, unless it is another bot's: in a group an unknown one without our name is."""
    words = message.text or message.caption or ""
    entities = message.entities or message.caption_entities
    if not entities or entities[0].type != MessageEntity.BOT_COMMAND or entities[0].offset:
        return None
    called = words[: entities[0].length]  # commands are ASCII, so offsets are characters
    name, _, addressee = called.removeprefix("/").lower().partition("@")
    if addressee and addressee != (us.username or "").lower():
        return None
    if not addressee and name not in COMMANDS and message.chat.type != ChatType.PRIVATE:
        return None
    return Command(name, words[len(called) :].strip())


def _words_to(message: Message, us: User) -> str | None:
    """What is said to `@ourname`, without the name; None when it is not mentioned."""
    kinds = [MessageEntity.MENTION]
    said = message.parse_entities(kinds) if message.text else message.parse_caption_entities(kinds)
    name = f"@{us.username}".lower()
    mention = next((spelt for spelt in said.values() if spelt.lower() == name), None)
    if mention is None:
        return None
    return (message.text or message.caption or "").replace(mention, " ", 1).strip()


def _answers_us(message: Message, us: User) -> bool:
    replied = message.reply_to_message
    return bool(replied and replied.from_user and replied.from_user.id == us.id)


def _upload(message: Message) -> Upload | None:
    """The photo or file; films come along too, so that the set of photos can say why it has no use for them."""
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return Upload(largest.file_id, largest.file_unique_id, largest.file_size, mime="image/jpeg")
    if film := message.video or message.video_note:
        return Upload(film.file_id, film.file_unique_id, film.file_size, mime="video/mp4")
    if file := message.document:
        return Upload(
            file.file_id, file.file_unique_id, file.file_size, file.file_name or "", file.mime_type or ""
        )
    return None
