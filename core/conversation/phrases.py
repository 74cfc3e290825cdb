"""Every sentence we say, in one place; short, plain, and with what to do next."""

from collections.abc import Iterable

from core.conversation.language import N_, gettext as _, ngettext, pgettext
from core.conversation.views import ProfileView, View

MOST_MEGABYTES = 50
MOST_MEGAPIXELS = 64

# What captions and base models are told, so the words themselves stay; `class_label` is what people read.
CLASSES = (N_("woman"), N_("man"), N_("older woman"), N_("older man"), N_("cat"), N_("dog"))
MINOR_CLASSES = (N_("girl"), N_("boy"))
STYLE_LABEL = N_("style")


RETENTION = {
    "keep": N_("Kept, encrypted: the likeness check works, and you can train on"),
    "template": N_(
        "Deleted, keeping only an encrypted face template: the check works, training on needs photos again"
    ),
    "delete": N_("Deleted with everything derived from them: no likeness check"),
}
RETENTION_SHORT = {
    "keep": N_("photos kept"),
    "template": N_("face template kept"),
    "delete": N_("photos deleted"),
}
NO_CHOICE = N_("no choice made yet")

WHAT_I_DO = N_(
    "I learn a face, a pet or a character from your photos, then draw it doing anything you can put into words."
)
HOW_IT_WORKS = N_(
    "You send 15 to 20 photos of one subject. I check each one, then learn for a few minutes. "
    "From then on /imagine draws your subject, and pictures that do not look like it are dropped before you "
    "see them.\n"
    "Photos, what was learnt and every picture are encrypted with keys of your profile alone. "
    "/delete destroys those keys: then nobody can open any of it, me included."
)
HELP = N_(
    "/new - teach me somebody\n"
    "/imagine words - draw; @name says whom\n"
    "/profiles - what I have learnt for you\n"
    "/versions - a profile's versions: switch, train on, delete\n"
    "/grid - compare a profile's steps, versions, strength, bases or profiles at several CFGs\n"
    "/status - what is going on\n"
    "/share - let a group draw a profile of yours; /revoke ends that, /usage shows who did\n"
    "/export - a profile as a file for A1111, ComfyUI or kohya; /import takes one in\n"
    "/settings - in a group, its admins' rules\n"
    "/link - be the same person here and on another platform\n"
    "/language - the language I speak with you\n"
    "/cancel - stop what is going on\n"
    "/delete - delete a profile for ever\n"
    "/privacy - what is kept, and your choices\n"
    "/forget - erase everything of yours for ever\n"
    "After /imagine you may add: --n 2 (how many) --no hat (what not) --seed 7 --steps 30 --cfg 4 --ar 3:4 "
    "--sampler ddim --base pocket --fast (in few steps)\n"
    "(red hat:1.3) weighs words. <lora:ID:0.8> adds a profile by its id, which /profiles shows"
)
ASK_CLASS = N_("I am learning a...\nThe closer the word, the better I do.")
ASK_NAME = N_('What shall we call this profile? For example "Ana 2026".')
ASK_RETENTION = N_("After training, your photos should be...")
ASK_CONSENT = N_("Is this you, or someone who agreed?")
CONFIRM_FORGET = N_(
    "Erase everything of yours? Every profile with its photos and pictures, what you asked for in groups, your credits, and "
    "who you are on every platform that you linked. This cannot be undone."
)
FORGOTTEN = N_(
    "Everything is erased: the keys are destroyed, and the rest goes within minutes. Pictures that I sent stay in the chats. "
    "If you write again, we have never met."
)
NOTHING_TO_CANCEL = N_("Nothing is going on that could be cancelled.")
NO_PROFILES = N_("You have no profiles yet.")
PRIVATE_ONLY = N_("Photos and profiles are between you and me: write to me in a private chat for that.")
STALE = N_("That question is answered already.")
GONE = N_("That profile is deleted.")
PUT_ASIDE = N_("Kept as a draft. /new goes on with it whenever you like.")
UNKNOWN_COMMAND = N_("I do not know that command. /help lists what I understand.")
CONSENT_REFUSED = N_(
    "Then I must not learn this face. Nothing was used; /delete removes the draft and its photos at once."
)
NO_MINORS = N_(
    "I do not learn children or teenagers here: the operator of this bot has not allowed it. "
    "Choose a class of adults, or an animal."
)
WORKER_GONE = N_("The drawing machine is not answering. Your request is kept and runs when it is back.")
OUR_FAULT = N_(
    "I could not work with that: the fault is mine, and its place is in the operator's log. "
    "Your other messages are not affected; /status shows what is going on."
)
NO_IMAGINE_WORDS = N_("Say what to draw, for example: /imagine as an astronaut, studio light")


def pictures(count: int) -> str:
    """`1 picture`, `2 pictures`."""
    return ngettext("{count} picture", "{count} pictures", count)


def trainings(count: int) -> str:
    """`1 training`, `2 trainings`."""
    return ngettext("{count} training", "{count} trainings", count)


def enumerated(items: Iterable[str]) -> str:
    """`1, 2, 3`, with what the language puts between."""
    return pgettext("between the items of a list", ", ").join(items)


def class_label(word: str) -> str:
    """A class word as people read it; one that they wrote themselves as they wrote it."""
    return _(word) if word in (*CLASSES, *MINOR_CLASSES, STYLE_LABEL) else word


