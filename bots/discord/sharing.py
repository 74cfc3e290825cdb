"""The commands about profiles in servers: sharing, taking back, the rules there."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

import discord
from discord import app_commands
from discord.app_commands import Choice, Range, allowed_contexts, allowed_installs

from bots.discord import phrases
from bots.discord.client import Client
from bots.discord.hear import is_space
from bots.discord.translator import said_to
from core.conversation.language import N_
from core.conversation.messages import Command

MOST_CREDITS = 10_000
Offer: TypeAlias = Callable[[discord.Interaction[Any], str], Coroutine[Any, Any, list[Choice[str]]]]


def add_sharing(client: Client, tree: app_commands.CommandTree[Client], *, own: Offer) -> None:
    """All of them; `own` offers a person's own profiles by their names."""
    for name, about in {
        "share": N_("Let the members of this server draw a profile of yours"),
        "revoke": N_("Stop sharing a profile, at once"),
    }.items():
        command = _about_profile(client, name, about)
        command.autocomplete("profile")(own)
        tree.add_command(command)

    @tree.command(name="usage", description=N_("Who drew your shared profiles, and how often"))
    async def usage(interaction: discord.Interaction) -> None:
        await client.take(interaction, Command("usage"), private=True)

    @tree.command(name="settings", description=N_("For admins: who may ask here, how much, and who pays"))
    @app_commands.default_permissions(manage_guild=True)
    @allowed_contexts(guilds=True)
    @allowed_installs(guilds=True)
    async def settings(interaction: discord.Interaction) -> None:
        await client.take(interaction, Command("settings"), private=True)

    @tree.command(name="pool", description=N_("Give picture credits of yours to everybody in this server"))
    @app_commands.describe(amount=N_("How many"))
    @allowed_contexts(guilds=True)
    @allowed_installs(guilds=True)
    async def pool(interaction: discord.Interaction, amount: Range[int, 1, MOST_CREDITS]) -> None:
        await client.take(interaction, Command("pool", str(amount)), private=True)


def _about_profile(
    client: Client, name: str, about: str
) -> app_commands.Command[app_commands.Group, ..., None]:
    @app_commands.describe(profile=N_("Which one; without it, I ask"))
    async def act(interaction: discord.Interaction, profile: str | None = None) -> None:
        if name == "share" and interaction.guild_id and not is_space(interaction):
            await client.tell(interaction, said_to(interaction, phrases.NOT_A_MEMBER))
            return
        await client.take(interaction, Command(name, profile or ""), private=True)

    return app_commands.Command(name=name, description=about, callback=act)
