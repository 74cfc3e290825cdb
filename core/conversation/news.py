"""What the conversation says when the workers have news."""

from core.conversation import exporting, grids, phrases, versions, work_phrases
from core.conversation.effects import Turn
from core.conversation.language import gettext as _
from core.conversation.messages import Gallery, Option, Reply, Say
from core.conversation.views import ProfileView, View, WorkView


def _said(text: str, *options: Option, slot: str) -> Turn:
    return Turn(replies=(Say(text, options, slot),))


def learning(view: View, work: WorkView) -> Turn:
    """A training goes on, or has ended."""
    profile = view.profile(work.profile)
    if profile is None:
        return Turn()
    slot = f"learn-{work.handle}"
    cancel = Option(f"stop:{work.handle}", _("Cancel"))
    match work.state:
        case "succeeded":
            ended = work_phrases.learnt_line(profile.name, work)
            last: Reply = Gallery(work.samples, ended, (), slot) if work.samples else Say(ended, (), slot)
            return Turn(replies=(last, Say(work_phrases.ready(profile, work), _next_steps(profile))))
        case "failed":
            text = work_phrases.training_failed(profile.name, work.reason)
            over = Say(_("Learning {name} ended.").format(name=profile.name), (), slot)
            return Turn(replies=(over, Say(_still(profile, text), _again(profile))))
        case "cancelled":
            text = _("Learning {name} was cancelled; your credit is back.").format(name=profile.name)
            return _said(_still(profile, text), *_again(profile), slot=slot)
    options: tuple[Option, ...] = (cancel,)
    if work.similarities:
        options = (Option(f"best:{work.handle}", _("Stop and keep the best so far")), cancel)
    text = work_phrases.learning(profile.name, work) if view.worker_alive else _(phrases.WORKER_GONE)
    if work.samples:
        return Turn(replies=(Gallery(work.samples, text, options, slot),))
    return Turn(replies=(Say(text, options, slot),))


def drawing(view: View, work: WorkView) -> Turn:
    """A drawing waits, or has ended."""
    profile = view.usable(work.profile)
    if profile is None or work.reason == "revoked":
        return Turn()
    slot = f"draw-{work.handle}"
    again = Option(f"again:{work.handle}", _("Again"))
    dropped = (Option(f"dropped:{work.handle}", _("Show dropped")),) if work.dropped else ()
    match work.state:
        case "succeeded" if work.grid:
            return grids.drawn(view, profile, work)
        case "succeeded" if work.delivered:
            numbers = tuple(
                Option(f"one:{handle}", str(number)) for number, (handle, __) in enumerate(work.delivered, 1)
            )
            pictures = tuple(picture for __, picture in work.delivered)
            about = Option(f"info:{work.handle}", _("i"))
            options = (*numbers, again, *dropped, about)
            return Turn(replies=(Gallery(pictures, work_phrases.drawn(profile, work), options, slot),))
        case "succeeded":
            return _said(work_phrases.nothing_drawn(profile, work), again, *dropped, slot=slot)
        case "failed":
            return _said(work_phrases.drawing_failed(work.reason), slot=slot)
        case "cancelled":
            return _said(_("That drawing was cancelled; your credits are back."), slot=slot)
    cancel = Option(f"stop:{work.handle}", _("Cancel"))
    if profile.state in ("queued", "training"):
        return _said(work_phrases.drawing_waits(work, profile.name), cancel, slot=slot)
    text = work_phrases.drawing(work) if view.worker_alive else _(phrases.WORKER_GONE)
    return _said(text, cancel, slot=slot)


def _still(profile: ProfileView, text: str) -> str:
    """What came of a training, and that an earlier version is there all the same."""
    if profile.state != "trained":
        return text
    return f"{text} " + _("Version {number} is there as before.").format(number=profile.version)


def _next_steps(profile: ProfileView) -> tuple[Option, ...]:
    """What can be done with a profile that has just been learnt."""
    options = [Option(f"draw:{profile.handle}", _("Draw {name}").format(name=profile.name))]
    if profile.curve:
        options.append(Option(f"curve:{profile.handle}", _("Compare steps")))
    if versions.is_settled(profile):
        options.append(Option(f"train-on:{profile.handle}", _("Train on")))
    if exporting.is_exportable(profile):
        options.append(Option(f"export:{profile.handle}", _("Export")))
    return tuple(options)


def _again(profile: ProfileView) -> tuple[Option, ...]:
    """The same once more, where the photos are kept for it."""
    if profile.state == "trained":
        return (Option(f"train-on:{profile.handle}", _("Train on")),) if versions.is_settled(profile) else ()
    kept = profile.retention == "keep" or profile.state == "failed"
    return (Option(f"relearn:{profile.handle}", _("Try again")),) if kept else ()
