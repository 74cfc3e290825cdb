"""The far end of the wire: a Bot API server on loopback, in a thread of its own."""

import asyncio
import itertools
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Self

from aiohttp import web

from tests.botapi.asking import METHODS
from tests.botapi.content import Request
from tests.botapi.faults import Fault, Faults
from tests.botapi.model import Alert, Call, Json, User
from tests.botapi.person import Person, create_group
from tests.botapi.polling import Polling
from tests.botapi.rates import Busiest
from tests.botapi.refusals import Refused
from tests.botapi.specification import Reading, Upload, flaws, published, read_parameters
from tests.botapi.wire import go_wrong, read_body, refusal_answer
from tests.botapi.world import CALLBACK_SECONDS, World

TOKEN = "123456789:" + "LoopbackTestsOnlyNotASecretToken123"
BOT = User(int(TOKEN.split(":")[0]), "Likeness", "likeness_test_bot", is_bot=True)
LOOPBACK = "127.0.0.1"
LARGEST_BODY = 256 << 20
# People's ids have long outgrown 32 bits.
FIRST_PERSON = 7_000_000_001


class BotApiServer:
    """A whole small Telegram for one bot: `with BotApiServer() as server: ...server.url...`."""

    def __init__(
        self,
        *,
        port: int = 0,
        token: str = TOKEN,
        enforce_rates: bool = False,
        callback_seconds: float = CALLBACK_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.token = token
        self.world = World(BOT, clock, callback_seconds, enforce_rates)
        self.faults = Faults()
        self._port = port
        self._polling = Polling()
        self._person_ids = itertools.count(FIRST_PERSON)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="botapi", daemon=True)
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self._outage: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        """Start serving."""
        self._thread.start()
        try:
            self._in_thread(self._start()).result()
        except BaseException:
            self._end()
            raise
        self.world.listeners.append(self._stir)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop serving and close every connection."""
        self.world.listeners.clear()
        self._in_thread(self._stop()).result()
        self._end()

    @property
    def url(self) -> str:
        """Return the address: base_url is `f"{url}/bot"`, base_file_url is `f"{url}/file/bot"`."""
        return f"http://{LOOPBACK}:{self._port}"

    @property
    def violations(self) -> list[str]:
        """Return what the bot sent against the documentation though Telegram lets it pass."""
        return list(self.world.violations)

    @property
    def alerts(self) -> list[Alert]:
        """Return what the bot answered to taps."""
        return list(self.world.alerts)

    def person(
        self,
        name: str,
        *,
        person_id: int | None = None,
        username: str | None = None,
        language: str | None = "en",
    ) -> Person:
        """Return a new person, who has not opened a chat with the bot yet."""
        user = User(person_id or next(self._person_ids), name, username, language)
        with self.world.changing():
            self.world.people[user.id] = user
        return Person(self.world, user, user.id)

    def group(self, title: str, *members: Person, bot_is_admin: bool = False) -> int:
        """Return the id of a new group; the first member made it and added the bot."""
        return create_group(self.world, title, [each.user for each in members], bot_is_admin=bot_is_admin)

    def update(self, body: Json) -> int:
        """Queue any update as it is and return its id."""
        with self.world.changing():
            return self.world.queue(body)

    def redeliver(self, update_id: int | None = None) -> Json:
        """Deliver the last or any update once more with its old id."""
        with self.world.changing():
            return self.world.redeliver(update_id)

    def calls(self, method: str | None = None) -> list[Call]:
        """Return the bot's requests in order, of one method or of all."""
        with self.world.changed:
            return [call for call in self.world.calls if method in {None, call.method}]

    def rates(self) -> dict[int, Busiest]:
        """Return each chat's busiest second and minute of messages and edits."""
        with self.world.changed:
            return self.world.traffic.busiest()

    def shares(self) -> dict[str, float]:
        """Return the most of each allowance that was ever asked for; above 1 was too fast."""
        with self.world.changed:
            return dict(self.world.traffic.shares)

    def fault(self, method: str, **details: Any) -> None:
        """Have the next requests of a method (`*`: any) go wrong; the details are those of `Fault`."""
        with self.world.changing():
            self.faults.add(Fault(method, **details))

    def outage(self, seconds: float) -> None:
        """Cut every connection and refuse new ones for a while; returns once the outage has begun."""
        self._in_thread(self.begin_outage(seconds)).result()

    async def begin_outage(self, seconds: float) -> None:
        """Begin an outage from within the server's own event loop."""
        if self._outage and not self._outage.done():
            raise RuntimeError("an outage is going on already")
        assert self._site is not None
        assert self._runner is not None
        await self._site.stop()
        for connection in self._runner.server.connections if self._runner.server else ():
            if connection.transport:
                connection.transport.abort()
        self._outage = asyncio.create_task(self._come_back(seconds))

    async def _come_back(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._listen()

    def _in_thread(self, work: Coroutine[Any, Any, None]) -> Future[None]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _stir(self) -> None:
        self._loop.call_soon_threadsafe(self._polling.stir)

    async def _start(self) -> None:
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self.add_routes(app)
        # A bot that is killed while it polls must not be told later that it was ousted.
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await self._listen()

    def add_routes(self, app: web.Application) -> None:
        """Add more addresses; the standalone server adds its controls."""

    async def _listen(self) -> None:
        assert self._runner is not None
        self._site = web.TCPSite(self._runner, LOOPBACK, self._port, reuse_address=True)
        await self._site.start()
        self._port = self._runner.addresses[0][1]

    async def _stop(self) -> None:
        if self._outage:
            self._outage.cancel()
            await asyncio.gather(self._outage, return_exceptions=True)
        if self._polling.current:
            self._polling.current.ousted = True
            self._polling.stir()
        if self._runner:
            await self._runner.cleanup()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _download(self, http: web.Request) -> web.Response:
        file = self.world.paths.get(http.match_info["path"])
        if http.match_info["token"] != self.token:
            return refusal_answer(Refused(401, "Unauthorized"))
        if file is None:
            return refusal_answer(Refused(404, "Not Found"))
        try:
            await go_wrong(http, self.faults.take("download"), after=False)
        except Refused as refused:
            return refusal_answer(refused)
        return web.Response(body=file.content, content_type="application/octet-stream")

    async def _answer(self, http: web.Request) -> web.Response:
        if http.match_info["token"] != self.token:
            return refusal_answer(Refused(401, "Unauthorized"))
        method = _methods().get(http.match_info["method"].lower())
        if method is None:
            self.world.violations.append(f"{http.match_info['method']}: no method of this server")
            return refusal_answer(Refused(404, "Not Found"))
        try:
            sent, uploads = await read_body(http)
        except Refused as refused:
            return refusal_answer(refused)
        began = self.world.clock()
        with self.world.changed:
            fault = self.faults.take(method)
        refusal = None
        try:
            await go_wrong(http, fault, after=False)
            result = await self._carry_out(method, sent, uploads)
            await go_wrong(http, fault, after=True)
            return web.json_response({"ok": True, "result": result})
        except Refused as refused:
            refusal = refused
            return refusal_answer(refused)
        finally:
            # Also when the bot hangs up while it waits, which cancels this.
            lost = http.transport is None or http.transport.is_closing()
            status = 0 if lost else refusal.code if refusal else 200
            sizes = {name: len(upload.content) for name, upload in uploads.items()}
            why = refusal.description if refusal else ""
            with self.world.changing():
                self.world.calls.append(Call(method, sent, sizes, began, status, why))

    async def _carry_out(self, method: str, sent: dict[str, object], uploads: dict[str, Upload]) -> object:
        reading = Reading(method, uploads)
        try:
            request = Request(self.world, method, read_parameters(reading, sent), uploads)
        finally:
            self.world.violations += reading.violations
        if method == "getUpdates":
            result: object = await self._polling.get_updates(request)
        else:
            with self.world.changing():
                result = METHODS[method](request)
        self.world.violations += [
            f"{method} answered wrongly: {flaw}"
            for flaw in flaws(result, published()["methods"][method]["returns"])
        ]
        return result


def _methods() -> dict[str, str]:
    return {name.lower(): name for name in published()["methods"]}
