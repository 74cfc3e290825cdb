"""Untrusted bytes become pixels here, in a child process with limits; nothing else of the file is kept."""

import contextlib
import io
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

import numpy as np
from PIL import Image

from core.artifacts import Pixels
from core.errors import PhotoRefused, Refusal
from core.intake_formats import PHOTOS, PICTURES, sniff

__all__ = ["Intake", "Limits", "Opened", "decode", "encode", "sniff"]

log = logging.getLogger(__name__)

_MEMORY: Final = 1280 << 20  # a WebP of 64 megapixels takes 1120, the most of all formats
_JPEG_QUALITY: Final = 95
_LONGEST_HEADER: Final = 4096
_ROOT: Final = Path(__file__).resolve().parents[1]
# A clean environment: nothing of ours (tokens, addresses) is there for a decoder gone wrong to read.
_ENVIRONMENT: Final = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}


@dataclass(frozen=True)
class Limits:
    """How large a file may be, how long it may take, and how long the longest side stays."""

    bytes: int = 50 * 1024 * 1024
    pixels: int = 64_000_000
    seconds: float = 10.0
    side: int = 2048


@dataclass(frozen=True)
class Opened:
    """A file as a picture: upright, sRGB, at most `Limits.side` long.

    `width` and `height` are those of the file's own picture, upright; `format` is what the bytes were.
    """

    pixels: Pixels
    width: int
    height: int
    format: str


class Intake:
    """Opens strangers' files in a child process, which is started when first needed and replaced when it dies.

        with Intake() as intake:
            opened = intake.open(data)

    Threads may share one; they take turns.
    """

    def __init__(self, *, memory: int = _MEMORY) -> None:
        self._memory = memory
        self._child: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def process(self) -> int | None:
        """The child's process id, None while there is none."""
        return self._child.pid if self._child else None

    def open(self, data: bytes, limits: Limits | None = None) -> Opened:
        """Return the picture in these bytes; raises PhotoRefused."""
        limits = limits or Limits()
        form = _admitted(data, limits)
        with self._turn:
            used = self._child is not None
            try:
                return self._decoded(data, form, limits)
            except _ChildDied as death:
                # It may have been ended from outside, which says nothing about the photo; a file that
                # crashes the decoder does so again.
                log.warning("intake child died", extra={"code": death.code})
            except PhotoRefused as refused:
                # What files before this one have cost a child is not this one's fault.
                if refused.refusal is not Refusal.TOO_MUCH_MEMORY or not used:
                    raise
            try:
                return self._decoded(data, form, limits)
            except _ChildDied as death:
                raise PhotoRefused(Refusal.DAMAGED, form) from death

    def close(self) -> None:
        """End the child; the next file starts another."""
        if self._child is not None:
            self._child.kill()
            _reap(self._child)
            self._child = None

    def _decoded(self, data: bytes, form: str, limits: Limits) -> Opened:
        child = self._running()
        expired = threading.Event()

        def end() -> None:
            expired.set()
            child.kill()

        timer = threading.Timer(limits.seconds, end)
        timer.start()
        try:
            return _asked(child, data, form, limits)
        except PhotoRefused as refused:
            # Memory that a decoder lost on its way out of a failure stays counted against the child.
            if refused.refusal is Refusal.TOO_MUCH_MEMORY:
                self.close()
            raise
        except (OSError, EOFError, ValueError, LookupError, TypeError) as broken:
            code = _reap(child)
            self._child = None
            if expired.is_set() or code == -signal.SIGXCPU:
                raise PhotoRefused(Refusal.TOO_SLOW, f"{limits.seconds:g} s") from broken
            raise _ChildDied(code) from broken
        finally:
            timer.cancel()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            self._child = subprocess.Popen(
                [sys.executable, "-s", "-E", "-m", "core.intake_child", str(self._memory)],
                cwd=_ROOT,
                env=_ENVIRONMENT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
            )
        return self._child


def encode(pixels: Pixels) -> bytes:
    """Return the picture as a fresh JPEG file without metadata: what the studio keeps."""
    sink = io.BytesIO()
    Image.fromarray(pixels).save(sink, "JPEG", quality=_JPEG_QUALITY, subsampling="4:4:4")
    return sink.getvalue()


def decode(data: bytes) -> Pixels:
    """Return the picture of a file that `encode` made; never for a stranger's bytes."""
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
        return np.array(image)


class _ChildDied(Exception):
    """The child ended before it answered."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def _admitted(data: bytes, limits: Limits) -> str:
    if not data:
        raise PhotoRefused(Refusal.EMPTY)
    if len(data) > limits.bytes:
        raise PhotoRefused(Refusal.TOO_MANY_BYTES, str(len(data)))
    form = sniff(data)
    if form in PHOTOS:
        return form
    raise PhotoRefused(Refusal.UNKNOWN_FORMAT if form in PICTURES else Refusal.NOT_A_PICTURE, form or "")


def _asked(child: subprocess.Popen[bytes], data: bytes, form: str, limits: Limits) -> Opened:
    order = {
        "length": len(data),
        "format": form,
        "pixels": limits.pixels,
        "side": limits.side,
        "seconds": limits.seconds,
    }
    source, sink = _pipes(child)
    sink.write(json.dumps(order).encode() + b"\n")
    sink.write(data)
    sink.flush()
    head = json.loads(source.readline(_LONGEST_HEADER) or _ended())
    if "refusal" in head:
        raise PhotoRefused(Refusal(head["refusal"]), str(head["detail"]))
    return _picture(source, head, form, limits)


def _picture(source: IO[bytes], head: dict[str, Any], form: str, limits: Limits) -> Opened:
    # The child has read hostile bytes: its numbers are checked before they reserve memory here.
    height, width = int(head["height"]), int(head["width"])
    if not (0 < height <= limits.side and 0 < width <= limits.side):
        raise ValueError(f"a picture of {width}x{height} pixels")
    body = source.read(height * width * 3)
    if len(body) < height * width * 3:
        _ended()
    original_width, original_height = (int(edge) for edge in head["original"])
    pixels = np.frombuffer(bytearray(body), np.uint8).reshape(height, width, 3)
    return Opened(pixels, original_width, original_height, form)


def _ended() -> bytes:
    raise EOFError("the child ended in the middle of its answer")


def _pipes(child: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if child.stdout is None or child.stdin is None:
        raise ValueError("the child was started without pipes")
    return child.stdout, child.stdin


def _reap(child: subprocess.Popen[bytes]) -> int:
    """End a child whose answers cannot be followed any more, and return what it ended with."""
    if child.poll() is None:
        child.kill()
    for pipe in _pipes(child):
        # What could not be flushed belongs to a request that is over.
        with contextlib.suppress(BrokenPipeError):
            pipe.close()
    return child.wait()
