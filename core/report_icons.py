"""What report cards are drawn with: a fine pen, and an icon for everything that photos may show."""

import math
from collections.abc import Callable, Sequence
from typing import Final

from PIL import Image, ImageDraw, ImageFont

FINE: Final = 2  # drawn so many times as large, so that edges are smooth
PANEL: Final = (34, 34, 40)

Colour = tuple[int, int, int]
Icon = Callable[["Pen", float, float, float, Colour], None]


class Pen:
    """Draws in the picture's own pixels, finer than they are."""

    def __init__(self, canvas: Image.Image) -> None:
        self._draw = ImageDraw.Draw(canvas)

    def oval(self, left: float, top: float, right: float, bottom: float, fill: Colour) -> None:
        """A filled oval."""
        self._draw.ellipse(_fine(left, top, right, bottom), fill=fill)

    def box(
        self, left: float, top: float, right: float, bottom: float, fill: Colour, round_: float = 0
    ) -> None:
        """A filled rectangle with round corners."""
        self._draw.rounded_rectangle(_fine(left, top, right, bottom), round_ * FINE, fill=fill)

    def frame(
        self, left: float, top: float, right: float, bottom: float, colour: Colour, width: float = 3
    ) -> None:
        """The outline of a rectangle with round corners."""
        self._draw.rounded_rectangle(
            _fine(left, top, right, bottom), 6 * FINE, outline=colour, width=round(width * FINE)
        )

    def line(self, points: Sequence[tuple[float, float]], colour: Colour, width: float) -> None:
        """A line with round ends."""
        self._draw.line([(x * FINE, y * FINE) for x, y in points], colour, round(width * FINE), joint="curve")
        for x, y in (points[0], points[-1]):
            self.oval(x - width / 2, y - width / 2, x + width / 2, y + width / 2, colour)

    def shape(self, points: Sequence[tuple[float, float]], fill: Colour) -> None:
        """A filled polygon."""
        self._draw.polygon([(x * FINE, y * FINE) for x, y in points], fill=fill)

    def arc(
        self, x: float, y: float, radius: float, start: float, end: float, colour: Colour, width: float
    ) -> None:
        """A part of a circle, by angles in degrees from the right, clockwise."""
        steps = max(2, round(abs(end - start) / 3))
        turns = [math.radians(start + (end - start) * step / steps) for step in range(steps + 1)]
        self.line(
            [(x + radius * math.cos(turn), y + radius * math.sin(turn)) for turn in turns], colour, width
        )

    def text(self, x: float, y: float, words: str, size: float, colour: Colour, anchor: str = "mm") -> None:
        """Words in Pillow's own font."""
        font = ImageFont.load_default(size=size * FINE)
        self._draw.text((x * FINE, y * FINE), words, colour, font, anchor=anchor)


def _fine(*edges: float) -> list[float]:
    return [edge * FINE for edge in edges]


# ── icons: each about (x, y), reaching `size` in every direction


def turned(way: int) -> Icon:
    """A head whose nose points to where it looks."""

    def icon(pen: Pen, x: float, y: float, size: float, colour: Colour) -> None:
        pen.oval(x - 0.78 * size, y - size, x + 0.78 * size, y + size, colour)
        if way:  # the nose leaves the outline
            edge = x + way * 0.66 * size
            pen.shape(
                [(edge, y - 0.3 * size), (edge + way * 0.42 * size, y + 0.16 * size), (edge, y + 0.3 * size)],
                colour,
            )
        else:
            pen.line([(x, y - 0.08 * size), (x, y + 0.2 * size)], PANEL, size * 0.1)
        for eye in (-1, 1) if not way else (-0.3, 0.9):
            across = x + (eye * 0.32 if not way else way * (0.1 + eye * 0.38)) * size
            pen.oval(across - 0.11 * size, y - 0.34 * size, across + 0.11 * size, y - 0.08 * size, PANEL)
        middle = x + way * 0.36 * size
        pen.line(
            [(middle - 0.22 * size, y + 0.52 * size), (middle + 0.22 * size, y + 0.52 * size)],
            PANEL,
            size * 0.11,
        )

    return icon


def figure(far: int) -> Icon:
    """A frame with a head, half a figure, or a whole one in it."""

    def icon(pen: Pen, x: float, y: float, size: float, colour: Colour) -> None:
        pen.frame(x - 0.85 * size, y - size, x + 0.85 * size, y + size, colour, size * 0.09)
        head, top = ((0.42, -0.62), (0.24, -0.72), (0.15, -0.78))[far]
        bottom = 0.88
        neck = top + 2 * head
        pen.oval(x - head * size * 0.85, y + top * size, x + head * size * 0.85, y + neck * size, colour)
        if far == 0:
            pen.shape([(x - 0.68 * size, y + bottom * size), (x - 0.4 * size, y + 0.36 * size),
                       (x + 0.4 * size, y + 0.36 * size), (x + 0.68 * size, y + bottom * size)], colour)  # fmt: skip
        elif far == 1:
            pen.box(
                x - 0.42 * size,
                y + (neck + 0.07) * size,
                x + 0.42 * size,
                y + bottom * size,
                colour,
                size * 0.16,
            )
        else:
            pen.box(
                x - 0.22 * size,
                y + (neck + 0.05) * size,
                x + 0.22 * size,
                y + 0.24 * size,
                colour,
                size * 0.1,
            )
            for side in (-1, 1):
                pen.line([(x + side * 0.12 * size, y + 0.2 * size), (x + side * 0.13 * size, y + 0.78 * size)],
                         colour, size * 0.17)  # fmt: skip

    return icon


