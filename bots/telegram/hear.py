"""What an update of Telegram says, in the words that every platform shares."""

from telegram import (
    Chat,
    ChatMember,
    ChatMemberRestricted,
    ChatMemberUpdated,
    Message,
    MessageEntity,
    Update,
    User,
)
from telegram.constants import ChatID, ChatType

from bots.words import LONGEST_PERSON
from core.chat import Incoming
from core.conversation.language import N_
from core.conversation.messages import (
    Chosen,
    Command,
    Happened,
    Heard,
    Left,
    Moved,
    Photos,
    Removed,
    Text,
    Upload,
)
from core.names import clean_name

PLATFORM = "telegram"
LONGEST_TITLE = 60
NOBODY = frozenset(ChatID)  # anonymous admins, channels and Telegram itself: many speak through these
COMMANDS = {
    "start": N_("what I do"),
    "new": N_("teach me somebody"),
    "profiles": N_("what I have learnt for you"),
    "versions": N_("a profile's versions: switch, train on, delete"),
    "grid": N_("compare a profile's steps, strengths, bases at several CFGs"),
    "imagine": N_("draw"),
    "share": N_("let a group draw a profile of yours"),
    "revoke": N_("end that"),
    "usage": N_("who drew it, and how often"),
    "export": N_("a profile as a file for other tools"),
    "import": N_("a profile from such a file"),
    "settings": N_("a group's rules, for its admins"),
    "pool": N_("give credits to a group"),
    "link": N_("be one with yourself on another platform"),
    "status": N_("what is going on"),
    "delete": N_("delete a profile for ever"),
    "cancel": N_("stop what is going on"),
    "language": N_("in which language I speak"),
    "privacy": N_("what is kept, and your choices"),
    "forget": N_("erase everything of yours for ever"),
    "help": N_("everything I understand"),
}


def hear(update: Update, us: User) -> Incoming | None:
    """One update, translated; None when it is not meant for us or nobody can be held to have said it."""
    change = update.my_chat_member or update.chat_member
    if change:
        return _changed(update, change, us)
    query, place = update.callback_query, update.message
    if place and (event := _happened(place, us)):
        return _event(update, place.chat, us, *event)
    speaker: User | None = None
    heard: Heard | None = None
    if query:
        speaker, heard = query.from_user, Chosen(query.data) if query.data else None
    elif place and not place.sender_chat:
        speaker, heard = place.from_user, _heard(place, us)
    where = query.message if query else place
    if heard is None or where is None or speaker is None or speaker.is_bot or speaker.id in NOBODY:
        return None
    # A message that is too old to be looked at names only its chat.
    topic = where.message_thread_id if isinstance(where, Message) and where.is_topic_message else None
    group = where.chat.type != ChatType.PRIVATE
    return Incoming(
        platform=PLATFORM,
        source=f"{PLATFORM}:{us.id}",
        update=update.update_id,
        user=str(speaker.id),
        chat=f"{where.chat.id}/{topic}" if topic else str(where.chat.id),
        heard=heard,
        person=clean_name(speaker.first_name, LONGEST_PERSON),
        group=group,
        space=str(where.chat.id) if group else "",
        title=clean_name(where.chat.title or "", LONGEST_TITLE),
        language=speaker.language_code or "",
    )


def _changed(update: Update, change: ChatMemberUpdated, us: User) -> Incoming | None:
    """Somebody's place in a group has changed; of ours Telegram always tells, of others' to admins alone."""
    member = change.new_chat_member
    if change.chat.type == ChatType.PRIVATE or not is_out(member):
        return None
    if member.user.id == us.id:
        return _event(update, change.chat, us, Removed())
    return _event(update, change.chat, us, Left(), str(member.user.id))


def is_out(member: ChatMember) -> bool:
    """Whether somebody's place in a group is outside of it."""
    if isinstance(member, ChatMemberRestricted):
        return not member.is_member
    return member.status in (ChatMember.LEFT, ChatMember.BANNED)


def _happened(message: Message, us: User) -> tuple[Happened] | tuple[Happened, str] | None:
    """What a service message tells of the group, and of whom."""
    if message.migrate_to_chat_id:
        return (Moved(str(message.migrate_to_chat_id)),)
    if gone := message.left_chat_member:
        return (Removed(),) if gone.id == us.id else (Left(), str(gone.id))
    return None


def _event(update: Update, chat: Chat, us: User, what: Happened, user: str = "") -> Incoming:
    return Incoming(
        platform=PLATFORM,
        source=f"{PLATFORM}:{us.id}",
        update=update.update_id,
        user=user,
        chat=str(chat.id),
        heard=what,
        group=True,
        space=str(chat.id),
    )


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
    said = message.parse_entities() if message.text else message.parse_caption_entities()
    mentions = [spelt for entity, spelt in said.items() if entity.type == MessageEntity.MENTION]
    ours = next((spelt for spelt in mentions if spelt.lower() == f"@{us.username}".lower()), None)
    if ours is None:
        return None
    return (message.text or message.caption or "").replace(ours, " ", 1).strip()


def _answers_us(message: Message, us: User) -> bool:
    replied = message.reply_to_message
    return bool(replied and replied.from_user and replied.from_user.id == us.id)


def _upload(message: Message) -> Upload | None:
    """The photo or file; films too, so that the set of photos can say why it has no use for them."""
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
