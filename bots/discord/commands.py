"""The commands that Discord lists, for servers, direct messages and people who bring the bot along."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Choice, Range, allowed_contexts, allowed_installs

from bots.discord import phrases, setup
from bots.discord.client import Client
from bots.discord.hear import PLATFORM, is_space, pictures, upload
from bots.discord.picturing import add_picturing, named
from bots.discord.sharing import add_sharing
from bots.discord.translator import Translator, said_to, speaking_to
from bots.hearing import AWAY
from core.chat import choices
from core.conversation.grids import AXES
from core.conversation.importing import is_weights
from core.conversation.language import N_, gettext as _
from core.conversation.messages import Command, Photos
from core.conversation.phrases import class_label
from core.conversation.views import ProfileView
from core.errors import where
from core.prompts import LONGEST_PROMPT, MOST_PICTURES

log = logging.getLogger(__name__)

MOST_CHOICES = 25
SHAPES = {
    N_("square"): "1:1",
    N_("portrait"): "3:4",
    N_("tall"): "1:2",
    N_("landscape"): "4:3",
    N_("wide"): "2:1",
}


class Tree(app_commands.CommandTree[Client]):
    """The commands; what goes wrong in one is logged by its place alone."""

    async def on_error(
        self, interaction: discord.Interaction[Client], error: app_commands.AppCommandError
    ) -> None:
        """Log where something went wrong, and say that it did."""
        if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
            log.warning("a command of another version was used")
            await interaction.client.tell(interaction, said_to(interaction, phrases.UNKNOWN_BUTTON))
            return
        log.error("a command failed: %s", where(error.__cause__ or error))


def make_tree(client: Client) -> Tree:
    """All commands, not yet told to Discord."""
    tree = Tree(
        client,
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
    )
    tree.add_command(_profile(client))
    for name, about in {
        "profiles": N_("What I have learnt for you"),
        "status": N_("What is going on"),
        "cancel": N_("Stop what is going on"),
        "language": N_("In which language I speak"),
        "privacy": N_("What is kept, and your choices"),
        "forget": N_("Erase everything of yours for ever"),
    }.items():
        tree.add_command(_private(client, name, about))
    _drawing(client, tree)
    add_sharing(client, tree, own=_own_names)
    _rest(client, tree)
    add_picturing(client, tree)
    return tree


def _private(client: Client, name: str, about: str) -> app_commands.Command[app_commands.Group, ..., None]:
    async def private(interaction: discord.Interaction) -> None:
        await client.take(interaction, Command(name), private=True)

    return app_commands.Command(name=name, description=about, callback=private)


def _profile(client: Client) -> app_commands.Group:
    group = app_commands.Group(name="profile", description=N_("Teach me somebody"))

    @group.command(name="new", description=N_("A new profile: a form, then a panel that only you see"))
    async def new(interaction: discord.Interaction) -> None:
        await client.ask(interaction, "new")

    @group.command(name="photos", description=N_("Add photos to the profile you are making"))
    async def photos(interaction: discord.Interaction) -> None:
        await client.ask(interaction, "photos")

    @group.command(name="draft", description=N_("Go on with the profile you are making"))
    async def draft(interaction: discord.Interaction) -> None:
        await client.take_about_draft(interaction, Command("new"))

    @group.command(name="delete", description=N_("Delete a profile for ever"))
    @app_commands.describe(profile=N_("Which one; without it, I ask"))
    async def delete(interaction: discord.Interaction, profile: str | None = None) -> None:
        await client.take(interaction, Command("delete", profile or ""), private=True)

    @group.command(name="versions", description=N_("A profile's versions: switch, train on, delete"))
    @app_commands.describe(profile=N_("Which one; without it, the one you use now"))
    async def versions(interaction: discord.Interaction, profile: str | None = None) -> None:
        await client.take(interaction, Command("versions", profile or ""), private=True)

    @group.command(name="grid", description=N_("Compare a profile's steps, strengths, bases at several CFGs"))
    @app_commands.describe(
        profile=N_("Which one; without it, the one you use now"), across=N_("What is compared")
    )
    @app_commands.choices(across=[Choice(name=label, value=axis) for axis, label in AXES.items()])
    async def grid(
        interaction: discord.Interaction, profile: str | None = None, across: str | None = None
    ) -> None:
        words = " ".join(filter(None, (profile, across)))
        await client.take(interaction, Command("grid", words), private=True)

    @grid.autocomplete("profile")
    @versions.autocomplete("profile")
    @delete.autocomplete("profile")
    async def offered(interaction: discord.Interaction, typed: str) -> list[Choice[str]]:
        found = await _profiles(client, interaction)
        return _matching(interaction, [(one, one.name) for one in found if one.name], typed)

    return group


def _drawing(client: Client, tree: Tree) -> None:
    @tree.command(name="imagine", description=N_("Draw"))
    @app_commands.describe(
        prompt=N_("What to draw, for example: as an astronaut, studio light"),
        profile=N_("Whom; without it, the one you use now"),
        count=N_("How many pictures"),
        without=N_("What shall not be in them"),
        shape=N_("The pictures' shape"),
        seed=N_("The same number with the same words draws the same"),
        base=N_("The base model"),
        fast=N_("In few steps"),
    )
    @app_commands.choices(shape=[Choice(name=name, value=ratio) for name, ratio in SHAPES.items()])
    async def imagine(
        interaction: discord.Interaction,
        prompt: Range[str, 1, LONGEST_PROMPT],
        profile: str | None = None,
        count: Range[int, 1, MOST_PICTURES] | None = None,
        without: str | None = None,
        shape: str | None = None,
        seed: Range[int, 0, 2**53 - 1] | None = None,
        base: str | None = None,
        fast: bool = False,
    ) -> None:
        words = named(profile, prompt) if profile else prompt
        flags = {"n": count, "ar": shape, "seed": seed, "base": base, "no": without}
        words += "".join(f" --{flag} {value}" for flag, value in flags.items() if value is not None)
        await client.take(interaction, Command("imagine", words + " --fast" * fast), private=False)

    @imagine.autocomplete("profile")
    async def offered_profiles(interaction: discord.Interaction, typed: str) -> list[Choice[str]]:
        found = {one.trigger: one for one in await _profiles(client, interaction)}
        found |= {one.trigger: one for one in await _shared(client, interaction) if one.trigger not in found}
        usable = [one for one in found.values() if one.state in choices.DRAWABLE]
        return _matching(interaction, [(one, one.trigger) for one in usable], typed)

    @imagine.autocomplete("base")
    async def offered_bases(interaction: discord.Interaction, typed: str) -> list[Choice[str]]:
        try:
            found = await asyncio.to_thread(choices.bases, client.studio)
        except AWAY:
            return []
        return _choices(((title, name) for name, title in found.items()), typed)


def _rest(client: Client, tree: Tree) -> None:
    @tree.command(name="link", description=N_("Be one person here and on another platform"))
    @app_commands.describe(code=N_("The code that I gave you there; without it, I give you one for there"))
    async def link(interaction: discord.Interaction, code: Range[str, 1, 40] | None = None) -> None:
        await client.take(interaction, Command("link", code or ""), private=True)

    @tree.command(name="export", description=N_("A profile of yours as a file for other tools"))
    @app_commands.describe(profile=N_("Which one; without it, the one you use now"))
    async def export(interaction: discord.Interaction, profile: str | None = None) -> None:
        await client.take(interaction, Command("export", profile or ""), private=True)

    export.autocomplete("profile")(_own_names)

    @tree.command(name="import", description=N_("A profile from a .safetensors file of yours"))
    @app_commands.describe(file=N_("A LoRA or an embedding for the base that draws here"))
    async def take_in(interaction: discord.Interaction, file: discord.Attachment) -> None:
        named = upload(file)
        if not is_weights(named):  # whatever it is called, it is meant as weights
            named = replace(named, name=f"{named.name}.bin")
        await client.take_about_draft(interaction, Photos((named,)))

    @tree.command(name="help", description=N_("Everything I understand"))
    async def everything(interaction: discord.Interaction) -> None:
        lines = (said_to(interaction, sentence) for sentence in (phrases.HELP, phrases.HELP_MENU))
        await client.tell(interaction, "\n".join(lines))

    @tree.command(name="setup", description=N_("For admins: what I may do here, and what is missing"))
    @app_commands.default_permissions(manage_guild=True)
    @allowed_contexts(guilds=True)
    @allowed_installs(guilds=True, users=True)
    async def look(interaction: discord.Interaction) -> None:
        await client.tell(interaction, setup.report(interaction))

    @tree.context_menu(name=N_("Add photos to profile"))
    async def add_photos(interaction: discord.Interaction, message: discord.Message) -> None:
        found = pictures(message)
        if not found:
            await client.tell(interaction, said_to(interaction, phrases.NO_PICTURES))
            return
        heard = Photos(tuple(map(upload, found)), group=str(message.id))
        await client.take_about_draft(interaction, heard)


async def _own_names(interaction: discord.Interaction[Any], typed: str) -> list[Choice[str]]:
    """One's own profiles by their names."""
    assert isinstance(interaction.client, Client)  # noqa: S101  (the tree belongs to it)
    found = await _profiles(interaction.client, interaction)
    shareable = [one for one in found if one.state == "trained" and not one.sample]
    return _matching(interaction, [(one, one.name) for one in shareable], typed)


