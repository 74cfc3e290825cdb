"""What the bot asks of a server: nothing but what it uses, and telling an admin what is missing."""

import discord
from discord.utils import oauth_url

from bots.discord import phrases
from bots.discord.translator import speaking_to
from core.conversation.language import N_, gettext as _
from core.conversation.phrases import enumerated

# Answers to commands need no permission at all; these are for results that come after a command's 15 minutes.
NEEDED = discord.Permissions(
    view_channel=True, send_messages=True, send_messages_in_threads=True, attach_files=True
)
NAMES = {
    "view_channel": N_("View Channel"),
    "send_messages": N_("Send Messages"),
    "send_messages_in_threads": N_("Send Messages in Threads"),
    "attach_files": N_("Attach Files"),
}


def intents() -> discord.Intents:
    """Servers and their channels, and direct messages; none is privileged, and no server's messages are heard."""
    return discord.Intents(guilds=True, dm_messages=True)


def invite(application: int) -> str:
    """The link that adds the bot to a server with exactly the permissions it uses."""
    return oauth_url(application, permissions=NEEDED, scopes=("bot", "applications.commands"))


def report(interaction: discord.Interaction) -> str:
    """What is missing where this was asked, in the language of who asked."""
    link = invite(interaction.application_id)
    given = interaction.app_permissions
    with speaking_to(interaction):
        if not interaction.is_guild_integration():
            return _(phrases.USER_INSTALLED).format(invite=link)
        lacking = [_(NAMES[name]) for name, wanted in NEEDED if wanted and not getattr(given, name)]
        if not lacking:
            return _(phrases.ALL_THERE)
        return _(phrases.LACKING).format(permissions=enumerated(lacking), invite=link)
