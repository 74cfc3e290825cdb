"""What Discord's events say, in the words that every platform shares."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import discord

from bots.discord.places import Place
from bots.words import clean_name
from core.captions import is_text
from core.chat import Incoming
from core.conversation.messages import Chosen, Command, Heard, Photos, Removed, Text, Upload

PLATFORM = "discord"
OF_SPACES = frozenset(
    ("share", "revoke", "usage", "settings", "pool", "profiles")
)  # about the server, though alone


def incoming(interaction: discord.Interaction, heard: Heard, place: Place) -> Incoming:
    """Something heard through an interaction; its id makes it be heard once."""
    found = _by(interaction, interaction.id, heard, place)
    guild, channel = interaction.guild, interaction.channel_id
    if (
        guild is None
        or channel is None
        or not is_space(interaction)
        or not (place.channel or _is_of_spaces(heard))
    ):
        return found
    aloud = Place(interaction.user.id, channel)
    return replace(
        found, space=str(guild.id), title=clean_name(guild.name or ""), topic=f"#{channel}", aloud=str(aloud)
    )


def is_space(interaction: discord.Interaction) -> bool:
    """Whether this was done in a server that the bot is a member of; whoever did it is one then, as Discord says."""
    return interaction.guild_id is not None and interaction.is_guild_integration()


def _is_of_spaces(heard: Heard) -> bool:
    """Whether something that is answered to its person alone is about the server in which it was said."""
    match heard:
        case Command(name):
            return name in OF_SPACES
        case Chosen(key):
            return key.startswith("set:")
    return False


def removed(application: int, guild: int) -> Incoming:
    """A server that removed the bot, or is no more; Discord gives this no number of its own."""
    now = discord.utils.time_snowflake(discord.utils.utcnow())
    source = f"{PLATFORM}-gone:{application}/{guild}"
    return Incoming(PLATFORM, source, now, "", "", Removed(), group=True, space=str(guild))


def form_incoming(interaction: discord.Interaction, heard: Heard, place: Place, opened: int) -> Incoming:
    """A form that was sent: one that was opened once is heard once, however often it is sent."""
    return of_form(_by(interaction, opened, heard, place), opened)


def of_form(said: Incoming, opened: int) -> Incoming:
    """The same, said in a form; `opened` is what opened it."""
    return replace(said, source=said.source.replace(PLATFORM, f"{PLATFORM}-form", 1), update=opened)


def _by(interaction: discord.Interaction, update: int, heard: Heard, place: Place) -> Incoming:
    found = _incoming(interaction.application_id, update, interaction.user, heard, place)
    return replace(found, language=str(interaction.locale))


def hear_message(message: discord.Message, application: int) -> Incoming | None:
    """A direct message; None when it says nothing."""
    if message.guild is not None or message.author.bot:
        return None
    heard: Heard
    if message.attachments:
        heard = Photos(tuple(map(upload, message.attachments)), group=str(message.id))
    elif message.content.startswith("/"):
        name, _, words = message.content[1:].partition(" ")
        heard = Command(name, words)
    elif message.content:
        heard = Text(message.content)
    else:
        return None
    return _incoming(application, message.id, message.author, heard, Place(message.author.id))


def _incoming(application: int, update: int, user: discord.abc.User, heard: Heard, place: Place) -> Incoming:
    return Incoming(
        platform=PLATFORM,
        source=f"{PLATFORM}:{application}",
        update=update,
        user=str(user.id),
        chat=str(place),
        heard=heard,
        person=clean_name(user.display_name),
        group=bool(place.channel),
        private=str(Place(user.id)),
    )


def upload(attachment: discord.Attachment) -> Upload:
    """A file of a message."""
    return Upload(
        attachment.url,
        str(attachment.id),
        attachment.size,
        attachment.filename,
        attachment.content_type or "",
    )


def raw_upload(attachment: dict[str, Any]) -> Upload:
    """A file of a form."""
    return Upload(
        attachment["url"],
        str(attachment["id"]),
        attachment["size"],
        attachment["filename"],
        attachment.get("content_type") or "",
    )


def pictures(message: discord.Message) -> Sequence[discord.Attachment]:
    """The files of a message that say they are pictures, an archive, or captions; a name alone may say so too."""
    return [
        file
        for file in message.attachments
        if (file.content_type or "").startswith("image/")
        or file.filename.lower().endswith((".heic", ".avif", ".webp", ".jpg", ".jpeg", ".png", ".zip"))
        or is_text(file.filename, file.content_type or "")
    ]


def custom_id(user: int, key: str) -> str:
    """What a button carries: whose it is, and its key."""
    return f"{user}/{key}"


def read_custom_id(written: str) -> tuple[int, str]:
    """Whose button it is and its key; raises ValueError for one that is none of ours."""
    user, slash, key = written.partition("/")
    if not slash or not user.isdecimal() or not key.isascii() or not 0 < len(key) <= 64:
        raise ValueError("no button of ours")
    return int(user), key