async def _profiles(client: Client, interaction: discord.Interaction) -> tuple[ProfileView, ...]:
    try:
        return await asyncio.to_thread(choices.profiles, client.studio, PLATFORM, str(interaction.user.id))
    except AWAY:
        return ()


async def _shared(client: Client, interaction: discord.Interaction) -> tuple[ProfileView, ...]:
    """What everybody in this server may draw; who types there is a member."""
    if not is_space(interaction):
        return ()
    try:
        return await asyncio.to_thread(choices.shared, client.studio, PLATFORM, str(interaction.guild_id))
    except AWAY:
        return ()


def _line(profile: ProfileView) -> str:
    name, word = profile.name, class_label(profile.class_word)
    if profile.similarity is None:
        return f"{name} ({word})"[:100]
    likeness = f"{profile.similarity:.2f}"
    return _("{name} ({class_word}, likeness {likeness})").format(
        name=name, class_word=word, likeness=likeness
    )[:100]


def _matching(
    interaction: discord.Interaction, offered: Iterable[tuple[ProfileView, str]], typed: str
) -> list[Choice[str]]:
    with speaking_to(interaction):
        return _choices([(_line(profile), value) for profile, value in offered], typed)


def _choices(offered: Iterable[tuple[str, str]], typed: str) -> list[Choice[str]]:
    return [
        Choice(name=label, value=value) for label, value in offered if typed.casefold() in label.casefold()
    ][:MOST_CHOICES]


async def publish(tree: Tree, folder: Path) -> None:
    """Tell Discord the commands, in every language, when they are others than the last time."""
    translator = Translator()
    await tree.set_translator(translator)
    listed = [await command.get_translated_payload(tree, translator) for command in tree.get_commands()]
    written = json.dumps(listed, sort_keys=True)
    told = hashlib.sha256(written.encode()).hexdigest()
    note = folder / f"discord-commands-{tree.client.application_id}"
    if note.exists() and note.read_text() == told:
        return
    await tree.sync()
    note.write_text(told)
    log.info("told Discord the commands")
