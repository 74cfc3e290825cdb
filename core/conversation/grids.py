"""Grids: what is compared, and what a tap on a column or a row makes the profile's own (SPEC T14)."""

from core.conversation import phrases
from core.conversation.effects import Select, Turn
from core.conversation.language import N_, gettext as _
from core.conversation.messages import Gallery, Option, Say
from core.conversation.version_effects import (
    DrawGrid,
    UseCfg,
    UseStep,
    UseStrength,
    UseVersion,
    VersionEffect,
)
from core.conversation.views import ProfileView, View, WorkView
from core.names import normal_name

STEPS = frozenset(("grid", "column", "row"))
AXES = {
    "steps": N_("steps"),
    "versions": N_("versions"),
    "strength": N_("strengths"),
    "bases": N_("base models"),
    "profiles": N_("profiles"),
}


def _say(text: str, *options: Option) -> Turn:
    return Turn(replies=(Say(text, options),))


def command(view: View, words: str) -> Turn:
    """`/grid`, with a profile's name and what is to be compared, in this order, if wanted."""
    name, _space, last = words.rpartition(" ")
    axis = last.lower() if last.lower() in AXES else "steps"
    name = name if last.lower() in AXES else words
    profile = view.profile(view.current or 0)
    if name:
        profile = next((one for one in view.profiles if normal_name(one.name) == normal_name(name)), None)
        if profile is None:
            return _say(phrases.unknown_profile(name))
    if profile is None:
        return _say(_(phrases.NO_PROFILES), Option("new", _("Make my own")))
    return asked(view, profile, axis)


def asked(view: View, profile: ProfileView, axis: str) -> Turn:
    """Draw it, or say why there is nothing to compare."""
    if profile.consent == "withdrawn" or profile.state != "trained" or profile.sample:
        return _say(phrases.not_drawable(profile) if profile.state != "trained" else _(NOT_YOURS))
    if axis not in axes(view, profile):
        return _say(
            _("There is nothing to compare: {name} has no other {axis}.").format(
                name=profile.name, axis=_(AXES[axis])
            )
        )
    return Turn((DrawGrid(profile.handle, axis),))


NOT_YOURS = N_("A grid is drawn of a profile that you have made, while its consent holds.")


def axes(view: View, profile: ProfileView) -> list[str]:
    """What of a profile can be compared with one another."""
    trained = [one for one in view.profiles if one.state == "trained" and one.consent != "withdrawn"]
    counts = {
        "steps": len(profile.steps),
        "versions": sum(one.state == "trained" for one in profile.versions),
        "strength": 2 if profile.method == "lora" else 0,
        "bases": len(view.bases),
        "profiles": len(trained),
    }
    return [axis for axis, count in counts.items() if count > 1]


def drawn(view: View, profile: ProfileView, work: WorkView) -> Turn:
    """The grid, and what can be chosen from it."""
    if work.grid is None:
        return Turn()
    text = "\n".join(
        [
            _("{name}, one seed. Across: {axis}; down: CFG; likeness on each.").format(
                name=profile.name, axis=_(AXES[work.grid.axis])
            ),
            _("Tap a column and a row to make them {name}'s own.").format(name=profile.name),
        ]
    )
    options = []
    if work.grid.axis != "bases":
        labels = (_label(view, work.grid.axis, value) for value in work.grid.columns)
        options += [Option(f"column:{work.handle}:{place}", label) for place, label in enumerate(labels)]
    options += [
        Option(f"row:{work.handle}:{place}", f"CFG {value}") for place, value in enumerate(work.grid.rows)
    ]
    options += [
        Option(f"grid:{profile.handle}:{axis}", _("Grid: {axis}").format(axis=_(AXES[axis])))
        for axis in axes(view, profile)
        if axis != work.grid.axis
    ]
    pictures = tuple(picture for _handle, picture in work.delivered)
    return Turn(replies=(Gallery(pictures, text, tuple(options), f"draw-{work.handle}"),))


def _label(view: View, axis: str, value: str) -> str:
    """What stands on a column's button: what is over it in the picture."""
    profile = view.profile(int(value)) if axis == "profiles" else None
    return profile.name[:20] if profile else value


def choose(view: View, step: str, handle: int, value: str) -> Turn:
    """A tap on a column, on a row, or on another axis."""
    if step == "grid":
        profile = view.profile(handle)
        return asked(view, profile, value) if profile and value in AXES else _say(_(phrases.GONE))
    work = view.work(handle)
    profile = view.profile(work.profile) if work else None
    if work is None or work.grid is None or profile is None:
        return _say(_(phrases.GONE))
    values = work.grid.columns if step == "column" else work.grid.rows
    if not value.isdecimal() or int(value) >= len(values) or profile.state != "trained":
        return _say(_(phrases.STALE))
    chosen = values[int(value)]
    if step == "row":
        said = _("{name} is drawn with CFG {cfg} unless a prompt says otherwise.")
        return Turn(
            (UseCfg(profile.handle, float(chosen)),), (Say(said.format(name=profile.name, cfg=chosen)),)
        )
    return _column(view, profile, work.grid.axis, chosen)


def _column(view: View, profile: ProfileView, axis: str, chosen: str) -> Turn:
    handle = profile.handle
    effects: dict[str, VersionEffect] = {}
    if axis == "steps" and int(chosen) in profile.steps:
        effects["steps"] = UseStep(handle, int(chosen))
    if axis == "versions" and any(str(one.number) == chosen for one in profile.versions):
        effects["versions"] = UseVersion(handle, int(chosen))
    if axis == "strength":
        effects["strength"] = UseStrength(handle, float(chosen))
    if axis == "profiles":
        other = view.profile(int(chosen))
        if other:
            text = _("/imagine now draws {name}.").format(name=other.name)
            return Turn((Select(other.handle),), (Say(text),))
    if axis not in effects:
        return _say(_(phrases.STALE))
    said = {
        "steps": _("{name} is step {value} from now on."),
        "versions": _("{name} is version {value} now."),
        "strength": _("{name} is worn with strength {value} from now on."),
    }
    return Turn((effects[axis],), (Say(said[axis].format(name=profile.name, value=chosen)),))
