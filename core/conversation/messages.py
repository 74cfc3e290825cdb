"""The vocabulary that every chat platform speaks.

What is *heard* comes from people and from the workers; a *reply* says what is meant, never how it looks.
"""

from dataclasses import dataclass

from core.conversation.views import Shown, WorkView
from core.exchange.leaving import About

# ── heard: from people


@dataclass(frozen=True)
class Text:
    """Words that are no command."""

    words: str


@dataclass(frozen=True)
class Command:
    """`/name words`."""

    name: str
    words: str = ""


@dataclass(frozen=True)
class Upload:
    """One file as a platform announces it; `ref` is what it is fetched by."""

    ref: str
    unique: str
    size: int | None = None
    name: str = ""
    mime: str = ""


@dataclass(frozen=True)
class Photos:
    """Files, of one album if `group` says so."""

    files: tuple[Upload, ...]
    group: str = ""


@dataclass(frozen=True)
class Chosen:
    """A tap on the option with this key."""

    key: str


@dataclass(frozen=True)
class Form:
    """A form about a profile that is being made; a field that is empty says nothing. `draft` is 0 for a new one."""

    class_word: str = ""
    name: str = ""
    retention: str = ""
    photos: tuple[Upload, ...] = ()
    words: str = ""  # what brings up the subject of an imported file
    caption: str = ""  # as it would be written: `3: text`, or `all: words`
    draft: int = 0


# ── heard: from the workers


@dataclass(frozen=True)
class Opened:
    """A draft has just been opened."""

    profile: int


@dataclass(frozen=True)
class Looked:
    """Verdicts of the profile's set have changed."""

    profile: int


@dataclass(frozen=True)
class Learning:
    """A training goes on, or ended: see the profile's and the work's view."""

    work: WorkView


@dataclass(frozen=True)
class Drawing:
    """A drawing goes on, or ended."""

    work: WorkView


@dataclass(frozen=True)
class Exported:
    """What there is to hand out of a profile; without `about` its base is not configured any more."""

    profile: int
    weights: Shown | None = None
    about: About | None = None
    title: str = ""  # of the base


@dataclass(frozen=True)
class Linking:
    """What came of a code that links two identities; `what` is a code of its own, `name` the other person."""

    what: str
    code: str = ""
    name: str = ""
    platform: str = ""
    link: int = 0


# ── what happens to a space, which nobody says


@dataclass(frozen=True)
class Left:
    """The speaker has left the space."""


@dataclass(frozen=True)
class Removed:
    """The bot was removed from the space, or the space is no more."""


@dataclass(frozen=True)
class Moved:
    """The platform gave the space another name."""

    to: str


Happened = Left | Removed | Moved
Heard = Text | Command | Photos | Chosen | Form | Opened | Looked | Learning | Drawing | Exported | Linking


# ── replies


@dataclass(frozen=True)
class Option:
    """Something to tap; the key names the step and what it is about, so that an old tap is recognised."""

    key: str
    label: str

    def __post_init__(self) -> None:
        """Refuse what no platform could carry: Telegram allows 64 bytes, Discord 100."""
        if not self.key.isascii() or len(self.key) > 48:
            raise ValueError(f"an option's key must be ASCII and at most 48 long: {self.key!r}")


@dataclass(frozen=True)
class Say:
    """Words, and what can be tapped."""

    text: str
    options: tuple[Option, ...] = ()
    slot: str = ""


@dataclass(frozen=True)
class Gallery:
    """Pictures that belong together."""

    pictures: tuple[Shown, ...]
    text: str
    options: tuple[Option, ...] = ()
    slot: str = ""


@dataclass(frozen=True)
class Original:
    """One picture as a file, untouched by the platform."""

    picture: Shown
    name: str
    text: str = ""
    slot: str = ""


@dataclass(frozen=True)
class Document:
    """Learnt weights as a file for other tools; they are opened and renamed in memory, when they are sent."""

    weights: Shown
    about: About
    name: str
    text: str
    slot: str = ""


@dataclass(frozen=True)
class TextFile:
    """Words as a file, to be changed and sent back."""

    content: str
    name: str
    text: str
    slot: str = ""


Reply = Say | Gallery | Original | Document | TextFile
