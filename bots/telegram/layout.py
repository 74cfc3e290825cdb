"""How words and options fit into Telegram's limits."""

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import InlineKeyboardMarkupLimit

from core.conversation.messages import Option

NUMBERS_IN_ROW = 8  # the most that Telegram shows side by side
SHORT, LONG = 10, 24  # characters: labels up to these stand in threes and in pairs; longer ones alone


def keyboard(options: Sequence[Option]) -> InlineKeyboardMarkup | None:
    """Buttons in rows in their order: numbers together, words with words, long labels alone."""
    rows: list[list[Option]] = []
    for option in options[: InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER]:
        row = rows[-1] if rows else []
        alike = bool(row) and row[-1].label.isdecimal() == option.label.isdecimal()
        if alike and len(row) < min(_room(each.label) for each in (*row, option)):
            row.append(option)
        else:
            rows.append([option])
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(each.label, callback_data=each.key) for each in row] for row in rows]
    )


def _room(label: str) -> int:
    """How many such buttons stand side by side."""
    if label.isdecimal():
        return NUMBERS_IN_ROW
    if len(label) <= SHORT:
        return 3
    return 2 if len(label) <= LONG else 1
