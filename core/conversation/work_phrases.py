"""What is said of work: learning and drawing, how far they are, what came of them."""

from core.conversation.photo_phrases import next_photos
from core.conversation.phrases import GONE, duration, plural
from core.conversation.views import ProfileView, View, WorkView
from core.names import shown_name


def bar(fraction: float, width: int = 14) -> str:
    """A progress bar in characters."""
    full = round(max(0.0, min(1.0, fraction)) * width)
    return "[" + "#" * full + "." * (width - full) + "]"


def phase(step: int, steps: int) -> str:
    """What a training is about at this step (SPEC T11)."""
    done = step / max(steps, 1)
    if done <= 0.15:
        return "initial learning"
    if done <= 0.40:
        return "feature refinement"
    return "style adaptation" if done <= 0.75 else "final optimisation"


def learning(name: str, work: WorkView) -> str:
    """The progress message of a training."""
    left = "" if work.seconds_left is None else f", {duration(work.seconds_left)}"
    if not work.steps:
        if work.ahead:
            return (
                f"Learning {name}: {plural(work.ahead, 'training is', 'trainings are')} ahead of yours{left}. "
                "This message shows when it starts."
            )
        return f"Learning {name}: next in line, preparing..."
    lines = [
        f"Learning {name}",
        f"{bar(work.step / work.steps)}  step {work.step} of {work.steps}, {phase(work.step, work.steps)}{left}",
    ]
    if work.similarities:
        lines.append("likeness " + " -> ".join(f"{value:.2f}" for value in work.similarities))
    return "\n".join(lines)


def learnt_line(name: str, work: WorkView) -> str:
    """What the progress message says when the training has ended."""
    kept = f"step {work.best_step} of {work.steps}" if work.best_step else "the best step"
    trail = " -> ".join(f"{value:.2f}" for value in work.similarities)
    return f"Learnt {name}: kept {kept}." + (f"\nlikeness {trail}" if trail else "")


def ready(profile: ProfileView, work: WorkView) -> str:
    """The message of its own that announces the end."""
    lines = [f"{profile.name} is ready."]
    if profile.similarity is not None:
        own = (
            "" if profile.own_similarity is None else f", your own photos reach {profile.own_similarity:.2f}"
        )
        lines.append(f"Likeness {profile.similarity:.2f}{own}: {score_meaning(profile)}")
    if work.best_step and work.best_step < work.steps:
        lines.append(f"I kept step {work.best_step} of {work.steps}: more made it stiffer, not closer.")
    lines.append(f"Draw with /imagine {profile.trigger} ...")
    return "\n".join(lines)


def score_meaning(profile: ProfileView) -> str:
    """The likeness in words, against what the photos themselves reach, and what would raise it."""
    if profile.similarity is None or not profile.own_similarity:
        return ""
    ratio = profile.similarity / profile.own_similarity
    more = next_photos(profile.missing)
    if ratio >= 0.85:
        return "very close."
    if ratio >= 0.65:
        return f"close.{more}"
    return f"recognisable, with room to grow.{more or ' Sharper and more varied photos would raise it.'}"


def training_failed(name: str, reason: str) -> str:
    """Cause, remedy and what happens to the credit."""
    causes = {
        "diverged": "the numbers ran away. Trying it once more usually works.",
        "too_few": "too few of the photos could be used. Send at least five sharp ones.",
        "model_unusable": "the base model of this machine cannot be used. Its operator must look: `doctor` says why.",
        "worker_lost": "the drawing machine was lost several times. Try again when it is stable.",
        "out_of_memory": "the machine ran out of memory. Its operator must give it more.",
        "failed": "something on this machine failed. It is in its log; please tell its operator.",
    }
    return f"I could not learn {name}: {causes.get(reason, causes['failed'])} Your credit is back."


def drawing(work: WorkView) -> str:
    """The placeholder of a drawing."""
    left = "" if work.seconds_left is None else f", {duration(work.seconds_left)}"
    where = f"{work.ahead} ahead of you" if work.ahead else "next in line"
    whose = f" for {shown_name(work.asker)}" if work.asker else ""
    return f"Drawing {work.asked}{whose}... {where}{left}"


def drawing_waits(work: WorkView, name: str) -> str:
    """A prompt that waits for its profile's training."""
    return f"{name} is still learning. I draw {work.asked} as soon as it is ready."


def drawn(profile: ProfileView, work: WorkView) -> str:
    """What stands under the pictures."""
    lines = [f"{shown_name(profile.name)} for {shown_name(work.asker)}."] if work.asker else []
    if work.filter_off == "faceless":
        lines.append("No likeness check: it goes by faces, and these photos hold none it could compare.")
    elif work.filter_off:
        lines.append("No likeness check: the photos were deleted and no face template was kept.")
    elif profile.floor is not None:
        own = (
            "" if profile.own_similarity is None else f"; your own photos reach {profile.own_similarity:.2f}"
        )
        lines.append(f"Likeness under each; the least that passes is {profile.floor:.2f}{own}.")
    if work.dropped:
        them = "one" if len(work.dropped) == 1 else str(len(work.dropped))
        lines.append(f"I dropped {them} that looked less like {profile.name}.")
    if work.asked > len(work.delivered):
        lines.append(
            f"Only {len(work.delivered)} of {work.asked} came close enough; the rest of your credits is back."
        )
    return "\n".join(lines) or "Here you are."


def nothing_drawn(profile: ProfileView, work: WorkView) -> str:
    """Every candidate fell through the filter."""
    return (
        f"None of {plural(len(work.dropped), 'try', 'tries')} looked enough like {profile.name}. "
        "Your credits are back. A plainer prompt helps: one place, one pose."
    )


def drawing_failed(reason: str) -> str:
    """Why no pictures came, and what to do."""
    causes = {
        "key_gone": GONE,
        "worker_lost": "The drawing machine was lost several times over this. Try again when it is stable.",
        "model_unusable": "The base model of this machine cannot be used; its operator must look.",
        "not_ready": "That profile is not trained. /profiles shows what it lacks.",
        "consent_withdrawn": "The consent for that profile is withdrawn, so I do not draw it.",
    }
    return causes.get(
        reason, "Drawing failed on this machine; it is in its log. Please tell its operator."
    ) + (" Your credits are back." if reason != "key_gone" else "")


def status(view: View) -> str:
    """What is going on."""
    lines = []
    if view.draft and not view.group:
        lines.append(
            f"Draft {view.draft.name or ''}: {plural(len(view.draft.photos), 'photo')}. /new goes on."
        )
    for work in view.works:
        profile = view.usable(work.profile)
        if view.group and not (profile and view.space and work.space == view.space.handle):
            continue  # what somebody does elsewhere is nobody's business here
        name = profile.name if profile else ""
        lines.append(
            learning(name, work) if work.kind == "learn" else f"{name}: {drawing(work)}".removeprefix(": ")
        )
    if view.pictures_left is not None and not view.group:
        trainings = view.trainings_left or 0
        lines.append(f"{plural(view.pictures_left, 'picture')} and {plural(trainings, 'training')} left.")
    if not view.worker_alive:
        lines.append("The drawing machine is not answering at the moment; what you ask for is kept.")
    return "\n".join(lines) or "Nothing is going on. /imagine draws, /new teaches me somebody."
