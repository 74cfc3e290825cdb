"""What the conversation may know of an account when it takes a turn."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.prompts import Prompt
from core.report import Card

NO_WISH = Prompt("")
USED, UNUSED = "used", "unused"  # marks on a contact sheet


@dataclass(frozen=True)
class Shown:
    """A picture in the sealed files, and what stands under it; or one of ours, or one that a card is drawn as.

    `part` is what is shown of it: left, top, right, bottom as shares of its sides. `mark` is how it stands on a contact
    sheet: `USED`, `UNUSED`.
    """

    file: str
    key: str = ""  # the name of the key that opens it; empty for a file that came with the program
    label: str = ""
    mark: str = ""
    part: tuple[float, ...] = ()
    card: Card | None = None

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> "Shown":
        """One that JSON has carried."""
        card = body.get("card")
        return cls(**{**body, "part": tuple(body.get("part", ())), "card": Card.read(card) if card else None})


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
    caption: str = ""  # without the trigger where nobody wrote it
    name: str = ""  # of a file that did not become one, with its folders in an archive


@dataclass(frozen=True)
class TextView:
    """A text that came beside photos and is the caption of none, or not yet."""

    name: str
    waiting: bool = False  # to be fetched or read; else for its photo, unless it is refused
    refusal: str = ""  # a code
    detail: str = ""  # the line that is wrong


@dataclass(frozen=True)
class VersionView:
    """One training of a profile."""

    number: int
    state: str = "trained"
    quality: float | None = None
    similarity: float | None = None
    step: int | None = None
    origin: int = 0  # the number of the version that it goes on from
    sample: Shown | None = None


@dataclass(frozen=True)
class ImportView:
    """What is known of the file that a profile's weights came from."""

    waiting: bool = False  # to be fetched or looked at
    refusal: str = ""  # a code
    detail: str = ""
    family: str = ""
    rank: int = 0  # of an embedding the number of its vectors
    words: str = ""  # what brings the subject up, as the file says
    class_word: str = ""  # as the file says
    stands_for: str = ""  # what the owner says


@dataclass(frozen=True)
class ProfileView:
    """One profile of the account."""

    handle: int
    state: str = "draft"
    name: str = ""
    kind: str = ""
    method: str = "lora"
    plan: Mapping[str, float | str] = field(default_factory=dict)  # expert settings that were chosen
    class_word: str = ""
    trigger: str = ""
    retention: str = ""
    consent: str = ""
    sample: bool = False
    reason: str = ""
    photos: tuple[PhotoView, ...] = ()
    texts: tuple[TextView, ...] = ()
    reviewing: str = ""  # the list of captions: how often it was begun anew, and what of it is asked about
    photos_done: bool = False
    batch: int = 0
    base: str = ""
    similarity: float | None = None
    own_similarity: float | None = None
    quality: float | None = None  # of the version, 0 to 100
    stopped: str = ""  # why its training ended early, as a code
    causes: tuple[str, ...] = ()  # why it is poor, as codes
    curve: Shown | None = None
    version: int = 0  # the number of the current one
    versions: tuple[VersionView, ...] = ()
    steps: tuple[int, ...] = ()  # checkpoints of the current version
    best_step: int | None = None  # the one that is used
    floor: float | None = None
    missing: tuple[str, ...] = ()  # what the set lacks, as codes
    subjects: tuple[
        tuple[int, ...], ...
    ] = ()  # the photos of each, where the set shows several and nobody said which
    card: Card | None = None  # of its photos, while they were looked at
    support_until: float = 0.0
    trainings_ahead: int = 0
    sheet: tuple[Shown, ...] = ()
    owner: str = ""  # who shares it; empty for one's own
    grant: int = 0  # under which it is shared in the space
    credits: int | None = None  # of its owner, where those pay
    imported: ImportView | None = None  # None: learnt here


@dataclass(frozen=True)
class BaseView:
    """A base model that draws here, as the worker tells; None and empty while none has told."""

    name: str
    title: str = ""
    content: str = ""  # what it makes
    fast: bool | None = None  # whether it draws in few steps
    faceid: bool | None = None  # whether it draws faces by FaceID
    samplers: tuple[str, ...] = ()  # that it draws with


