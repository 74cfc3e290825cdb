"""Sheets: several pictures as one, numbered and labelled, for platforms that show one picture per message."""

import io
import math
import re
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont, ImageOps

CELL = 384  # pixels; a sheet of 3 by 3 stays within what chats show without scaling down
SHEET_LIMIT = 2400  # pixels of the longer side
_LAST_LATIN = "\u024f"
BACKGROUND, INK = (24, 24, 28), (240, 240, 240)
USED, UNUSED = (127, 209, 174), (224, 96, 126)
SHEET_CELL = 256  # of a contact sheet: thumbnails are hardly larger


def sheet(pictures: Sequence[bytes], labels: Sequence[str], columns: int | None = None) -> bytes:
    """One JPEG of all pictures in rows, each with its label below it."""
    columns = columns or math.ceil(math.sqrt(len(pictures)))
    rows = math.ceil(len(pictures) / columns)
    cell = min(CELL, SHEET_LIMIT // max(columns, rows))
    band, gap = max(18, cell // 11), max(4, cell // 48)
    font = ImageFont.load_default(size=band * 0.72)
    size = (columns * (cell + gap) + gap, rows * (cell + band + gap) + gap)
    canvas = Image.new("RGB", size, BACKGROUND)
    pen = ImageDraw.Draw(canvas)
    for number, (content, label) in enumerate(zip(pictures, labels, strict=True)):
        left = gap + number % columns * (cell + gap)
        top = gap + number // columns * (cell + band + gap)
        with Image.open(io.BytesIO(content)) as picture:
            fitted = _fit(picture.convert("RGB"), cell)
        canvas.paste(fitted, (left + (cell - fitted.width) // 2, top + (cell - fitted.height) // 2))
        written = _drawable(label) or str(number + 1)
        pen.text((left + cell / 2, top + cell + band / 2), written, INK, font, anchor="mm")
    return _jpeg(canvas)


def contact_sheet(pictures: Sequence[bytes], labels: Sequence[str], used: Sequence[bool]) -> bytes:
    """One JPEG of a set of photos, each with the number that its label begins with; a tick is on those that are used,
    and the rest are crossed out."""
    columns = math.ceil(math.sqrt(len(pictures) * 1.2))
    rows = math.ceil(len(pictures) / columns)
    cell = min(SHEET_CELL, SHEET_LIMIT // max(columns, rows))
    gap, badge = max(6, cell // 24), max(20, cell // 6)
    canvas = Image.new("RGB", (columns * (cell + gap) + gap, rows * (cell + gap) + gap), BACKGROUND)
    for place, (content, label, taken) in enumerate(zip(pictures, labels, used, strict=True)):
        left, top = gap + place % columns * (cell + gap), gap + place // columns * (cell + gap)
        with Image.open(io.BytesIO(content)) as picture:
            square = ImageOps.fit(picture.convert("RGB"), (cell, cell), Image.Resampling.LANCZOS)
        if not taken:
            square = Image.blend(
                ImageOps.grayscale(square).convert("RGB"), Image.new("RGB", square.size, BACKGROUND), 0.45
            )
        # Drawn finer and shrunk, so that round edges are smooth.
        fine = square.resize((2 * cell, 2 * cell), Image.Resampling.BICUBIC)
        _mark(ImageDraw.Draw(fine), 2 * cell, 2 * badge, _number(label), taken=taken)
        corners = Image.new("L", fine.size, 0)
        ImageDraw.Draw(corners).rounded_rectangle((0, 0, 2 * cell - 1, 2 * cell - 1), badge * 0.7, fill=255)
        shrunk = (cell, cell)
        canvas.paste(
            fine.resize(shrunk, Image.Resampling.LANCZOS),
            (left, top),
            corners.resize(shrunk, Image.Resampling.LANCZOS),
        )
    return _jpeg(canvas)


def _mark(pen: ImageDraw.ImageDraw, cell: int, badge: int, number: str, *, taken: bool) -> None:
    """The number in the upper left corner, and a tick in the lower right one or a cross over all of it."""
    stroke, edge = max(4, badge // 8), badge * 0.25
    if taken:
        x, y = cell - badge * 0.85, cell - badge * 0.85
        pen.ellipse((x - badge * 0.6, y - badge * 0.6, x + badge * 0.6, y + badge * 0.6), fill=USED)
        tick = [
            (x - badge * 0.28, y),
            (x - badge * 0.06, y + badge * 0.24),
            (x + badge * 0.32, y - badge * 0.24),
        ]
        pen.line(tick, BACKGROUND, stroke, joint="curve")
    else:
        near, far = cell * 0.2, cell * 0.8
        pen.line([(near, near), (far, far)], UNUSED, stroke)
        pen.line([(near, far), (far, near)], UNUSED, stroke)
    font = ImageFont.load_default(size=badge * 0.66)
    wide = max(badge, pen.textlength(number, font) + badge * 0.5)
    pen.rounded_rectangle((edge, edge, edge + wide, edge + badge), badge * 0.5, fill=BACKGROUND)
    pen.text((edge + wide / 2, edge + badge / 2), number, INK if taken else UNUSED, font, anchor="mm")


def _number(label: str) -> str:
    found = re.match(r"\d+", label)
    return found[0] if found else ""


def part(content: bytes, edges: Sequence[float]) -> bytes:
    """A small JPEG of a part of a picture; `edges` are left, top, right, bottom as shares of its sides."""
    with Image.open(io.BytesIO(content)) as picture:
        left, top, right, bottom = edges
        wide, high = picture.size
        box = (round(left * wide), round(top * high), round(right * wide), round(bottom * high))
        return _jpeg(_fit(picture.convert("RGB").crop(box), CELL))


def grid(
    pictures: Sequence[Sequence[bytes]],
    columns: Sequence[str],
    rows: Sequence[str],
    labels: Sequence[Sequence[str]],
) -> bytes:
    """One JPEG of pictures in rows, a heading over each column and before each row, a label on each picture."""
    cell = min(CELL, SHEET_LIMIT // max(len(columns), len(rows)) - 96)
    band, gap = max(18, cell // 9), max(4, cell // 48)
    font = ImageFont.load_default(size=band * 0.7)
    side = 4 * band  # room for the headings of rows
    size = (side + len(columns) * (cell + gap), band + gap + len(rows) * (cell + gap))
    canvas = Image.new("RGB", size, BACKGROUND)
    pen = ImageDraw.Draw(canvas)
    for across, heading in enumerate(columns):
        pen.text(
            (side + across * (cell + gap) + cell / 2, band / 2), _drawable(heading), INK, font, anchor="mm"
        )
    for down, row in enumerate(pictures):
        top = band + gap + down * (cell + gap)
        pen.text((side / 2, top + cell / 2), _drawable(rows[down]), INK, font, anchor="mm")
        for across, content in enumerate(row):
            left = side + across * (cell + gap)
            with Image.open(io.BytesIO(content)) as picture:
                canvas.paste(_fit(picture.convert("RGB"), cell), (left, top))
            if label := labels[down][across]:
                box = pen.textbbox((left + gap, top + cell - gap), label, font, anchor="lb")
                pen.rectangle((box[0] - gap, box[1] - gap, box[2] + gap, box[3] + gap), fill=BACKGROUND)
                pen.text((left + gap, top + cell - gap), label, INK, font, anchor="lb")
    return _jpeg(canvas)


def _drawable(label: str) -> str:
    """What of a label Pillow's own font has glyphs for: Latin letters and figures; else it would draw boxes."""
    return "".join(char for char in label if char <= _LAST_LATIN).strip(" ()-·:")


def thumbnail(content: bytes, side: int = 192) -> bytes:
    """A small JPEG of a JPEG."""
    with Image.open(io.BytesIO(content)) as picture:
        picture.draft("RGB", (2 * side, 2 * side))  # spares most of the decoding
        return _jpeg(_fit(picture.convert("RGB"), side))


def _fit(picture: Image.Image, side: int) -> Image.Image:
    scale = side / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()
