"""Versions of a profile: compared, switched, deleted; trained on or anew, another step chosen (SPEC T8, T9)."""

from core.conversation import phrases, score_phrases
from core.conversation.effects import Effect, Relearn, Turn
from core.conversation.language import gettext as _
from core.conversation.messages import Gallery, Option, Say
from core.conversation.version_effects import DeleteVersion, Reopen, TrainOn, UseStep, UseVersion
from core.conversation.views import ProfileView, Shown, View
from core.names import normal_name

STEPS = frozenset(
    ("versions", "train-on", "more", "anew", "photos-again", "step", "version", "unlearn", "curve")
)
MORE_STEPS = (100, 200)
MOST_OPTIONS = 8


def _say(text: str, *options: Option) -> Turn:
    return Turn(replies=(Say(text, options),))


def command(view: View, words: str) -> Turn:
    """`/versions`: of the profile that is named, or of the current one."""
    named = [one for one in view.profiles if normal_name(one.name) == normal_name(words)] if words else []
    if words and not named:
        return _say(phrases.unknown_profile(words))
    profile = named[0] if named else view.profile(view.current or 0)
    if profile is None:
        return _say(_(phrases.NO_PROFILES), Option("new", _("Make my own")))
    return listed(profile)


def listed(profile: ProfileView) -> Turn:
    """Every version in a line, and what can be done with each."""
    if not profile.versions:
        return _say(_("{name} has not been trained yet.").format(name=profile.name))
    text = "\n".join(
        [
            _("Versions of {name}:").format(name=profile.name),
            *(
                score_phrases.version_line(one, current=one.number == profile.version)
                for one in profile.versions
            ),
        ]
    )
    options = []
    for one in profile.versions:
        if one.number == profile.version or one.state != "trained":
            continue
        number = str(one.number)
        options.append(Option(f"version:{profile.handle}:{number}", _("Use {number}").format(number=number)))
        options.append(
            Option(f"unlearn:{profile.handle}:{number}", _("Delete {number}").format(number=number))
        )
    options = options[-MOST_OPTIONS:]
    if len(profile.steps) > 1 and profile.state == "trained":
        options.append(Option(f"grid:{profile.handle}:steps", _("Grid")))
    if is_settled(profile):
        options.append(Option(f"train-on:{profile.handle}", _("Train on")))
    pictures = tuple(
        Shown(one.sample.file, one.sample.key, f"{one.number}: {one.sample.label}")
        for one in profile.versions
        if one.sample
    )
    if pictures:
        return Turn(replies=(Gallery(pictures, text, tuple(options)),))
    return _say(text, *options)


def is_settled(profile: ProfileView) -> bool:
    """Whether a profile can be trained again: it is trained, one's own, and its photos are kept."""
    return (
        profile.state == "trained"
        and not profile.sample
        and profile.retention == "keep"
        and bool(profile.versions)
    )


def choose(view: View, step: str, profile: ProfileView, value: str) -> Turn:
    """A tap on one of these."""
    match step:
        case "versions":
            return listed(profile)
        case "curve" if profile.curve:
            return _curve(profile)
        case "step" if value.isdecimal() and int(value) in profile.steps:
            text = _("{name} is step {step} from now on.").format(name=profile.name, step=int(value))
            return Turn((UseStep(profile.handle, int(value)),), (Say(text),))
        case "version" | "unlearn" if value.isdecimal():
            return _one_version(profile, step, int(value))
        case "train-on" | "more" | "anew" | "photos-again":
            return _training(view, step, profile, value)
    return _say(_(phrases.STALE))


def _curve(profile: ProfileView) -> Turn:
    """How it went, and every step to choose instead."""
    if profile.curve is None:
        return _say(_(phrases.STALE))
    options = tuple(
        Option(f"step:{profile.handle}:{step}", _("Use step {step}").format(step=step))
        for step in profile.steps[-MOST_OPTIONS:]
        if step != profile.best_step
    )
    return Turn(replies=(Gallery((profile.curve,), score_phrases.curve(profile), options),))


def _one_version(profile: ProfileView, step: str, number: int) -> Turn:
    known = next((one for one in profile.versions if one.number == number and one.state == "trained"), None)
    if known is None or number == profile.version or profile.state != "trained":
        return _say(_(phrases.STALE))
    names = {"name": profile.name, "number": number}
    if step == "version":
        return Turn(
            (UseVersion(profile.handle, number),),
            (Say(_("{name} is version {number} now.").format(**names)),),
        )
    return Turn(
        (DeleteVersion(profile.handle, number),),
        (Say(_("Version {number} of {name} is deleted.").format(**names)),),
    )


def _training(view: View, step: str, profile: ProfileView, value: str) -> Turn:
    if profile.consent not in ("self", "agreed"):
        return _say(
            _("The consent for {name} is withdrawn; /privacy gives it back.").format(name=profile.name)
        )
    if not is_settled(profile):
        return _say(
            _("{name} cannot be trained on: its photos are not kept. /new makes another.").format(
                name=profile.name
            )
        )
    if step == "train-on":
        return _ask(profile)
    if step == "photos-again":
        return Turn((Reopen(profile.handle),))
    if view.trainings_left == 0:
        return _say(phrases.out_of_credits("training", 0, 1))
    wanted: Effect = Relearn(profile.handle)
    if step == "more":
        if not value.isdecimal() or int(value) not in MORE_STEPS:
            return _say(_(phrases.STALE))
        wanted = TrainOn(profile.handle, int(value))
    return Turn((wanted,))


def _ask(profile: ProfileView) -> Turn:
    handle = profile.handle
    options = [
        Option(f"more:{handle}:{steps}", _("{count} more steps").format(count=steps)) for steps in MORE_STEPS
    ]
    options.append(Option(f"anew:{handle}", _("From the beginning")))
    options.append(Option(f"photos-again:{handle}", _("With other photos")))
    return _say(score_phrases.train_on(profile), *options)
