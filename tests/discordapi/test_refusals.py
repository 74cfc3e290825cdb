"""What the bot reads, removes, uploads and registers is held to Discord's rules."""

import asyncio
import io
import json
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from tests.discordapi import DiscordServer, Person
from tests.discordapi.model import EPHEMERAL, Interaction, Json
from tests.discordapi.world import LIMITS

OPTION = {"name": "prompt", "type": 3, "description": "What."}
DRAW = {"name": "draw", "description": "Draw."}
THINK = {"type": 5, "data": {"flags": EPHEMERAL}}


@pytest.fixture(scope="module")
def server() -> Iterator[DiscordServer]:
    with DiscordServer() as started:
        started.world.register([DRAW])
        yield started


@pytest.fixture
def ana(server: DiscordServer) -> Person:
    person = server.person("Ana")
    return person.at(server.guild("Friday people", person))


def ask(
    server: DiscordServer, method: str, path: str, body: object = None, file: bytes | None = None
) -> tuple[int, Any]:
    async def run() -> tuple[int, Any]:
        data: Any = json.dumps(body or {})
        headers = {"Authorization": f"Bot {server.token}"}
        if file is not None:
            data = aiohttp.FormData({"payload_json": data})
            data.add_field("files[0]", io.BytesIO(file), filename="one.png")
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.request(method, f"{server.url}/api/v10{path}", data=data) as answer,
        ):
            return answer.status, json.loads(await answer.text() or "{}")

    return asyncio.run(run())


def think(server: DiscordServer, asked: Interaction) -> str:
    """Acknowledge, and return the path of the interaction's messages."""
    assert ask(server, "POST", f"/interactions/{asked.id}/{asked.token}/callback", THINK)[0] == 200
    return f"/webhooks/{server.world.app}/{asked.token}/messages"


def test_what_is_wrong_is_told_in_discords_shape(server: DiscordServer, ana: Person) -> None:
    status, said = ask(server, "POST", f"/channels/{ana.channel}/messages", {"content": "x" * 2001})

    assert (status, said["code"], said["message"]) == (400, 50035, "Invalid Form Body")
    assert said["errors"]["_errors"][0]["message"] == "content is longer than 2000"


def test_what_cannot_be_read_is_refused_and_noted(server: DiscordServer, ana: Person) -> None:
    assert ask(server, "POST", "/users/@me/channels", {})[0] == 400
    assert server.calls("POST /users/@me/channels")[-1].status == 400


@pytest.mark.parametrize(("tier", "status"), [(1, 413), (2, 200)])
def test_a_file_is_measured_by_the_servers_tier(server: DiscordServer, tier: int, status: int) -> None:
    person = server.person("Ana")
    ana = person.at(server.guild("Friday people", person, tier=tier))
    big = bytes(LIMITS[1] + 1)

    said, body = ask(server, "POST", f"/channels/{ana.channel}/messages", {}, big)

    assert said == status
    assert (body.get("code") == 40005) == (status == 413)


def test_a_file_is_measured_where_it_takes_the_place_of_thinking(server: DiscordServer, ana: Person) -> None:
    messages = think(server, ana.slash("draw"))

    assert ask(server, "PATCH", f"{messages}/@original", {}, bytes(LIMITS[0] + 1))[0] == 413
    assert ana.messages()[0].loading


def test_a_request_has_at_most_25_mib(server: DiscordServer) -> None:
    person = server.person("Ana")
    ana = person.at(server.guild("Friday people", person, tier=3))

    said, body = ask(server, "POST", f"/channels/{ana.channel}/messages", {}, bytes((25 << 20) + 1))

    assert (said, body["code"]) == (413, 40005)


def test_an_answer_is_read_changed_and_removed(server: DiscordServer, ana: Person) -> None:
    original = think(server, ana.slash("draw")) + "/@original"

    assert ask(server, "PATCH", original, {"content": "Words."})[0] == 200
    assert ask(server, "GET", original)[1]["content"] == "Words."
    assert ask(server, "GET", original)[1]["flags"] & EPHEMERAL
    assert ask(server, "DELETE", original)[0] == 204
    assert ask(server, "GET", original)[1]["code"] == 10008
    assert ana.messages() == []


