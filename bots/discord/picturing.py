"""A person's menu, "Make a picture of...": what they share there, or one's own; then a form for the words.

What somebody does not share here is not told from what they do not have: neither is seen.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import discord
from discord import app_commands, ui

from bots.discord import layout, phrases
from bots.discord.forms import LONGEST_LABEL, LONGEST_TITLE
from bots.discord.hear import PLATFORM, custom_id, is_space
from bots.discord.places import is_direct
from bots.discord.translator import said_to, speaking_to
from bots.hearing import AWAY
from bots.words import cut
from core.chat import choices
from core.conversation.language import N_, gettext as _
from core.conversation.messages import Option
from core.conversation.phrases import class_label
from core.conversation.sharing_phrases import NOT_SHARED
from core.conversation.views import ProfileView
from core.prompts import LONGEST_PROMPT

if TYPE_CHECKING:
    from bots.discord.client import Client

MENU = N_("Make a picture of...")
STEP = "picture"  # of the list's options and of the form
LOOK_SECONDS = 2.0  # a form must be opened within three, and nothing can be said before it
LONGEST_PLACEHOLDER = 100  # https://docs.discord.com/developers/components/reference#text-input
LONGEST_WORDS = LONGEST_PROMPT - 100  # the profile is named in the prompt as well

Seen = TypeVar("Seen")


def add_picturing(client: "Client", tree: "app_commands.CommandTree[Client]") -> None:
    """The menu of a person."""

    @tree.context_menu(name=MENU)
    async def make(interaction: discord.Interaction, who: discord.Member | discord.User) -> None:
        await offer(client, interaction, who)


async def offer(client: "Client", interaction: discord.Interaction, who: discord.abc.User) -> None:
    """Open the form, or a list where there are several to choose from."""
    person = str(interaction.user.id)
    found = await _look(choices.of_person, client.studio, PLATFORM, person, str(who.id), _space(interaction))
    if found is None:
        await client.tell(interaction, said_to(interaction, phrases.LOOK_AGAIN))
    elif not found and who.id == interaction.user.id:
        await client.tell(interaction, said_to(interaction, phrases.NOTHING_OF_YOURS))
    elif not found:
        await client.tell(interaction, said_to(interaction, phrases.NOTHING_OF_THEIRS))
    elif len(found) == 1:
        await client.respond(interaction.response.send_modal(_form(interaction, found[0])))
    else:
        with speaking_to(interaction):
            options = tuple(Option(f"{STEP}:{one.handle}", _line(one)) for one in found)
            view = layout.view(layout.Content(_("Which one shall I draw?"), options), interaction.user.id)
        await client.respond(
            interaction.response.send_message(view=view, ephemeral=not is_direct(interaction))
        )


async def choose(client: "Client", interaction: discord.Interaction, handle: int) -> None:
    """Open the form for what was chosen from the list, if it can be drawn still."""
    if profile := await find(client, interaction, handle):
        await client.respond(interaction.response.send_modal(_form(interaction, profile)))


async def find(client: "Client", interaction: discord.Interaction, handle: int) -> ProfileView | None:
    """A profile that may be drawn where this is done; says so to the person where there is none any more."""
    person, space = str(interaction.user.id), _space(interaction)
    found = await _look(choices.to_draw, client.studio, PLATFORM, person, space)
    if found is None:
        await client.tell(interaction, said_to(interaction, phrases.LOOK_AGAIN))
        return None
    profile = next((one for one in found if one.handle == handle), None)
    if profile is None:
        await client.tell(interaction, said_to(interaction, NOT_SHARED))
    return profile


def named(profile: str, prompt: str) -> str:
    """A prompt that names its profile, by its name or trigger."""
    return f'@"{profile.replace(chr(34), "")}" {prompt}'


def read_words(data: dict[str, Any]) -> str:
    """What was written into the form."""
    fields = (label.get("component") or {} for label in data.get("components", ()))
    return " ".join(str(next((field.get("value") or "" for field in fields), "")).split())


def _line(profile: ProfileView) -> str:
    return f"{profile.name} ({class_label(profile.class_word)})"


def _form(interaction: discord.Interaction, profile: ProfileView) -> ui.Modal:
    key = f"{STEP}:{profile.handle}:{interaction.id}"
    with speaking_to(interaction):
        title = cut(_("Make a picture of {name}").format(name=profile.name), LONGEST_TITLE)
        modal = ui.Modal(title=title, custom_id=custom_id(interaction.user.id, key))
        field: ui.TextInput[Any] = ui.TextInput(
            custom_id="prompt",
            style=discord.TextStyle.paragraph,
            max_length=LONGEST_WORDS,
            placeholder=_("as an astronaut, studio light")[:LONGEST_PLACEHOLDER],
        )
        modal.add_item(ui.Label(text=_("What shall I draw?")[:LONGEST_LABEL], component=field))
    modal.stop()  # the library would keep it in memory to call it back; we go by its custom id
    return modal


def _space(interaction: discord.Interaction) -> str:
    """The server whose shared profiles may be drawn where this is done; empty elsewhere."""
    return str(interaction.guild_id) if is_space(interaction) else ""


async def _look(read: Callable[..., Seen], *about: object) -> Seen | None:
    """What is read, unless that takes longer than Discord waits."""
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            return await asyncio.to_thread(read, *about)
    except AWAY:
        return None
