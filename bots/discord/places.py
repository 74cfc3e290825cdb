"""Where replies go, as it is written in the records: `@user` in private, `#channel/user` for everybody there.

What is private has one place however many servers it is asked from: it is shown as an answer that only its
person sees, and in a direct message when there is no command to answer any more.
"""

from dataclasses import dataclass

import discord


@dataclass(frozen=True)
class Place:
    """A place of one person; `channel` is 0 in private."""

    user: int
    channel: int = 0

    @classmethod
    def read(cls, chat: str) -> "Place":
        """The place that was written."""
        if chat.startswith("@"):
            return cls(int(chat[1:]))
        channel, _, user = chat.removeprefix("#").partition("/")
        return cls(int(user), int(channel))

    def __str__(self) -> str:
        """As it is written."""
        return f"#{self.channel}/{self.user}" if self.channel else f"@{self.user}"


def place_of(interaction: discord.Interaction, *, private: bool) -> Place:
    """Where the replies to an interaction go; a direct message with the bot is private whatever is asked."""
    if private or is_direct(interaction) or interaction.channel_id is None:
        return Place(interaction.user.id)
    return Place(interaction.user.id, interaction.channel_id)


def is_direct(interaction: discord.Interaction) -> bool:
    """Whether this was said in a direct message with the bot: nobody else is there to see."""
    return interaction.guild_id is None and not interaction.context.private_channel