def moon(pen: Pen, x: float, y: float, size: float, colour: Colour) -> None:
    """Little light."""
    pen.oval(x - 0.8 * size, y - 0.8 * size, x + 0.8 * size, y + 0.8 * size, colour)
    pen.oval(x - 0.35 * size, y - 0.95 * size, x + 1.1 * size, y + 0.5 * size, PANEL)


def cloud(pen: Pen, x: float, y: float, size: float, colour: Colour) -> None:
    """Even light."""
    pen.oval(x - 0.95 * size, y - 0.1 * size, x - 0.2 * size, y + 0.6 * size, colour)
    pen.oval(x - 0.6 * size, y - 0.65 * size, x + 0.4 * size, y + 0.4 * size, colour)
    pen.oval(x + 0.1 * size, y - 0.3 * size, x + 0.95 * size, y + 0.6 * size, colour)
    pen.box(x - 0.6 * size, y + 0.1 * size, x + 0.55 * size, y + 0.6 * size, colour)


def sun(pen: Pen, x: float, y: float, size: float, colour: Colour) -> None:
    """Bright light."""
    pen.oval(x - 0.48 * size, y - 0.48 * size, x + 0.48 * size, y + 0.48 * size, colour)
    for ray in range(8):
        across, down = math.cos(ray * math.pi / 4), math.sin(ray * math.pi / 4)
        near, far = ((x + reach * size * across, y + reach * size * down) for reach in (0.66, 0.94))
        pen.line([near, far], colour, size * 0.13)


def mouth(kind: int) -> Icon:
    """A face: calm, smiling, laughing, surprised, sad."""

    def icon(pen: Pen, x: float, y: float, size: float, colour: Colour) -> None:
        pen.oval(x - 0.92 * size, y - 0.92 * size, x + 0.92 * size, y + 0.92 * size, colour)
        for eye in (-1, 1):
            pen.oval(
                x + (eye * 0.34 - 0.11) * size,
                y - 0.38 * size,
                x + (eye * 0.34 + 0.11) * size,
                y - 0.1 * size,
                PANEL,
            )
        match kind:
            case 0:
                pen.line(
                    [(x - 0.34 * size, y + 0.4 * size), (x + 0.34 * size, y + 0.4 * size)], PANEL, size * 0.11
                )
            case 1:
                pen.arc(x, y + 0.08 * size, 0.42 * size, 20, 160, PANEL, size * 0.11)
            case 2:
                turns = [math.radians(turn) for turn in range(0, 181, 6)]
                pen.shape(
                    [
                        (x + 0.5 * size * math.cos(one), y + (0.14 + 0.5 * math.sin(one)) * size)
                        for one in turns
                    ],
                    PANEL,
                )
            case 3:
                pen.oval(x - 0.2 * size, y + 0.18 * size, x + 0.2 * size, y + 0.66 * size, PANEL)
            case _:
                pen.arc(x, y + 0.78 * size, 0.42 * size, 205, 335, PANEL, size * 0.11)

    return icon


def scenery(kind: int) -> Icon:
    """A picture of a place: hills, a house, the sea, a tree, a city."""

    def icon(pen: Pen, x: float, y: float, size: float, colour: Colour) -> None:
        left, right, bottom = x - 1.15 * size, x + 1.15 * size, y + 0.85 * size
        pen.box(left, y - 0.85 * size, right, bottom, colour, size * 0.14)

        def at(*points: tuple[float, float]) -> list[tuple[float, float]]:
            return [(x + across * size, y + down * size) for across, down in points]

        match kind:
            case 0:
                pen.shape(at((-0.95, 0.65), (-0.35, -0.3), (0.05, 0.3), (0.4, -0.05), (0.95, 0.65)), PANEL)
                pen.oval(x + 0.4 * size, y - 0.62 * size, x + 0.78 * size, y - 0.24 * size, PANEL)
            case 1:
                pen.shape(at((-0.7, 0.0), (0.0, -0.62), (0.7, 0.0)), PANEL)
                pen.box(x - 0.5 * size, y - 0.02 * size, x + 0.5 * size, y + 0.65 * size, PANEL)
            case 2:
                for down in (-0.2, 0.15, 0.5):
                    wave = [(step / 10 - 0.85, down + 0.1 * math.sin(step * 1.1)) for step in range(18)]
                    pen.line(at(*wave), PANEL, size * 0.11)
            case 3:
                pen.box(x - 0.09 * size, y + 0.1 * size, x + 0.09 * size, y + 0.65 * size, PANEL)
                pen.oval(x - 0.45 * size, y - 0.65 * size, x + 0.45 * size, y + 0.25 * size, PANEL)
            case _:
                for across, height in ((-0.75, 0.5), (-0.25, 1.1), (0.3, 0.75)):
                    pen.box(
                        x + across * size,
                        y + (0.65 - height) * size,
                        x + (across + 0.42) * size,
                        y + 0.65 * size,
                        PANEL,
                    )

    return icon
