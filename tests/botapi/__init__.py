"""Telegram's side of the wire, on loopback: a strict Bot API server and people who use its chats."""

from tests.botapi.person import Person
from tests.botapi.server import BotApiServer

__all__ = ["BotApiServer", "Person"]
