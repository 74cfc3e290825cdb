import pytest

from core.intake_formats import sniff


@pytest.mark.parametrize(
    ("start", "form"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "jpeg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "webp"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "heif"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic", "heif"),
        (b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avifmiaf", "avif"),
        (b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avifmif1", "avif"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp41", "mp4"),
        (b"\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  ", "mov"),
        (b"GIF89a\x01\x00\x01\x00", "gif"),
        (b"%PDF-1.7\n", "pdf"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00photos/1.jpg", "zip"),
        (b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml PK\x03\x04 word/document.xml", "docx"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "svg"),
        (b"<!DOCTYPE html><html></html>", "html"),
        ("Ein Gruß, keine Fotos".encode(), "text"),
        (b"version https://git-lfs.github.com/spec/v1\n", "text"),
        (b"\x00\x01\x02\x03\x04", None),
        (b"", None),
    ],
)
def test_a_format_is_told_from_the_content(start: bytes, form: str | None) -> None:
    assert sniff(start) == form
