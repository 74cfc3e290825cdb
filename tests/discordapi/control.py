"""The person's side over HTTP: `/ctl/...`, for a server that runs on its own.

Parameters come in the address, as a form or as JSON; files as multipart parts. People, channels and
messages are named by their ids, interactions by their tokens. `GET /ctl` lists everything.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

from aiohttp import web

from tests.discordapi.model import Interaction, Json, Message, Refused
from tests.discordapi.person import Person
from tests.discordapi.server import DiscordServer
from tests.discordapi.shown import acted, shown

Handler = Callable[[web.Request], Awaitable[web.Response]]
TRUE = frozenset({"1", "true", "yes"})


@dataclass(frozen=True)
class Wish:
    """One request to the person's side."""

    server: DiscordServer
    values: dict[str, Any]
    files: list[tuple[str, bytes]]

    def text(self, name: str, default: str | None = None) -> str:
        """Return a parameter, or say that it lacks."""
        if name not in self.values and default is None:
            raise ValueError(f"{name!r} is missing")
        return str(self.values.get(name, default))

    def number(self, name: str, default: int | None = None) -> int:
        """Return a whole number."""
        return int(self.text(name, None if default is None else str(default)))

    def true(self, name: str, default: str = "") -> bool:
        """Tell whether a switch is on."""
        return self.text(name, default).lower() in TRUE

    def table(self, name: str) -> dict[str, Any]:
        """Return a JSON object, empty where none was given."""
        given = self.values.get(name, {})
        found = json.loads(given) if isinstance(given, str) else given
        if not isinstance(found, dict):
            raise TypeError(f"{name!r} is a JSON object, not {given!r}")
        return found

    def people(self, name: str) -> list[Person]:
        """Return people whose ids stand there with commas between."""
        return [self.known(int(each)) for each in self.text(name).split(",")]

    def known(self, number: int) -> Person:
        """Return somebody, looking at their direct messages."""
        world = self.server.world
        if number not in world.people:
            raise LookupError(f"no person {number}, there are {sorted(world.people)}")
        with world.changing():
            return Person(world, world.people[number], world.direct(number).id)

    def person(self) -> Person:
        """Return who acts, looking at the channel that was named (their direct messages, if none)."""
        person = self.known(self.number("person"))
        return person.at(self.number("channel", person.channel))

    def message(self) -> Message | None:
        """Return the message that was named, None where none was."""
        if "message" not in self.values:
            return None
        wanted = self.number("message")
        for each in self.person().messages():
            if each.id == wanted:
                return each
        raise LookupError(f"this person sees no message {wanted}")

    def interaction(self) -> Interaction:
        """Return the interaction that was named."""
        return self.server.world.interactions[self.text("interaction")]


Action = Callable[[Wish], object]


class ControlledServer(DiscordServer):
    """A loopback Discord that also lets people act over HTTP."""

    def add_routes(self, app: web.Application) -> None:
        """Add everything under /ctl."""
        app.router.add_get("/ctl", _list)
        for path, act in ACTIONS.items():
            app.router.add_route("*", path, _handler(self, act))


def _handler(server: DiscordServer, act: Action) -> Handler:
    async def handle(http: web.Request) -> web.Response:
        try:
            wish = await _wish(server, http)
            # A person waits; the bot must be served meanwhile.
            result = await asyncio.to_thread(act, wish)
        except (LookupError, ValueError, TypeError, TimeoutError, Refused) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)
        if isinstance(result, bytes):
            return web.Response(body=result, content_type="application/octet-stream")
        return web.json_response(result)

    return handle


async def _wish(server: DiscordServer, http: web.Request) -> Wish:
    values: dict[str, Any] = {**http.query, **http.match_info}
    files: list[tuple[str, bytes]] = []
    if http.content_type == "application/json":
        values |= json.loads(await http.text() or "{}")
    else:
        for name, value in (await http.post()).items():
            if isinstance(value, web.FileField):
                files.append((value.filename, value.file.read()))
                value.file.close()
            else:
                values[name] = value
    return Wish(server, values, files)


async def _list(_: web.Request) -> web.Response:
    return web.json_response({path: (act.__doc__ or "").strip() for path, act in ACTIONS.items()})


def _new_person(wish: Wish) -> Json:
    """Make a person: name, locale?."""
    person = wish.server.person(wish.text("name"), wish.text("locale", "en-US"))
    return {"person": person.user.id, "channel": person.channel}


def _new_guild(wish: Wish) -> Json:
    """Make a server: name, members (ids, commas between), bot? (yes), tier? (0 to 3)."""
    members = wish.people("members")
    tier = wish.number("tier", 0)
    return {"channel": wish.server.guild(wish.text("name"), *members, bot=wish.true("bot", "yes"), tier=tier)}


def _new_group(wish: Wish) -> Json:
    """Make a group of people without a server: members."""
    return {"channel": wish.server.group_chat(*wish.people("members"))}


