"""What Telegram makes of a picture that is sent as a photo."""

import io
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from tests.botapi.refusals import bad_request

# Telegram's own sizes s, m, x and y: https://core.telegram.org/api/files#image-thumbnail-types
LONGEST_SIDES = (90, 320, 800, 1280)
JPEG_QUALITY = 87
# https://core.telegram.org/bots/api#sendphoto
SIDES_TOGETHER = 10000
SIDES_RATIO = 20


@dataclass(frozen=True)
class Size:
    """One recompressed copy of a photo."""

    content: bytes
    width: int
    height: int


def photo_sizes(content: bytes) -> tuple[Size, ...]:
    """Return JPEG copies without metadata, smallest first; none is larger than the picture or 1280 pixels.

    Refuses what is no picture, or is too long or too thin for Telegram.
    """
    try:
        with Image.open(io.BytesIO(content)) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise bad_request("IMAGE_PROCESS_FAILED") from error
    if sum(picture.size) > SIDES_TOGETHER or max(picture.size) > SIDES_RATIO * min(picture.size):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    longest = max(picture.size)
    smaller = [side for side in LONGEST_SIDES[:-1] if side < longest]
    return tuple(_copy(picture, side) for side in [*smaller, min(longest, LONGEST_SIDES[-1])])


def _copy(picture: Image.Image, longest: int) -> Size:
    copy = picture.copy()
    copy.thumbnail((longest, longest))
    written = io.BytesIO()
    copy.save(written, "JPEG", quality=JPEG_QUALITY)
    return Size(written.getvalue(), *copy.size)
