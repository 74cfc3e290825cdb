"""Expert settings of a training (SPEC T5): what each does, what is recommended, and what cannot be together.

What is chosen is a setting of `core.training.plan` by its name; what is not chosen is as the worker recommends.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core import schedule
from core.bounds import BOUNDS, MOST_IN_A_STEP, SIZE_STEP, lies_within, sizes_for
from core.conversation.effects import Describe, Turn
from core.conversation.expert_phrases import (
    ABOUT,
    ASK,
    NAMES,
    ONE_SIZE,
    SCHEDULE_PROBLEMS,
    SIZE_PROBLEMS,
    TOO_MANY,
    WHOLE,
)
from core.conversation.language import gettext as _
from core.conversation.messages import Option, Say
from core.conversation.views import ProfileView, View
from core.subjects import LORA, TEXTUAL_INVERSION

# By method, in the order in which they are shown; the second is what people write and buttons carry.
SETTINGS: Mapping[str, tuple[str, ...]] = {
    LORA: ("steps", "learning_rate", "batch", "accumulate", "size", "rank", "prior_weight"),
    TEXTUAL_INVERSION: ("steps", "learning_rate", "batch", "accumulate", "size"),
}
SHORT = {"rate": "learning_rate", "prior": "prior_weight", "resolution": "size"}
DEFAULTS = {"accumulate": 1}


def recommended(draft: ProfileView, view: View) -> dict[str, float | str]:
    """What this machine recommends for the draft's method, by setting; empty while no worker has told."""
    told = view.training.get(draft.method, {})
    known: Mapping[str, Any] = {**DEFAULTS, **told} if told else {}
    return {name: known[name] for name in SETTINGS.get(draft.method, ()) if name in known}


def is_written(words: str) -> bool:
    """Whether words set a setting, such as "steps 600"."""
    name, _, value = words.strip().partition(" ")
    return bool(value) and _field(name) in BOUNDS.keys() | {"learning_rate"}


def hear(view: View, draft: ProfileView, value: str) -> Turn:
    """A tap: `ask` shows all, a name one setting, `name=value` chooses, `none` takes every choice back."""
    if not recommended(draft, view):
        return Turn(replies=(Say(_("This way of learning has no settings.")),))
    name, chosen, given = value.partition("=")
    if value == "none":
        return _chosen(view, draft, {})
    if chosen:
        return _take(view, draft, _field(name), given)
    if _field(name) in recommended(draft, view):
        return Turn(replies=(_one(draft, view, _field(name)),))
    return Turn(replies=(panel(draft, view),))


def hear_words(view: View, draft: ProfileView, words: str) -> Turn:
    """`steps 600`, or `rate 0.005:200, 0.001`."""
    name, __, value = words.strip().partition(" ")
    return hear(view, draft, f"{name}={value.strip()}")


def panel(draft: ProfileView, view: View) -> Say:
    """Every setting with its value, and whether that is the recommended one."""
    lines = [_(ASK)]
    for name, usual in recommended(draft, view).items():
        value = draft.plan.get(name, usual)
        line = (
            _("- {setting}: {value}") if value == usual else _("- {setting}: {value} (recommended: {usual})")
        )
        lines.append(line.format(setting=_(NAMES[name]), value=_shown(value), usual=_shown(usual)))
    options = [_option(draft, name, _(NAMES[name])) for name in recommended(draft, view)]
    if draft.plan:
        options.append(_option(draft, "none", _("All as recommended")))
    return Say("\n".join(lines), tuple(options), f"expert-{draft.handle}")


def _one(draft: ProfileView, view: View, name: str) -> Say:
    """One setting: what it does, what more and less bring, and values to tap."""
    usual = recommended(draft, view)[name]
    short = next((key for key, field in SHORT.items() if field == name), name)
    text = _("{setting}: {about}\nRecommended here: {usual}. Tap a value, or write it: {example}").format(
        setting=_(NAMES[name]), about=_(ABOUT[name]), usual=_shown(usual), example=f"{short} {_shown(usual)}"
    )
    options = [
        _option(draft, f"{short}={_shown(value).replace(' ', '')}", _shown(value))
        for value in _values(name, usual, float(draft.plan.get("steps", recommended(draft, view)["steps"])))
    ]
    return Say(text, (*options, _option(draft, "ask", _("Back"))), f"expert-{draft.handle}")


