"""The menu of commands that Telegram offers while somebody types, in their language."""

import hashlib
import json
import logging
from pathlib import Path

from telegram import Bot, BotCommand

from bots.telegram.hear import COMMANDS
from core.conversation.language import DEFAULT, LANGUAGES, gettext, speaking

log = logging.getLogger(__name__)

ANY_OTHER = ""  # the language code under which Telegram shows a menu to everybody who has none of their own


def menus() -> dict[str, list[BotCommand]]:
    """The commands by language code; English also for whoever reads another language."""
    offered = {}
    for code in (ANY_OTHER, *LANGUAGES):
        with speaking(code or DEFAULT):
            offered[code] = [BotCommand(name, gettext(about)) for name, about in COMMANDS.items()]
    return offered


async def publish(bot: Bot, folder: Path) -> None:
    """Tell Telegram the menus when they are others than the last time."""
    offered = menus()
    written = json.dumps({code: [one.to_dict() for one in menu] for code, menu in offered.items()})
    told = hashlib.sha256(written.encode()).hexdigest()
    note = folder / f"telegram-commands-{bot.id}"
    if note.exists() and note.read_text() == told:
        return
    for code, menu in offered.items():
        await bot.set_my_commands(menu, language_code=code or None)
    note.write_text(told)
    log.info("told Telegram the commands")
