"""The menu of commands in people's languages."""

from pathlib import Path

from bots.telegram.hear import COMMANDS
from bots.telegram.menu import publish
from core.conversation.language import LANGUAGES
from tests.botapi import BotApiServer
from tests.botapi.conftest import as_bot
from tests.catalogues import translated


def told(server: BotApiServer, command: str) -> dict[str, str]:
    """What a command is about, by the language code under which it was told."""
    return {
        code: next(one["description"] for one in menu if one["command"] == command)
        for (_, code), menu in server.world.commands.items()
    }


def test_every_language_has_a_menu_of_its_own(server: BotApiServer, tmp_path: Path) -> None:
    with translated(tmp_path / "languages", es={"draw": "dibuja"}, ar={"draw": "ارسم"}):
        as_bot(server, lambda bot: publish(bot, tmp_path))

    expected = dict.fromkeys(("", *LANGUAGES), "draw") | {"es": "dibuja", "ar": "ارسم"}
    assert told(server, "imagine") == expected
    assert all([one["command"] for one in menu] == list(COMMANDS) for menu in server.world.commands.values())


def test_menus_are_told_again_only_when_their_words_have_changed(
    server: BotApiServer, tmp_path: Path
) -> None:
    with translated(tmp_path / "before"):
        as_bot(server, lambda bot: publish(bot, tmp_path))
        as_bot(server, lambda bot: publish(bot, tmp_path))
    assert len(server.calls("setMyCommands")) == len(LANGUAGES) + 1

    with translated(tmp_path / "after", ru={"draw": "рисует"}):
        as_bot(server, lambda bot: publish(bot, tmp_path))

    assert len(server.calls("setMyCommands")) == 2 * (len(LANGUAGES) + 1)
    assert told(server, "imagine")["ru"] == "рисует"