def _values(name: str, usual: float | str, steps: float) -> list[float | str]:
    """Values around the recommended one; of a rate also one that falls on the way."""
    if name == "size":
        sizes = sizes_for(int(usual))
        return [*dict.fromkeys([sizes[0], sizes[len(sizes) // 2], sizes[-1]])]
    if name != "learning_rate":
        around = {"prior_weight": (0, 0.5, 1), "accumulate": (1, 2, 4)}
        values = around.get(name) or [max(1, round(float(usual) * factor)) for factor in (0.5, 1, 2)]
        return [*dict.fromkeys(values)]
    first = schedule.read(usual)[0].rate
    falling = f"{first:g}:{max(1, int(steps * 2 // 3))}, {first / 4:g}"
    return [*dict.fromkeys([first / 2, usual, first * 2, falling])]


def _take(view: View, draft: ProfileView, name: str, given: str) -> Turn:
    if name not in recommended(draft, view):
        return Turn(replies=(panel(draft, view),))
    value: float | str = given.strip()
    if name != "learning_rate" or ("," not in given and ":" not in given):
        try:
            value = float(given)
        except ValueError:
            return _refused(draft, view, name, given)
        if name not in ("learning_rate", "prior_weight"):
            if value != int(value) if abs(value) < 1e9 else True:
                return _refused(draft, view, name, given)
            value = int(value)
    chosen = {**draft.plan, name: value}
    if chosen[name] == recommended(draft, view)[name]:
        del chosen[name]
    usual = recommended(draft, view)
    if problem := _size_problem(usual, name, value) or _problem(
        {**usual, name: value, **chosen}, name, given
    ):
        return Turn(replies=(Say(problem), _one(draft, view, name)))
    return _chosen(view, draft, chosen)


def _chosen(view: View, draft: ProfileView, plan: Mapping[str, float | str]) -> Turn:
    changed = replace(draft, plan=plan)
    return Turn((Describe("plan", json.dumps(plan) if plan else ""),), (panel(changed, view),))


def _refused(draft: ProfileView, view: View, name: str, given: str) -> Turn:
    text = _(WHOLE).format(setting=_(NAMES[name]), value=given[:40])
    return Turn(replies=(Say(text), _one(draft, view, name)))


def _size_problem(usual: Mapping[str, float | str], name: str, value: float | str) -> str:
    """Why the base cannot be taught at a size, or an empty string."""
    sizes = sizes_for(int(usual[name])) if name == "size" else []
    if not sizes or int(value) in sizes:
        return ""
    about = {"value": value, "least": sizes[0], "most": sizes[-1], "step": SIZE_STEP}
    if len(sizes) == 1:
        return _(ONE_SIZE).format(**about)
    how = "step" if sizes[0] <= int(value) <= sizes[-1] else "bounds"
    return _(SIZE_PROBLEMS[how]).format(**about)


def _problem(settings: Mapping[str, float | str], name: str, given: str) -> str:
    """Why these settings cannot be together, or an empty string."""
    value = settings[name]
    if name in BOUNDS and not lies_within(name, float(value)):
        least, most = BOUNDS[name]
        return _("{setting} must lie between {least} and {most}; {value} does not.").format(
            setting=_(NAMES[name]), least=f"{least:g}", most=f"{most:g}", value=given[:40]
        )
    try:
        schedule.read(settings["learning_rate"], int(settings["steps"]))
    except schedule.ScheduleUnreadable as wrong:
        return _(SCHEDULE_PROBLEMS[wrong.problem]).format(
            piece=wrong.piece, number=wrong.number, steps=settings["steps"],
            least=f"{schedule.LEAST_RATE:g}", most=f"{schedule.MOST_RATE:g}", pieces=schedule.MOST_PIECES,
        )  # fmt: skip
    photos = int(settings["batch"]) * int(settings["accumulate"])
    return _(TOO_MANY).format(photos=photos, most=MOST_IN_A_STEP) if photos > MOST_IN_A_STEP else ""


def _field(name: str) -> str:
    return SHORT.get(name.lower(), name.lower())


def _shown(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _option(draft: ProfileView, value: str, label: str) -> Option:
    return Option(f"expert:{draft.handle}:{value}", label)
