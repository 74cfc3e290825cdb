"""Discord in people's languages: its listed commands, and what is said without a turn."""

from contextlib import AbstractContextManager

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation as Location

from core.conversation.language import gettext, nearest, speaking

# Longest of each kind: https://docs.discord.com/developers/interactions/application-commands
LONGEST = {
    Location.command_name: 32,  # of a context menu alone: the others are typed, and stay what they are
    Location.command_description: 100,
    Location.group_description: 100,
    Location.parameter_description: 100,
    Location.choice_name: 100,
}


def speaking_to(interaction: discord.Interaction) -> AbstractContextManager[None]:
    """Say everything in the language of somebody's Discord until the block ends; start no tasks in it."""
    return speaking(nearest(str(interaction.locale)))


def said_to(interaction: discord.Interaction, sentence: str) -> str:
    """A marked sentence in the language of somebody's Discord."""
    with speaking_to(interaction):
        return gettext(sentence)


class Translator(app_commands.Translator):
    """Answers Discord's languages from our catalogue."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """The words in this language; None where they are said as they are."""
        if context.location not in LONGEST or not string.message:
            return None
        if context.location is Location.command_name and isinstance(context.data, app_commands.Command):
            return None
        with speaking(nearest(locale.value)):
            words = gettext(string.message)
        return words[: LONGEST[context.location]] if words != string.message else None
