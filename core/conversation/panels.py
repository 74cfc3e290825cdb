"""A draft as one message with everything in it, for platforms that have forms and panels."""

from dataclasses import replace

from core.conversation import captions, draft_phrases, expert, panel_phrases, phrases, picking, ways
from core.conversation.language import gettext as _
from core.conversation.messages import Gallery, Option, Reply, Say
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
    if draft.subjects:
        return "subjects"
    return "" if ways.enough(draft) else "photos"


def panel(draft: ProfileView, view: View) -> Say | Gallery:
    """The numbered photos, verdicts, and a button for whatever can be done now.

    Keys that begin with `form` ask the platform for a form, `wait` is a button that cannot be pressed, and `out`
    and `in` may be shown as one list.
    """

    def option(step: str, value: str, label: str) -> Option:
        return Option(f"{step}:{draft.handle}:{value}", label)

    options = []
    if draft.consent not in panel_phrases.CONSENTS:
        options += [option("consent", code, label) for code, label in ways.consents(draft).items()]
    if not draft.retention:
        options += [
            option("keep", key, _(phrases.RETENTION_SHORT[key]).capitalize())
            for key in draft_phrases.retentions(draft)
        ]
    options.append(option("form", "photos", _("Add photos")))
    if draft.state == "draft":
        options += [option("form", "class", _("Class...")), option("form", "name", _("Name..."))]
    if ways.may_change(draft, view):
        options.append(option("way", "ask", _("Method...")))
    if expert.recommended(draft, view):
        options.append(option("expert", "ask", _("Expert...")))
    options += captions.offered(draft)
    if lacking := missing(draft):
        options.append(option("wait", "train", panel_phrases.not_yet(draft, lacking)))
    else:
        options.append(option("train", "yes", ways.begin(draft)))
    if draft.state == "draft":
        options.append(option("drop", "all", _("Delete this draft")))
    shown = [photo for photo in draft.photos if photo.thumbnail]
    if draft.subjects:
        options += picking.picks(draft)
    options += [one for photo in shown if (one := picking.option(draft, photo))]
    text = panel_phrases.panel(draft, view)
    pictures = tuple(
        replace(photo.thumbnail, label=number_label(photo.number, used=is_good(photo)))
        for photo in shown
        if photo.thumbnail
    )
    if pictures:
        return Gallery(pictures, text, tuple(options), slot(draft))
    return Say(text, tuple(options), slot(draft))


def contact_sheet(draft: ProfileView) -> Reply:
    """All photos with their numbers; a tap takes one out or puts it back."""
    pictures = tuple(
        replace(photo.thumbnail, label=number_label(photo.number, used=photo.chosen))
        for photo in draft.photos
        if photo.thumbnail
    )
    options = tuple(
        one for photo in draft.photos if photo.thumbnail and (one := picking.option(draft, photo))
    )
    if not pictures:
        return Say(_("Nothing to show yet."))
    back = Option(f"photos:{draft.handle}:done", _("That's all I have"))
    return Gallery(pictures, _("Your photos."), (*options, back), f"sheet-{draft.handle}")
