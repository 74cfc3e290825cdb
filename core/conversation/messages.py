"""The vocabulary that every chat platform speaks.

What is *heard* comes from people and from the workers; a *reply* says what is meant, never how it looks; an
*effect* is what the conversation wants done to the studio's records. The views are what it may know.
"""

from dataclasses import dataclass

from core.prompts import Prompt

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

    work: "WorkView"


@dataclass(frozen=True)
class Drawing:
    """A drawing goes on, or ended."""

    work: "WorkView"


Heard = Text | Command | Photos | Chosen | Opened | Looked | Learning | Drawing


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
class Shown:
    """A picture in the sealed files, and what stands under it."""

    file: str
    key: str  # the name of the key that opens it
    label: str = ""


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


Reply = Say | Gallery | Original


# ── effects


@dataclass(frozen=True)
class OpenDraft:
    """Begin a new profile, or go on with the draft that is open."""

    kind: str = ""


@dataclass(frozen=True)
class Describe:
    """Fill in one field of the draft: kind, class_word, name, retention, consent, photos_done."""

    field: str
    value: str


@dataclass(frozen=True)
class AddPhotos:
    """Take files into the draft."""

    photos: Photos


@dataclass(frozen=True)
class KeepPhoto:
    """Put a photo back, or take it out."""

    number: int
    keep: bool


@dataclass(frozen=True)
class UndoPhotos:
    """Take the last message's photos out."""


@dataclass(frozen=True)
class Confirm:
    """Freeze the draft and queue its training."""


@dataclass(frozen=True)
class PutAside:
    """Keep the draft, but do not ask about it for now."""


@dataclass(frozen=True)
class WantClass:
    """Tell the operator that the list lacks this word."""

    word: str


@dataclass(frozen=True)
class Draw:
    """Queue pictures."""

    profile: int
    prompt: Prompt


@dataclass(frozen=True)
class DrawAgain:
    """Queue the same once more, with other seeds."""

    work: int


@dataclass(frozen=True)
class StopWork:
    """Cancel, or stop and keep the best so far."""

    work: int
    keep: bool = False


@dataclass(frozen=True)
class Select:
    """Make a profile the one that /imagine means."""

    profile: int


@dataclass(frozen=True)
class Delete:
    """Delete a profile for ever; `done` is said when its keys are gone."""

    profile: int
    done: str


@dataclass(frozen=True)
class DeletePhotos:
    """Delete a profile's photos for ever, and keep the profile."""

    profile: int
    done: str


@dataclass(frozen=True)
class SetConsent:
    """Record consent, or its withdrawal."""

    profile: int
    consent: str


@dataclass(frozen=True)
class OpenSupport:
    """Let the operator look into a profile for so many hours; 0 closes the window."""

    profile: int
    hours: int


Effect = (
    OpenDraft
    | Describe
    | AddPhotos
    | KeepPhoto
    | UndoPhotos
    | Confirm
    | PutAside
    | WantClass
    | Draw
    | DrawAgain
    | StopWork
    | Select
    | Delete
    | DeletePhotos
    | SetConsent
    | OpenSupport
)


# ── views: what the conversation may know


@dataclass(frozen=True)
class PhotoView:
    """One photo of a set."""

    number: int
    waiting: bool = False
    verdict: str = ""
    detail: str = ""
    other: int | None = None
    owner: str = ""
    chosen: bool = False
    thumbnail: Shown | None = None


@dataclass(frozen=True)
class ProfileView:
    """One profile of the account."""

    handle: int
    state: str = "draft"
    name: str = ""
    kind: str = ""
    method: str = "lora"
    class_word: str = ""
    trigger: str = ""
    retention: str = ""
    consent: str = ""
    sample: bool = False
    reason: str = ""
    photos: tuple[PhotoView, ...] = ()
    photos_done: bool = False
    batch: int = 0
    base: str = ""
    similarity: float | None = None
    own_similarity: float | None = None
    floor: float | None = None
    missing: tuple[str, ...] = ()  # what the set lacks, as codes
    support_until: float = 0.0
    trainings_ahead: int = 0
    sheet: tuple[Shown, ...] = ()


@dataclass(frozen=True)
class WorkView:
    """One thing that was asked of the workers."""

    handle: int
    profile: int
    kind: str
    state: str
    reason: str = ""
    step: int = 0
    steps: int = 0
    seconds_left: float | None = None
    ahead: int = 0
    similarities: tuple[float, ...] = ()
    asked: int = 0
    prompt: str = ""
    delivered: tuple[tuple[int, Shown], ...] = ()  # picture handle, picture
    dropped: tuple[tuple[int, Shown], ...] = ()
    best_step: int | None = None
    samples: tuple[Shown, ...] = ()
    filter_off: str = ""  # why likeness was not checked: photos, faceless


@dataclass(frozen=True)
class View:
    """What the conversation knows when it takes a turn."""

    person: str = ""
    new: bool = False
    group: bool = False
    profiles: tuple[ProfileView, ...] = ()
    draft: ProfileView | None = None
    current: int | None = None
    works: tuple[WorkView, ...] = ()
    pictures_left: int | None = None  # None: without limit
    trainings_left: int | None = None
    worker_alive: bool = True
    training_seconds: float | None = None  # measured on this machine; None: not measured yet
    picture_seconds: float | None = None
    minors: bool = False
    base_title: str = ""

    def profile(self, handle: int) -> ProfileView | None:
        """The account's profile of this handle."""
        return next((profile for profile in self.profiles if profile.handle == handle), None)

    def work(self, handle: int) -> WorkView | None:
        """The account's work of this handle."""
        return next((work for work in self.works if work.handle == handle), None)


@dataclass(frozen=True)
class Turn:
    """What the conversation wants done, and what it says."""

    effects: tuple[Effect, ...] = ()
    replies: tuple[Reply, ...] = ()
