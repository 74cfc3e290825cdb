"""What is said of photos: verdicts with reason and remedy, and what to add next."""

from core.conversation.phrases import (
    MINIMUM_PHOTOS,
    MOST_MEGABYTES,
    MOST_MEGAPIXELS,
    RECOMMENDED_PHOTOS,
    plural,
)
from core.conversation.views import PhotoView, ProfileView


def verdict(photo: PhotoView) -> str:
    """What is wrong with a photo, why it matters and what to do, or an empty string."""
    number = photo.number
    if photo.owner == "removed":
        return f"Photo {number}: taken out by you."
    if photo.owner == "kept":
        return ""
    detail = photo.detail
    sentences = {
        "duplicate": f"Photo {number} is the same picture as photo {photo.other}.",
        "blurred": f"Photo {number} is blurred; send a sharp one, or this one as a file.",
        "noisy": f"Photo {number} is grainy; one with more light would do.",
        "too_dark": f"Photo {number} is too dark to see the face; one in daylight would do.",
        "too_bright": f"Photo {number} is blown out; one out of the direct sun would do.",
        "too_small": f"Photo {number} is too small{in_brackets(detail)}; send the original as a file.",
        "no_face": f"Photo {number}: I find no face; one where the face is clear would do.",
        "several_faces": f"Photo {number} has several faces; send one where you are alone.",
        "face_too_small": f"Photo {number}: the face is too small; come closer, or crop it.",
        "cut_off": f"Photo {number}: the face leaves the picture; send one that shows it whole.",
        "other_person": f"Photo {number} shows somebody else than the rest.",
        "empty": f"Photo {number} arrived empty; send it again.",
        "not_a_picture": f"Photo {number}: that is {kind(detail)}; I need JPG, PNG, WebP, HEIC or AVIF pictures.",
        "unknown_format": f"Photo {number}: I cannot read {kind(detail)}; send JPG, PNG, WebP, HEIC or AVIF.",
        "too_many_bytes": f"Photo {number} is too large: {size(detail)}. Send it smaller, or as a photo instead of a file.",
        "too_many_pixels": (
            f"Photo {number} has too many pixels{in_brackets(detail)}: {MOST_MEGAPIXELS} megapixels are the most. Send it smaller."
        ),
        "truncated": f"Photo {number} broke off on the way; send it again.",
        "damaged": f"Photo {number} is damaged and cannot be opened; send another copy.",
        "too_slow": f"Photo {number} takes too long to open; save it as a plain JPG and send that.",
        "too_much_memory": f"Photo {number} is too large to open here; send it smaller.",
        "not_fetched": f"Photo {number} could not be fetched{in_brackets(detail)}; send it again.",
    }
    return sentences.get(photo.verdict, "")


def photo_panel(draft: ProfileView, missing_codes: tuple[str, ...]) -> str:
    """The one message about the photos: what arrived, what is good, what is not, what next."""
    waiting = [photo for photo in draft.photos if photo.waiting]
    good = [photo for photo in draft.photos if is_good(photo)]
    lines = [f"{plural(len(draft.photos), 'photo')}, thank you. {len(good)} good."]
    if waiting:
        lines[0] += f" Looking at {len(waiting)} more..." if good else " Looking..."
    if good:
        lines.append("Good: " + ", ".join(str(photo.number) for photo in good) + ".")
    lines += [line for photo in draft.photos if (line := verdict(photo))]
    least, most = RECOMMENDED_PHOTOS
    if len(good) < least:
        lines.append(f"{len(good)} of {least} to {most}." + next_photos(missing_codes))
    elif missing_codes:
        lines.append(next_photos(missing_codes).strip())
    return "\n".join(lines)


def is_good(photo: PhotoView) -> bool:
    """Whether a photo counts: accepted and not taken out, or put back."""
    return photo.owner == "kept" or (photo.verdict == "accepted" and photo.owner != "removed")


def next_photos(missing_codes: tuple[str, ...]) -> str:
    """What to add next."""
    words = {
        "photos": "more photos",
        "more_photos": "a few more photos",
        "angles": "your face turned to the side",
        "light": "other light",
        "backgrounds": "another place, one outdoors",
    }
    named = [words[code] for code in missing_codes if code in words]
    return f" Best next: {', and '.join(named[:2])}." if named else ""


def too_few(good: int) -> str:
    """Why it cannot go on yet."""
    return (
        f"{good} good so far; I need {MINIMUM_PHOTOS} at least. Send {plural(MINIMUM_PHOTOS - good, 'more')}."
    )


KINDS = {
    "pdf": "a PDF", "zip": "a ZIP archive", "rar": "an archive", "7z": "an archive", "gzip": "an archive",
    "gif": "a GIF", "mp4": "a video", "mov": "a video", "webm": "a video", "avi": "a video",
    "mp3": "a sound file", "wav": "a sound file", "ogg": "a sound file", "docx": "a Word document",
    "xlsx": "a spreadsheet", "pptx": "a presentation", "text": "a text", "html": "a web page",
    "exe": "a program", "svg": "an SVG drawing", "raw": "a camera's raw file", "tiff": "a TIFF",
    "bmp": "a BMP", "ico": "an icon", "psd": "a Photoshop file", "jpeg2000": "a JPEG 2000", "jpeg-xl": "a JPEG XL",
}  # fmt: skip


def kind(code: str) -> str:
    """What somebody sent instead of a photo."""
    return KINDS.get(code, code or "no picture I know")


def size(detail: str) -> str:
    """A number of bytes in megabytes, beside the limit; a platform's own sentence as it is."""
    if not detail.isdecimal():
        return detail
    return f"{int(detail) >> 20} MB, and {MOST_MEGABYTES} MB are the most"


def in_brackets(detail: str) -> str:
    """A detail, if there is one."""
    return f" ({detail})" if detail else ""
