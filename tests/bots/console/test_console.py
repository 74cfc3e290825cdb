"""The terminal as a chat platform: lines in, words and files out."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from bots.console.__main__ import Console
from bots.console.hear import hear, upload
from bots.console.show import ConsolePlatform
from core.conversation.messages import Chosen, Command, Option, Photos, Text
from core.errors import PhotoRefused, Refusal
from core.settings import Settings
from core.storage.studio import Studio

OPTIONS = (Option("a:1", "first"), Option("b:2", "second"))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "me.jpg"
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG")
    path.write_bytes(out.getvalue())
    return path


def test_a_number_taps_an_option() -> None:
    assert hear("2", OPTIONS) == Chosen("b:2")


def test_a_number_without_an_option_is_words() -> None:
    assert hear("3", OPTIONS) == Text("3")


def test_a_slash_begins_a_command() -> None:
    assert hear("/imagine a hat --n 2\n", OPTIONS) == Command("imagine", "a hat --n 2")


def test_paths_of_files_are_photos(picture: Path) -> None:
    heard = hear(str(picture), ())

    assert isinstance(heard, Photos)
    assert [file.name for file in heard.files] == ["me.jpg"]


def test_a_folder_stands_for_the_pictures_in_it_and_their_captions(picture: Path) -> None:
    (picture.parent / "me.txt").write_text("at the beach")
    (picture.parent / "notes.md").write_text("no picture")

    heard = hear(str(picture.parent), ())

    assert isinstance(heard, Photos)
    assert [file.name for file in heard.files] == ["me.jpg", "me.txt"]


def test_a_file_that_went_away_is_refused(picture: Path, studio: Studio) -> None:
    announced = upload(picture)
    picture.unlink()

    with pytest.raises(PhotoRefused) as refused:
        asyncio.run(ConsolePlatform(studio, picture.parent).fetch(announced))

    assert refused.value.refusal == Refusal.NOT_FETCHED


@pytest.fixture
def talk(studio: Studio, tmp_path: Path) -> list[str]:
    """A whole conversation by typed lines; what the terminal shows."""
    shown: list[str] = []
    platform = ConsolePlatform(studio, tmp_path / "pictures", shown.append)
    console = Console(studio, platform, "Ana")

    async def lines() -> list[str]:
        async def typed() -> AsyncIterator[str]:
            await asyncio.sleep(0.5)
            yield "/new"
            await asyncio.sleep(0.5)
            yield "1"
            await asyncio.sleep(0.5)
            yield "Ana"
            await asyncio.sleep(0.5)
            yield "/quit"
            raise AssertionError("read on after /quit")

        await console.talk(typed())
        return shown

    return asyncio.run(lines())


def test_a_conversation_is_shown_as_it_happens(talk: list[str]) -> None:
    said = "\n".join(talk)

    assert said.index("Hi Ana.") < said.index("I am learning a...") < said.index("What shall we call")
    assert "[1 woman]" in said
    assert "After training, your photos should be..." in said


def test_the_settings_of_a_test_are_its_own(settings: Settings, tmp_path: Path) -> None:
    assert str(tmp_path) in settings.database
