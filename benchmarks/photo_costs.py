"""[photo-seconds] [photo-memory-mb] What a photo of 12 megapixels costs, and what any file makes a worker use."""

import contextlib
import io
import os
import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from benchmarks import weights
from benchmarks.row import Row, row
from core.curation import Measured, choose, judge, measure, report_card
from core.errors import PhotoRefused
from core.faces import FacePack
from core.intake import Intake, encode
from core.sheets import thumbnail
from pocket.cast import HELD_OUT, photos_of

PHOTOS, DRAWN = 20, 1024
WIDTH, HEIGHT = 4000, 3000  # 12 megapixels
SIZE = 128
GRAIN = 2.0  # grey levels; without any a JPEG would be unusually small
MOST_MB = 1408  # the decoder's own limit, and what the worker itself holds of one picture
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def run(*, full: bool) -> list[Row]:
    """Both rows, on one thread; there is nothing more to ask for in full."""
    cv2.setNumThreads(1)
    pack = FacePack.open(weights.WEIGHTS / "faces", threads=1)
    return [seconds(pack, PHOTOS), memory(pack)]


def seconds(pack: FacePack, count: int) -> Row:
    """Processor seconds of a photo, the decoder's included: what a look does, set and all, but for the records."""
    files = _photos(count)
    measured: list[Measured] = []
    with Intake() as intake:
        _look(intake, pack, files[0])  # starts the decoder
        began = _spent(intake)
        for file in files:
            measured.append(_look(intake, pack, file))
            judgements = judge(measured, SIZE, pack.thresholds)
            choose(judgements, measured)
            report_card(measured, judgements)
        each = (_spent(intake) - began) / count
    return row("photo-seconds", each, "s", most=0.5, n=count, peer=f"{WIDTH}x{HEIGHT} JPEG, processor time")


def memory(pack: FacePack) -> Row:
    """The most that decoder and worker together need for a file that claims, or is, as much as a picture can be."""
    most = 0.0
    for content in _greedy():
        with Intake() as intake:
            before = _resident("self", "VmRSS")
            _forget_peak()
            with contextlib.suppress(PhotoRefused):
                _look(intake, pack, content)
            child = _resident(str(intake.process), "VmHWM") if intake.process else 0.0
            most = max(most, child + _resident("self", "VmHWM") - before)
    return row(
        "photo-memory-mb",
        most,
        "MB",
        most=MOST_MB,
        n=len(list(_greedy())),
        peer="decoder and worker together",
    )


def _look(intake: Intake, pack: FacePack, content: bytes) -> Measured:
    opened = intake.open(content)
    measured = measure(opened.pixels, pack, SIZE, (opened.width, opened.height))
    thumbnail(encode(opened.pixels))
    return measured


def _photos(count: int) -> list[bytes]:
    random = np.random.default_rng(0)
    files = []
    for drawing in photos_of(HELD_OUT + 1, count, DRAWN):
        large = cv2.resize(drawing.pixels, (WIDTH, WIDTH), interpolation=cv2.INTER_CUBIC)[:HEIGHT]
        grainy = np.clip(large + random.normal(0, GRAIN, large.shape), 0, 255).astype(np.uint8)
        files.append(_jpeg(grainy))
    return files


def _greedy() -> Iterator[bytes]:
    """Files that want much: claims without pixels, and the largest pictures that are taken."""
    yield _png_of_nothing(60_000, 60_000)
    yield _png_of_nothing(8_000, 8_000)
    yield _png_of_nothing(64_000_000, 1)
    yield _jpeg(np.full((8_000, 8_000, 3), 200, np.uint8))
    sink = io.BytesIO()
    Image.new("I;16", (8_000, 8_000)).save(sink, "PNG", compress_level=1)
    yield sink.getvalue()
    for form, mode in (("PNG", "RGBA"), ("WEBP", "RGB")):
        sink = io.BytesIO()
        Image.new(mode, (8_000, 8_000)).save(sink, form)
        yield sink.getvalue()


def _png_of_nothing(width: int, height: int) -> bytes:
    """A PNG with a header of this size and next to no pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1 << 20)))
        + chunk(b"IEND", b"")
    )


def _jpeg(pixels: np.ndarray) -> bytes:
    sink = io.BytesIO()
    Image.fromarray(pixels).save(sink, "JPEG", quality=92)
    return sink.getvalue()


def _spent(intake: Intake) -> float:
    """Processor seconds of this process and of the decoder."""
    fields = Path(f"/proc/{intake.process}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def _resident(process: str, which: str) -> float:
    """Megabytes of a process as Linux counts them: `VmRSS` now, `VmHWM` at most."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(f"{which}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(which)


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")
