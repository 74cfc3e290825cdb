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
from tests.discordapi.world import World

TOKEN = "MTA5OTk5OTk5OTk5OTk5OTk5.LoopbackTestsOnly.NotASecretTokenAtAll"
APP = 1_099_999_999_999_999_999
BOT = User(APP, "Likeness", bot=True)
FIRST_PERSON = 1_200_000_000_000_000_001
LOOPBACK = "127.0.0.1"
LARGEST_BODY = 25 << 20  # bytes of one message with its files
ALL = payloads.EVERYBODY


class DiscordServer:
    """A whole small Discord for one bot: `with DiscordServer() as server: ...server.url...`."""

    def __init__(self, *, port: int = 0, shards: int = 1, enforce_rates: bool = False) -> None:
        self.token = TOKEN
        self.world = World(BOT, APP)
        self.gateway = Gateway(self.world, shards)
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

    def person(self, name: str) -> Person:
        """Return a new person, looking at their direct messages with the bot."""
        user = User(next(self._person_ids), name)
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

    def pass_time(self, seconds: float) -> None:
        """Let time pass that nobody waits for."""
        with self.world.changing():
            self.world.ahead += seconds

    def calls(self, route: str = "") -> list[Call]:
        """Return the bot's requests in order, of one route (`POST /channels/messages`) or of all."""
        with self.world.changed:
            return [call for call in self.world.calls if route in ("", call.route)]

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
        api = "/api/v10"
        webhook = api + "/webhooks/{app}/{token}"
        routes: list[tuple[str, str, str, Callable[[web.Request, Json, tuple[File, ...]], Any]]] = [
            ("GET", "/users/@me", api + "/users/@me", self._me),
            ("GET", "/oauth2/applications/@me", api + "/oauth2/applications/@me", self._application),
            ("GET", "/gateway/bot", api + "/gateway/bot", self._gateway),
            ("PUT", "/commands", api + "/applications/{app}/commands", self._commands),
            ("POST", "/callback", api + "/interactions/{id}/{token}/callback", self._callback),
            ("POST", "/webhooks", webhook, self._follow_up),
            ("PATCH", "/webhooks/messages", webhook + "/messages/{number}", self._edit_answer),
            ("DELETE", "/webhooks/messages", webhook + "/messages/{number}", self._delete_answer),
            ("POST", "/channels/messages", api + "/channels/{channel}/messages", self._post),
            ("PATCH", "/channels/messages", api + "/channels/{channel}/messages/{number}", self._edit),
            ("POST", "/users/@me/channels", api + "/users/@me/channels", self._open_direct),
        ]
        for method, name, path, act in routes:
            app.router.add_route(method, path, self._handler(f"{method} {name}", act))
        app.router.add_get("/cdn/{id}/{name}", self._download)
        app.router.add_get("/gw/", self.gateway.serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, LOOPBACK, self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def _stop(self) -> None:
        await self.gateway.lose("drop")
        if self._runner:
            await self._runner.cleanup()

    def _handler(
        self, route: str, act: Callable[[web.Request, Json, tuple[File, ...]], Any]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(http: web.Request) -> web.StreamResponse:
            at, status, why = self.world.now(), 200, ""
            body: Json = {}
            headers: dict[str, str] = {}
            try:
                body, files = await self._read(http)
                headers = self.buckets.take(route, http.match_info, time.monotonic())
                fault = self.faults.take(route)
                if fault and not fault.after:
                    await _go_wrong(http, fault)
                with self.world.changing():
                    result = act(http, body, files)
                if fault and fault.after:
                    await _go_wrong(http, fault)
                return _json(result, headers=headers)
            except Refused as refused:
                status, why = refused.status, refused.message
                return _refusal(refused)
            finally:
                with self.world.changing():
                    self.world.calls.append(Call(route, at, status, body, why))

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

    # ── routes

    def _me(self, http: web.Request, body: Json, files: tuple[File, ...]) -> Json:
        return {**payloads.user(BOT), "mfa_enabled": False, "locale": "en-US", "verified": True}

    def _application(self, http: web.Request, body: Json, files: tuple[File, ...]) -> Json:
        return {
            "id": str(APP), "name": "Likeness", "icon": None, "description": "", "bot_public": True,
            "bot_require_code_grant": False, "verify_key": "", "flags": 0, "owner": payloads.user(BOT), "team": None,
        }  # fmt: skip

    def _gateway(self, http: web.Request, body: Json, files: tuple[File, ...]) -> Json:
        limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        return {
            "url": self.gateway.address(self.url),
            "shards": self.gateway.shards,
            "session_start_limit": limit,
        }

    def _commands(self, http: web.Request, body: Any, files: tuple[File, ...]) -> list[Json]:
        self.world.commands = [
            {**each, "id": str(self.world.new_id()), "application_id": str(APP), "version": "1"}
            for each in body
        ]
        for each in self.world.commands:
            each.setdefault("type", 1)
            each.setdefault("description", "")
        return self.world.commands

    def _callback(self, http: web.Request, body: Json, files: tuple[File, ...]) -> Json:
        one = self.world.answer(int(http.match_info["id"]), http.match_info["token"], body, files)
        answer: Json = {"interaction": {"id": str(one.id), "type": one.type}}
        message = self.world.messages[one.channel].get(one.original or 0)
        if message and body["type"] in (4, 5):
            answer["interaction"]["response_message_id"] = str(message.id)
            answer["interaction"]["response_message_loading"] = message.loading
            answer["resource"] = {"type": body["type"], "message": payloads.message(message, self.url)}
        return answer

    def _follow_up(self, http: web.Request, body: Json, files: tuple[File, ...]) -> Json:
        return payloads.message(self.world.follow_up(http.match_info["token"], body, files), self.url)

    def _edit_answer(self, http: web.Request, body: Json, files: tuple[File, ...]) -> Json:
        found = self.world.of_interaction(http.match_info["token"], http.match_info["number"])
        return payloads.message(self.world.edit(found, body, files), self.url)

    def _delete_answer(self, http: web.Request, body: Json, files: tuple[File, ...]) -> None:
        found = self.world.of_interaction(http.match_info["token"], http.match_info["number"])
        del self.world.messages[found.channel][found.id]

    def _post(self, http: web.Request, body: Json, files: tuple[File, ...]) -> Json:
        return payloads.message(self.world.post(int(http.match_info["channel"]), body, files), self.url)

    def _edit(self, http: web.Request, body: Json, files: tuple[File, ...]) -> Json:
        found = self.world.of_bot(int(http.match_info["channel"]), int(http.match_info["number"]))
        return payloads.message(self.world.edit(found, body, files), self.url)

    def _open_direct(self, http: web.Request, body: Json, files: tuple[File, ...]) -> Json:
        return payloads.channel(self.world.direct(int(body["recipient_id"])), self.world.people)

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
    if refused.retry_after is None:
        return _json(body, status=refused.status)
    headers = {"Via": "1.1 google", "Retry-After": str(refused.retry_after)}
    return _json(
        {"message": refused.message, "retry_after": refused.retry_after, "global": False},
        status=429,
        headers=headers,
    )
