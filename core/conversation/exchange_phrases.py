"""What is said of files of weights: those that leave and those that come."""

from core.conversation.language import N_, gettext as _, ngettext
from core.conversation.phrases import WORKER_GONE, class_label, state_label
from core.conversation.views import ImportView, ProfileView, View
from core.exchange.leaving import About
from core.exchange.tensors import MOST_BYTES, MOST_HEADER_BYTES, MOST_TENSORS

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
                trigger=about.trigger, words=about.words, token=about.instance_token
            )
            if about.instance_token
            else _("Here its word is {trigger}; elsewhere write {words}.").format(
                trigger=about.trigger, words=about.words
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


# ── files that come

ASK_FILE = N_(
    "Send me a .safetensors file: a LoRA or an embedding for A1111, ComfyUI, kohya or diffusers. "
    "I look at it first; then you say what it is."
)
ONE_FILE = N_("One file of weights at a time: I take the first. Send the others afterwards.")
ASK_IMPORT_CLASS = N_("What does it draw?")
WORDS_UNCLEAR = N_(
    "Up to 60 letters, digits, blanks and , . ' - please, as you would write them in a prompt."
)
NO_PHOTOS_HERE = N_(
    "You are taking in a file, which has no photos. Finish that above, or put it aside with /cancel; then send the photos again."
)
# {detail} is a name or number from the file, {base} the base that draws here.
REFUSALS = {
    "not_safetensors": N_("That is no safetensors file. Send the file as the tool that made it saved it."),
    "pickle": N_(
        "That is a pickle with another name: opening it could run a program, so I do not. "
        "Convert it to safetensors where you made it, and send that."
    ),
    "too_large": N_(
        "That file is too large: {megabytes} MB are the most. A LoRA of a lower rank is smaller."
    ),
    "header_too_large": N_(
        "That file's header claims {detail} bytes, and {header} MB are the most; I read no further. Send another copy."
    ),
    "damaged_header": N_("That file's header is damaged{in_brackets}. Send another copy."),
    "truncated_file": N_("That file broke off on the way. Send it again."),
    "no_tensors": N_("There are no weights in that file. Send the one that holds the LoRA or embedding."),
    "too_many_tensors": N_(
        "That file holds {detail} tensors, and {tensors} are the most: it looks like a whole model. "
        "Send a LoRA or an embedding."
    ),
    "other_numbers": N_(
        "That file holds numbers of the kind {detail}; save it as fp16, bf16 or fp32 and send that."
    ),
    "not_finite": N_(
        "That file holds numbers that are not finite{in_brackets}: its training ran away. Send an earlier checkpoint."
    ),
    "unknown_layout": N_(
        "I do not know how that file is laid out{in_brackets}. "
        "I read LoRA of kohya, A1111, ComfyUI, diffusers and peft, and embeddings."
    ),
    "other_kind": N_(
        "That is a LyCORIS or DoRA file ({detail}), and I read plain LoRA. Extract a LoRA from it, and send that."
    ),
    "no_place": N_(
        "That file does not fit {base}: {detail}. Send one that was made for this base or one of its sizes."
    ),
}


def other_file(suffix: str) -> str:
    """A kind of file that is never opened."""
    return _(
        "I take .safetensors files only: a {suffix} can run a program when it is opened, or holds what I cannot draw with. "
        "Convert it to safetensors where you made it, and send that."
    ).format(suffix=suffix)


def refused(code: str, detail: str, base: str) -> str:
    """Why a file did not become a profile, and what to do."""
    if code == "other_family":
        theirs, _space, ours = detail.partition(" ")
        return _(
            "This is for {theirs}, this studio draws with {ours}. Send a file that was made for {ours}."
        ).format(theirs=family_label(theirs), ours=family_label(ours))
    if code == "other_method":
        return _("{base} cannot use {method}. Send a LoRA for it instead.").format(
            base=base, method=method_label(detail)
        )
    if code == "too_many_bytes" and not detail.isdecimal():
        return _(
            "That file is too large here: {why}. Send it on another platform, or one of a lower rank."
        ).format(why=_(detail))
    sentence = REFUSALS.get({"too_many_bytes": "too_large"}.get(code, code))
    if sentence is None:
        brackets = f" ({_(detail)})" if detail else ""
        return _("That file could not be fetched{in_brackets}. Send it again.").format(in_brackets=brackets)
    return _(sentence).format(
        detail=detail,
        base=base,
        in_brackets=f" ({detail})" if detail else "",
        megabytes=MOST_BYTES >> 20,
        header=MOST_HEADER_BYTES >> 20,
        tensors=MOST_TENSORS,
    )


def looking(view: View) -> str:
    """While the file is on its way or being looked at."""
    return _("Looking at your file...") if view.worker_alive else _(WORKER_GONE)


def found(draft: ProfileView, found: ImportView) -> str:
    """What the file turned out to be."""
    if draft.method == "textual_inversion":
        return ngettext(
            "Textual inversion for {family}, {count} vector.",
            "Textual inversion for {family}, {count} vectors.",
            found.rank,
        ).format(family=family_label(found.family))
    return _("LoRA for {family}, rank {rank}.").format(family=family_label(found.family), rank=found.rank)


def ask_words(found: ImportView) -> str:
    """What brings the subject up; the file's own notes are shown where it has some."""
    question = _(
        "Which words bring it up in a prompt? Most files have some of their own, such as: ohwx woman."
    )
    if not found.words:
        return question + "\n" + _("The file does not say.")
    return question + "\n" + _("The file says: {words}").format(words=found.words)


def import_summary(draft: ProfileView, about: ImportView) -> str:
    """Everything once more."""
    parts = [draft.name, class_label(draft.class_word), found(draft, about).removesuffix(".")]
    if about.stands_for:
        parts.append(_("{trigger} stands for: {words}").format(trigger=draft.trigger, words=about.stands_for))
    else:
        parts.append(draft.trigger)
    rest = _("It comes without photos, so there is no likeness check. It costs no training credit.")
    return "\n".join([_("Ready."), " · ".join(parts), rest])


def taken_in(draft: ProfileView) -> str:
    """It can be drawn from now on."""
    return _(
        "{name} is taken in. Its word in prompts is {trigger}. There are no photos to compare with, so results are not "
        "checked for likeness."
    ).format(name=draft.name, trigger=draft.trigger)
