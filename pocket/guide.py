"""`python -m pocket.guide`: draw the sheets of good and bad examples that people see before their first photo.

Good ones stand above with a tick, bad ones below with a cross: marks need no language. The files are small enough to
be sent by a bot that has neither the renderer nor any model.
"""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from PIL import Image, ImageDraw

from core.sheets import BACKGROUND, INK, UNUSED, USED
from pocket import faults
from pocket.animal_drawing import draw_animal
from pocket.animals import make_animal
from pocket.canvas import Pixels
from pocket.cast import HELD_OUT
from pocket.company import accompanied
from pocket.covers import covered
from pocket.drawing import draw, draw_background
from pocket.filters import with_filter
from pocket.people import make_person
from pocket.scenes import Scene, make_scene, make_varied_scene
from pocket.unseen_looks import in_unseen_look

FOLDER: Final = Path(__file__).parent.parent / "core" / "guide"
MOST_BYTES: Final = 60_000
CELL: Final = 208  # pixels
_DRAWN: Final = 512
_GAP, _BADGE = 10, 46
_PERSON, _FRIEND = HELD_OUT + 44, HELD_OUT + 25
_CAT, _OTHER_CAT = HELD_OUT + 2, HELD_OUT + 5


def main() -> None:
    """Write every sheet, each as good as its size allows."""
    FOLDER.mkdir(exist_ok=True)
    for name, (good, bad) in {
        "person": _person(),
        "face": _face(),
        "animal": _animal(),
        "style": _style(),
    }.items():
        content = _small(_sheet(good, bad))
        (FOLDER / f"{name}.jpg").write_bytes(content)
        print(f"{name}: {len(content)} bytes")


def _calm(seed: int, **over: object) -> Scene:
    kept = {"noise": 0.0, "blur": 0.0, "light": 1.0, "openness": 1.0, "hat": None}
    return make_varied_scene(seed, 0.3, **(kept | over))


def _person() -> tuple[list[Pixels], list[Pixels]]:
    """Other angles, distances, light, places, expressions; against what is refused and why."""
    person = make_person(_PERSON)
    front = draw(person, _calm(1, framing="portrait", place=None, yaw=0.0, expression="neutral"), _DRAWN)
    scenes = [
        _calm(3, framing="portrait", place="park", yaw=0.5, expression="smiling"),
        _calm(5, framing="half", place="room", yaw=-0.1, expression="neutral", garment="sweater"),
        _calm(
            8,
            framing="portrait",
            place="beach",
            yaw=-0.45,
            expression="laughing",
            light=1.12,
            garment="t-shirt",
        ),
        _calm(9, framing="full", place="city", yaw=0.0, expression="smiling", garment="hoodie"),
    ]
    good = [front.pixels, *(draw(person, scene, _DRAWN).pixels for scene in scenes)]
    other = draw(person, _calm(21, framing="portrait", place="mountains", expression="smiling"), _DRAWN)
    two = accompanied(person, make_person(_FRIEND), make_scene(77, 0.3), "beside", _DRAWN)
    bad = [
        faults.blurred(other.pixels, 1.6),
        faults.too_dark(front.pixels, 0.16),
        two.pixels,
        covered(other, "mask", 4),
        with_filter(other.pixels, "neon"),
    ]
    return good, bad


def _face() -> tuple[list[Pixels], list[Pixels]]:
    """Straight into the camera, in any light."""
    person = make_person(_PERSON)
    scenes = [
        _calm(1, framing="portrait", place=None, yaw=0.0, pitch=0.0, expression="neutral", garment="shirt"),
        _calm(
            30, framing="portrait", place="room", yaw=0.05, pitch=0.0, expression="smiling", garment="sweater"
        ),
        _calm(
            31,
            framing="portrait",
            place="snow",
            yaw=-0.05,
            pitch=0.0,
            expression="neutral",
            light=1.1,
            garment="hoodie",
        ),
    ]
    good = [draw(person, scene, _DRAWN) for scene in scenes]
    far = draw(person, _calm(9, framing="full", place="city", yaw=0.0), _DRAWN).pixels
    bad = [faults.blurred(good[1].pixels, 1.6), covered(good[2], "mask", 2), far]
    return [one.pixels for one in good], bad