def state_label(state: str) -> str:
    """The state of a profile in words."""
    labels = {
        "draft": pgettext("state of a profile", "draft"),
        "queued": pgettext("state of a profile", "in line"),
        "training": pgettext("state of a profile", "learning"),
        "trained": pgettext("state of a profile", "ready"),
        "failed": pgettext("state of a profile", "failed"),
        "cancelled": pgettext("state of a profile", "cancelled"),
    }
    return labels.get(state, state)


def greeting(person: str, sample: str, free: int | None) -> str:
    """The first thing a person reads; without a sample profile it says so."""
    hello = _("Hi {person}.").format(person=person) if person else _("Hi.")
    if not sample:
        begin = _("There is no sample profile on this machine's base model; begin with your own.")
    elif free is None:
        begin = _("Try it right now: {sample} is a sample profile that belongs to you already.")
    else:
        begin = ngettext(
            "Try it right now: {sample} is a sample profile that belongs to you already, with {count} free picture.",
            "Try it right now: {sample} is a sample profile that belongs to you already, with {count} free pictures.",
            free,
        )
    return f"{hello} {_(WHAT_I_DO)}\n{begin.format(sample=sample)}"


def duration(seconds: float) -> str:
    """A wait, as people say it."""
    if seconds < 90:
        return _("about {seconds} s").format(seconds=max(5, round(seconds / 5) * 5))
    return ngettext("about {count} minute", "about {count} minutes", round(seconds / 60))


def name_taken(name: str) -> str:
    """Names are compared without capitals."""
    return _('You have a profile "{name}" already (names ignore capitals). Another name?').format(name=name)


def name_too_long(length: int, most: int) -> str:
    """A name must fit on a button."""
    return ngettext(
        "That name has {count} character; up to {most} fit. A shorter one?",
        "That name has {count} characters; up to {most} fit. A shorter one?",
        length,
    ).format(most=most)


def class_unclear(words: str) -> str:
    """A class word is one to three plain words."""
    return _(
        '"{words}" does not work as a class word. One to three words, such as "woman" or "tabby cat".'
    ).format(words=words)


def not_drawable(profile: ProfileView) -> str:
    """Why a profile cannot be drawn, and what to do."""
    return _("{name} is not trained ({state}), so there is nothing to draw with.").format(
        name=profile.name, state=state_label(profile.state)
    )


def profile_line(profile: ProfileView, current: bool) -> str:
    """One profile in the list."""
    name = profile.name or pgettext("a profile", "unnamed")
    parts = [name, class_label(profile.class_word) or "?", state_label(profile.state)]
    if profile.state == "trained" and profile.similarity is not None:
        parts.append(_("likeness {likeness}").format(likeness=f"{profile.similarity:.2f}"))
    if profile.state == "trained":
        parts.append(_("id {id}").format(id=profile.handle))
    if profile.consent == "withdrawn":
        parts.append(_("consent withdrawn: not used"))
    if profile.state == "failed":
        parts.append(_("its message has a button to try again"))
    return ("> " if current else "- ") + " · ".join(parts)


def unknown_profile(name: str) -> str:
    """Absent, foreign and deleted get one and the same answer (SPEC G2)."""
    return _('I know no profile "{name}" that you may use. /profiles lists yours.').format(name=name)


def confirm_delete(profile: ProfileView) -> str:
    """Asked once; it cannot be undone."""
    if not profile.name:
        return _(
            "Delete the draft with its photos, what was learnt and every picture? This cannot be undone."
        )
    return _(
        "Delete {name} with its photos, what was learnt and every picture? This cannot be undone."
    ).format(name=profile.name)


def deleted(name: str) -> str:
    """Said only when the keys are gone."""
    if not name:
        return _("The draft is deleted. Its keys are destroyed; nobody can open any of it any more.")
    return _("{name} is deleted. Its keys are destroyed; nobody can open any of it any more.").format(
        name=name
    )


def photos_deleted(name: str) -> str:
    """Said only when the photos' key is gone."""
    return _("The photos of {name} are deleted, with everything that showed them.").format(name=name)


def privacy(view: View) -> str:
    """What is kept, for whom, and the choices."""
    lines = [
        _(
            "What I keep: your photos, what I learnt from them and the pictures, each encrypted with keys of that "
            "profile alone; and how many credits you used. No names, no messages, nothing for anybody's training."
        ),
        _(
            "The operator of this machine cannot open them by hand unless you open a support window below, and "
            "every opening is reported to you here."
        ),
        _(
            "Deleting destroys the keys at once and the rest within a minute. Pictures I already sent stay in the chat."
        ),
    ]
    consents = {
        "": pgettext("consent", "not given"),
        "self": pgettext("consent", "self"),
        "agreed": pgettext("consent", "agreed"),
        "withdrawn": pgettext("consent", "withdrawn"),
    }
    for profile in view.profiles:
        if not profile.sample:
            line = _("{name}: {kept}, consent: {consent}").format(
                name=profile.name or pgettext("a profile without a name", "draft"),
                kept=_(RETENTION_SHORT.get(profile.retention, NO_CHOICE)),
                consent=consents.get(profile.consent, profile.consent),
            )
            window = " · " + _("support window open") if profile.support_until else ""
            lines.append(f"- {line}{window}")
    return "\n".join(lines)


def out_of_credits(unit: str, balance: int, needed: int) -> str:
    """What a request costs and what is left."""
    if unit == "picture":
        return ngettext(
            "That takes {needed}, and {count} picture of your plan is left.",
            "That takes {needed}, and {count} pictures of your plan are left.",
            balance,
        ).format(needed=pictures(needed))
    return ngettext(
        "That takes {needed}, and {count} training of your plan is left.",
        "That takes {needed}, and {count} trainings of your plan are left.",
        balance,
    ).format(needed=trainings(needed))
