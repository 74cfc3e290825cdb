"""Discord's side of the wire, on loopback: REST, gateway and files, and people who use its servers."""

from tests.discordapi.person import Person
from tests.discordapi.server import DiscordServer

__all__ = ["DiscordServer", "Person"]