def test_a_channel_is_read_without_what_only_one_person_sees(server: DiscordServer, ana: Person) -> None:
    path = f"/channels/{ana.channel}/messages"
    ids = [ask(server, "POST", path, {"content": str(number)})[1]["id"] for number in range(3)]
    think(server, ana.slash("draw"))

    def listed(query: str = "") -> list[str]:
        return [each["content"] for each in ask(server, "GET", path + query)[1]]

    assert listed() == ["2", "1", "0"]
    assert listed("?limit=1") == ["2"]
    assert listed(f"?before={ids[1]}") == ["0"]
    assert listed(f"?after={ids[0]}&limit=1") == ["1"]
    assert ask(server, "GET", f"{path}/{ids[1]}")[1]["content"] == "1"
    assert ask(server, "GET", f"{path}?limit=101")[0] == 400


def test_the_bot_removes_only_what_it_wrote(server: DiscordServer, ana: Person) -> None:
    path = f"/channels/{ana.channel}/messages"
    theirs, own = ana.send("hello").id, ask(server, "POST", path, {"content": "Words."})[1]["id"]

    assert ask(server, "DELETE", f"{path}/{theirs}")[1]["code"] == 50013
    assert ask(server, "DELETE", f"{path}/{own}")[0] == 204
    assert [message.words for message in ana.messages()] == ["hello"]


def test_a_server_that_the_bot_was_taken_out_of_is_closed(server: DiscordServer, ana: Person) -> None:
    server.remove_bot(ana.channel)

    assert ask(server, "POST", f"/channels/{ana.channel}/messages", {"content": "x"})[1]["code"] == 50001
    assert ask(server, "GET", f"/channels/{ana.channel}/messages")[1]["code"] == 50001
    guild = server.world.channels[ana.channel].guild
    assert ask(server, "GET", f"/guilds/{guild}")[1]["code"] == 10004
    assert ask(server, "GET", f"/guilds/{guild}/members/{ana.user.id}")[1]["code"] == 50001


def test_a_channel_that_the_bot_cannot_see_is_not_a_server_that_it_is_out_of(
    server: DiscordServer, ana: Person
) -> None:
    guild = server.world.guild_of(ana.channel)
    assert guild is not None
    guild.permissions = 0

    assert ask(server, "POST", f"/channels/{ana.channel}/messages", {"content": "x"})[1]["code"] == 50001
    assert ask(server, "GET", f"/guilds/{guild.id}")[1]["name"] == guild.name


@pytest.mark.parametrize(
    "commands",
    [
        [{**DRAW, "name": "Draw"}],
        [{**DRAW, "name": "draw it"}],
        [{**DRAW, "name": "x" * 33}],
        [{**DRAW, "description": ""}],
        [{**DRAW, "description": "x" * 101}],
        [DRAW, DRAW],
        [{"name": f"look {number}", "type": 3} for number in range(16)],
        [{**DRAW, "options": [OPTION, OPTION]}],
        [{**DRAW, "options": [{**OPTION, "name": f"o{number}"} for number in range(26)]}],
        [{**DRAW, "options": [OPTION, {**OPTION, "name": "needed", "required": True}]}],
        [{**DRAW, "options": [{**OPTION, "choices": [{"name": "x", "value": "x"}] * 26}]}],
        [{**DRAW, "options": [{**OPTION, "choices": [{"name": "", "value": "x"}]}]}],
    ],
)
def test_commands_that_discord_would_refuse_are_refused(server: DiscordServer, commands: list[Json]) -> None:
    status, said = ask(server, "PUT", f"/applications/{server.world.app}/commands", commands)

    assert (status, said["code"]) == (400, 50035)
    assert [each["name"] for each in server.world.commands] == ["draw"]


def test_commands_are_registered(server: DiscordServer) -> None:
    path = f"/applications/{server.world.app}/commands"
    both = [{**DRAW, "options": [OPTION]}, {"name": "Draw it again", "type": 3}, DRAW | {"name": "zeichne-1"}]

    made = ask(server, "PUT", path, both)[1]

    assert [each["name"] for each in made] == ["draw", "Draw it again", "zeichne-1"]
    assert ask(server, "GET", path)[1] == made
    server.world.register([DRAW])
