"""A stranger's file as a viewer would show it: upright, in sRGB, on white; run in the child alone."""

import io
from math import ceil
from typing import Final

import pillow_heif
from PIL import AvifImagePlugin, Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin
from PIL.ExifTags import Base

from core.errors import PhotoRefused, Refusal
from core.intake_boxes import coded_colours, essence
from core.intake_colours import calibrated, coded, to_srgb

# The only decoders that ever see a stranger's bytes: what `core.intake.sniff` calls a format, and Pillow's plugin.
DECODERS: Final = {
    "jpeg": JpegImagePlugin.JpegImageFile,
    "png": PngImagePlugin.PngImageFile,
    "webp": WebPImagePlugin.WebPImageFile,
    "heif": pillow_heif.HeifImageFile,
    "avif": AvifImagePlugin.AvifImageFile,
}

# JPEG decoders halve a picture on the way, in a third of the time that it takes to decode it whole and shrink it. So a
# photo of 12 megapixels, 4000 or 4032 long, may come out a little shorter than it might.
_NEARLY: Final = 15 / 16

_GROUND: Final = (255, 255, 255)
_DEEP: Final = ("I", "I;16", "I;16L", "I;16B", "I;16N")

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


def decode(data: bytes, form: str, pixels: int, side: int) -> tuple[Image.Image, tuple[int, int]]:
    """Return the picture at most `side` long, or a little less, and its width and height before it was shrunk.

    Raises PhotoRefused for more than `pixels`, and whatever the decoders raise on hostile bytes.
    """
    # Pillow compares with twice this number, before it reserves any memory for the picture.
    Image.MAX_IMAGE_PIXELS = pixels // 2
    image, profile = _opened(data, form)
    _check(image.size, pixels)
    original = image.size
    if form == "jpeg":
        least = side * _NEARLY / max(image.size)
        image.draft(None, (ceil(image.width * least), ceil(image.height * least)))
    image.load()
    if form == "heif":  # of which the size is only known for certain when it is decoded
        original = image.size
        _check(original, pixels)
    shown = _on_white(_shrunk(_readable(image), side), profile)
    orientation = _orientation(image)
    if orientation not in _UPRIGHT:
        return shown, original
    return shown.transpose(_UPRIGHT[orientation]), original[::-1] if orientation >= 5 else original


def _opened(data: bytes, form: str) -> tuple[Image.Image, bytes | None]:
    """The picture, not decoded yet, and the profile that its colours have."""
    if form == "png":
        png = essence(data)
        image: Image.Image = DECODERS[form](io.BytesIO(png.data))
        _scale_transparency(image, png.depth)
        # In the order in which one stands above the other (PNG, third edition).
        if png.coded:
            return image, coded(*png.coded)
        if png.profile or "srgb" in image.info:
            return image, png.profile
        return image, calibrated(image.info.get("gamma"), image.info.get("chromaticity"))
    image = DECODERS[form](io.BytesIO(data))
    numbers = coded_colours(data) if form in ("heif", "avif") else None
    profile: bytes | None = image.info.get("icc_profile")
    return image, profile or (coded(*numbers) if numbers else None)


def _check(size: tuple[int, int], pixels: int) -> None:
    width, height = size
    if width * height > pixels:
        raise PhotoRefused(Refusal.TOO_MANY_PIXELS, f"{width}x{height}")


def _scale_transparency(image: Image.Image, depth: int) -> None:
    """The transparent colour of a PNG in eight bits, as its pixels are when they are decoded."""
    clear = image.info.get("transparency")
    if isinstance(clear, int) and image.mode == "L":
        image.info["transparency"] = clear * 255 // ((1 << depth) - 1)
    elif isinstance(clear, int) and image.mode in _DEEP:
        image.info["transparency"] = clear >> 8
    elif isinstance(clear, tuple) and depth == 16:
        image.info["transparency"] = tuple(value >> 8 for value in clear)


def _orientation(image: Image.Image) -> int:
    # Cameras write EXIF that breaks the standard, and viewers show such photos as they lie.
    try:
        return int(image.getexif().get(Base.Orientation, 1))
    except Exception:
        return 1


def _readable(image: Image.Image) -> Image.Image:
    """Return the picture in a mode of eight bits a channel that can be shrunk."""
    clear = image.info.get("transparency")
    if image.mode in _DEEP:
        # Converting straight to eight bits would clip everything above 255 to white.
        image = image.point(lambda value: value * (1 / 256)).convert("L")
        if clear is not None:
            image.info["transparency"] = clear
    if image.mode in {"P", "PA"}:
        return image.convert("RGBA" if clear is not None or image.mode == "PA" else "RGB")
    if clear is not None and image.mode in {"1", "L"}:
        return image.convert("LA")
    if clear is not None and image.mode == "RGB":
        return image.convert("RGBA")
    if image.mode in {"L", "LA", "RGB", "RGBA", "CMYK"}:
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _shrunk(image: Image.Image, side: int) -> Image.Image:
    scale = side / max(image.size)
    if scale >= 1:
        return image
    width, height = (max(1, round(edge * scale)) for edge in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _on_white(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture in sRGB, over white where it is transparent."""
    if image.mode not in {"LA", "RGBA"}:
        return to_srgb(image, profile)
    colours = to_srgb(image.convert("L" if image.mode == "LA" else "RGB"), profile)
    ground = Image.new("RGB", image.size, _GROUND)
    ground.paste(colours, mask=image.getchannel("A"))
    return ground
