"""What the panel of a draft says, on platforms that show a draft in one message."""

from core.conversation import captions
from core.conversation.draft_phrases import ASK_CONSENT_OF_STYLES, method_label, retentions
from core.conversation.language import N_, gettext as _, ngettext, pgettext
from core.conversation.photo_phrases import counts, good_photos, photo_panel
from core.conversation.phrases import (
    ASK_CONSENT,
    ASK_RETENTION,
    RETENTION_SHORT,
    class_label,
)
from core.conversation.views import ProfileView, View
from core.subjects import FACEID, LORA, STYLE

CONSENTS = {"self": N_("it's you"), "agreed": N_("they agreed")}
STYLE_CONSENTS = {"self": N_("made by you"), "agreed": N_("they agreed")}
TRAIN_BEGUN = N_(
    "The photos that were not used are erased, and training is queued. Nothing can be changed any more."
)


def panel(draft: ProfileView, view: View) -> str:
    """Everything about a draft: what it is, its photos with their verdicts, and what is missing."""
    about = [draft.name or _("no name yet"), class_label(draft.class_word) or _("no class yet")]
    if draft.method != LORA:
        about.append(method_label(draft.method))
    if draft.retention:
        about.append(_(RETENTION_SHORT[draft.retention]))
    if draft.consent in CONSENTS:
        about.append(_((STYLE_CONSENTS if draft.kind == STYLE else CONSENTS)[draft.consent]))
    lines = [pgettext("a profile that is being made", "Draft: {about}").format(about=" · ".join(about))]
    lines.append(photo_panel(draft, draft.missing) if draft.photos else _no_photos(draft))
    lines += filter(None, (captions.example(draft),))
    if not draft.retention:
        lines.append(_(ASK_RETENTION))
        lines += [f"- {_(sentence)}" for sentence in retentions(draft).values()]
    if draft.consent not in CONSENTS:
        lines.append(_(ASK_CONSENT_OF_STYLES if draft.kind == STYLE else ASK_CONSENT))
    if view.trainings_left is not None:
        lines.append(_("Training takes 1 training credit of {left}.").format(left=view.trainings_left))
    return "\n".join(lines)


def _no_photos(draft: ProfileView) -> str:
    minimum, (least, most) = counts(draft).least, counts(draft).recommended
    if draft.method == FACEID:
        return _(
            "No photos yet: one is enough, {least} to {most} are better. Sharp, one face each, looking at the camera."
        ).format(least=least, most=most)
    if draft.kind == STYLE:
        return _(
            "No pictures yet: {least} to {most} are best, {minimum} at least. "
            "Sharp, all in the style, of different things."
        ).format(least=least, most=most, minimum=minimum)
    return _(
        "No photos yet: {least} to {most} are best, {minimum} at least. "
        "Sharp, one face each, from different days, angles and light."
    ).format(least=least, most=most, minimum=minimum)


def not_yet(draft: ProfileView, missing: str) -> str:
    """The label of the button that cannot be pressed yet, with the reason."""
    lacking = counts(draft).least - good_photos(draft)
    waiting = sum(photo.waiting for photo in draft.photos)
    reasons = {
        "class_word": _("the class is missing"),
        "name": _("the name is missing"),
        "retention": _("say what becomes of the photos"),
        "consent": _("consent is missing"),
        "subjects": _("say whom the photos are to be about"),
        "waiting": ngettext("looking at {count} photo", "looking at {count} photos", waiting),
        "photos": ngettext("{count} more good photo needed", "{count} more good photos needed", lacking),
    }
    return _("Train: {reason}").format(reason=reasons[missing])