@dataclass(frozen=True)
class Rules:
    """What the admins of a space have set."""

    who: str = "everybody"  # everybody, admins: who may ask
    quota: int = 0  # pictures of one member in a day; 0: no limit
    pays: str = "asker"  # asker, owner, pool
    base: str = ""  # the one base model that is allowed; empty: every one
    content: str = "any"  # any that the operator allows, drawn
    place: str = ""  # the one topic or channel in which I draw; empty: everywhere
    language: str = ""  # in which everybody is answered there; empty: each in their own

    @classmethod
    def read(cls, written: str) -> "Rules":
        """The rules as a space's record has them; empty: nobody has set any."""
        return cls(**json.loads(written or "{}"))

    def allow(self, base: str, content: str) -> bool:
        """Whether a base may draw there; `content` is what it makes, empty while no worker has told."""
        if self.base and self.base != base:
            return False
        return self.content == "any" or content in ("drawn", "")


@dataclass(frozen=True)
class SpaceView:
    """The group or server in which something was heard."""

    handle: int
    title: str = ""
    here: str = ""  # the topic or channel
    admin: bool | None = False  # whether the speaker is one; None: the platform did not say
    rules: Rules = Rules()
    drawn: int = 0  # pictures that the speaker asked for since a day
    pool: int | None = None  # credits given to the space; None: without limit
    shared: tuple[ProfileView, ...] = ()  # others' and one's own


@dataclass(frozen=True)
class GrantView:
    """One's own profile in a space, and who used it there: name, requests, pictures."""

    handle: int
    profile: int
    space: int
    title: str
    users: tuple[tuple[str, int, int], ...] = ()


@dataclass(frozen=True)
class GridView:
    """What a grid compares: `axis` across, with the columns' values, and CFGs down."""

    axis: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]


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
    wish: Prompt = NO_WISH  # what was asked for, whole
    drawn: tuple[tuple[str, str], ...] = ()  # with which settings, by name, once it is drawn
    delivered: tuple[tuple[int, Shown], ...] = ()  # picture handle, picture
    dropped: tuple[tuple[int, Shown], ...] = ()
    best_step: int | None = None
    refunded: bool = False  # it was poor, and its credit is back
    halved: bool = False  # memory ran out, so fewer photos are looked at together
    longer: bool = False  # it is not there yet after the planned steps, and goes on
    diverged: bool = False  # the numbers ran away, and what was kept before is used
    samples: tuple[Shown, ...] = ()
    grid: GridView | None = None
    filter_off: str = ""  # why likeness was not checked: photos, faceless, style
    space: int = 0  # where it was asked
    asker: str = ""  # in a space, who asked


@dataclass(frozen=True)
class View:
    """What the conversation knows when it takes a turn."""

    person: str = ""
    new: bool = False
    group: bool = False
    panel: bool = False  # the platform shows a draft as one message with everything in it
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
    base: str = ""
    base_title: str = ""
    # What this machine recommends, by method and setting.
    training: Mapping[str, Mapping[str, float | str]] = field(default_factory=dict)
    methods: tuple[str, ...] = ("lora", "textual_inversion")  # by which this machine can learn
    base_content: str = ""  # what the base makes, as the worker tells; empty while none has
    bases: tuple[BaseView, ...] = ()  # the same and others of its family, as the worker tells
    space: SpaceView | None = None
    spaces: tuple[tuple[int, str], ...] = ()  # handle and title of those in which the person was seen
    links: tuple[tuple[int, str], ...] = ()  # handle and name of the identities linked with this one
    grants: tuple[GrantView, ...] = ()  # of one's own profiles
    client_language: str = "en"  # one of ours
    chosen: str = ""  # the language that the person chose instead
    language: str = "en"  # in which to answer

    def usable(self, handle: int) -> ProfileView | None:
        """The account's profile of this handle, or one that is shared where this is heard."""
        shared = self.space.shared if self.space else ()
        return self.profile(handle) or next((one for one in shared if one.handle == handle), None)

    def offered(self, base: str | None) -> BaseView | None:
        """The base of this name, or the usual one without a name; None if it does not draw here."""
        usual = BaseView(self.base, self.base_title, self.base_content)
        name = base or self.base
        return next((one for one in self.bases if one.name == name), usual if name == self.base else None)

    def profile(self, handle: int) -> ProfileView | None:
        """The account's profile of this handle."""
        return next((profile for profile in self.profiles if profile.handle == handle), None)

    def work(self, handle: int) -> WorkView | None:
        """The account's work of this handle."""
        return next((work for work in self.works if work.handle == handle), None)
