"""What the conversation can want done to the studio's records."""

from dataclasses import dataclass

from core.conversation.captions_effects import CaptionEffect
from core.conversation.messages import Photos, Reply, Upload
from core.conversation.version_effects import VersionEffect
from core.prompts import Prompt


@dataclass(frozen=True)
class OpenDraft:
    """Begin a new profile, or go on with the draft that is open."""

    kind: str = ""


@dataclass(frozen=True)
class Describe:
    """Fill in one field of the draft.

    One of: kind, method, class_word, name, retention, consent, photos_done, plan, stands_for, reviewing.
    """

    field: str
    value: str


@dataclass(frozen=True)
class AddPhotos:
    """Take files into the draft."""

    photos: Photos


@dataclass(frozen=True)
class KeepPhoto:
    """Put a photo back, or take it out; a duplicate that is put back takes the place of what it repeats."""

    number: int
    keep: bool


@dataclass(frozen=True)
class LearnSubject:
    """A mixed set is about one of those whom it shows: take the photos of the others out, and judge anew."""

    others: tuple[int, ...]


@dataclass(frozen=True)
class UndoPhotos:
    """Take the last message's photos out."""


@dataclass(frozen=True)
class Confirm:
    """Freeze the draft and queue its training."""


@dataclass(frozen=True)
class Relearn:
    """Queue the training of a profile that failed or was cancelled once more, with the same photos."""

    profile: int


@dataclass(frozen=True)
class OpenImport:
    """Begin a profile whose weights are in a file."""

    upload: Upload


@dataclass(frozen=True)
class DropImport:
    """Erase a draft whose file was refused."""

    profile: int


@dataclass(frozen=True)
class TakeIn:
    """Make the draft from a file a profile that can be drawn."""


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
class Forget:
    """Erase the account with everything; `done` is said when its keys are gone."""

    done: str


@dataclass(frozen=True)
class DeletePhotos:
    """Delete a profile's photos for ever, and keep the profile."""

    profile: int
    done: str


@dataclass(frozen=True)
class Export:
    """Find what there is to hand out of a profile of one's own."""

    profile: int


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


@dataclass(frozen=True)
class Share:
    """Let a space use a profile, and say so there."""

    profile: int
    space: int


@dataclass(frozen=True)
class Revoke:
    """End a grant at once, and say so to those whose drawings are not delivered any more."""

    grant: int


@dataclass(frozen=True)
class SetRule:
    """Change one rule of the space in which this is said, and say so to the owners whose credits it takes."""

    field: str
    value: str


@dataclass(frozen=True)
class SetLanguage:
    """Speak this language with the person from now on; empty: their client's."""

    language: str


@dataclass(frozen=True)
class FillPool:
    """Give picture credits to the space in which this is said."""

    amount: int


@dataclass(frozen=True)
class IssueLink:
    """Give out a code that links another identity."""


@dataclass(frozen=True)
class EnterLink:
    """A code was entered."""

    code: str


@dataclass(frozen=True)
class ConfirmLink:
    """Whoever entered the code is the same person."""

    link: int


@dataclass(frozen=True)
class RefuseLink:
    """Whoever entered the code is somebody else."""

    link: int


@dataclass(frozen=True)
class Unlink:
    """Part two identities again."""

    link: int


Effect = (
    OpenDraft
    | Describe
    | AddPhotos
    | KeepPhoto
    | CaptionEffect
    | LearnSubject
    | UndoPhotos
    | Confirm
    | Relearn
    | VersionEffect
    | OpenImport
    | DropImport
    | TakeIn
    | PutAside
    | WantClass
    | Draw
    | DrawAgain
    | StopWork
    | Select
    | Delete
    | Forget
    | DeletePhotos
    | Export
    | SetConsent
    | OpenSupport
    | Share
    | Revoke
    | SetRule
    | SetLanguage
    | FillPool
    | IssueLink
    | EnterLink
    | ConfirmLink
    | RefuseLink
    | Unlink
)


@dataclass(frozen=True)
class Turn:
    """What the conversation wants done, and what it says."""

    effects: tuple[Effect, ...] = ()
    replies: tuple[Reply, ...] = ()
    alone: tuple[Reply, ...] = ()  # said to the person alone, wherever they spoke