def _leave(wish: Wish) -> Json:
    """Leave a server: person, channel."""
    wish.server.leave(wish.person(), wish.number("channel"))
    return {}


def _remove(wish: Wish) -> Json:
    """Take the bot out of a server: channel."""
    wish.server.remove_bot(wish.number("channel"))
    return {}


def _slash(wish: Wish) -> Json:
    """Use a command: person, path, options? (a JSON object), channel?."""
    return acted(wish.person().slash(wish.text("path"), **wish.table("options")))


def _autocomplete(wish: Wish) -> list[str]:
    """Type into an option, and return what is offered: person, path, option, typed?, channel?."""
    return wish.person().autocomplete(wish.text("path"), wish.text("option"), wish.text("typed", ""))


def _choose(wish: Wish) -> Json:
    """Type into an option, and return the first offer's value: person, path, option, typed?, channel?."""
    found = wish.person().choose(wish.text("path"), wish.text("option"), wish.text("typed", ""))
    return {"value": found}


def _menu(wish: Wish) -> Json:
    """Use a command of a message's menu: person, name, message, channel?."""
    message = wish.message()
    if message is None:
        raise ValueError("'message' is missing")
    return acted(wish.person().menu(wish.text("name"), message))


def _menu_of(wish: Wish) -> Json:
    """Use a command of somebody's menu: person, name, of (their id), channel?."""
    return acted(wish.person().menu_of(wish.text("name"), wish.known(wish.number("of"))))


def _tap(wish: Wish) -> Json:
    """Tap a button or pick from a list: person, label, message?, channel?."""
    return acted(wish.person().tap(wish.text("label"), wish.message()))


def _form(wish: Wish) -> Json:
    """Wait for the form that opens in answer: person, interaction."""
    return wish.person().form(wish.interaction())


def _submit(wish: Wish) -> Json:
    """Send the form that opened in answer: person, interaction, fields? (a JSON object), files, channel?."""
    return acted(wish.person().submit(wish.interaction(), wish.files, **wish.table("fields")))


def _send(wish: Wish) -> Json:
    """Write a message: person, text?, files, channel?."""
    return shown(wish.person().send(wish.text("text", ""), wish.files))


def _answered(wish: Wish) -> Json:
    """Wait until the bot has answered: person, interaction, timeout?, channel?."""
    one = wish.interaction()
    wish.person().wait_for(lambda _: one.answered, float(wish.text("timeout", "10")))
    return acted(one)


def _wait(wish: Wish) -> Json:
    """Wait until the bot has said something: person, text, timeout?, channel?."""
    return shown(wish.person().wait_for_text(wish.text("text"), float(wish.text("timeout", "10"))))


def _sees(wish: Wish) -> list[Json]:
    """Return what a person sees: person, channel?."""
    return [shown(each) for each in wish.person().messages()]


def _file(wish: Wish) -> bytes:
    """Return the bytes of a file."""
    return wish.server.world.files[wish.number("file")].content


def _calls(wish: Wish) -> list[Json]:
    """Return the bot's requests: route?."""
    return [asdict(call) for call in wish.server.calls(wish.text("route", ""))]


def _counts(wish: Wish) -> dict[str, int]:
    """Return how often the bot asked for each route."""
    return wish.server.counts()


def _edits(wish: Wish) -> Json:
    """Return the busiest second and minute of edits of each channel."""
    return {str(channel): asdict(busiest) for channel, busiest in wish.server.edits().items()}


def _fault(wish: Wish) -> Json:
    """Have requests go wrong, as JSON: route? (any), times?, code?, retry_after?, drop?, hang?, after?."""
    details = dict(wish.values)
    wish.server.fault(str(details.pop("route", "*")), **details)
    return {}


def _gateway(wish: Wish) -> Json:
    """Lose the gateway's connections: how? (drop, reconnect or invalid)."""
    wish.server.drop_gateway(wish.text("how", "drop"))
    return {}


def _time(wish: Wish) -> Json:
    """Let time pass that nobody waits for: seconds."""
    wish.server.pass_time(float(wish.text("seconds")))
    return {}


ACTIONS: dict[str, Action] = {
    "/ctl/person": _new_person,
    "/ctl/guild": _new_guild,
    "/ctl/group": _new_group,
    "/ctl/leave": _leave,
    "/ctl/remove": _remove,
    "/ctl/slash": _slash,
    "/ctl/autocomplete": _autocomplete,
    "/ctl/choose": _choose,
    "/ctl/menu": _menu,
    "/ctl/menu_of": _menu_of,
    "/ctl/tap": _tap,
    "/ctl/form": _form,
    "/ctl/submit": _submit,
    "/ctl/send": _send,
    "/ctl/answered": _answered,
    "/ctl/wait": _wait,
    "/ctl/sees": _sees,
    "/ctl/file/{file}": _file,
    "/ctl/calls": _calls,
    "/ctl/counts": _counts,
    "/ctl/edits": _edits,
    "/ctl/fault": _fault,
    "/ctl/gateway": _gateway,
    "/ctl/time": _time,
}
