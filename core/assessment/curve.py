"""How the checkpoints' scores went, as a picture without words: whoever shows it says what the marks mean.

A circle is quality, a square likeness, a triangle fidelity, a cross the share of repeated photos, all from 0 to 100;
the upright line is the checkpoint that was kept.
"""

import io
from collections.abc import Callable, Sequence
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from core.assessment.scores import Score
from core.sheets import BACKGROUND, INK

WIDTH, HEIGHT = 960, 540  # pixels
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 36, 36, 72
_FAINT: Final = (72, 72, 80)
_MARK: Final = 8
_STEPS_TOLD: Final = 10

Place = tuple[float, float]
Pen = ImageDraw.ImageDraw


def curve(scores: Sequence[Score], kept: int, steps: int) -> bytes:
    """Draw the curve of a training of so many planned steps, of which the checkpoint `kept` was kept, as PNG."""
    canvas = Image.new("RGB", (WIDTH, HEIGHT), BACKGROUND)
    pen = ImageDraw.Draw(canvas)
    font = ImageFont.load_default(size=22)

    def place(step: float, value: float) -> Place:
        across = _LEFT + (WIDTH - _LEFT - _RIGHT) * step / max(steps, 1)
        return across, HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * min(max(value, 0.0), 100.0) / 100

    for value in range(0, 101, 20):
        pen.line([place(0, value), place(steps, value)], _FAINT, 1)
        pen.text((_LEFT - 14, place(0, value)[1]), str(value), INK, font, anchor="rm")
    for score in scores[:: max(1, -(-len(scores) // _STEPS_TOLD))]:
        pen.text((place(score.step, 0)[0], HEIGHT - _BOTTOM + 14), str(score.step), INK, font, anchor="mt")
    pen.line([place(kept, 0), place(kept, 100)], INK, 2)
    for values, colour, mark in _lines(scores):
        places = [place(step, value) for step, value in values]
        pen.line(places, colour, 4, joint="curve")
        for where in places:
            mark(pen, where, colour)
    out = io.BytesIO()
    canvas.save(out, "PNG", optimize=True)
    return out.getvalue()


def _lines(
    scores: Sequence[Score],
) -> list[tuple[list[tuple[int, float]], str, Callable[[Pen, Place, str], None]]]:
    measures: list[tuple[Callable[[Score], float | None], str, Callable[[Pen, Place, str], None]]] = [
        (lambda score: score.copies, "#e0607e", _cross),
        (lambda score: score.fidelity, "#e8b04a", _triangle),
        (lambda score: score.similarity, "#5aa9e6", _square),
        (lambda score: score.quality / 100, "#7fd1ae", _circle),
    ]
    lines = []
    for measure, colour, mark in measures:
        values = [(score.step, 100 * value) for score in scores if (value := measure(score)) is not None]
        if values:
            lines.append((values, colour, mark))
    return lines


def _circle(pen: Pen, where: Place, colour: str) -> None:
    pen.ellipse(_around(where), fill=colour)


def _square(pen: Pen, where: Place, colour: str) -> None:
    pen.rectangle(_around(where), fill=colour)


def _triangle(pen: Pen, where: Place, colour: str) -> None:
    left, top, right, bottom = _around(where)
    pen.polygon([(left, bottom), (where[0], top), (right, bottom)], fill=colour)


def _cross(pen: Pen, where: Place, colour: str) -> None:
    left, top, right, bottom = _around(where)
    pen.line([left, top, right, bottom], colour, 4)
    pen.line([left, bottom, right, top], colour, 4)


def _around(where: Place) -> tuple[float, float, float, float]:
    return where[0] - _MARK, where[1] - _MARK, where[0] + _MARK, where[1] + _MARK
