"""What is said of a draft by its kind and method, and all of it once more before it is frozen."""

from core.conversation import captions
from core.conversation.language import N_, gettext as _, ngettext
from core.conversation.phrases import RETENTION, RETENTION_SHORT, class_label, duration
from core.conversation.views import ProfileView, View
from core.subjects import FACEID, LORA, STYLE, TEXTUAL_INVERSION

METHODS = {LORA: "LoRA", TEXTUAL_INVERSION: N_("Textual inversion"), FACEID: "FaceID"}
RETENTION_OF_STYLES = {
    "keep": N_("Kept, encrypted: you can train on"),
    "delete": N_("Deleted: training on needs them again"),
}
ASK_CONSENT_OF_STYLES = N_("Did you make these pictures, or did whoever made them agree?")
CONSENT_REFUSED_OF_STYLES = N_(
    "Then I must not learn from these pictures. Nothing was used; /delete removes the draft and its pictures at once."
)


def method_label(method: str) -> str:
    """A method as people read it."""
    return _(METHODS.get(method, method))


def retentions(draft: ProfileView) -> dict[str, str]:
    """What can become of the photos; there is no likeness check of a style."""
    return RETENTION_OF_STYLES if draft.kind == STYLE else RETENTION


def summary(draft: ProfileView, view: View) -> str:
    """Everything once more, before it is frozen."""
    count = sum(photo.chosen for photo in draft.photos)
    parts = [
        draft.name,
        class_label(draft.class_word),
        _("{method} on {base}").format(method=method_label(draft.method), base=view.base_title),
        ngettext("{count} photo", "{count} photos", count),
        draft.trigger,
        _(RETENTION_SHORT[draft.retention]),
    ]
    if view.trainings_left is None:
        price = [_("1 training credit.")]
    else:
        price = [_("1 training credit of {left}.").format(left=view.trainings_left)]
    if draft.method == FACEID:
        price.append(_("It is ready at once."))
    elif view.training_seconds is not None:
        price.append(_("It takes {wait} on this machine.").format(wait=duration(view.training_seconds)))
    price.append(_("Nothing can be changed after you confirm, and photos that are not used are erased."))
    lines = [_("Ready."), " · ".join(parts), captions.example(draft), " ".join(price)]
    return "\n".join(filter(None, lines))
