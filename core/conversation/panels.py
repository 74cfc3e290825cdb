"""A draft as one message with everything in it, for platforms that have forms and panels."""

from dataclasses import replace

from core.conversation import panel_phrases, phrases
from core.conversation.language import gettext as _
from core.conversation.messages import Gallery, Option, Say
from core.conversation.photo_phrases import is_good
from core.conversation.views import ProfileView, View


def slot(draft: ProfileView) -> str:
    """The panel is one message from the form to the training; another one where a profile is trained again."""
    return f"panel-{draft.handle}" if not draft.version else f"panel-{draft.handle}-{draft.version}"


def number_label(number: int, *, used: bool) -> str:
    """What stands below a photo; it begins with the number in every language."""
    return str(number) if used else _("{number} (not used)").format(number=number)


def missing(draft: ProfileView) -> str:
    """The first thing without which a draft cannot be trained, or an empty string."""
    for field in ("class_word", "name", "retention"):
        if not getattr(draft, field):
            return field
    if draft.consent not in panel_phrases.CONSENTS:
        return "consent"
    if any(photo.waiting for photo in draft.photos):
        return "waiting"
    return "" if sum(map(is_good, draft.photos)) >= phrases.MINIMUM_PHOTOS else "photos"


def panel(draft: ProfileView, view: View) -> Say | Gallery:
    """The numbered photos, verdicts, and a button for whatever can be done now.

    Keys that begin with `form` ask the platform for a form, `wait` is a button that cannot be pressed, and `out`
    and `in` may be shown as one list.
    """

    def option(step: str, value: str, label: str) -> Option:
        return Option(f"{step}:{draft.handle}:{value}", label)

    options = []
    if draft.consent not in panel_phrases.CONSENTS:
        options += [option("consent", "self", _("It's me")), option("consent", "agreed", _("They agreed"))]
    if not draft.retention:
        kept = phrases.RETENTION_SHORT.items()
        options += [option("keep", key, _(label).capitalize()) for key, label in kept]
    options.append(option("form", "photos", _("Add photos")))
    if draft.state == "draft":
        options += [option("form", "class", _("Class...")), option("form", "name", _("Name..."))]
    good = sum(map(is_good, draft.photos))
    if lacking := missing(draft):
        waiting = sum(photo.waiting for photo in draft.photos)
        options.append(option("wait", "train", panel_phrases.not_yet(lacking, good, waiting)))
    else:
        options.append(option("train", "yes", _("Train")))
    if draft.state == "draft":
        options.append(option("drop", "all", _("Delete this draft")))
    shown = [photo for photo in draft.photos if photo.thumbnail]
    options += [
        option("out", str(photo.number), _("Take out {number}").format(number=photo.number))
        if is_good(photo)
        else option("in", str(photo.number), _("Put back {number}").format(number=photo.number))
        for photo in shown
    ]
    text = panel_phrases.panel(draft, view)
    pictures = tuple(
        replace(photo.thumbnail, label=number_label(photo.number, used=is_good(photo)))
        for photo in shown
        if photo.thumbnail
    )
    if pictures:
        return Gallery(pictures, text, tuple(options), slot(draft))
    return Say(text, tuple(options), slot(draft))
