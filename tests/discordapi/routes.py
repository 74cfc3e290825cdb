"""What the bot may ask for over REST: https://docs.discord.com/developers/reference"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.discordapi import payloads
from tests.discordapi.gateway import Gateway
from tests.discordapi.model import File, Json, Message, Refused
from tests.discordapi.world import World

API = "/api/v10"
WEBHOOK = "/webhooks/{app}/{token}"
MOST_LISTED = 100
OF_ANOTHER = 50005  # of a message that another wrote: it cannot be edited


@dataclass(frozen=True)
class Asked:
    """One request: the names in its path, what follows the question mark, its JSON and its files."""

    world: World
    gateway: Gateway
    names: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    files: tuple[File, ...]

    @property
    def channel(self) -> int:
        """Return the channel that is named."""
        return int(self.names["channel"])

    def told(self, message: Message) -> Json:
        """Return a message in Discord's shape."""
        return payloads.message(message, self.world.base)

    def answered(self) -> Message:
        """Return the message of an interaction that is named: its original or one that followed."""
        return self.world.of_interaction(self.names["token"], self.names["number"])


def _me(asked: Asked) -> Json:
    return {**payloads.user(asked.world.bot), "mfa_enabled": False, "locale": "en-US", "verified": True}


def _application(asked: Asked) -> Json:
    guilds = sum(guild.member for guild in asked.world.guilds.values())
    return {
        "id": str(asked.world.app), "name": asked.world.bot.name, "icon": None, "description": "",
        "bot_public": True, "bot_require_code_grant": False, "verify_key": "", "flags": 0,
        "owner": payloads.user(asked.world.bot), "team": None, "approximate_guild_count": guilds,
    }  # fmt: skip


def _gateway(asked: Asked) -> Json:
    limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
    address = asked.gateway.address(asked.world.base)
    return {"url": address, "shards": asked.gateway.shards, "session_start_limit": limit}


def _commands(asked: Asked) -> list[Json]:
    return asked.world.register(asked.body)


def _registered(asked: Asked) -> list[Json]:
    return asked.world.commands


def _callback(asked: Asked) -> Json:
    one = asked.world.answer(int(asked.names["id"]), asked.names["token"], asked.body, asked.files)
    answer: Json = {"interaction": {"id": str(one.id), "type": one.type}}
    message = asked.world.messages[one.channel].get(one.original or 0)
    if message and asked.body["type"] in (4, 5, 7):
        answer["interaction"]["response_message_id"] = str(message.id)
        answer["interaction"]["response_message_loading"] = message.loading
        answer["resource"] = {"type": asked.body["type"], "message": asked.told(message)}
    return answer


def _follow_up(asked: Asked) -> Json:
    return asked.told(asked.world.follow_up(asked.names["token"], asked.body, asked.files))


def _answer(asked: Asked) -> Json:
    return asked.told(asked.answered())


def _edit_answer(asked: Asked) -> Json:
    return asked.told(asked.world.edit(asked.answered(), asked.body, asked.files))


def _delete_answer(asked: Asked) -> None:
    found = asked.answered()
    del asked.world.messages[found.channel][found.id]


def _post(asked: Asked) -> Json:
    return asked.told(asked.world.post(asked.channel, asked.body, asked.files))


def _read(asked: Asked) -> Json:
    for each in asked.world.public(asked.channel):
        if each.id == int(asked.names["number"]):
            return asked.told(each)
    raise Refused(404, 10008, "Unknown Message")


def _list(asked: Asked) -> list[Json]:
    most = int(asked.query.get("limit", "50"))
    if not 1 <= most <= MOST_LISTED:
        raise Refused(400, 50035, f"Invalid Form Body: limit is 1 to {MOST_LISTED}")
    before, after = int(asked.query.get("before", 1 << 63)), int(asked.query.get("after", "0"))
    found = [each for each in asked.world.public(asked.channel) if after < each.id < before]
    # Those next to `after` where that is given, the newest otherwise; newest first in either case.
    chosen = found[:most] if after else found[-most:]
    return [asked.told(each) for each in reversed(chosen)]


def _edit(asked: Asked) -> Json:
    found = asked.world.of_bot(asked.channel, int(asked.names["number"]))
    return asked.told(asked.world.edit(found, asked.body, asked.files))


def _delete(asked: Asked) -> None:
    try:
        found = asked.world.of_bot(asked.channel, int(asked.names["number"]))
    except Refused as refused:
        if refused.code == OF_ANOTHER:
            raise Refused(403, 50013, "Missing Permissions") from refused
        raise
    del asked.world.messages[found.channel][found.id]


def _open_direct(asked: Asked) -> Json:
    recipient = int(asked.body["recipient_id"])
    if recipient not in asked.world.people:
        raise Refused(400, 50033, "Invalid Recipient(s)")
    return payloads.channel(asked.world.direct(recipient), asked.world.people)


def _guild(asked: Asked) -> Json:
    guild = asked.world.guilds.get(int(asked.names["guild"]))
    if guild is None or not guild.member:
        raise Refused(404, 10004, "Unknown Guild")
    return payloads.guild(guild, asked.world.channels[guild.channel], asked.world.bot, asked.world.people)


def _member(asked: Asked) -> Json:
    guild, person = asked.world.guilds.get(int(asked.names["guild"])), int(asked.names["user"])
    if guild is None or not guild.member:
        raise Refused(403, 50001, "Missing Access")
    if person not in guild.people:
        raise Refused(404, 10007, "Unknown Member")
    return payloads.member(asked.world.people[person])


# Method, the route's short name as `calls` and `fault` know it, path, what it does.
ROUTES: list[tuple[str, str, str, Callable[[Asked], Any]]] = [
    ("GET", "/users/@me", "/users/@me", _me),
    ("GET", "/oauth2/applications/@me", "/oauth2/applications/@me", _application),
    ("GET", "/applications/@me", "/applications/@me", _application),
    ("GET", "/gateway/bot", "/gateway/bot", _gateway),
    ("PUT", "/commands", "/applications/{app}/commands", _commands),
    ("GET", "/commands", "/applications/{app}/commands", _registered),
    ("POST", "/callback", "/interactions/{id}/{token}/callback", _callback),
    ("POST", "/webhooks", WEBHOOK, _follow_up),
    ("GET", "/webhooks/messages", WEBHOOK + "/messages/{number}", _answer),
    ("PATCH", "/webhooks/messages", WEBHOOK + "/messages/{number}", _edit_answer),
    ("DELETE", "/webhooks/messages", WEBHOOK + "/messages/{number}", _delete_answer),
    ("GET", "/channels/messages", "/channels/{channel}/messages", _list),
    ("POST", "/channels/messages", "/channels/{channel}/messages", _post),
    ("GET", "/channels/message", "/channels/{channel}/messages/{number}", _read),
    ("PATCH", "/channels/messages", "/channels/{channel}/messages/{number}", _edit),
    ("DELETE", "/channels/messages", "/channels/{channel}/messages/{number}", _delete),
    ("POST", "/users/@me/channels", "/users/@me/channels", _open_direct),
    ("GET", "/guilds", "/guilds/{guild}", _guild),
    ("GET", "/guilds/members", "/guilds/{guild}/members/{user}", _member),
]
