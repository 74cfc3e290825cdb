"""The far end of the wire: REST, gateway and CDN on loopback, in a thread of its own."""

import asyncio
import itertools
import json
import mimetypes
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Self

from aiohttp import web

from tests.botapi.faults import Fault, Faults
from tests.discordapi import payloads
from tests.discordapi.buckets import Buckets
from tests.discordapi.gateway import Gateway
from tests.discordapi.model import Call, Channel, File, Guild, Json, Refused, User
from tests.discordapi.person import Person
from tests.discordapi.rates import Busiest, counts, edits
from tests.discordapi.routes import API, ROUTES, Asked
from tests.discordapi.world import World

TOKEN = "MTA5OTk5OTk5OTk5OTk5OTk5.LoopbackTestsOnly.NotASecretTokenAtAll"
APP = 1_099_999_999_999_999_999
BOT = User(APP, "Likeness", bot=True)
FIRST_PERSON = 1_200_000_000_000_000_001
LOOPBACK = "127.0.0.1"
LARGEST_BODY = 25 << 20  # bytes of one message with its files
INVALID_FORM = 50035
ALL = payloads.EVERYBODY


class DiscordServer:
    """A whole small Discord for one bot: `with DiscordServer() as server: ...server.url...`."""

    def __init__(
        self,
        *,
        port: int = 0,
        shards: int = 1,
        enforce_rates: bool = False,
        privileged: int = 0,
        token: str = TOKEN,
    ) -> None:
        self.token = token
        self.world = World(BOT, APP)
        self.gateway = Gateway(self.world, shards, token, privileged)
        self.faults = Faults()
        self.buckets = Buckets(enforce_rates)
        self.downloads: list[int] = []
        self._port = port
        self._person_ids = itertools.count(FIRST_PERSON)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="discordapi", daemon=True)
        self._runner: web.AppRunner | None = None

    def __enter__(self) -> Self:
        """Start serving."""
        self._thread.start()
        self._in_thread(self._start()).result()
        self.world.base = self.url
        self.world.events.append(self._tell)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop serving and close every connection."""
        self.world.events.clear()
        self._in_thread(self._stop()).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        """Return the address that stands for https://discord.com."""
        return f"http://{LOOPBACK}:{self._port}"

    def person(self, name: str, locale: str = "en-US") -> Person:
        """Return a new person, looking at their direct messages with the bot."""
        user = User(next(self._person_ids), name, locale=locale)
        with self.world.changing():
            self.world.people[user.id] = user
            return Person(self.world, user, self.world.direct(user.id).id)

    def guild(
        self, name: str, *members: Person, bot: bool = True, tier: int = 0, permissions: int = ALL
    ) -> int:
        """Return the channel of a new server; without `bot` its people only bring the bot along."""
        with self.world.changing():
            number, place = self.world.new_id(), self.world.new_id()
            made = Guild(number, name, place, tuple(each.user.id for each in members), bot, tier, permissions)
            self.world.guilds[number] = made
            self.world.channels[place] = Channel(place, guild=number)
            if bot:
                body = payloads.guild(made, self.world.channels[place], BOT, self.world.people)
                self.world.announce("GUILD_CREATE", body, number)
        return place

    def group_chat(self, *members: Person) -> int:
        """Return the channel of a group of people without a server."""
        with self.world.changing():
            made = Channel(self.world.new_id())
            self.world.channels[made.id] = made
        return made.id

    def leave(self, person: Person, channel: int) -> None:
        """Let somebody leave a server; the bot hears of it only with the intent."""
        with self.world.changing():
            guild = self._guild(channel)
            guild.people = tuple(each for each in guild.people if each != person.user.id)
            body = {"guild_id": str(guild.id), "user": payloads.user(person.user)}
            self.world.announce("GUILD_MEMBER_REMOVE", body, guild.id)

    def remove_bot(self, channel: int, *, told: bool = True) -> None:
        """Take the bot out of a server; without `told` the event is lost."""
        with self.world.changing():
            guild = self._guild(channel)
            guild.member = False
            if told:
                self.world.announce("GUILD_DELETE", {"id": str(guild.id)}, guild.id)

    def _guild(self, channel: int) -> Guild:
        if guild := self.world.guild_of(channel):
            return guild
        raise LookupError(f"channel {channel} is in no server")

    def pass_time(self, seconds: float) -> None:
        """Let time pass that nobody waits for."""
        with self.world.changing():
            self.world.ahead += seconds

    def calls(self, route: str = "") -> list[Call]:
        """Return the bot's requests in order, of one route (`POST /channels/messages`) or of all."""
        with self.world.changed:
            return [call for call in self.world.calls if route in ("", call.route)]

    def counts(self) -> dict[str, int]:
        """Return how often the bot asked for each route."""
        return counts(self.calls())

    def edits(self) -> dict[int, Busiest]:
        """Return each channel's busiest second and minute of edits."""
        with self.world.changed:
            return edits(self.world.calls, self.world.interactions)

    def shares(self) -> dict[str, float]:
        """Return the most of each allowance that was ever asked for; above 1 was too fast."""
        with self.world.changed:
            return dict(self.buckets.shares)

    def fault(self, route: str, **details: Any) -> None:
        """Have the next requests of a route (`*`: any) go wrong; the details are those of `Fault`."""
        with self.world.changing():
            self.faults.add(Fault(route, **details))

    def drop_gateway(self, how: str = "drop") -> None:
        """Lose the gateway's connections: `drop`, `reconnect` (resumable) or `invalid` (not resumable)."""
        self._in_thread(self.gateway.lose(how)).result()

    def _tell(self, event: str, body: Json, guild: int | None) -> None:
        self._loop.call_soon_threadsafe(self.gateway.send, event, body, guild)

    def _in_thread(self, work: Coroutine[Any, Any, None]) -> Future[None]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _start(self) -> None:
        app = web.Application(client_max_size=LARGEST_BODY)
        for method, name, path, act in ROUTES:
            app.router.add_route(method, API + path, self._handler(f"{method} {name}", act))
        app.router.add_get("/cdn/{id}/{name}", self._download)
        app.router.add_get("/gw/", self.gateway.serve)
        self.add_routes(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, LOOPBACK, self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    def add_routes(self, app: web.Application) -> None:
        """Add what is not Discord's own."""

    async def _stop(self) -> None:
        await self.gateway.lose("drop")
        if self._runner:
            await self._runner.cleanup()

    def _handler(
        self, route: str, act: Callable[[Asked], Any]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(http: web.Request) -> web.StreamResponse:
            at, status, why = self.world.now(), 200, ""
            body: Json = {}
            place = http.match_info.get("channel") or http.match_info.get("token", "")
            headers: dict[str, str] = {}
            try:
                body, files = await self._read(http)
                headers = self.buckets.take(route, http.match_info, time.monotonic())
                fault = self.faults.take(route)
                if fault and not fault.after:
                    await _go_wrong(http, fault)
                with self.world.changing():
                    asked = Asked(self.world, self.gateway, http.match_info, http.query, body, files)
                    result = act(asked)
                if fault and fault.after:
                    await _go_wrong(http, fault)
                return _json(result, headers=headers)
            except (Refused, KeyError, TypeError, ValueError, web.HTTPRequestEntityTooLarge) as error:
                refused = _refused(error)
                status, why = refused.status, refused.message
                return _refusal(refused)
            finally:
                with self.world.changing():
                    self.world.calls.append(Call(route, at, status, body, why, place))

        return handle

    async def _read(self, http: web.Request) -> tuple[Json, tuple[File, ...]]:
        """Return what was sent and the files that came along."""
        secret = http.headers.get("Authorization", "")
        if "token" not in http.match_info and secret != f"Bot {self.token}":
            raise Refused(401, 0, "401: Unauthorized")
        if not http.content_type.startswith("multipart"):
            return (json.loads(await http.text() or "{}"), ())
        form = await http.post()
        body = json.loads(str(form["payload_json"]))
        described = {str(each.get("id")): each for each in (body.get("data") or body).get("attachments", [])}
        files = []
        for name, part in form.items():
            if isinstance(part, web.FileField):
                told = described.get(name[len("files[") : -1], {})
                mime = mimetypes.guess_type(part.filename)[0] or "application/octet-stream"
                file = File(
                    self.world.new_id(), part.filename, part.file.read(), mime, told.get("description") or ""
                )
                self.world.files[file.id] = file
                files.append(file)
        return body, tuple(files)

    async def _download(self, http: web.Request) -> web.Response:
        if fault := self.faults.take("GET /cdn"):
            try:
                await _go_wrong(http, fault)
            except Refused as refused:
                return _refusal(refused)
        file = self.world.files.get(int(http.match_info["id"]))
        if file is None:
            return web.Response(status=404)
        self.downloads.append(file.id)
        return web.Response(body=file.content, content_type=file.mime)


def _refused(error: Exception) -> Refused:
    """Return what Discord says of a request that it cannot read or take."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return Refused(413, 40005, "Request entity too large")
    return Refused(400, 50035, f"Invalid Form Body: {type(error).__name__}: {error}")


async def _go_wrong(http: web.Request, fault: Fault) -> None:
    await asyncio.sleep(fault.hang)
    if fault.loses_answer:
        if http.transport:
            http.transport.abort()
        raise Refused(500, 0, "the connection was dropped on purpose")
    if fault.retry_after is not None:
        raise Refused(429, 0, "You are being rate limited.", fault.retry_after)
    if fault.code:
        raise Refused(fault.code, 0, fault.description or "refused on purpose")


def _json(result: object, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    if result is None:
        return web.Response(status=204, headers=headers)
    # The library reads JSON only where the type says exactly this, without a charset.
    return web.Response(
        body=json.dumps(result).encode(),
        status=status,
        headers={**(headers or {}), "Content-Type": "application/json"},
    )


def _refusal(refused: Refused) -> web.Response:
    body: Json = {"message": refused.message, "code": refused.code}
    if refused.code == INVALID_FORM:
        what = [{"code": "BASE_TYPE_BAD", "message": refused.message.removeprefix("Invalid Form Body: ")}]
        body = {"message": "Invalid Form Body", "code": refused.code, "errors": {"_errors": what}}
    if refused.retry_after is None:
        return _json(body, status=refused.status)
    headers = {"Via": "1.1 google", "Retry-After": str(refused.retry_after)}
    return _json(
        {"message": refused.message, "retry_after": refused.retry_after, "global": refused.everywhere},
        status=429,
        headers=headers,
    )
