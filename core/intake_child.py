"""The child that decodes untrusted pictures, one after another, under limits; run as `python -m core.intake_child`.

Both ways a message is one line of JSON and the bytes it announces.
To the child: `{"length", "format", "pixels", "side", "seconds"}` and a file.
From the child: `{"width", "height", "original": [width, height]}` and RGB pixels, or `{"refusal", "detail"}`.
"""

import json
import os
import resource
import sys
import warnings
from typing import Any, BinaryIO, Final

import pillow_heif
from PIL import AvifImagePlugin, Image

from core.errors import PhotoRefused, Refusal
from core.intake_boxes import is_cut_short
from core.intake_picture import decode

_OPEN_FILES: Final = 16
# What decoders written in C say in their own words, in which order it counts.
_SIGNS: Final = (
    (
        ("security limit exceeded",),
        Refusal.DAMAGED,
    ),  # a number that no real file has; libheif calls it memory
    (("out of memory", "memory allocation", "cannot allocate"), Refusal.TOO_MUCH_MEMORY),
    (("truncated", "end of", "unexpected eof", "failed to decode next frame"), Refusal.TRUNCATED),
)


def main() -> None:
    """Decode pictures from standard input until it ends; the one argument is the memory limit in bytes."""
    _confine(int(sys.argv[1]))
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while line := source.readline():
        order = json.loads(line)
        data = source.read(order["length"])
        if len(data) < order["length"]:
            return
        _answer(sink, order, data)


def _confine(memory: int) -> None:
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # A core dump would leave somebody's photo on the disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Every thread reserves address space for a stack and an arena of its own.
    pillow_heif.options.DECODE_THREADS = 1
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    for extra in ("THUMBNAILS", "DEPTH_IMAGES", "AUX_IMAGES"):
        setattr(pillow_heif.options, extra, False)
    # Decoders warn about odd metadata; standard error belongs to what went wrong here.
    warnings.simplefilter("ignore")


def _answer(sink: BinaryIO, order: dict[str, Any], data: bytes) -> None:
    _allow_seconds(order["seconds"])
    head: dict[str, Any]
    body = b""
    try:
        image, original = decode(data, order["format"], order["pixels"], order["side"])
        head = {"width": image.width, "height": image.height, "original": original}
        body = image.tobytes()
    except PhotoRefused as refused:
        head = {"refusal": refused.refusal, "detail": refused.detail}
    except Image.DecompressionBombError:
        head = {"refusal": Refusal.TOO_MANY_PIXELS, "detail": ""}
    except MemoryError:
        head = {"refusal": Refusal.TOO_MUCH_MEMORY, "detail": ""}
    except Exception as error:  # decoders raise nearly everything on hostile bytes
        refusal = _fault(error)
        if refusal is Refusal.DAMAGED and is_cut_short(data, order["format"]):
            refusal = Refusal.TRUNCATED
        head = {"refusal": refusal, "detail": order["format"]}
    sink.write(json.dumps(head).encode() + b"\n" + body)
    sink.flush()


def _allow_seconds(seconds: float) -> None:
    """Let the next picture use this much processor time; more ends the process by SIGXCPU."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime + seconds) + 1
    # The hard limit stays where it is: lowered once, it could not be raised for the next picture.
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))


def _fault(error: Exception) -> Refusal:
    words = str(error).lower()
    return next(
        (refusal for signs, refusal in _SIGNS if any(sign in words for sign in signs)), Refusal.DAMAGED
    )


if __name__ == "__main__":
    main()
