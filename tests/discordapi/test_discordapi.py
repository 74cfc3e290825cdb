"""The loopback Discord is as strict as Discord: what it would let pass, our tests would not find."""

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from tests.discordapi import DiscordServer, Person
from tests.discordapi.buckets import Buckets
from tests.discordapi.model import COMPONENTS_V2, EPHEMERAL, Interaction, Json, Refused
from tests.discordapi.strictness import check_modal

THINK = {"type": 5, "data": {"flags": EPHEMERAL}}
WORDS = {"type": 10, "content": "Words."}


@pytest.fixture
def server() -> Iterator[DiscordServer]:
    with DiscordServer() as started:
        started.world.commands = [{"id": "1", "name": "draw", "type": 1, "contexts": [0, 1, 2]}]
        yield started


@pytest.fixture
def ana(server: DiscordServer) -> Person:
    person = server.person("Ana")
    return person.at(server.guild("Friday people", person))


def ask(server: DiscordServer, method: str, path: str, body: Json, token: str = "") -> tuple[int, Any]:
    async def run() -> tuple[int, Any]:
        headers = {"Authorization": f"Bot {token or server.token}", "Content-Type": "application/json"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.request(method, f"{server.url}/api/v10{path}", data=json.dumps(body)) as answer,
        ):
            return answer.status, json.loads(await answer.text() or "{}")

    return asyncio.run(run())


def answer(server: DiscordServer, asked: Interaction, body: Json) -> tuple[int, int]:
    status, said = ask(server, "POST", f"/interactions/{asked.id}/{asked.token}/callback", body)
    return status, said.get("code", 0)


def follow(server: DiscordServer, asked: Interaction, *components: Json, **more: object) -> tuple[int, int]:
    body = {"components": components, "flags": COMPONENTS_V2, **more}
    status, said = ask(server, "POST", f"/webhooks/{server.world.app}/{asked.token}", body)
    return status, said.get("code", 0)


def test_an_answer_after_three_seconds_is_too_late(server: DiscordServer, ana: Person) -> None:
    asked = ana.slash("draw")
    server.pass_time(3.1)

    assert answer(server, asked, THINK) == (404, 10062)


def test_a_second_answer_is_refused(server: DiscordServer, ana: Person) -> None:
    asked = ana.slash("draw")

    assert answer(server, asked, THINK)[0] == 200
    assert answer(server, asked, THINK) == (400, 40060)


def test_nothing_follows_without_an_answer(server: DiscordServer, ana: Person) -> None:
    assert follow(server, ana.slash("draw"), WORDS) == (404, 10015)


def test_after_fifteen_minutes_nothing_follows(server: DiscordServer, ana: Person) -> None:
    asked = ana.slash("draw")
    answer(server, asked, THINK)
    server.pass_time(15 * 60)

    assert follow(server, asked, WORDS) == (401, 50027)


def test_the_first_that_follows_takes_the_place_of_thinking(server: DiscordServer, ana: Person) -> None:
    asked = ana.slash("draw")
    answer(server, asked, THINK)
    assert ana.messages()[0].loading

    follow(server, asked, WORDS)
    follow(server, asked, WORDS)

    assert [message.words for message in ana.from_bot()] == ["Words.", "Words."]
    assert ana.messages()[0].only_for == ana.user.id


def test_guests_follow_five_times(server: DiscordServer) -> None:
    person = server.person("Ana")
    ana = person.at(server.guild("Others", person, bot=False))
    asked = ana.slash("draw")
    answer(server, asked, THINK)

    said = [follow(server, asked, WORDS) for _ in range(7)]

    assert [status for status, _ in said] == [200] * 6 + [400]
    assert said[-1] == (400, 40094)


PICK = {"type": 3, "custom_id": "p", "options": [{"label": "x", "value": "x"}]}
BUTTON = {"type": 2, "style": 2, "label": "x", "custom_id": "x"}


