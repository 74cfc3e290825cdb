"""What bytes are, told from the bytes: neither names nor announced types are believed."""

from typing import Final

PHOTOS: Final = frozenset({"jpeg", "png", "webp", "heif", "avif"})
"""Formats that become photos."""

PICTURES: Final = PHOTOS | {"gif", "tiff", "bmp", "ico", "psd", "jpeg2000", "jpeg-xl", "svg", "raw"}
"""Formats that are pictures, and so deserve another answer than a text does."""

_MAGIC: Final = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"FUJIFILMCCD-RAW", "raw"),
    (b"II\x2a\x00\x10\x00\x00\x00CR", "raw"),
    (b"II\x2a\x00", "tiff"),
    (b"MM\x00\x2a", "tiff"),
    (b"BM", "bmp"),
    (b"\x00\x00\x01\x00", "ico"),
    (b"8BPS", "psd"),
    (b"\x00\x00\x00\x0cjP  ", "jpeg2000"),
    (b"\xff\x0a", "jpeg-xl"),
    (b"\x00\x00\x00\x0cJXL ", "jpeg-xl"),
    (b"%PDF-", "pdf"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"\x1aE\xdf\xa3", "webm"),
    (b"ID3", "mp3"),
    (b"OggS", "ogg"),
    (b"MZ", "exe"),
    (b"\x7fELF", "exe"),
)
# ISO base media: the brands of HEIF and AVIF, as ISO/IEC 23008-12 and the AVIF specification register them.
_HEIF_BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs")
_AVIF_BRANDS: Final = (b"avif", b"avis")
_OFFICE: Final = ((b"word/", "docx"), (b"xl/", "xlsx"), (b"ppt/", "pptx"))
_LOOKED_AT: Final = 4096


def sniff(data: bytes) -> str | None:
    """Name the format of a file by its content; None for one that is nothing known."""
    if data[:4] == b"RIFF":
        return {b"WEBP": "webp", b"WAVE": "wav", b"AVI ": "avi"}.get(data[8:12])
    if data[4:8] == b"ftyp":
        return _base_media(data)
    if data[:4] == b"PK\x03\x04":
        return next((name for sign, name in _OFFICE if sign in data[:_LOOKED_AT]), "zip")
    known = next((name for magic, name in _MAGIC if data.startswith(magic)), None)
    return known or _text(data[:_LOOKED_AT])


def _base_media(data: bytes) -> str:
    length = min(int.from_bytes(data[:4], "big"), 256)
    brands = [data[8:12], *(data[at : at + 4] for at in range(16, length, 4))]
    if any(brand in _AVIF_BRANDS for brand in brands):
        return "avif"
    if any(brand in _HEIF_BRANDS for brand in brands) or brands[0] in {b"mif1", b"msf1"}:
        return "heif"
    return "mov" if brands[0] == b"qt  " else "raw" if brands[0] == b"crx " else "mp4"


def _text(start: bytes) -> str | None:
    # The cut may fall into the middle of a character.
    text = start.decode(errors="ignore")
    readable = all(letter.isprintable() or letter.isspace() for letter in text)
    if not text or not readable or len(text.encode()) < len(start) - 3:
        return None
    words = text.lstrip("\ufeff \t\r\n").lower()
    if "<svg" in words:
        return "svg"
    return "html" if words.startswith(("<!doctype html", "<html")) else "text"
