"""The gateway: https://docs.discord.com/developers/events/gateway"""

import asyncio
import itertools
import json
from dataclasses import dataclass, field

from aiohttp import WSCloseCode, web

from tests.discordapi import payloads
from tests.discordapi.model import Json
from tests.discordapi.world import World

HEARTBEAT_MS = 20_000
# What a bot must ask for to hear of it; of interactions everybody hears.
INTENTS = {
    "GUILD_CREATE": 1 << 0,
    "GUILD_DELETE": 1 << 0,
    "GUILD_MEMBER_REMOVE": 1 << 1,
    "MESSAGE_CREATE": 1 << 12,  # in direct messages, the only ones that are announced here
}
PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15  # members, presences, the words of messages
WRONG_TOKEN, INVALID_SHARD, DISALLOWED_INTENTS = 4004, 4010, 4014


@dataclass
class Session:
    """One shard's session, which outlives its connection."""

    id: str
    shard: int
    shards: int
    intents: int
    socket: web.WebSocketResponse | None
    sent: list[Json] = field(default_factory=list)


class Gateway:
    """Every session, and what has been told to it."""

    def __init__(self, world: World, shards: int, token: str, privileged: int) -> None:
        self.world = world
        self.shards = shards
        self.token = token
        self.privileged = privileged  # the privileged intents that the bot was given
        self.identified: list[Json] = []
        self.resumed = 0
        self._sessions: dict[str, Session] = {}
        self._numbers = itertools.count(1)
        self._sockets: set[web.WebSocketResponse] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def address(self, url: str) -> str:
        """Return the address of the gateway."""
        return url.replace("http://", "ws://") + "/gw/"

    def send(self, event: str, body: Json, guild: int | None) -> None:
        """Tell the shard that has the server; direct messages are the first shard's."""
        for session in self._sessions.values():
            wanted = INTENTS.get(event)
            if wanted and not session.intents & wanted:
                continue
            if session.shard == ((guild >> 22) % session.shards if guild else 0):
                self._dispatch(session, event, body)

    def _dispatch(self, session: Session, event: str, body: Json) -> None:
        frame = {"op": 0, "t": event, "s": len(session.sent) + 1, "d": body}
        session.sent.append(frame)
        if session.socket is not None and not session.socket.closed:
            task = asyncio.get_running_loop().create_task(_send(session.socket, frame))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def serve(self, http: web.Request) -> web.WebSocketResponse:
        """Serve one connection."""
        socket = web.WebSocketResponse()
        await socket.prepare(http)
        self._sockets.add(socket)
        await _send(socket, {"op": 10, "t": None, "s": None, "d": {"heartbeat_interval": HEARTBEAT_MS}})
        try:
            async for frame in socket:
                if frame.type.name in ("TEXT", "BINARY"):
                    await self._hear(socket, json.loads(frame.data))
        finally:
            self._sockets.discard(socket)
        return socket

    async def _hear(self, socket: web.WebSocketResponse, frame: Json) -> None:
        match frame["op"]:
            case 1:
                await _send(socket, {"op": 11, "t": None, "s": None, "d": None})
            case 2:
                await self._identify(socket, frame["d"])
            case 6:
                await self._resume(socket, frame["d"])

    async def _identify(self, socket: web.WebSocketResponse, body: Json) -> None:
        self.identified.append(body)
        shard, shards = body.get("shard", (0, 1))
        if code := self._reason_to_close(body):
            await socket.close(code=code)
            return
        intents = body["intents"]
        session = Session(f"session-{next(self._numbers)}", shard, shards, intents, socket)
        self._sessions = {key: each for key, each in self._sessions.items() if each.shard != shard}
        self._sessions[session.id] = session
        mine = [
            guild
            for guild in self.world.guilds.values()
            if guild.member and (guild.id >> 22) % shards == shard
        ]
        ready = {
            "v": 10, "user": payloads.user(self.world.bot), "private_channels": [], "session_id": session.id,
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in mine],
            "resume_gateway_url": self.address(self.world.base), "shard": [shard, shards],
            "application": {"id": str(self.world.app), "flags": 0},
        }  # fmt: skip
        self._dispatch(session, "READY", ready)
        for guild in mine if intents & INTENTS["GUILD_CREATE"] else ():
            if guild.away:
                continue
            place = self.world.channels[guild.channel]
            self._dispatch(
                session, "GUILD_CREATE", payloads.guild(guild, place, self.world.bot, self.world.people)
            )

    def _reason_to_close(self, body: Json) -> int:
        """Return the code to close the connection with, 0 where all is well."""
        shard, shards = body.get("shard", (0, 1))
        if body["token"].removeprefix("Bot ") != self.token:
            return WRONG_TOKEN
        if not 0 <= shard < shards:
            return INVALID_SHARD
        return DISALLOWED_INTENTS if body["intents"] & PRIVILEGED & ~self.privileged else 0

    async def _resume(self, socket: web.WebSocketResponse, body: Json) -> None:
        session = self._sessions.get(body["session_id"])
        if session is None or body["token"] != self.token or body["seq"] > len(session.sent):
            await _send(socket, {"op": 9, "t": None, "s": None, "d": False})
            return
        self.resumed += 1
        session.socket = socket
        for frame in session.sent[body["seq"] :]:
            await _send(socket, frame)
        self._dispatch(session, "RESUMED", {})

    def last(self, event: str) -> Json:
        """Return what was told last of such an event."""
        told = [frame for session in self._sessions.values() for frame in session.sent if frame["t"] == event]
        body: Json = max(told, key=lambda frame: int(frame["d"]["id"]))["d"]
        return body

    async def lose(self, how: str) -> None:
        """Lose every connection."""
        if how == "invalid":
            self._sessions.clear()
        for socket in list(self._sockets):
            if how == "drop":
                await socket.close(code=WSCloseCode.INTERNAL_ERROR)
            else:
                op = 7 if how == "reconnect" else 9
                await _send(socket, {"op": op, "t": None, "s": None, "d": False})


async def _send(socket: web.WebSocketResponse, frame: Json) -> None:
    try:
        await socket.send_str(json.dumps(frame))
    except (ConnectionResetError, RuntimeError):
        return  # its session is told when it comes back
