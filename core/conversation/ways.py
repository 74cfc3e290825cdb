"""How a profile learns: which ways there are, which suit a subject, and why one does not."""

from core.conversation.draft_phrases import CONSENT_REFUSED_OF_STYLES, method_label
from core.conversation.language import N_, gettext as _, ngettext
from core.conversation.messages import Option, Say
from core.conversation.photo_phrases import counts, good_photos
from core.conversation.phrases import (
    ASK_CLASS,
    CLASSES,
    CONSENT_REFUSED,
    MINOR_CLASSES,
    class_label,
)
from core.conversation.views import ProfileView, View
from core.subjects import CHARACTER, FACEID, LORA, PHOTOS, STYLE, TEXTUAL_INVERSION, has_face, suits

ABOUT = {
    LORA: N_("comes closest. Recommended."),
    TEXTUAL_INVERSION: N_("one new word in a tiny file; the base itself stays as it is. Less close."),
    FACEID: N_("no training, ready at once; for people's faces only. Less close."),
}
ASK_WAY = N_("How shall I learn it?")
ASK_FACE = N_("Whose face is it? A...\nNo training: one photo is enough, and it is ready at once.")
NO_FACEID = N_(
    "FaceID needs weights that this machine's base model does not have; its operator can add them. "
    "LoRA and textual inversion work here."
)
NOT_OFFERED = N_("This machine's base model cannot learn by {method}. Choose another way.")
SETTLED = N_("What is learnt already is learnt in its own way. /new learns it in another.")
FACES_ONLY = N_(
    'FaceID knows people\'s faces only, and "{subject}" is none. Learn it by LoRA, which suits every subject.'
)


def enough(draft: ProfileView) -> bool:
    """Whether a draft has as many good photos as its method needs, and it is known whom they are to be about."""
    return not draft.subjects and good_photos(draft) >= counts(draft).least


def begin(draft: ProfileView) -> str:
    """The label of the last button."""
    return _("Create") if draft.method == FACEID else _("Train")


def consents(draft: ProfileView) -> dict[str, str]:
    """Who may have agreed, and what they tap."""
    if draft.kind == STYLE:
        return {"self": _("I made them"), "agreed": _("They agreed")}
    return {"self": _("It's me"), "agreed": _("They agreed")}


def consent_refused(draft: ProfileView) -> str:
    """What is said where nobody agreed."""
    return CONSENT_REFUSED_OF_STYLES if draft.kind == STYLE else CONSENT_REFUSED


def kind_of(class_word: str) -> str:
    """A style is what is called one."""
    return STYLE if class_word == STYLE else CHARACTER


def offered(draft: ProfileView, view: View) -> tuple[str, ...]:
    """The methods that this machine has and that suit the subject, the recommended one first."""
    return tuple(
        method for method in PHOTOS if method in view.methods and suits(method, draft.kind, draft.class_word)
    )


def may_change(draft: ProfileView, view: View) -> bool:
    """Whether another way can be chosen: what was learnt already was learnt in its own."""
    return draft.state == "draft" and len(offered(draft, view)) > 1


def refusal(draft: ProfileView, view: View, method: str) -> str:
    """Why a draft cannot be learnt by a method, or an empty string."""
    if method not in view.methods:
        return _(NO_FACEID) if method == FACEID else _(NOT_OFFERED).format(method=method_label(method))
    if not suits(method, draft.kind, draft.class_word):
        return _(FACES_ONLY).format(subject=class_label(draft.class_word))
    return ""


def ask(draft: ProfileView, view: View) -> Say:
    """Every way that there is for this subject, with what each wants and brings."""
    lines, options = [_(ASK_WAY)], []
    for method in offered(draft, view):
        least, (low, high) = PHOTOS[method].least, PHOTOS[method].recommended
        photos = ngettext(
            "{count} good photo at least, {low} to {high} are best",
            "{count} good photos at least, {low} to {high} are best",
            least,
        ).format(low=low, high=high)
        lines.append(f"- {method_label(method)}: {_(ABOUT[method])} {photos}.")
        options.append(_option(draft, "way", method, method_label(method)))
    return Say("\n".join(lines), tuple(options))


def ask_subject(draft: ProfileView, view: View) -> Say:
    """What it is: a class of the list or another, a style, or a face alone."""
    words = CLASSES + (MINOR_CLASSES if view.minors else ())
    face = draft.method == FACEID
    options = [
        _option(draft, "class", word.replace(" ", "-"), class_label(word))
        for word in words
        if not face or has_face("", word)
    ]
    options.append(_option(draft, "class", "other", _("something else: write it")))
    if face:
        options.append(_option(draft, "way", LORA, _("not only a face: train it")))
        return Say(_(ASK_FACE), tuple(options))
    options.append(_option(draft, "class", STYLE, _("a style")))
    if FACEID in view.methods:
        options.append(_option(draft, "way", FACEID, _("just a face, no training")))
    return Say(_(ASK_CLASS), tuple(options))


def _option(draft: ProfileView, step: str, value: str, label: str) -> Option:
    return Option(f"{step}:{draft.handle}:{value}", label)
