"""What is said of a prompt that cannot be drawn as it stands."""

from collections.abc import Iterable, Mapping

from core.conversation.draft_phrases import METHODS as METHOD_NAMES
from core.conversation.language import N_, gettext as _, ngettext
from core.conversation.phrases import enumerated
from core.conversation.views import ProfileView
from core.names import shown_name
from core.prompts import FLAGS, LONGEST_PROMPT, METHODS, Tag

# As the compared service words it, and as programs know it (SPEC G6).
FACEID_AS_CHECKPOINT = N_("model_type=faceid is not supported. Use a checkpoint instead")
TOO_MANY = N_("Up to {value} profiles go together in one picture.")
ONE_FACE = N_("Only one FaceID profile fits into a picture.")

REFUSALS = {
    "unknown_flag": N_("I do not know --{value}. There are {flags}."),
    "repeated_flag": N_("--{value} stands there twice; once is enough."),
    "missing_value": N_("--{value} needs a value behind it."),
    "not_a_number": N_("--{value}: that is not a number."),
    "not_an_aspect": N_("--ar {value}: write it like 3:4."),
    "not_a_base": N_("--base {value}: no base model is called so."),
    "not_offered": N_("--{value} is what you can choose from."),
    "bracket": N_("A prompt cannot contain {value}, except in {tags}."),
    "tag": N_("I do not know {value}. There are {tags}, with an id from /profiles."),
    "tag_id": N_("An id from /profiles must stand there, a number, and not: {value}"),
    "tag_strength": N_("A strength from -2 to 2 must stand there, and not: {value}"),
    "repeated_tag": N_("{value} is worn twice; once is enough."),
    "too_many_tags": TOO_MANY,
    "emphasis": N_(
        "({words}:{value}): from 0.1 to 2 is what fits. Brackets that mean nothing are written {brackets}."
    ),
    "nested": N_(
        "{value} stands within another emphasis. Brackets that mean nothing are written {brackets}."
    ),
    "unclosed_name": N_('The name that begins there does not end. Write it like @"Ana 2026".'),
    "several_names": N_(
        "One name says whom to draw; {value} is a second one. More profiles are added as {tags}, with an id from /profiles."
    ),
}
# What is written in every language alike.
WRITTEN = {
    "flags": " ".join(f"--{flag}" for flag in FLAGS),
    "tags": "<lora:ID:0.8> <ti:ID> <faceid:ID>",
    "brackets": r"\( \)",
    "words": "...",
}


def prompt_refused(what: str, value: str, column: int) -> str:
    """What is wrong with a prompt, where, and what would be right."""
    match what:
        case "too_long":
            sentence = _too_long(int(value))
        case "out_of_bounds":
            sentence = _out_of_bounds(value)
        case _:
            sentence = _(REFUSALS[what]).format(value=value, **WRITTEN)
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


def unknown_id(handle: int) -> str:
    """Absent, foreign and deleted get one and the same answer (SPEC G2)."""
    return _("I know no profile {id} that you may use. /profiles lists yours with their ids.").format(
        id=handle
    )


def another_method(profile: ProfileView, tag: Tag) -> str:
    """A profile is worn by the method by which it was learnt."""
    if (tag.kind, profile.method) == ("lora", "faceid"):
        return _(FACEID_AS_CHECKPOINT)
    kind = next(kind for kind, method in METHODS.items() if method == profile.method)
    return _("{name} is a {method} profile: write {right} instead of {wrong}.").format(
        name=shown_name(profile.name),
        method=_(METHOD_NAMES[profile.method]),
        right=Tag(kind, tag.profile, tag.strength),
        wrong=tag,
    )


def too_many(most: int) -> str:
    """Those that are worn and the one that is drawn."""
    return _(TOO_MANY).format(value=most)


def not_fast(base: str) -> str:
    """Few steps need weights of their own."""
    return _(
        "--fast: {base} has nothing on this machine to draw in few steps with. It draws without --fast."
    ).format(base=base)


def not_its_sampler(base: str, sampler: str, samplers: Iterable[str]) -> str:
    """Not every family can take every sampler's steps."""
    return _("--sampler {sampler}: {base} draws with {samplers} only.").format(
        sampler=sampler, base=base, samplers=enumerated(samplers)
    )


def no_faceid(base: str) -> str:
    """FaceID needs weights of its own."""
    return _("{base} cannot draw FaceID profiles: this machine has no FaceID weights for it.").format(
        base=base
    )


def drawn_on(names: list[str], base: str) -> str:
    """Who is in a picture, and which base drew it."""
    return _("{name} on {base}").format(name=enumerated(map(shown_name, names)), base=base)


def settings(drawn: Mapping[str, str]) -> str:
    """The settings that a picture was drawn with."""
    steps = ngettext("{count} step", "{count} steps", int(drawn["steps"]))
    return _("{sampler}, {steps}, CFG {cfg}, seed {seed}").format(
        sampler=drawn["sampler"], steps=steps, cfg=drawn["cfg"], seed=drawn["seed"]
    )