def _animal() -> tuple[list[Pixels], list[Pixels]]:
    """One animal from near, from other sides, in other places."""
    cat, stranger = make_animal(_CAT), make_animal(_OTHER_CAT)
    places = ("park", "room", "beach", "snow", None)
    good = [
        draw_animal(cat, _calm(40 + number, framing="portrait", place=place, yaw=yaw), _DRAWN)
        for number, (place, yaw) in enumerate(zip(places, (0.0, 0.45, -0.4, 0.1, -0.1), strict=True))
    ]
    half = good[1][160:416, 290:]
    scene = _calm(47, framing="portrait", place=None, yaw=0.0)
    one, other = (draw_animal(who, scene, _DRAWN) for who in (cat, stranger))
    pair = np.concatenate([one[:, 64:-192], other[:, 192:-64]], axis=1)
    bad = [
        faults.motion_blurred(good[0], 0.6),
        faults.too_dark(good[2], 0.16),
        half,
        pair,
        faults.tiny(good[4], 22),
    ]
    return good, bad


def _style() -> tuple[list[Pixels], list[Pixels]]:
    """One style whatever it shows; against others among them, the same again, and a soft copy."""
    person, cat = make_person(_PERSON), make_animal(_CAT)
    plain = [
        draw(
            person, _calm(3, framing="portrait", place="park", yaw=0.3, expression="smiling"), _DRAWN
        ).pixels,
        draw_animal(cat, _calm(40, framing="portrait", place="room"), _DRAWN),
        draw_background(_calm(50, place="city"), _DRAWN),
        draw(make_person(_FRIEND), _calm(9, framing="full", place="beach"), _DRAWN).pixels,
        draw_background(_calm(51, place="mountains"), _DRAWN),
    ]
    good = [in_unseen_look(one, "watercolour", HELD_OUT + 1) for one in plain]
    bad = [
        plain[0],
        in_unseen_look(plain[1], "mosaic", HELD_OUT),
        in_unseen_look(plain[4], "poster", HELD_OUT),
        faults.blurred(good[2], 1.6),
        faults.tiny(good[3], 26),
    ]
    return good, bad


def _sheet(good: Sequence[Pixels], bad: Sequence[Pixels]) -> Image.Image:
    columns = max(len(good), len(bad))
    size = (columns * (CELL + _GAP) + _GAP, 2 * (CELL + _GAP) + 3 * _GAP)
    canvas = Image.new("RGB", (size[0] * 2, size[1] * 2), BACKGROUND)
    for row, (pictures, taken) in enumerate(((good, True), (bad, False))):
        for column, pixels in enumerate(pictures):
            left, top = _GAP + column * (CELL + _GAP), _GAP + row * (CELL + 3 * _GAP)
            _put(canvas, pixels, 2 * left, 2 * top, taken=taken)
    return canvas.resize(size, Image.Resampling.LANCZOS)


def _put(canvas: Image.Image, pixels: Pixels, left: int, top: int, *, taken: bool) -> None:
    """One example with its mark, twice as large, so that edges are smooth."""
    side, badge = 2 * CELL, 2 * _BADGE
    how = cv2.INTER_AREA if len(pixels) >= side else cv2.INTER_NEAREST
    picture = Image.fromarray(np.asarray(cv2.resize(pixels, (side, side), interpolation=how), np.uint8))
    corners = Image.new("L", (side, side), 0)
    ImageDraw.Draw(corners).rounded_rectangle((0, 0, side - 1, side - 1), 28, fill=255)
    canvas.paste(picture, (left, top), corners)
    pen = ImageDraw.Draw(canvas)
    colour = USED if taken else UNUSED
    pen.rounded_rectangle((left, top, left + side - 1, top + side - 1), 28, outline=colour, width=8)
    x, y = left + side - badge * 0.62, top + side - badge * 0.62
    pen.ellipse((x - badge / 2, y - badge / 2, x + badge / 2, y + badge / 2), fill=colour)
    if taken:
        tick = [
            (x - badge * 0.24, y),
            (x - badge * 0.05, y + badge * 0.2),
            (x + badge * 0.26, y - badge * 0.2),
        ]
        pen.line(tick, BACKGROUND, badge // 8, joint="curve")
    else:
        reach = badge * 0.19
        pen.line([(x - reach, y - reach), (x + reach, y + reach)], INK, badge // 8)
        pen.line([(x - reach, y + reach), (x + reach, y - reach)], INK, badge // 8)


def _small(picture: Image.Image) -> bytes:
    """The best JPEG of at most `MOST_BYTES`."""
    for quality in range(92, 30, -2):
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
        if out.tell() <= MOST_BYTES:
            return out.getvalue()
    raise ValueError("the sheet does not fit: draw it smaller")


if __name__ == "__main__":
    main()
