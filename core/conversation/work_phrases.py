"""What is said of work: learning and drawing, how far they are, what came of them."""

from core.conversation import score_phrases
from core.conversation.language import N_, gettext as _, ngettext
from core.conversation.phrases import GONE, duration, pictures, trainings
from core.conversation.views import ProfileView, View, WorkView
from core.names import shown_name

TRAINING_FAILED = {
    "diverged": N_("the numbers ran away. Trying it once more usually works."),
    "too_few": N_("too few of the photos could be used. Send at least five sharp ones."),
    "cannot_go_on": N_("what it goes on from is gone, or of another shape. Train it from the beginning."),
    "no_faces": N_(
        "none of the photos shows a face that could be used. Send one in which it is large and sharp."
    ),
    "no_faceid": N_(
        "the base model of this machine has no FaceID weights, so it must learn to draw you. Begin anew with LoRA."
    ),
    "model_unusable": N_(
        "the base model of this machine cannot be used. Its operator must look: `doctor` says why."
    ),
    "worker_lost": N_("the drawing machine was lost several times. Try again when it is stable."),
    "out_of_memory": N_("the machine ran out of memory. Its operator must give it more."),
    "failed": N_("something on this machine failed. It is in its log; please tell its operator."),
}
DRAWING_FAILED = {
    "worker_lost": N_(
        "The drawing machine was lost several times over this. Try again when it is stable. Your credits are back."
    ),
    "model_unusable": N_(
        "The base model of this machine cannot be used; its operator must look. Your credits are back."
    ),
    "not_ready": N_("That profile is not trained. /profiles shows what it lacks. Your credits are back."),
    "consent_withdrawn": N_(
        "The consent for that profile is withdrawn, so I do not draw it. Your credits are back."
    ),
    "base_refused": N_(
        "The base model that draws here is another than was asked for, or this group's admins do not allow it. "
        "Your credits are back."
    ),
    "key_gone": GONE,
}
DRAWING_FAILED_HERE = N_(
    "Drawing failed on this machine; it is in its log. Please tell its operator. Your credits are back."
)
HALVED = N_("Memory ran out, so I look at half as many photos at once. It takes longer and learns the same.")
DIVERGED = N_(
    "The numbers ran away after that, so I stopped and kept the last good step. A lower learning rate prevents it."
)


def bar(fraction: float, width: int = 14) -> str:
    """A progress bar in characters."""
    full = round(max(0.0, min(1.0, fraction)) * width)
    return "[" + "#" * full + "." * (width - full) + "]"


def phase(step: int, steps: int) -> str:
    """What a training is about at this step (SPEC T11)."""
    done = step / max(steps, 1)
    if done <= 0.15:
        return _("initial learning")
    if done <= 0.40:
        return _("feature refinement")
    return _("style adaptation") if done <= 0.75 else _("final optimisation")


def time_left(work: WorkView) -> str:
    """The wait at the end of a sentence, if it is known."""
    if work.seconds_left is None:
        return ""
    return _(", {wait}").format(wait=duration(work.seconds_left))


def learning(name: str, work: WorkView) -> str:
    """The progress message of a training."""
    if not work.steps:
        if not work.ahead:
            return _("Learning {name}: next in line, preparing...").format(name=name)
        return ngettext(
            "Learning {name}: {count} training is ahead of yours{time_left}. This message shows when it starts.",
            "Learning {name}: {count} trainings are ahead of yours{time_left}. This message shows when it starts.",
            work.ahead,
        ).format(name=name, time_left=time_left(work))
    lines = [
        _("Learning {name}").format(name=name),
        _("{bar}  step {step} of {steps}, {phase}{time_left}").format(
            bar=bar(work.step / work.steps),
            step=work.step,
            steps=work.steps,
            phase=phase(work.step, work.steps),
            time_left=time_left(work),
        ),
    ]
    if work.halved:
        lines.append(_(HALVED))
    if work.longer:
        lines.append(_("It is not there yet and still comes closer, so it goes on for a while."))
    return "\n".join(lines + _trail(work))


def _trail(work: WorkView) -> list[str]:
    """How the likeness went, as a line, or nothing."""
    trail = " -> ".join(f"{value:.2f}" for value in work.similarities)
    return [_("likeness {likeness}").format(likeness=trail)] if trail else []


def learnt_line(name: str, work: WorkView) -> str:
    """What the progress message says when the training has ended."""
    if not work.steps:
        return _("{name} needed no training.").format(name=name)
    if work.best_step:
        kept = _("Learnt {name}: kept step {step} of {steps}.")
    else:
        kept = _("Learnt {name}: kept the best step.")
    lines = [kept.format(name=name, step=work.best_step, steps=work.steps)]
    if work.diverged:
        lines.append(_(DIVERGED))
    return "\n".join(lines + _trail(work))


def ready(profile: ProfileView, work: WorkView) -> str:
    """The message of its own that announces the end."""
    lines = [_("{name} is ready.").format(name=profile.name)]
    if profile.similarity is not None:
        if profile.own_similarity:
            likeness = _("Likeness {likeness}, your own photos reach {own}.")
        else:
            likeness = _("Likeness {likeness}.")
        own = f"{profile.own_similarity or 0:.2f}"
        lines.append(likeness.format(likeness=f"{profile.similarity:.2f}", own=own))
    if score := score_phrases.quality_line(profile):
        lines.append(score)
    lines += score_phrases.ending_lines(profile, work)
    lines.append(_("Draw with /imagine {trigger} ...").format(trigger=profile.trigger))
    return "\n".join(lines)


