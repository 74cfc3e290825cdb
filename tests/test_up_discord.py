"""`make up` with a Discord token: one person in a server, from an empty form to pictures, beside a stranger."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.conversation.sharing_phrases import not_yours
from tests.bots.processes import until
from tests.discordapi import DiscordServer, Person
from tests.discordapi.model import Message
from tests.jobs.workplace import photos
from tests.upped import Upped, upped

PATIENCE = 90.0  # seconds; models are loaded


Studio = Upped[DiscordServer]


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Studio]:
    with (
        DiscordServer() as server,
        upped(tmp_path, server, {"DISCORD_TOKEN": server.token, "DISCORD_API_URL": server.url}) as studio,
    ):
        yield studio


def _listens(up: Studio) -> None:
    # The gateway tells nobody who waits for messages that a bot has come.
    until(lambda: up.server.world.commands and up.server.gateway.identified, up.log.read_text, PATIENCE)


def _with_button(person: Person, label: str) -> Message:
    def newest(messages: list[Message]) -> Message | None:
        return next((each for each in reversed(messages) if label in each.buttons), None)

    found = person.wait_for(newest, PATIENCE)
    assert found is not None
    return found


def test_from_an_empty_form_to_pictures_in_the_channel(up: Studio) -> None:
    person, stranger = up.server.person("Ana"), up.server.person("Ben")
    channel = up.server.guild("Friday people", person, stranger)
    ana, ben = person.at(channel), stranger.at(channel)
    _listens(up)

    # Ten files of which three are broken.
    good = [(f"{number}.png", content) for number, content in enumerate(photos(7), 1)]
    broken = [("8.jpg", good[0][1][:2000]), ("9.png", b"%PDF-1.7 no picture"), ("10.jpg", b"")]
    ana.submit(ana.slash("profile new"), good + broken, kind="woman", name="Ana summer", retention="keep")
    panel = ana.wait_for_text("Photo 10", PATIENCE)  # the last to be looked at
    assert "10 photos, thank you. 7 good." in panel.words
    assert [
        line.split(" ")[1].rstrip(":") for line in panel.words.splitlines() if line.startswith("Photo ")
    ] == [
        "8",
        "9",
        "10",
    ]
    assert [file.description for file in panel.files] == ["1, 2, 3, 4, 5, 6, 7"]
    assert panel.grey == ["Train: consent is missing"]

    ana.tap("They agreed")
    ana.wait_for(lambda _: "Train" in panel.buttons, PATIENCE)
    ana.tap("Take out 3")
    ana.wait_for(lambda _: "Put back 3" in panel.buttons, PATIENCE)
    assert "10 photos, thank you. 6 good." in panel.words
    ana.tap("Train")
    ana.wait_for_text("training is queued", PATIENCE)
    ana.wait_for_text("Ana summer is ready.", PATIENCE)

    (offered,) = ana.autocomplete("imagine", "profile", "ana s")
    assert offered.startswith("Ana summer (woman")
    chosen = ana.choose("imagine", "profile", "ana s")
    ana.slash("imagine", prompt="as an astronaut", profile=chosen, count=2)
    drawn = ana.wait_for_text("Likeness under each", PATIENCE)

    assert drawn.only_for is None
    assert len(drawn.gallery) == 2
    assert drawn.buttons[:3] == ["1", "2", "Again"]
    assert "1: likeness " in drawn.words
    assert [each for each in ben.from_bot() if not each.only_for] == [drawn]

    ben.tap("1", drawn)
    assert ben.wait_for_text(not_yours("Ana")).only_for == ben.user.id
    ana.tap("1", drawn)
    original = ana.wait_for(
        lambda chat: [
            each for each in chat if any(f.name.endswith(".png") and "likeness" in f.name for f in each.files)
        ],
        PATIENCE,
    )[0]
    assert original.files[0].content == drawn.files[0].content

    assert [call for call in up.server.calls() if call.status >= 400] == []
    assert up.stop() == 0
    assert "Traceback" not in up.log.read_text()
