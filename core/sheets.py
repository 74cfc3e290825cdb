"""Sheets: several pictures as one, numbered and labelled, for platforms that show one picture per message."""

import io
import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

CELL = 384  # pixels; a sheet of 3 by 3 stays within what chats show without scaling down
SHEET_LIMIT = 2400  # pixels of the longer side
_LAST_LATIN = "\u024f"
BACKGROUND, INK = (24, 24, 28), (240, 240, 240)


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
    """A small JPEG of a picture."""
    with Image.open(io.BytesIO(content)) as picture:
        return _jpeg(_fit(picture.convert("RGB"), side))


def _fit(picture: Image.Image, side: int) -> Image.Image:
    scale = side / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()
