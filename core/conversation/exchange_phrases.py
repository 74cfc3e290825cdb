"""What is said of files of weights: those that leave and, later, those that come."""

from core.conversation.language import N_, gettext as _
from core.conversation.phrases import class_label, state_label
from core.conversation.views import ProfileView
from core.exchange.leaving import About

FAMILIES = {"sd15": "SD 1.5", "sd21": "SD 2.1", "sdxl": "SDXL", "flux": "FLUX"}
METHODS = {"lora": N_("LoRA"), "textual_inversion": N_("Textual inversion"), "faceid": N_("FaceID")}

NOTHING_TO_EXPORT = N_(
    "You have no profile that could leave as a file yet: one of your own, trained. /new makes one."
)
WHICH_EXPORT = N_("Which profile shall I hand you as a file?")
# The first sentence is what the programming interface answers too, so it stays as it is in every language.
NO_FACEID = N_(
    "model_type=faceid is not supported. Use a checkpoint instead\n"
    "{name} is a FaceID profile: face embeddings are not a model, so there are no weights that another tool could load. "
    "/new makes a LoRA of the same photos, and that can be exported."
)
NOT_YOURS = N_("Only its owner can export {name}.")
SAMPLE_STAYS = N_(
    "{name} is the sample that comes with this studio. /new makes a profile of your own to export."
)
BASE_UNKNOWN = N_(
    "{name} was learnt on {base}, which this studio's configuration does not name any more, so I cannot say what fits it. "
    "Ask the operator to name it again in models.toml."
)
ANSWERED_ALONE = N_("I have answered you in our private chat. Write /start to me there if nothing came.")
EXPORT_ALONE = N_("I have sent you the file in our private chat. Write /start to me there if nothing came.")


def family_label(family: str) -> str:
    """A family as people call it."""
    return FAMILIES.get(family, family)


def method_label(method: str) -> str:
    """A training method as people call it."""
    return _(METHODS.get(method, method))


def not_exportable(profile: ProfileView) -> str:
    """Why there is no file to hand out, and what to do."""
    if profile.sample:
        return _(SAMPLE_STAYS).format(name=profile.name)
    if profile.method == "faceid":
        return _(NO_FACEID).format(name=profile.name)
    if profile.consent == "withdrawn":
        return _(
            "The consent for {name} is withdrawn, so it does not leave as a file. /privacy gives it again."
        ).format(name=profile.name)
    return _("{name} is not trained ({state}), so there is no file yet.").format(
        name=profile.name or _("The draft"), state=state_label(profile.state)
    )


def caption(profile: ProfileView, about: About, title: str) -> str:
    """What the file is, and how it is used elsewhere."""
    family = family_label(about.family)
    lines = [
        _("{name}: {method} for {family}, learnt on {base}.").format(
            name=profile.name, method=method_label(about.method), family=family, base=title
        )
    ]
    if about.method == "textual_inversion":
        lines += [
            _("Here its word is {trigger}; elsewhere it is the name of the file, {file}.").format(
                trigger=about.trigger, file=about.name
            ),
            _("A1111: put it into embeddings/ and write {file} in the prompt.").format(file=about.name),
            _("ComfyUI: put it into models/embeddings/ and write embedding:{file} in the prompt.").format(
                file=about.name
            ),
        ]
    else:
        lines += [
            _("Here its word is {trigger}; elsewhere write {words}: {token} is the instance token.").format(
                trigger=about.trigger,
                words=f"{about.instance_token} {about.class_word}",
                token=about.instance_token,
            ),
            _("A1111: put it into models/Lora/ and write <lora:{file}:1> in the prompt.").format(
                file=about.name
            ),
            _("ComfyUI: put it into models/loras/ and use the node Load LoRA."),
        ]
    lines.append(
        _("The file is not encrypted: whoever has it can draw {name}.").format(
            name=profile.name or class_label(profile.class_word)
        )
    )
    return "\n".join(lines)


def too_large_here(name: str, size: int, most: int) -> str:
    """A file that a platform does not take from bots; both numbers are bytes."""
    return _(
        "{file} has {size} MB, and here I may send {most} MB at most. "
        "Write /export on another platform that you linked with /link, or train with a lower rank: the file is smaller then."
    ).format(file=name, size=-(-size // (1 << 20)), most=most >> 20)
