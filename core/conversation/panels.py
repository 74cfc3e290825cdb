"""A draft as one message with everything in it, for platforms that have forms and panels."""

from dataclasses import replace

from core.conversation import panel_phrases, phrases
from core.conversation.messages import Gallery, Option, Say
from core.conversation.photo_phrases import is_good
from core.conversation.views import ProfileView, View


def slot(draft: ProfileView) -> str:
    """The panel is one message from the form to the training."""
    return f"panel-{draft.handle}"


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
        options += [option("consent", "self", "It's me"), option("consent", "agreed", "They agreed")]
    if not draft.retention:
        options += [option("keep", key, label.capitalize()) for key, label in phrases.RETENTION_SHORT.items()]
    options += [
        option("form", "photos", "Add photos"),
        option("form", "class", "Class..."),
        option("form", "name", "Name..."),
    ]
    good = sum(map(is_good, draft.photos))
    if lacking := missing(draft):
        waiting = sum(photo.waiting for photo in draft.photos)
        options.append(option("wait", "train", panel_phrases.not_yet(lacking, good, waiting)))
    else:
        options.append(option("train", "yes", "Train"))
    options.append(option("drop", "all", "Delete this draft"))
    shown = [photo for photo in draft.photos if photo.thumbnail]
    options += [
        option("out", str(photo.number), f"Take out {photo.number}")
        if is_good(photo)
        else option("in", str(photo.number), f"Put back {photo.number}")
        for photo in shown
    ]
    text = panel_phrases.panel(draft, view)
    pictures = tuple(
        replace(photo.thumbnail, label=f"{photo.number}{'' if is_good(photo) else ' (not used)'}")
        for photo in shown
        if photo.thumbnail
    )
    if pictures:
        return Gallery(pictures, text, tuple(options), slot(draft))
    return Say(text, tuple(options), slot(draft))
