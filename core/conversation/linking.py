"""One person on two platforms: a code, a question, and a way back (SPEC A3)."""

from collections.abc import Callable

from core.conversation.effects import ConfirmLink, Effect, EnterLink, IssueLink, RefuseLink, Turn, Unlink
from core.conversation.language import N_, gettext as _
from core.conversation.messages import Linking, Option, Say
from core.conversation.views import View
from core.names import shown_name

STEPS: dict[str, Callable[[int], Effect]] = {
    "link-yes": ConfirmLink,
    "link-no": RefuseLink,
    "link-end": Unlink,
}
PLATFORMS = {"telegram": "Telegram", "discord": "Discord", "console": N_("the console")}

# What came of it; `name` and `platform` are the other identity's.
OUTCOMES = {
    "issued": N_(
        "Write this to me on your other platform, within 10 minutes: /link {code}\n"
        "Give it to nobody else: whoever enters it becomes one with you here. I ask you before that happens."
    ),
    "entered": N_(
        "{name} on {platform} gave out that code, and is asked now whether you are the same person. If so, "
        "your profiles, credits and settings are one with theirs; undo works for 7 days, /link unlinks later."
    ),
    "linked": N_(
        "You and {name} on {platform} are one now: profiles, credits and settings. Undo works for 7 days, and "
        "/link unlinks later: then everything belongs to the identity that made it."
    ),
    "unlinked": N_(
        "You and {name} on {platform} are two again. Everything belongs to the identity that made it."
    ),
    "wrong": N_(
        "That is no code that counts: it works once, for 10 minutes, on another platform than its own."
    ),
    "locked": N_("That was the fifth wrong code. Codes are locked here for an hour."),
    "taken": N_(
        "One of the two is linked already with somebody on this platform. /link there shows it, and ends it."
    ),
    "refused": N_("Then nothing is linked. The code is void."),
    "over": N_("That question is over; /link gives a new code."),
}


def link(view: View, words: str) -> Turn:
    """`/link` gives a code; `/link CODE` takes one."""
    if words:
        return Turn((EnterLink(normal_code(words)),))
    options = tuple(
        Option(f"link-end:{handle}", _("Unlink {name}").format(name=name)[:60]) for handle, name in view.links
    )
    about = _("Linked with you. Unlinking gives everything back to whoever made it.")
    return Turn((IssueLink(),), (Say(about, options),) if options else ())


def platform_name(platform: str) -> str:
    """What a platform is called in a sentence."""
    return _(PLATFORMS[platform]) if platform in PLATFORMS else platform


def normal_code(words: str) -> str:
    """A code as it was given out, however it was typed."""
    return "".join(char for char in words.upper() if char.isalnum())


def choose(step: str, handle: int) -> Turn:
    """A tap on yes, no or undo; whether it is theirs to make is looked up where it is carried out."""
    return Turn((STEPS[step](handle),))


def hear(heard: Linking) -> Turn:
    """What came of it."""
    name, platform = shown_name(heard.name) or _("somebody"), platform_name(heard.platform)
    undo = (Option(f"link-end:{heard.link}", _("Undo")),) if heard.what == "linked" and heard.link else ()
    return _say(_(OUTCOMES[heard.what]).format(name=name, platform=platform, code=heard.code), *undo)


def ask_issuer(name: str, platform: str, handle: int) -> Say:
    """Nothing is linked before the one who gave the code out has named the one who entered it as themselves."""
    who, where = shown_name(name) or _("Somebody"), platform_name(platform)
    return Say(
        _(
            "{name} on {platform} entered your code. Is that you? Then your profiles, credits and settings become one, "
            "and whoever writes as {name} there can use, change and delete all of them."
        ).format(name=who, platform=where),
        (Option(f"link-yes:{handle}", _("Yes, that is me")), Option(f"link-no:{handle}", _("No"))),
    )


def _say(text: str, *options: Option) -> Turn:
    return Turn(replies=(Say(text, options),))
