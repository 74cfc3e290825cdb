"""Everything this Discord remembers, and the rules of what a bot may do to it."""

import itertools
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from tests.discordapi import payloads
from tests.discordapi.model import (
    COMPONENTS_V2,
    EPHEMERAL,
    LOADING,
    Call,
    Channel,
    File,
    Guild,
    Interaction,
    Json,
    Message,
    Refused,
    User,
)
from tests.discordapi.strictness import check_commands, check_message, check_modal

ACKNOWLEDGE_SECONDS = 3.0
UPDATE = 7  # the answer to a button that changes its message
TOKEN_SECONDS = 15 * 60.0
FOLLOW_UPS_OF_GUESTS = 5
LIMITS = (10 << 20, 10 << 20, 50 << 20, 100 << 20)  # bytes of a file, by the server's tier
VIEW, SEND, ATTACH = 1 << 10, 1 << 11, 1 << 15


@dataclass
class World:
    """The state behind the server; hold `changing()` for whatever touches it."""

    bot: User
    app: int
    base: str = ""
    ahead: float = 0.0  # seconds that have passed only here
    people: dict[int, User] = field(default_factory=dict)
    guilds: dict[int, Guild] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    messages: dict[int, dict[int, Message]] = field(default_factory=lambda: defaultdict(dict))
    files: dict[int, File] = field(default_factory=dict)
    interactions: dict[str, Interaction] = field(default_factory=dict)
    commands: list[Json] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    closed_direct: set[int] = field(default_factory=set)  # people who take no direct messages
    events: list[Callable[[str, Json, int | None], None]] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    _serial: Iterator[int] = field(default_factory=itertools.count)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the world still, and wake who waits for a change when done."""
        with self.changed:
            yield
            self.changed.notify_all()

    def now(self) -> float:
        """Return the time here."""
        return time.time() + self.ahead

    def new_id(self) -> int:
        """Return a snowflake."""
        return (int((self.now() - 1420070400) * 1000) << 22) | (next(self._serial) & 0x3FFFFF)

    def announce(self, event: str, body: Json, guild: int | None) -> None:
        """Tell the bot over the gateway."""
        for listener in self.events:
            listener(event, body, guild)

    def direct(self, person: int) -> Channel:
        """Return the channel of somebody's direct messages with the bot."""
        for channel in self.channels.values():
            if channel.recipient == person:
                return channel
        made = Channel(self.new_id(), recipient=person)
        self.channels[made.id] = made
        return made

    def guild_of(self, channel: int) -> Guild | None:
        """Return the server of a channel."""
        guild = self.channels[channel].guild
        return self.guilds[guild] if guild else None

    def file_limit(self, channel: int) -> int:
        """Return how many bytes a file may have there."""
        guild = self.guild_of(channel)
        return LIMITS[guild.tier if guild else 0]

    # ── what people do

    def interact(
        self, kind: int, user: User, channel: int, data: Json, source: Message | None = None
    ) -> Interaction:
        """Let somebody use a command, a button or a form, and tell the bot."""
        one = Interaction(
            self.new_id(), f"token-{next(self._serial)}-{self.new_id()}", kind, user, channel, self.now(),
            source.id if source else None,
        )  # fmt: skip
        self.interactions[one.token] = one
        self.send(one, data, source)
        return one

    def send(self, one: Interaction, data: Json, source: Message | None) -> None:
        """Tell the bot of an interaction, or tell it again."""
        place = self.channels[one.channel]
        guild = self.guild_of(one.channel)
        body = payloads.interaction(
            one, data, self.app, place, guild, self.people, self.base, source, self.file_limit(one.channel)
        )
        self.announce("INTERACTION_CREATE", body, guild.id if guild else None)

    # ── what the bot does

    def register(self, commands: list[Json]) -> list[Json]:
        """Take the commands that the bot offers everywhere, in place of those before."""
        check_commands(commands)
        self.commands = [
            {"type": 1, "description": "", **each}
            | {"id": str(self.new_id()), "application_id": str(self.app), "version": "1"}
            for each in commands
        ]
        return self.commands

    def public(self, channel: int) -> list[Message]:
        """Return what everybody in a channel sees, oldest first."""
        if channel not in self.channels:
            raise Refused(404, 10003, "Unknown Channel")
        guild = self.guild_of(channel)
        if guild and not guild.member:
            raise Refused(403, 50001, "Missing Access")
        return [each for _, each in sorted(self.messages[channel].items()) if not each.only_for]

    def answer(self, interaction: int, token: str, body: Json, files: tuple[File, ...]) -> Interaction:
        """Take the first answer to an interaction."""
        one = self.interactions.get(token)
        if one is None or one.id != interaction or self.now() - one.at > ACKNOWLEDGE_SECONDS:
            raise Refused(404, 10062, "Unknown interaction")
        if one.answered:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        data = body.get("data") or {}
        ephemeral = data.get("flags", 0) & EPHEMERAL
        match body["type"]:
            case 4:
                check_message(data, files)
                one.original = self._post(one.channel, data, files, one, ephemeral).id
            case 5:
                thinking = {"flags": LOADING | ephemeral}
                one.original = self._post(one.channel, thinking, (), one, ephemeral).id
            case 6 | 7 if one.source:
                one.original = one.source
                if body["type"] == UPDATE:
                    self.edit(self.messages[one.channel][one.source], data, files)
            case 8 if one.type == 4:
                if len(data["choices"]) > 25 or any(len(each["name"]) > 100 for each in data["choices"]):
                    raise Refused(400, 50035, "Invalid Form Body: 25 choices of 100 characters are the most")
                one.choices = data["choices"]
            case 9 if one.type in (2, 3):
                check_modal(data)
                one.modal = data
            case other:
                raise Refused(400, 50035, f"Invalid Form Body: type {other} answers nothing here")
        one.answered, one.answer_at = body["type"], self.now()
        return one

    def by_token(self, token: str) -> Interaction:
        """Return an interaction that can still be answered."""
        one = self.interactions.get(token)
        if one is None or self.now() - one.at > TOKEN_SECONDS:
            raise Refused(401, 50027, "Invalid Webhook Token")
        if not one.answered:
            raise Refused(404, 10015, "Unknown Webhook")
        return one

    def follow_up(self, token: str, body: Json, files: tuple[File, ...]) -> Message:
        """Take one more answer; the first after a deferral takes the place of thinking."""
        one = self.by_token(token)
        original = self.messages[one.channel].get(one.original or 0)
        if original and original.loading:
            return self.edit(original, body, files)
        guild = self.guild_of(one.channel)
        one.follow_ups += 1
        if guild and not guild.member and one.follow_ups > FOLLOW_UPS_OF_GUESTS:
            raise Refused(400, 40094, "This interaction has hit the maximum number of follow up messages")
        check_message(body, files)
        return self._post(one.channel, body, files, one, body.get("flags", 0) & EPHEMERAL)

    def of_interaction(self, token: str, number: str) -> Message:
        """Return a message that an interaction may change: its original or its follow-ups."""
        one = self.by_token(token)
        wanted = one.original if number == "@original" else int(number)
        found = self.messages[one.channel].get(wanted or 0)
        if found is None or (found.token != token and found.id != one.original):
            raise Refused(404, 10008, "Unknown Message")
        return found

    def of_bot(self, channel: int, message: int) -> Message:
        """Return a message that the bot may change as its author."""
        self._may_write(channel)
        found = self.messages[channel].get(message)
        if found is None or found.only_for:
            raise Refused(404, 10008, "Unknown Message")
        if not found.from_bot:
            raise Refused(403, 50005, "Cannot edit a message authored by another user")
        return found

    def post(self, channel: int, body: Json, files: tuple[File, ...]) -> Message:
        """Take a message of the bot itself; one with the nonce of another is that other."""
        self._may_write(channel)
        nonce = str(body.get("nonce") or "")
        for each in self.messages[channel].values():
            if nonce and body.get("enforce_nonce") and each.nonce == nonce:
                return each
        check_message(body, files)
        return self._post(channel, body, files, None, 0)

    def edit(self, message: Message, body: Json, files: tuple[File, ...]) -> Message:
        """Replace a message; files that are not named again are gone."""
        kept = message.files
        if "attachments" in body:
            named = {str(each["id"]) for each in body["attachments"]}
            kept = tuple(each for each in message.files if str(each.id) in named)
        merged = {"components": message.components, "content": message.content, **body}
        check_message(merged, kept + files, was_v2=bool(message.flags & COMPONENTS_V2))
        self._check_sizes(message.channel, files)
        message.history.append(replace(message, history=[]))
        message.components, message.content = merged["components"] or [], merged["content"] or ""
        message.files = kept + files
        message.flags = (message.flags & ~LOADING) | (body.get("flags", 0) & COMPONENTS_V2)
        return message

    def _may_write(self, channel: int) -> None:
        if channel not in self.channels:
            raise Refused(404, 10003, "Unknown Channel")
        place, guild = self.channels[channel], self.guild_of(channel)
        if place.recipient in self.closed_direct:
            raise Refused(403, 50007, "Cannot send messages to this user")
        if guild and not guild.member:
            raise Refused(403, 50001, "Missing Access")
        if guild and not guild.permissions & VIEW:
            raise Refused(403, 50001, "Missing Access")
        if guild and guild.permissions & (VIEW | SEND | ATTACH) != VIEW | SEND | ATTACH:
            raise Refused(403, 50013, "Missing Permissions")

    def _check_sizes(self, channel: int, files: tuple[File, ...]) -> None:
        if any(len(file.content) > self.file_limit(channel) for file in files):
            raise Refused(413, 40005, "Request entity too large")

    def _post(
        self, channel: int, body: Json, files: tuple[File, ...], one: Interaction | None, ephemeral: int
    ) -> Message:
        self._check_sizes(channel, files)
        message = Message(
            self.new_id(), channel, self.bot, body.get("content") or "", body.get("components") or [], files,
            body.get("flags", 0) | ephemeral, one.user.id if one and ephemeral else None, one.token if one else "",
            str(body.get("nonce") or ""),
        )  # fmt: skip
        self.messages[channel][message.id] = message
        return message
