"""A report card as a picture without words: whoever shows it says the same beside it.

At the top the grade as an arc, and the number of photos on a ruler that shows what the method needs and where it does
best. Below, a row for each way in which photos differ, each kind drawn as what it is, with as many dots as there are
photos of it. Green has enough, amber lacks some, and a badge says how many more would do.
"""

import io
from collections.abc import Sequence
from typing import Final

from PIL import Image

from core.report import FAIR_FROM, GOOD_FROM, Card
from core.report_icons import FINE, PANEL, Colour, Icon, Pen, cloud, figure, moon, mouth, scenery, sun, turned
from core.sheets import BACKGROUND, INK

WIDTH = 960  # pixels
_HEAD: Final = 236
_ROW: Final = 92
_FAINT: Final = (58, 58, 66)
_SOFT: Final = (150, 150, 160)
_GREEN, _AMBER, _RED = (127, 209, 174), (232, 176, 74), (224, 96, 126)
_MOST_DOTS: Final = 12
_MOST_KINDS: Final = 5  # of expressions and of backgrounds


def draw_card(card: Card) -> bytes:
    """Draw a card as PNG."""
    rows = _rows(card)
    height = _HEAD + len(rows) * _ROW + 14
    canvas = Image.new("RGB", (WIDTH * FINE, height * FINE), BACKGROUND)
    pen = Pen(canvas)
    _grade(pen, card.expected)
    _ruler(pen, card)
    for number, (kinds, missing) in enumerate(rows):
        _row(pen, _HEAD + number * _ROW, _ROW - 10, kinds, missing)
    out = io.BytesIO()
    canvas.resize((WIDTH, height), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()


def _rows(card: Card) -> list[tuple[Sequence[tuple[Icon, int]], int]]:
    """Each row's icons with how many photos are of it, and how many are missing in that row."""
    kinds = [
        ((turned(-1), turned(0), turned(1)), card.angles, "angles"),
        ((figure(0), figure(1), figure(2)), card.distances, "distances"),
        ((moon, cloud, sun), card.light, "light"),
    ]
    rows: list[tuple[Sequence[tuple[Icon, int]], int]] = [
        (tuple(zip(icons, counts, strict=True)), card.add.get(code, 0))
        for icons, counts, code in kinds
        if counts
    ]
    mouths, places = min(card.expressions, _MOST_KINDS), min(card.backgrounds, _MOST_KINDS)
    if card.expressions:
        rows.append(
            (tuple((mouth(n), int(n < mouths)) for n in range(_MOST_KINDS)), card.add.get("expressions", 0))
        )
    rows.append(
        (tuple((scenery(n), int(n < places)) for n in range(_MOST_KINDS)), card.add.get("backgrounds", 0))
    )
    return rows


def _grade(pen: Pen, expected: float) -> None:
    """An arc from the left to the right, full at 100."""
    x, y, radius = 172, 168, 118
    colour = _GREEN if expected >= GOOD_FROM else _AMBER if expected >= FAIR_FROM else _RED
    pen.arc(x, y, radius, 180, 360, _FAINT, 22)
    if expected > 0:
        pen.arc(x, y, radius, 180, 180 + 1.8 * min(expected, 100.0), colour, 22)
    pen.text(x, y - 26, f"{expected:.0f}", 72, INK)
    pen.text(x, y + 26, "/ 100", 24, _SOFT)


def _ruler(pen: Pen, card: Card) -> None:
    """A line of places, one for each photo up to the most that do well; those that are there are filled."""
    left, right, y = 372, WIDTH - 42, 124
    low, high = card.recommended
    places = max(high, card.counted)
    step = (right - left) / places
    colour = _GREEN if card.counted >= low else _AMBER if card.counted >= card.least else _RED
    pen.box(left + (low - 1) * step, y - 34, left + high * step, y + 34, PANEL, 8)
    size = min(step * 0.4, 20)
    for place in range(places):
        x = left + (place + 0.5) * step
        if place < card.counted:
            pen.box(x - size, y - size * 1.2, x + size, y + size * 1.2, colour, 5)
        else:
            pen.frame(x - size, y - size * 1.2, x + size, y + size * 1.2, _FAINT, 2)
    for number in dict.fromkeys((card.least, low, high)):
        x = left + (number - 0.5) * step
        pen.line([(x, y + 42), (x, y + 52)], _SOFT, 2)
        pen.text(x, y + 70, str(number), 22, _SOFT)
    pen.text(left + (max(card.counted, 1) - 0.5) * step, y - 58, str(card.counted), 44, INK)
    if missing := card.add.get("photos", 0) or card.add.get("more_photos", 0):
        _badge(pen, WIDTH - 78, y - 58, missing)


def _row(pen: Pen, top: float, height: float, kinds: Sequence[tuple[Icon, int]], missing: int) -> None:
    left, right = 30.0, WIDTH - 30.0
    pen.box(left, top, right, top + height, PANEL, 14)
    room = (right - left - 110) / len(kinds)
    colour = _AMBER if missing else _GREEN
    size = height * 0.36
    for number, (icon, count) in enumerate(kinds):
        x, y = left + 24 + number * room, top + height / 2
        icon(pen, x + size, y, size, colour if count else _FAINT)
        if len(kinds) == 3:
            _dots(pen, x + 2 * size + 26, y, room - 2 * size - 44, count, colour)
    if missing:
        _badge(pen, right - 48, top + height / 2, missing)


def _dots(pen: Pen, left: float, y: float, room: float, count: int, colour: Colour) -> None:
    """One dot for each photo in two lines, and the number where they are too many."""
    step = room / (_MOST_DOTS / 2)
    for number in range(min(count, _MOST_DOTS)):
        x = left + (number // 2 + 0.5) * step if count > _MOST_DOTS / 2 else left + (number + 0.5) * step
        below = (number % 2 - 0.5) * step if count > _MOST_DOTS / 2 else 0.0
        if count <= _MOST_DOTS:
            pen.oval(x - 7, y + below - 7, x + 7, y + below + 7, colour)
    if count > _MOST_DOTS:
        pen.text(left, y, f"{count}", 40, colour, "lm")


def _badge(pen: Pen, x: float, y: float, missing: int) -> None:
    pen.box(x - 34, y - 21, x + 34, y + 21, _AMBER, 21)
    pen.text(x, y - 1, f"+{missing}", 26, BACKGROUND)
