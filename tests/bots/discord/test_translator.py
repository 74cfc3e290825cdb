"""The commands as Discord is told them in its languages."""

import asyncio
from pathlib import Path
from typing import Any

from bots.discord.client import Client
from bots.discord.commands import make_tree
from bots.discord.translator import LONGEST, Translator
from core.storage.studio import Studio
from tests.catalogues import translated
from tests.discordapi.strictness import check_commands

DRAW, MENU, SQUARE = "Draw", "Add photos to profile", "square"


def listed(studio: Studio) -> dict[str, Any]:
    """The commands by name, as they are told to Discord."""

    async def tell() -> list[dict[str, Any]]:
        tree = make_tree(Client(studio))
        return [await one.get_translated_payload(tree, Translator()) for one in tree.get_commands()]

    commands = asyncio.run(tell())
    check_commands(commands)
    return {command["name"]: command for command in commands}


def test_words_are_told_in_discords_languages_and_names_stay(studio: Studio, tmp_path: Path) -> None:
    spanish = {DRAW: "Dibuja", MENU: "Añadir fotos al perfil", SQUARE: "cuadrada", "imagine": "imagina"}
    with translated(tmp_path, es=spanish, zh={DRAW: "画"}):
        commands = listed(studio)

    imagine = commands["imagine"]
    chinese = {"zh-CN": "画", "zh-TW": "画"}
    assert imagine["description_localizations"] == {"es-ES": "Dibuja", "es-419": "Dibuja", **chinese}
    assert imagine["name_localizations"] == {}
    assert commands[MENU]["name_localizations"]["es-ES"] == spanish[MENU]
    (shape,) = (option for option in imagine["options"] if option["name"] == "shape")
    assert shape["choices"][0]["name_localizations"] == {"es-ES": "cuadrada", "es-419": "cuadrada"}


def test_words_that_are_too_long_for_discord_are_cut(studio: Studio, tmp_path: Path) -> None:
    with translated(tmp_path, ru={DRAW: "р" * 200, MENU: "ф" * 200}):
        commands = listed(studio)

    assert len(commands["imagine"]["description_localizations"]["ru"]) == max(LONGEST.values())
    assert len(commands[MENU]["name_localizations"]["ru"]) == min(LONGEST.values())
