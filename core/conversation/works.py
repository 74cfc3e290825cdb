"""Taps on works: stop, keep the best, again, what was dropped, one picture as a file."""

from core.conversation import drawing, phrases, sharing_phrases
from core.conversation.effects import DrawAgain, StopWork, Turn
from core.conversation.language import gettext as _
from core.conversation.messages import Gallery, Original, Say
from core.conversation.views import View


def choose(view: View, step: str, handle: int) -> Turn:
    """A tap on what is offered under a progress message, or under pictures."""
    work = view.work(handle)
    profile = view.usable(work.profile) if work else None
    if work is None or profile is None:
        return Turn() if view.group else _say(_(phrases.GONE))
    if work.reason == "revoked":
        return _say(_(sharing_phrases.NOT_SHARED))
    open_ = work.state in ("pending", "dispatched", "running")
    match step:
        case "stop" | "best":
            if not open_:
                return _say(_("That has ended already."))
            return Turn((StopWork(handle, keep=step == "best"),), (Say(_("Stopping...")),))
        case "again" if refused := drawing.refusal(view, profile, work.wish):
            return _say(refused)
        case "again":
            return Turn((DrawAgain(handle),))
        case "dropped" if work.dropped:
            return Turn(replies=(Gallery(tuple(picture for __, picture in work.dropped), _("Dropped.")),))
        case "info":
            return _say(drawing.about(view, profile, work))
    return _say(_("Nothing was dropped."))


def original(view: View, picture: int) -> Turn:
    """One picture as a file."""
    for work in view.works:
        for handle, shown in work.delivered:
            if handle == picture and view.usable(work.profile):
                return Turn(replies=(Original(shown, f"likeness-{handle}.png", shown.label),))
    return Turn() if view.group else _say(_(phrases.GONE))


def _say(text: str) -> Turn:
    return Turn(replies=(Say(text),))
