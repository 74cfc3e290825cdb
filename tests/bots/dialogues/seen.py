"""What a person sees of one message, and whether it shows what was meant."""

import io
from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image

from core.conversation.messages import Document, Gallery, Original, Reply, TextFile

LEVELS = (70, 140, 210)
NEAR = 14  # of a channel: what JPEG changes
LEAST_PIXELS = 12
SIDE = 120  # pixels to which a picture is shrunk to look at its colours


@dataclass(frozen=True)
class Seen:
    """One message of the bot as it stands; `buttons` are labels with the keys that the platform's hearing reads."""

    place: str
    id: str
    words: str
    buttons: tuple[tuple[str, str], ...] = ()
    grey: tuple[str, ...] = ()  # labels of what cannot be tapped
    pictures: tuple[bytes, ...] = ()
    files: tuple[tuple[str, bytes], ...] = ()
    alone: bool = True  # nobody else sees it

    @property
    def labels(self) -> list[str]:
        """What can be tapped."""
        return [label for label, _ in self.buttons if label not in self.grey]

    @property
    def shades(self) -> set[int]:
        """Which of the numbered pictures are seen in it, on whatever sheet."""
        return {number for content in self.pictures for number in shades(content)}


def picture(number: int) -> bytes:
    """A plain picture that is told from the others by its colour; 1 to 12."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour(number)).save(out, "PNG")
    return out.getvalue()


def colour(number: int) -> tuple[int, int, int]:
    """A colour that is no shade of grey."""
    if not 1 <= number <= 12:
        raise ValueError(f"there are pictures 1 to 12, not {number}")
    return LEVELS[number % 3], LEVELS[number // 3 % 3], LEVELS[number // 9 % 3]


def shades(content: bytes) -> set[int]:
    """The numbers of the pictures whose colour covers a part of this one."""
    with Image.open(io.BytesIO(content)) as opened:
        small = opened.convert("RGB")
        small.thumbnail((SIDE, SIDE), Image.Resampling.NEAREST)
    found = small.getcolors(small.width * small.height) or ()
    return {number for number in range(1, 13) if _covered(found, colour(number)) >= LEAST_PIXELS}


def _covered(found: Iterable[tuple[int, object]], wanted: tuple[int, int, int]) -> int:
    return sum(
        count
        for count, pixel in found
        if isinstance(pixel, tuple) and max(abs(a - b) for a, b in zip(pixel, wanted, strict=True)) <= NEAR
    )


def check(reply: Reply, seen: Seen, spelled: str, most_units: int, longest_label: int) -> None:
    """Raise AssertionError where a message is not what was meant: words, options by their keys, pictures."""
    if seen.words != spelled:
        begun = seen.words.removesuffix("…").rstrip("\n")
        assert units(spelled) > most_units, f"{seen.words!r} is not {spelled!r}"
        assert seen.words.endswith("…"), f"{seen.words!r} was cut without a sign"
        assert spelled.startswith(begun), f"{seen.words!r} does not begin {spelled!r}"
        assert units(seen.words) > most_units // 2, f"{seen.words!r} was cut too short"
    options = getattr(reply, "options", ())
    meant = {option.key: option.label[:longest_label] for option in options}
    assert {key: label for label, key in seen.buttons} == meant
    assert len(seen.buttons) == len(options)
    if isinstance(reply, Original | Document | TextFile):
        ((name, content),) = seen.files
        assert name == reply.name
        assert content
    elif isinstance(reply, Gallery):
        assert seen.pictures
    else:
        assert not seen.files


def units(text: str) -> int:
    """UTF-16 units, in which Telegram counts."""
    return len(text.encode("utf-16-le")) // 2
