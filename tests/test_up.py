"""`make up` as its operator runs it, and one person in Telegram, from the greeting to pictures."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.botapi import BotApiServer, Person
from tests.botapi.model import Message
from tests.jobs.workplace import photos
from tests.upped import Upped, upped

PATIENCE = 90.0  # seconds; models are loaded, and a bot edits a message every three seconds at most


Studio = Upped[BotApiServer]


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Studio]:
    with (
        BotApiServer() as server,
        upped(tmp_path, server, {"TELEGRAM_TOKEN": server.token, "TELEGRAM_API_URL": server.url}) as studio,
    ):
        yield studio


def _button(person: Person, start: str) -> str:
    """Wait for a button whose label begins so, and tap the newest."""

    def newest(messages: list[Message]) -> str | None:
        labels = [label for each in messages for label in each.buttons if label.startswith(start)]
        return labels[-1] if labels else None

    label = person.wait_for(newest, PATIENCE)
    assert label is not None
    person.tap(label)
    return label


def test_from_the_greeting_to_pictures_by_an_album_and_taps(up: Studio) -> None:
    ana = up.server.person("Ana")
    ana.send("/start")
    ana.wait_for_text("Hi Ana", PATIENCE)

    _button(ana, "Make my own")
    _button(ana, "woman")
    ana.wait_for_text("What shall we call", PATIENCE)
    ana.send("Ana summer")
    _button(ana, "Kept")
    _button(ana, "It's me")
    ana.wait_for_text("Now the photos", PATIENCE)
    ana.send_album(photos(8))
    _button(ana, "That's all I have")
    _button(ana, "Train")
    ana.wait_for_text("is ready.", PATIENCE)
    _button(ana, "Draw Ana summer")
    sheet = ana.wait_for_text("Likeness under each", PATIENCE)

    # It took the place of what was said when the drawing was accepted; a drawing so quick that it is done before
    # that is sent comes alone. Either way there is one message about it, and it became a picture once.
    assert [each for each in ana.from_bot() if each.words.startswith("Drawing ")] == []
    assert not any(before.photo for before in sheet.history)
    assert sheet.photo
    assert sheet.buttons[:4] == ["1", "2", "3", "4"]

    before = len(ana.from_bot())
    ana.tap("1", sheet)
    ana.wait_for(lambda chat: [each for each in chat if each.from_bot and each.document], PATIENCE)

    assert len(ana.from_bot()) == before + 1
    assert up.server.violations == []

    began = time.monotonic()
    assert up.stop() == 0
    assert time.monotonic() - began < 15
    assert "Traceback" not in up.log.read_text()