def training_failed(name: str, reason: str) -> str:
    """Cause, remedy and what happens to the credit."""
    cause = _(TRAINING_FAILED.get(reason, TRAINING_FAILED["failed"]))
    return _("I could not learn {name}: {cause} Your credit is back.").format(name=name, cause=cause)


def drawing(work: WorkView) -> str:
    """The placeholder of a drawing."""
    ahead = ngettext("{count} ahead of you", "{count} ahead of you", work.ahead)
    place = ahead if work.ahead else _("next in line")
    if work.asker:
        sentence = ngettext(
            "Drawing {count} for {person}... {place}{time_left}",
            "Drawing {count} for {person}... {place}{time_left}",
            work.asked,
        )
    else:
        sentence = ngettext(
            "Drawing {count}... {place}{time_left}", "Drawing {count}... {place}{time_left}", work.asked
        )
    return sentence.format(person=shown_name(work.asker), place=place, time_left=time_left(work))


def drawing_waits(work: WorkView, name: str) -> str:
    """A prompt that waits for its profile's training."""
    return ngettext(
        "{name} is still learning. I draw {count} as soon as it is ready.",
        "{name} is still learning. I draw {count} as soon as it is ready.",
        work.asked,
    ).format(name=name)


def drawn(profile: ProfileView, work: WorkView) -> str:
    """What stands under the pictures."""
    lines = []
    if work.asker:
        names = {"name": shown_name(profile.name), "person": shown_name(work.asker)}
        lines.append(_("{name} for {person}.").format(**names))
    lines += _checked(profile, work)
    if work.dropped:
        lines.append(
            ngettext(
                "I dropped one that looked less like {name}.",
                "I dropped {count} that looked less like {name}.",
                len(work.dropped),
            ).format(name=profile.name)
        )
    if work.asked > len(work.delivered):
        lines.append(
            ngettext(
                "Only {count} of {asked} came close enough; the rest of your credits is back.",
                "Only {count} of {asked} came close enough; the rest of your credits is back.",
                len(work.delivered),
            ).format(asked=work.asked)
        )
    return "\n".join(lines) or _("Here you are.")


def _checked(profile: ProfileView, work: WorkView) -> list[str]:
    """Whether the likeness was checked, and against what."""
    if work.filter_off == "faceless":
        return [_("No likeness check: it goes by faces, and these photos hold none it could compare.")]
    if work.filter_off == "style":
        return []
    if work.filter_off == "imported":
        return [_("No likeness check: this profile came as a file, without photos to compare with.")]
    if work.filter_off:
        return [_("No likeness check: the photos were deleted and no face template was kept.")]
    if profile.floor is None:
        return []
    if profile.own_similarity is None:
        return [
            _("Likeness under each; the least that passes is {floor}.").format(floor=f"{profile.floor:.2f}")
        ]
    return [
        _("Likeness under each; the least that passes is {floor}; your own photos reach {own}.").format(
            floor=f"{profile.floor:.2f}", own=f"{profile.own_similarity:.2f}"
        )
    ]


def nothing_drawn(profile: ProfileView, work: WorkView) -> str:
    """Every candidate fell through the filter."""
    return ngettext(
        "None of {count} try looked enough like {name}. "
        "Your credits are back. A plainer prompt helps: one place, one pose.",
        "None of {count} tries looked enough like {name}. "
        "Your credits are back. A plainer prompt helps: one place, one pose.",
        len(work.dropped),
    ).format(name=profile.name)


def drawing_failed(reason: str) -> str:
    """Why no pictures came, and what to do."""
    return _(DRAWING_FAILED.get(reason, DRAWING_FAILED_HERE))


def status(view: View) -> str:
    """What is going on."""
    lines = []
    if view.draft and not view.group:
        named = ngettext(
            "Draft {name}: {count} photo. /new goes on.",
            "Draft {name}: {count} photos. /new goes on.",
            len(view.draft.photos),
        ).format(name=view.draft.name)
        nameless = ngettext(
            "Draft without a name: {count} photo. /new goes on.",
            "Draft without a name: {count} photos. /new goes on.",
            len(view.draft.photos),
        )
        lines.append(named if view.draft.name else nameless)
    for work in view.works:
        profile = view.usable(work.profile)
        if view.group and not (profile and view.space and work.space == view.space.handle):
            continue  # what somebody does elsewhere is nobody's business here
        name = profile.name if profile else ""
        lines.append(
            learning(name, work) if work.kind == "learn" else f"{name}: {drawing(work)}".removeprefix(": ")
        )
    if view.pictures_left is not None and not view.group:
        left = {"pictures": pictures(view.pictures_left), "trainings": trainings(view.trainings_left or 0)}
        lines.append(_("{pictures} and {trainings} left.").format(**left))
    if not view.worker_alive:
        lines.append(_("The drawing machine is not answering at the moment; what you ask for is kept."))
    return "\n".join(lines) or _("Nothing is going on. /imagine draws, /new teaches me somebody.")
