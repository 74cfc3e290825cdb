"""What can be said of a photo, and what of it its owner may overrule. Pure, so that all who speak of it can read it."""

from enum import StrEnum
from typing import Final


class Verdict(StrEnum):
    """What is said of one photo; everything but `ACCEPTED` names a fault."""

    ACCEPTED = "accepted"
    UNREADABLE = "unreadable"
    DUPLICATE = "duplicate"
    NEAR_DUPLICATE = "near_duplicate"
    BLURRED = "blurred"
    SLIGHTLY_BLURRED = "slightly_blurred"
    NOISY = "noisy"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    LOW_CONTRAST = "low_contrast"
    FILTERED = "filtered"
    TOO_SMALL = "too_small"
    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    FACE_TOO_SMALL = "face_too_small"
    CUT_OFF = "cut_off"
    COVERED = "covered"
    TURNED = "turned"
    EYES_CLOSED = "eyes_closed"
    OTHER_PERSON = "other_person"
    OTHER_SUBJECT = "other_subject"


# A hard verdict says that there is nothing to learn from (unreadable, too small, blurred, no face, the same once more)
# or that nobody could know from whom (several faces). A soft one says that a photo may do harm, of which its owner
# knows more: whether the mask is the subject's own, the dark a night, or the turned face the only one there is.
SOFT: Final = frozenset(
    {
        Verdict.NEAR_DUPLICATE,
        Verdict.SLIGHTLY_BLURRED,
        Verdict.NOISY,
        Verdict.TOO_DARK,
        Verdict.TOO_BRIGHT,
        Verdict.LOW_CONTRAST,
        Verdict.FILTERED,
        Verdict.CUT_OFF,
        Verdict.COVERED,
        Verdict.TURNED,
        Verdict.EYES_CLOSED,
        Verdict.OTHER_PERSON,
        Verdict.OTHER_SUBJECT,
    }
)


def is_used(verdict: str, owner: str) -> bool:
    """Whether a photo counts; `owner` is what its owner said of it: kept, removed, or nothing."""
    if owner == "removed":
        return False
    return verdict == Verdict.ACCEPTED or (owner == "kept" and verdict in SOFT)
