"""What an owner says of single photos: out, in, kept in spite of a verdict; and whom a mixed set is about."""

from dataclasses import replace

from core.conversation import subject_phrases
from core.conversation.effects import Effect, KeepPhoto, LearnSubject
from core.conversation.language import gettext as _
from core.conversation.messages import Option
from core.conversation.views import PhotoView, ProfileView
from core.verdicts import SOFT, Verdict

ALL = "all"  # instead of the number of a subject's first photo: all of them are one
_MOST_KEPT_BY_A_TAP = 8  # under the verdicts; the sheet of the photos has a button for each


def option(draft: ProfileView, photo: PhotoView) -> Option | None:
    """What can be done with a photo at a tap; None where its verdict is final."""
    if photo.chosen:
        return Option(
            f"out:{draft.handle}:{photo.number}", _("Take out {number}").format(number=photo.number)
        )
    if draft.subjects and photo.verdict in subject_phrases.SOMEBODY_ELSE:
        return None  # whose it is, is asked of all of them together
    if photo.verdict == Verdict.DUPLICATE:
        label = _("Use {number} instead")
    elif photo.verdict == Verdict.ACCEPTED or (photo.owner == "removed" and photo.verdict in SOFT):
        label = _("Put back {number}")
    elif photo.verdict in SOFT:
        label = _("Keep {number} anyway")
    else:
        return None
    return Option(f"in:{draft.handle}:{photo.number}", label.format(number=photo.number))


def picks(draft: ProfileView) -> list[Option]:
    """What can be said of the verdicts at a tap: whom the set is about, or which photos are good all the same."""
    if draft.subjects:
        return [
            *(
                Option(f"subject:{draft.handle}:{group[0]}", subject_phrases.ranges(group))
                for group in draft.subjects
            ),
            Option(f"subject:{draft.handle}:{ALL}", subject_phrases.all_one(draft)),
        ]
    doubtful = [
        photo for photo in draft.photos if photo.verdict in SOFT and not photo.owner and photo.thumbnail
    ]
    found = [option(draft, photo) for photo in doubtful[:_MOST_KEPT_BY_A_TAP]]
    return [one for one in found if one]


def put(draft: ProfileView, number: int, *, keep: bool) -> tuple[ProfileView, tuple[Effect, ...]]:
    """The draft with a photo taken out or in, and the effect; nothing where a verdict is final."""
    photo = next((one for one in draft.photos if one.number == number), None)
    if photo is None or (keep and not _may_be_used(photo)):
        return draft, ()
    if keep and photo.verdict == Verdict.DUPLICATE:
        photos = tuple(_after_exchange(one, photo) for one in draft.photos)
    else:
        said = replace(photo, owner="kept" if keep else "removed", chosen=keep)
        photos = tuple(said if one is photo else one for one in draft.photos)
    return replace(draft, photos=photos), (KeepPhoto(number, keep),)


def choose_subject(draft: ProfileView, value: str) -> tuple[ProfileView, tuple[Effect, ...]]:
    """The draft after its owner said whom a mixed set is about, and the effect; nothing for a subject that is none."""
    groups = {str(group[0]): group for group in draft.subjects}
    if not groups or value not in (ALL, *groups):
        return draft, ()
    if value == ALL:
        kept = frozenset(number for group in draft.subjects for number in group)
        photos = tuple(
            replace(one, owner="kept", chosen=True) if one.number in kept else one for one in draft.photos
        )
        effects: tuple[Effect, ...] = tuple(KeepPhoto(number, keep=True) for number in sorted(kept))
        return replace(draft, photos=photos, subjects=()), effects
    others = frozenset(number for first, group in groups.items() if first != value for number in group)
    photos = tuple(_without_others(one, others) for one in draft.photos)
    return replace(draft, photos=photos, subjects=()), (LearnSubject(tuple(sorted(others))),)


def _without_others(one: PhotoView, others: frozenset[int]) -> PhotoView:
    """A photo of the set once the others are out: the rest is judged anew."""
    if one.number in others:
        return replace(one, owner="removed", chosen=False)
    return replace(one, waiting=True, verdict="") if one.thumbnail else one


def _may_be_used(photo: PhotoView) -> bool:
    return photo.verdict in (Verdict.ACCEPTED, Verdict.DUPLICATE) or photo.verdict in SOFT


def _after_exchange(one: PhotoView, instead: PhotoView) -> PhotoView:
    """A photo of the set after a copy has taken the place of what it repeats."""
    if one is instead:
        return replace(one, verdict=Verdict.ACCEPTED, other=None, owner="kept", chosen=True)
    if one.number == instead.other or (one.verdict == Verdict.DUPLICATE and one.other == instead.other):
        owner = "" if one.owner == "kept" else one.owner
        return replace(one, verdict=Verdict.DUPLICATE, other=instead.number, owner=owner, chosen=False)
    return one
