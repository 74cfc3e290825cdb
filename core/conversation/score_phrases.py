"""What is said of a training's score: its meaning, how it went over the steps, why it is poor and what helps."""

from core.conversation.language import N_, gettext as _
from core.conversation.photo_phrases import next_photos
from core.conversation.phrases import state_label
from core.conversation.views import ProfileView, VersionView, WorkView

GOOD, FAIR = 80.0, 65.0  # of 100

# Cause, remedy, prevention.
CAUSES = {
    "mixed": N_(
        "the photos hardly show one person. Take out whoever does not belong, and send one person alone next time."
    ),
    "class_word": N_("its class word is too general. Begin anew with a closer one, such as woman or cat."),
    "poor": N_(
        "the photos show too little. Send sharp, bright ones with nothing in front of it, and leave out those that I refuse."
    ),
    "too_few": N_("there are few photos. Add some; 15 to 20 make the best profiles."),
    "no_variety": N_(
        "the photos are too alike. Add some from other sides and other places; two of one moment teach what one does."
    ),
    "light": N_("all photos have the same light. Add some by day and some by lamplight."),
    "copied": N_("it repeats the photos instead of the person. Add others, or fewer of one moment."),
    "photos": N_(
        "the photos look well enough, so trying once more may do. Sharper and larger ones are the surest help."
    ),
}


def quality_line(profile: ProfileView) -> str:
    """The score and its meaning, or an empty string."""
    if profile.quality is None or profile.similarity is None:
        return ""
    return _("Score {score} of 100: {meaning}").format(
        score=round(profile.quality), meaning=_meaning(profile)
    )


def _meaning(profile: ProfileView) -> str:
    """The score in words, against the photos, and what would raise it."""
    quality = profile.quality or 0.0
    more = next_photos(profile)
    if profile.causes:
        return _("hardly recognisable.")
    if quality >= GOOD:
        return _("very close.")
    if quality >= FAIR:
        return " ".join([_("close."), more]).strip()
    more = more or _("Sharper and more varied photos would raise it.")
    return " ".join([_("recognisable, with room to grow."), more])


def ending_lines(profile: ProfileView, work: WorkView) -> list[str]:
    """Why it ended where it did, which step was kept, and what a poor one suffers from."""
    lines = []
    numbers = {"step": work.step, "steps": work.steps}
    if profile.stopped == "overtrained":
        lines.append(
            _("I stopped at step {step} of {steps}: more made it stiffer, not closer.").format(**numbers)
        )
    elif profile.stopped:
        lines.append(_("I stopped at step {step} of {steps}: it came no closer any more.").format(**numbers))
    elif work.best_step and work.best_step < work.steps:
        kept = numbers | {"step": work.best_step}
        lines.append(_("I kept step {step} of {steps}: more made it stiffer, not closer.").format(**kept))
    if profile.causes:
        lines += [
            _("Likely cause: {cause}").format(cause=_(CAUSES[code]))
            for code in profile.causes[:2]
            if code in CAUSES
        ]
    if work.refunded:
        lines.append(_("Your credit is back."))
    return lines


def version_line(version: VersionView, *, current: bool) -> str:
    """One version in the list."""
    parts = [str(version.number)]
    if version.state == "trained":
        if version.quality is not None:
            parts.append(_("score {score}").format(score=round(version.quality)))
        if version.similarity is not None:
            parts.append(_("likeness {likeness}").format(likeness=f"{version.similarity:.2f}"))
        if version.step:
            parts.append(_("step {step}").format(step=version.step))
    else:
        parts.append(state_label(version.state))
    if version.origin:
        parts.append(_("goes on from {number}").format(number=version.origin))
    return ("> " if current else "- ") + " · ".join(parts)


def train_on(profile: ProfileView) -> str:
    """What training on means, before it costs anything."""
    return _(
        "Train {name} on? More steps go on from step {step} at half the rate; from the beginning takes the same photos anew; "
        "other photos come first. It makes a new version and costs a training; this one stays."
    ).format(name=profile.name, step=profile.best_step or 0)


def curve(profile: ProfileView) -> str:
    """What the marks of the curve mean."""
    return "\n".join(
        [
            _("How {name} went, step by step, from 0 to 100:").format(name=profile.name),
            _(
                "circle: the score; square: likeness; triangle: how well prompts are obeyed; cross: pictures that repeat a photo."
            ),
            _("The upright line is the step that I kept."),
        ]
    )
