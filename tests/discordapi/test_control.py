"""The loopback Discord as a process of its own, with people who act over HTTP."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.discordapi.model import COMPONENTS_V2, EPHEMERAL

COMMAND = {
    "name": "draw",
    "description": "Draw something.",
    "options": [{"name": "prompt", "type": 3, "description": "What.", "required": True}],
}


@dataclass
class Apart:
    """What another process may ask it."""

    url: str
    token: str

    def ask(self, method: str, path: str, body: object) -> tuple[int, Any]:
        """Return the status and the JSON of one request."""
        headers = {"Authorization": f"Bot {self.token}"}
        answer = httpx.request(method, self.url + path, json=body, headers=headers, timeout=10)
        return answer.status_code, answer.json() if answer.content else None

    def bot(self, method: str, path: str, body: object) -> Any:
        """Ask as the bot does."""
        return self.ask(method, f"/api/v10{path}", body)[1]

    def ctl(self, path: str, /, **values: object) -> Any:
        """Act as people do."""
        return self.ask("POST", f"/ctl/{path}", values)[1]


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    command = [sys.executable, "-m", "tests.discordapi", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url, token = (process.stdout.readline().strip().partition("=")[2] for _ in range(2))
            apart = Apart(url, token)
            apart.bot("PUT", "/applications/1/commands", [COMMAND])
            yield apart
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
        finally:
            process.kill()


def test_a_person_acts_from_another_process(apart: Apart) -> None:
    ana, ben = (apart.ctl("person", name=name)["person"] for name in ("Ana", "Ben"))
    channel = apart.ctl("guild", name="Friday people", members=f"{ana},{ben}")["channel"]
    asked = apart.ctl("slash", person=ana, channel=channel, path="draw", options={"prompt": "a house"})
    token = asked["interaction"]
    answer = {"type": 5, "data": {"flags": EPHEMERAL}}
    apart.bot("POST", f"/interactions/{asked['id']}/{token}/callback", answer)
    words = {"components": [{"type": 10, "content": "Here it is."}], "flags": COMPONENTS_V2}
    for _ in range(3):
        apart.bot("PATCH", f"/webhooks/1/{token}/messages/@original", words)

    assert apart.ctl("answered", person=ana, channel=channel, interaction=token)["answered"] == 5
    assert apart.ctl("wait", person=ana, channel=channel, text="Here it is")["only_for"] == str(ana)
    assert len(apart.ctl("sees", person=ana, channel=channel)) == 1
    assert apart.ctl("sees", person=ben, channel=channel) == []
    assert apart.ctl("counts")["PATCH /webhooks/messages"] == 3
    assert apart.ctl("edits")[str(channel)] == {"in_a_second": 3, "in_a_minute": 3}


def test_what_goes_wrong_is_asked_for(apart: Apart) -> None:
    apart.ctl("fault", route="GET /users/@me", retry_after=2)

    assert [apart.ask("GET", "/api/v10/users/@me", {})[0] for _ in range(2)] == [429, 200]


def test_time_passes(apart: Apart) -> None:
    ana = apart.ctl("person", name="Ana")["person"]
    asked = apart.ctl("slash", person=ana, path="draw", options={"prompt": "a house"})
    apart.ctl("time", seconds=3.1)

    said = apart.bot("POST", f"/interactions/{asked['id']}/{asked['interaction']}/callback", {"type": 5})

    assert said["code"] == 10062


@pytest.mark.parametrize(
    ("path", "values", "why"),
    [
        ("slash", {}, "'person' is missing"),
        ("slash", {"person": 1, "path": "draw"}, "no person 1"),
        ("guild", {"name": "x", "members": "1"}, "no person 1"),
    ],
)
def test_what_cannot_be_done_is_said(apart: Apart, path: str, values: dict[str, object], why: str) -> None:
    assert why in apart.ctl(path, **values)["error"]


def test_everything_is_listed(apart: Apart) -> None:
    status, listed = apart.ask("GET", "/ctl", {})

    assert status == 200
    assert listed["/ctl/tap"].startswith("Tap a button")
    assert all(listed.values())