@pytest.mark.parametrize(
    "components",
    [
        [{"type": 10, "content": ""}],
        [{"type": 10, "content": "x" * 4001}],
        [WORDS] * 41,
        [{"type": 1, "components": []}],
        [{"type": 1, "components": [{**BUTTON, "custom_id": str(number)} for number in range(6)]}],
        [{"type": 1, "components": [BUTTON, BUTTON]}],
        [{"type": 1, "components": [{**BUTTON, "label": "x" * 81}]}],
        [{"type": 1, "components": [{**BUTTON, "custom_id": "x" * 101}]}],
        [{"type": 1, "components": [{"type": 3, "custom_id": "x", "options": []}]}],
        [{"type": 12, "items": [{"media": {"url": "attachment://not-there.png"}}]}],
        [{"type": 12, "items": []}],
        [{"type": 12, "items": [{"media": {"url": "attachment://one.png"}}] * 11}],
        [BUTTON],
        [{"type": 9, "components": [WORDS] * 4, "accessory": BUTTON}],
        [{"type": 9, "components": [WORDS]}],
        [{"type": 17, "components": [{"type": 17, "components": [WORDS]}]}],
        [
            {
                "type": 1,
                "components": [{**PICK, "options": [{"label": str(n), "value": str(n)} for n in range(26)]}],
            }
        ],
        [{"type": 1, "components": [{**PICK, "max_values": 2}]}],
        [],
    ],
)
def test_what_discord_would_refuse_is_refused(
    server: DiscordServer, ana: Person, components: list[Json]
) -> None:
    status, said = ask(
        server,
        "POST",
        f"/channels/{ana.channel}/messages",
        {"components": components, "flags": COMPONENTS_V2},
    )

    assert (status, said["code"]) in ((400, 50035), (400, 50006))
    assert ana.messages() == []


def test_components_need_their_flag(server: DiscordServer, ana: Person) -> None:
    assert ask(server, "POST", f"/channels/{ana.channel}/messages", {"components": [WORDS]})[0] == 400


def test_the_same_nonce_is_the_same_message(server: DiscordServer, ana: Person) -> None:
    body = {"content": "hello", "nonce": "7", "enforce_nonce": True}

    first, second = (
        ask(server, "POST", f"/channels/{ana.channel}/messages", body)[1]["id"] for _ in range(2)
    )

    assert first == second
    assert len(ana.from_bot()) == 1


def test_a_wrong_token_is_refused(server: DiscordServer, ana: Person) -> None:
    wrong = ask(server, "POST", f"/channels/{ana.channel}/messages", {"content": "hello"}, token="another")

    assert wrong[0] == 401
    assert ana.messages() == []


def test_buckets_are_told_and_kept() -> None:
    with DiscordServer(enforce_rates=True) as server:
        person = server.person("Ana")
        ana = person.at(server.guild("Friday people", person))
        path = f"/channels/{ana.channel}/messages"

        said = [ask(server, "POST", path, {"content": "hello"}) for _ in range(6)]

        assert [status for status, _ in said] == [200] * 5 + [429]
        time.sleep(said[-1][1]["retry_after"])
        assert ask(server, "POST", path, {"content": "hello"})[0] == 200


def test_all_routes_together_bear_fifty_a_second_without_answers_to_interactions() -> None:
    buckets = Buckets(enforced=True)
    for number in range(50):
        buckets.take("POST /channels/messages", {"channel": str(number)}, 100.0)
        buckets.take("POST /webhooks", {"token": str(number)}, 100.0)
    assert buckets.shares == {"everywhere": 1.0, "POST /channels/messages": 0.2, "POST /webhooks": 0.2}

    with pytest.raises(Refused) as refused:
        buckets.take("GET /users/@me", {}, 100.5)

    assert refused.value.everywhere
    assert buckets.shares["everywhere"] == 51 / 50
    buckets.take("GET /users/@me", {}, 101.0)


@pytest.mark.parametrize("fields", [0, 6])
def test_a_form_has_one_to_five_fields(fields: int) -> None:
    field = {"type": 18, "label": "x", "component": {"type": 4, "custom_id": "x"}}

    with pytest.raises(Refused):
        check_modal({"title": "x", "custom_id": "x", "components": [field] * fields})


def test_a_form_names_each_field_once() -> None:
    field = {"type": 18, "label": "x", "component": {"type": 4, "custom_id": "x"}}

    with pytest.raises(Refused, match="twice"):
        check_modal({"title": "x", "custom_id": "y", "components": [field] * 2})


def test_components_that_discord_takes_are_taken(server: DiscordServer, ana: Person) -> None:
    section = {"type": 9, "components": [WORDS], "accessory": BUTTON}
    inside = {"type": 17, "components": [section, {"type": 14}, {"type": 1, "components": [PICK]}, WORDS]}
    body = {"components": [inside, WORDS], "flags": COMPONENTS_V2}

    assert ask(server, "POST", f"/channels/{ana.channel}/messages", body)[0] == 200
    assert ana.from_bot()[0].buttons == ["x", "x"]
