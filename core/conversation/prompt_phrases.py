"""What is said of a prompt that cannot be drawn as it stands."""

from core.conversation.language import N_, gettext as _, ngettext
from core.prompts import LONGEST_PROMPT

REFUSALS = {
    "unknown_flag": N_("I do not know --{value}. There are --no --n --seed --steps --cfg --ar --sampler."),
    "repeated_flag": N_("--{value} stands there twice; once is enough."),
    "missing_value": N_("--{value} needs a value behind it."),
    "not_a_number": N_("--{value}: that is not a number."),
    "not_an_aspect": N_("--ar {value}: write it like 3:4."),
    "not_offered": N_("--{value} is what you can choose from."),
    "bracket": N_("A prompt cannot contain {value}."),
}


def prompt_refused(what: str, value: str, column: int) -> str:
    """What is wrong with a prompt, where, and what would be right."""
    match what:
        case "too_long":
            sentence = _too_long(int(value))
        case "out_of_bounds":
            sentence = _out_of_bounds(value)
        case _:
            sentence = _(REFUSALS[what]).format(value=value)
    return _("{sentence} (column {column})").format(sentence=sentence, column=column)


def _too_long(length: int) -> str:
    return ngettext(
        "That prompt has {count} character; up to {most} fit.",
        "That prompt has {count} characters; up to {most} fit.",
        length,
    ).format(most=LONGEST_PROMPT)


def _out_of_bounds(value: str) -> str:
    """`n 9: 1 to 8` is what was written, and between what it must be."""
    written, bounds = value.split(": ")
    least, most = bounds.split(" to ")
    return _("--{written}: {least} to {most} is what fits.").format(written=written, least=least, most=most)


def unknown_base(name: str, offered: str) -> str:
    """Base models are the operator's choice."""
    return _("--base {name}: this machine draws with {offered} only.").format(name=name, offered=offered)
