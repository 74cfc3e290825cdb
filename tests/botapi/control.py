"""The person's side over HTTP: `/ctl/...`, for a server that runs on its own.

Parameters come in the address, as a form or as JSON; files as multipart parts. People and chats are
named by their ids. `GET /ctl` lists everything.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

from aiohttp import web

from tests.botapi.model import Alert, Call, Json, Message
from tests.botapi.person import Person
from tests.botapi.refusals import Refused
from tests.botapi.server import BotApiServer
from tests.botapi.specification import Upload

Handler = Callable[[web.Request], Awaitable[web.Response]]
TRUE = frozenset({"1", "true", "yes"})


@dataclass(frozen=True)
class Wish:
    """One request to the person's side."""

    server: BotApiServer
    values: dict[str, Any]
    files: list[Upload]

    def text(self, name: str, default: str | None = None) -> str:
        """Return a parameter, or say that it lacks."""
        if name not in self.values and default is None:
            raise ValueError(f"{name!r} is missing")
        return str(self.values.get(name, default))

    def number(self, name: str) -> int | None:
        """Return a whole number where one was given."""
        return int(self.values[name]) if name in self.values else None

    def true(self, name: str) -> bool:
        """Tell whether a switch is on."""
        return self.text(name, "").lower() in TRUE

    def person(self) -> Person:
        """Return who acts, looking at the chat that was named (their own, if none)."""
        known, number = self.server.world.people, int(self.text("person"))
        if number not in known:
            raise LookupError(f"no person {number}, there are {sorted(known)}")
        return Person(self.server.world, known[number], self.number("chat") or number)

    def upload(self) -> Upload:
        """Return the file that came along."""
        if len(self.files) != 1:
            raise ValueError(f"one file is needed, {len(self.files)} came")
        return self.files[0]


Action = Callable[[Wish], object]


class ControlledServer(BotApiServer):
    """A Bot API server that also lets people act over HTTP."""

    def add_routes(self, app: web.Application) -> None:
        """Add everything under /ctl."""
        app.router.add_get("/ctl", _list)
        app.router.add_route("*", "/ctl/outage", self._begin_outage)
        for path, act in ACTIONS.items():
            app.router.add_route("*", path, _handler(self, act))

    async def _begin_outage(self, http: web.Request) -> web.StreamResponse:
        try:
            seconds = float((await _wish(self, http)).text("seconds", "5"))
        except ValueError as error:
            return _complaint(error)
        answer = web.Response(text="{}", content_type="application/json")
        # The outage cuts this connection too.
        await answer.prepare(http)
        await answer.write_eof()
        await self.begin_outage(seconds)
        return answer


def _handler(server: BotApiServer, act: Action) -> Handler:
    async def handle(http: web.Request) -> web.Response:
        try:
            wish = await _wish(server, http)
            # A person waits and sleeps; the bot must be served meanwhile.
            result = await asyncio.to_thread(act, wish)
        except (LookupError, ValueError, TypeError, TimeoutError, Refused) as error:
            return _complaint(error)
        if isinstance(result, bytes):
            return web.Response(body=result, content_type="application/octet-stream")
        return web.json_response(result)

    return handle


def _complaint(error: Exception) -> web.Response:
    return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)


async def _wish(server: BotApiServer, http: web.Request) -> Wish:
    values: dict[str, Any] = {**http.query, **http.match_info}
    files: list[Upload] = []
    if http.content_type == "application/json":
        values |= json.loads(await http.text() or "{}")
    else:
        for name, value in (await http.post()).items():
            if isinstance(value, web.FileField):
                files.append(Upload(value.file.read(), value.filename))
                value.file.close()
            else:
                values[name] = value
    return Wish(server, values, files)


async def _list(_: web.Request) -> web.Response:
    listed = {path: (act.__doc__ or "").strip() for path, act in ACTIONS.items()}
    return web.json_response({**listed, "/ctl/outage": "Refuse all connections: seconds? (5)."})


def _new_person(wish: Wish) -> Json:
    """Make a person: name, id?, username?, language?."""
    name, username = wish.text("name"), wish.values.get("username")
    person = wish.server.person(
        name, person_id=wish.number("id"), username=username, language=wish.text("language", "en")
    )
    return {"person": person.id}


def _new_group(wish: Wish) -> Json:
    """Make a group: title, members (ids, commas between), bot_is_admin?."""
    known = wish.server.world.people
    members = [
        Person(wish.server.world, known[int(each)], int(each)) for each in wish.text("members").split(",")
    ]
    return {"chat": wish.server.group(wish.text("title"), *members, bot_is_admin=wish.true("bot_is_admin"))}


def _send(wish: Wish) -> Json:
    """Send a text: person, text, chat?, reply_to?."""
    return shown(wish.person().send(wish.text("text"), reply_to=wish.number("reply_to")))


