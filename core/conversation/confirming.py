"""The last question of a draft: everything once more, before it is frozen."""

from core.conversation import captions, draft_phrases, expert, selecting, ways
from core.conversation.language import gettext as _, ngettext
from core.conversation.messages import Option, Say
from core.conversation.views import ProfileView, View


def summary(draft: ProfileView, view: View) -> Say:
    """Everything once more; or the wait for the last verdicts."""
    slot = f"summary-{draft.handle}" if not draft.version else f"summary-{draft.handle}-{draft.version}"
    waiting = sum(photo.waiting for photo in draft.photos)
    if waiting:
        text = ngettext(
            "Looking at the last {count} photo...", "Looking at the last {count} photos...", waiting
        )
        return Say(text, slot=slot)
    options = (
        _option(draft, "train", "yes", ways.begin(draft)),
        *selecting.views(draft),
        *captions.offered(draft),
        *([_option(draft, "way", "ask", _("Learn it another way"))] if ways.may_change(draft, view) else []),
        *([_option(draft, "expert", "ask", _("Expert settings"))] if expert.recommended(draft, view) else []),
        _option(draft, "train", "later", _("Not yet")),
    )
    return Say(draft_phrases.summary(draft, view), options, slot)


def _option(draft: ProfileView, step: str, value: str, label: str) -> Option:
    return Option(f"{step}:{draft.handle}:{value}", label)
