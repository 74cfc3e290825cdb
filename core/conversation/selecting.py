"""Which photos of a set are used: shown on one sheet, taken out and put back by number, and what is learnt of them."""

import re
from dataclasses import dataclass, replace

from core.conversation.effects import Effect, ShowCrops, Turn
from core.conversation.language import gettext as _
from core.conversation.messages import Cropped, Gallery, Option, Reply, Say
from core.conversation.photo_phrases import card_text, is_good
from core.conversation.picking import option, put
from core.conversation.views import UNUSED, USED, ProfileView, Shown
from core.subjects import FACEID, STYLE, has_face

# What people write in English whatever they are spoken to in; besides, what the buttons say.
_OUT = ("out", "take out", "remove", "without")
_BACK = ("in", "back", "put back", "with")
_NUMBERS = r"(?P<numbers>#?\d{1,3}(?:\s*(?:,|،|、|;|-|\s|and|&)\s*#?\d{1,3})*)"
_MOST_NAMED = 50


@dataclass(frozen=True)
class Selection:
    """Photos that are to be used, or not to be."""

    keep: bool
    numbers: tuple[int, ...]


def read(words: str) -> Selection | None:
    """What words such as "out 3" or "put back 3, 5-7" ask for; None for all others."""
    for keep, verbs, label in (
        (False, _OUT, _("Take out {number}")),
        (True, _BACK, _("Put back {number}")),
    ):
        patterns = [rf"{re.escape(verb)}\s+{_NUMBERS}" for verb in verbs]
        before, __, after = label.partition("{number}")
        patterns.append(rf"{re.escape(before.strip())}\s*{_NUMBERS}\s*{re.escape(after.strip())}")
        for pattern in patterns:
            if found := re.fullmatch(pattern, words.strip(), re.IGNORECASE):
                return Selection(keep, _numbers(found["numbers"]))
    return None


def _numbers(written: str) -> tuple[int, ...]:
    numbers: list[int] = []
    for first, last in re.findall(r"(\d+)(?:\s*-\s*#?(\d+))?", written):
        numbers += range(int(first), min(int(last or first), int(first) + _MOST_NAMED) + 1)
    return tuple(dict.fromkeys(numbers))


def unknown(draft: ProfileView, selection: Selection) -> str:
    """Why photos of these numbers cannot be taken out or put back, or an empty string."""
    there = [photo.number for photo in draft.photos if photo.thumbnail]
    wrong = [number for number in selection.numbers if number not in there]
    if not wrong:
        return ""
    if not there:
        return _("Nothing to show yet.")
    return _("There is no photo {number} to choose; the numbers go from {first} to {last}.").format(
        number=wrong[0], first=there[0], last=there[-1]
    )


def selected(draft: ProfileView, selection: Selection) -> tuple[ProfileView, tuple[Effect, ...]]:
    """The draft as it is then, and the effects; none for a photo whose verdict is final."""
    effects: list[Effect] = []
    for number in selection.numbers:
        draft, done = put(draft, number, keep=selection.keep)
        effects += done
    return draft, tuple(effects)


def number_label(number: int, *, used: bool) -> str:
    """What stands below a photo; it begins with the number in every language."""
    return str(number) if used else _("{number} (not used)").format(number=number)


def marked(draft: ProfileView) -> tuple[Shown, ...]:
    """Every photo that can be shown, with its number, and whether it is used."""
    return tuple(
        replace(
            photo.thumbnail,
            label=number_label(photo.number, used=photo.chosen),
            mark=USED if photo.chosen else UNUSED,
        )
        for photo in draft.photos
        if photo.thumbnail
    )


def contact_sheet(draft: ProfileView) -> Reply:
    """All photos with their numbers; a tap takes one out or puts it back."""
    pictures = marked(draft)
    if not pictures:
        return Say(_("Nothing to show yet."))
    options = [one for photo in draft.photos if photo.thumbnail and (one := option(draft, photo))]
    used = [photo for photo in draft.photos if photo.chosen]
    lines = [_("Your photos; those with a tick are used.")]
    if any(is_good(photo) and not photo.chosen for photo in draft.photos):
        lines.append(
            _("Of those that are good I chose the best {count}: more would only repeat them.").format(
                count=len(used)
            )
        )
    lines.append(_('Tap a number, or write "out 3" or "put back 3, 5".'))
    more = views(draft, sheet=False)
    back = Option(f"photos:{draft.handle}:done", _("That's all I have"))
    return Gallery(pictures, "\n".join(lines), (*options, *more, back), f"sheet-{draft.handle}")


def views(draft: ProfileView, *, sheet: bool = True) -> tuple[Option, ...]:
    """What can be seen of a set that was looked at: its photos and its card; beside them what is learnt of it."""
    if not any(photo.thumbnail for photo in draft.photos):
        return ()
    shown = {
        "show": _("Show my photos") if sheet else "",
        "card": _("Report card") if draft.card else "",
        "crops": _("Show the crops") if not sheet and any(photo.chosen for photo in draft.photos) else "",
    }
    return tuple(Option(f"photos:{draft.handle}:{value}", label) for value, label in shown.items() if label)


def show(draft: ProfileView, value: str) -> Turn:
    """The set's photos, its card, or its crops, which the records are asked for."""
    if value == "crops":
        return Turn((ShowCrops(),))
    if value == "card" and draft.card:
        picture = Shown("card", card=draft.card)
        return Turn(replies=(Gallery((picture,), card_text(draft, draft.card), (), f"card-{draft.handle}"),))
    return Turn(replies=(contact_sheet(draft),))


def hear_crops(draft: ProfileView, heard: Cropped) -> Turn:
    """What a training sees of each photo that is used."""
    if not heard.pictures:
        return Turn(replies=(Say(_("Nothing to show yet.")),))
    text = _("This is what I learn from: each photo as the training sees it.")
    return Turn(replies=(Gallery(heard.pictures, text, (), f"crops-{draft.handle}"),))


def guide(draft: ProfileView) -> Shown:
    """A sheet of good and bad examples for what is learnt, and how."""
    if draft.kind == STYLE:
        return Shown("style.jpg")
    if draft.method == FACEID:
        return Shown("face.jpg")
    return Shown("person.jpg" if has_face(draft.kind, draft.class_word) else "animal.jpg")