def _photo(wish: Wish) -> Json:
    """Send a photo: person, one file, caption?, chat?, reply_to?."""
    content, caption = wish.upload().content, wish.text("caption", "")
    return shown(wish.person().send_photo(content, caption=caption, reply_to=wish.number("reply_to")))


def _document(wish: Wish) -> Json:
    """Send a file: person, one file, mime?, caption?, chat?, reply_to?."""
    file, mime, caption = wish.upload(), wish.text("mime", ""), wish.text("caption", "")
    reply = wish.number("reply_to")
    return shown(
        wish.person().send_document(file.content, file.name, mime=mime, caption=caption, reply_to=reply)
    )


def _album(wish: Wish) -> list[Json]:
    """Send an album: person, 2 to 10 files, gap? (seconds), as_documents?, caption?, chat?, reply_to?."""
    parts = wish.person().send_album(
        [file.content for file in wish.files],
        gap=float(wish.text("gap", "0")),
        caption=wish.text("caption", ""),
        as_documents=wish.true("as_documents"),
        names=[file.name for file in wish.files],
        reply_to=wish.number("reply_to"),
    )
    return [shown(part) for part in parts]


def _tap(wish: Wish) -> Json:
    """Tap a button: person, label, message?, chat?."""
    return asdict(wish.person().tap(wish.text("label"), wish.number("message")))


def _block(wish: Wish) -> Json:
    """Block the bot, or unblock it: person, off?."""
    wish.person().block(blocked=not wish.true("off"))
    return {}


def _update(wish: Wish) -> Json:
    """Queue any update: its fields as JSON."""
    return {"update_id": wish.server.update(dict(wish.values))}


def _redeliver(wish: Wish) -> Json:
    """Deliver an update again: update_id? (the last)."""
    return wish.server.redeliver(wish.number("update_id"))


def _fault(wish: Wish) -> Json:
    """Have requests go wrong, as JSON: method, times?, code?, retry_after?, drop?, hang?, after?."""
    details = dict(wish.values)
    wish.server.fault(str(details.pop("method", "*")), **details)
    return {}


def _wait(wish: Wish) -> Json:
    """Wait until the bot has said something: person, text, timeout?, chat?."""
    return shown(wish.person().wait_for_text(wish.text("text"), float(wish.text("timeout", "10"))))


def _chat(wish: Wish) -> list[Json]:
    """Return the messages of a chat as they stand."""
    with wish.server.world.changed:
        messages = wish.server.world.messages.get(int(wish.text("chat")), {})
        return [shown(message) for _, message in sorted(messages.items())]


def _file(wish: Wish) -> bytes:
    """Return the bytes of a file as they were uploaded."""
    file = wish.server.world.files[wish.text("file")]
    return file.original or file.content


def _calls(wish: Wish) -> list[Json]:
    """Return the bot's requests: method?."""
    calls: list[Call] = wish.server.calls(wish.values.get("method"))
    return [asdict(call) for call in calls]


def _alerts(wish: Wish) -> list[Json]:
    """Return what the bot answered to taps."""
    alerts: list[Alert] = wish.server.alerts
    return [asdict(alert) for alert in alerts]


def _rates(wish: Wish) -> Json:
    """Return the busiest second and minute of each chat."""
    return {str(chat): asdict(busiest) for chat, busiest in wish.server.rates().items()}


def _violations(wish: Wish) -> list[str]:
    """Return what the bot sent against the documentation."""
    return wish.server.violations


def shown(message: Message) -> Json:
    """Return a message with its earlier states, without the bytes of its files."""
    file = message.photo[-1] if message.photo else message.document
    return {
        "id": message.id,
        "chat": message.chat_id,
        "from": message.sender.first_name,
        "from_bot": message.from_bot,
        "date": message.date,
        "edited": message.edited,
        "text": message.text,
        "caption": message.caption,
        "entities": list(message.entities),
        "media": message.media,
        "file": file.id if file else None,
        "name": message.document.name if message.document else None,
        "album": message.album,
        "reply_to": message.reply_to,
        "buttons": [[button.label for button in row] for row in message.keyboard],
        "edits": message.edits,
        "history": [shown(earlier) for earlier in message.history],
    }


ACTIONS: dict[str, Action] = {
    "/ctl/person": _new_person,
    "/ctl/group": _new_group,
    "/ctl/send": _send,
    "/ctl/photo": _photo,
    "/ctl/document": _document,
    "/ctl/album": _album,
    "/ctl/tap": _tap,
    "/ctl/block": _block,
    "/ctl/update": _update,
    "/ctl/redeliver": _redeliver,
    "/ctl/fault": _fault,
    "/ctl/wait": _wait,
    "/ctl/chat/{chat}": _chat,
    "/ctl/file/{file}": _file,
    "/ctl/calls": _calls,
    "/ctl/alerts": _alerts,
    "/ctl/rates": _rates,
    "/ctl/violations": _violations,
}
