"""The child that decodes untrusted pictures, one after another, under limits; run as `python -m core.intake_child`.

Both ways a message is one line of JSON and the bytes it announces.
To the child: `{"length", "format", "pixels", "side", "seconds"}` and a file.
From the child: `{"width", "height", "original": [width, height]}` and RGB pixels, or `{"refusal", "detail"}`.
"""

import io
import json
import os
import resource
import sys
import warnings
from typing import Any, BinaryIO, Final

import pillow_heif
from PIL import AvifImagePlugin, Image, ImageCms, JpegImagePlugin, PngImagePlugin, WebPImagePlugin
from PIL.ExifTags import Base

from core.errors import Refusal

# The only decoders that ever see a stranger's bytes: what `core.intake.sniff` calls a format, and Pillow's plugin.
DECODERS: Final = {
    "jpeg": JpegImagePlugin.JpegImageFile,
    "png": PngImagePlugin.PngImageFile,
    "webp": WebPImagePlugin.WebPImageFile,
    "heif": pillow_heif.HeifImageFile,
    "avif": AvifImagePlugin.AvifImageFile,
}

_NEUTRAL: Final = (128, 128, 128)
_DEEP: Final = ("I", "I;16", "I;16L", "I;16B", "I;16N")
_SRGB: Final = "sRGB"
_OPEN_FILES: Final = 16

# EXIF's orientation, and what undoes it; from 5 on the picture lies on its side.
_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class _Refused(Exception):
    def __init__(self, refusal: Refusal, detail: str = "") -> None:
        super().__init__(refusal, detail)
        self.refusal = refusal
        self.detail = detail


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


def decode(data: bytes, form: str, pixels: int, side: int) -> tuple[Image.Image, tuple[int, int]]:
    """Return the picture upright in sRGB, at most `side` long, and its size before it was shrunk."""
    # Pillow compares with twice this number, before it reserves any memory for the picture.
    Image.MAX_IMAGE_PIXELS = pixels // 2
    image: Image.Image = DECODERS[form](io.BytesIO(data))
    width, height = image.size
    if width * height > pixels:
        raise _Refused(Refusal.TOO_MANY_PIXELS, f"{width}x{height}")
    orientation = _orientation(image)
    if form == "jpeg":
        image.draft(None, (side, side))
    image.load()
    small = _to_srgb(_shrunk(_readable(image), side), image.info.get("icc_profile"))
    if orientation not in _UPRIGHT:
        return small, (width, height)
    return small.transpose(_UPRIGHT[orientation]), (height, width) if orientation >= 5 else (width, height)


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
    except _Refused as refused:
        head = {"refusal": refused.refusal, "detail": refused.detail}
    except Image.DecompressionBombError:
        head = {"refusal": Refusal.TOO_MANY_PIXELS, "detail": ""}
    except MemoryError:
        head = {"refusal": Refusal.TOO_MUCH_MEMORY, "detail": ""}
    except Exception as error:  # decoders raise nearly everything on hostile bytes
        head = {"refusal": _fault(error), "detail": order["format"]}
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
    cut_short = ("truncated", "end of", "unexpected eof", "failed to decode next frame")
    words = str(error).lower()
    return Refusal.TRUNCATED if any(sign in words for sign in cut_short) else Refusal.DAMAGED


def _orientation(image: Image.Image) -> int:
    # Cameras write EXIF that breaks the standard, and viewers show such photos as they lie.
    try:
        return int(image.getexif().get(Base.Orientation, 1))
    except Exception:
        return 1


def _readable(image: Image.Image) -> Image.Image:
    """Return the picture in a mode of eight bits a channel that can be shrunk."""
    if image.mode in _DEEP:
        # Converting straight to eight bits would clip everything above 255 to white.
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in {"P", "PA"}:
        return image.convert("RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")
    if "transparency" in image.info and image.mode in {"L", "RGB"}:
        return image.convert("RGBA")
    if image.mode in {"L", "LA", "RGB", "RGBA", "CMYK"}:
        return image
    return image.convert("RGB")


def _shrunk(image: Image.Image, side: int) -> Image.Image:
    scale = side / max(image.size)
    if scale >= 1:
        return image
    width, height = (max(1, round(edge * scale)) for edge in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture in RGB by its colour profile, over neutral grey where it is transparent."""
    alpha = image.getchannel("A") if image.mode in {"LA", "RGBA"} else None
    opaque = image.convert("L" if image.mode == "LA" else "RGB") if alpha else image
    colours = _by_profile(opaque, profile) if profile else opaque.convert("RGB")
    if alpha is None:
        return colours
    ground = Image.new("RGB", image.size, _NEUTRAL)
    ground.paste(colours, mask=alpha)
    return ground


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image:
    # A profile that is broken, or made for other channels, is one that viewers pass over too.
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile(_SRGB), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image.convert("RGB")
    return converted if converted is not None else image.convert("RGB")


if __name__ == "__main__":
    main()
