"""Every sentence we say, in one place; short, plain, and with what to do next."""

from core.conversation.views import ProfileView, View

MINIMUM_PHOTOS = 5
RECOMMENDED_PHOTOS = (15, 20)
MOST_PHOTOS = 50
MOST_MEGABYTES = 50
MOST_MEGAPIXELS = 64

CLASSES = ("woman", "man", "older woman", "older man", "cat", "dog")
MINOR_CLASSES = ("girl", "boy")

STATES = {
    "draft": "draft",
    "queued": "in line",
    "training": "learning",
    "trained": "ready",
    "failed": "failed",
    "cancelled": "cancelled",
}
RETENTION = {
    "keep": "Kept, encrypted: the likeness check works, and you can train on",
    "template": "Deleted, keeping only an encrypted face template: the check works, training on needs photos again",
    "delete": "Deleted with everything derived from them: no likeness check",
}
RETENTION_SHORT = {"keep": "photos kept", "template": "face template kept", "delete": "photos deleted"}

WHAT_I_DO = "I learn a face, a pet or a character from your photos, then draw it doing anything you can put into words."
HOW_IT_WORKS = (
    "You send 15 to 20 photos of one subject. I check each one, then learn for a few minutes. "
    "From then on /imagine draws your subject, and pictures that do not look like it are dropped before you "
    "see them.\n"
    "Photos, what was learnt and every picture are encrypted with keys of your profile alone. "
    "/delete destroys those keys: then nobody can open any of it, me included."
)
HELP = (
    "/new - teach me somebody\n"
    "/imagine words - draw; @name says whom\n"
    "/profiles - what I have learnt for you\n"
    "/status - what is going on\n"
    "/share - let a group draw a profile of yours; /revoke ends that, /usage shows who did\n"
    "/settings - in a group, its admins' rules\n"
    "/link - be the same person here and on another platform\n"
    "/cancel - stop what is going on\n"
    "/delete - delete a profile for ever\n"
    "/privacy - what is kept, and your choices\n"
    "/forget - erase everything of yours for ever\n"
    "After /imagine you may add: --n 2 (how many) --no hat (what not) --seed 7 --steps 30 --cfg 4 --ar 3:4"
)
ASK_CLASS = "I am learning a...\nThe closer the word, the better I do."
ASK_NAME = 'What shall we call this profile? For example "Ana 2026".'
ASK_RETENTION = "After training, your photos should be..."
ASK_CONSENT = "Is this you, or someone who agreed?"
ASK_PHOTOS = (
    f"Now the photos: {RECOMMENDED_PHOTOS[0]} to {RECOMMENDED_PHOTOS[1]} are best, {MINIMUM_PHOTOS} at least. "
    "Quality beats quantity: sharp, one face each, from different days, angles and light. "
    "Sent as files they keep their full quality."
)
CONFIRM_FORGET = (
    "Erase everything of yours? Every profile with its photos and pictures, what you asked for in groups, your credits, and "
    "who you are on every platform that you linked. This cannot be undone."
)
FORGOTTEN = (
    "Everything is erased: the keys are destroyed, and the rest goes within minutes. Pictures that I sent stay in the chats. "
    "If you write again, we have never met."
)
NOTHING_TO_CANCEL = "Nothing is going on that could be cancelled."
NO_PROFILES = "You have no profiles yet."
PRIVATE_ONLY = "Photos and profiles are between you and me: write to me in a private chat for that."
STALE = "That question is answered already."
GONE = "That profile is deleted."
PUT_ASIDE = "Kept as a draft. /new goes on with it whenever you like."
UNKNOWN_COMMAND = "I do not know that command. /help lists what I understand."
CONSENT_REFUSED = (
    "Then I must not learn this face. Nothing was used; /delete removes the draft and its photos at once."
)
NO_MINORS = (
    "I do not learn children or teenagers here: the operator of this bot has not allowed it. "
    "Choose a class of adults, or an animal."
)
WORKER_GONE = "The drawing machine is not answering. Your request is kept and runs when it is back."
OUR_FAULT = (
    "I could not work with that: the fault is mine, and its place is in the operator's log. "
    "Your other messages are not affected; /status shows what is going on."
)
NO_IMAGINE_WORDS = "Say what to draw, for example: /imagine as an astronaut, studio light"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 photo`, `2 photos`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def greeting(person: str, sample: str, pictures: int | None) -> str:
    """The first thing a person reads; without a sample profile it says so."""
    hello = f"Hi {person}. " if person else "Hi. "
    if not sample:
        return f"{hello}{WHAT_I_DO}\nThere is no sample profile on this machine's base model; begin with your own."
    free = "" if pictures is None else f", with {plural(pictures, 'free picture')}"
    return f"{hello}{WHAT_I_DO}\nTry it right now: {sample} is a sample profile that belongs to you already{free}."


def duration(seconds: float) -> str:
    """A wait, as people say it."""
    if seconds < 90:
        return f"about {max(5, round(seconds / 5) * 5)} s"
    return f"about {plural(round(seconds / 60), 'minute')}"


def name_taken(name: str) -> str:
    """Names are compared without capitals."""
    return f'You have a profile "{name}" already (names ignore capitals). Another name?'


def name_too_long(length: int, most: int) -> str:
    """A name must fit on a button."""
    return f"That name has {length} characters; up to {most} fit. A shorter one?"


def class_unclear(words: str) -> str:
    """A class word is one to three plain words."""
    return f'"{words}" does not work as a class word. One to three words, such as "woman" or "tabby cat".'


def summary(draft: ProfileView, view: View) -> str:
    """Everything once more, before it is frozen."""
    count = sum(photo.chosen for photo in draft.photos)
    parts = [
        draft.name,
        draft.class_word,
        f"LoRA on {view.base_title}",
        plural(count, "photo"),
        draft.trigger,
        RETENTION_SHORT[draft.retention],
    ]
    cost = (
        "1 training credit" if view.trainings_left is None else f"1 training credit of {view.trainings_left}"
    )
    wait = (
        ""
        if view.training_seconds is None
        else f" {duration(view.training_seconds)} on this machine.".capitalize()
    )
    return (
        f"Ready.\n{' · '.join(parts)}\n{cost}.{wait} Nothing can be changed after you confirm, "
        "and photos that are not used are erased."
    )


def unknown_base(name: str, offered: str) -> str:
    """Base models are the operator's choice."""
    return f"--base {name}: this machine draws with {offered} only."


def not_drawable(profile: ProfileView) -> str:
    """Why a profile cannot be drawn, and what to do."""
    return f"{profile.name} is not trained ({STATES.get(profile.state, profile.state)}), so there is nothing to draw with."


def profile_line(profile: ProfileView, current: bool) -> str:
    """One profile in the list."""
    parts = [profile.name or "unnamed", profile.class_word or "?", STATES.get(profile.state, profile.state)]
    if profile.state == "trained" and profile.similarity is not None:
        parts.append(f"likeness {profile.similarity:.2f}")
    if profile.consent == "withdrawn":
        parts.append("consent withdrawn: not used")
    if profile.state == "failed":
        parts.append("its message has a button to try again")
    return ("> " if current else "- ") + " · ".join(parts)


def unknown_profile(name: str) -> str:
    """Absent, foreign and deleted get one and the same answer (SPEC G2)."""
    return f'I know no profile "{name}" that you may use. /profiles lists yours.'


def prompt_refused(what: str, value: str, column: int) -> str:
    """What is wrong with a prompt, where, and what would be right."""
    sentences = {
        "unknown_flag": f"I do not know --{value}. There are --no --n --seed --steps --cfg --ar --sampler.",
        "repeated_flag": f"--{value} stands there twice; once is enough.",
        "missing_value": f"--{value} needs a value behind it.",
        "not_a_number": f"--{value}: that is not a number.",
        "out_of_bounds": f"--{value} is what fits.",
        "not_an_aspect": f"--ar {value}: write it like 3:4.",
        "not_offered": f"--{value} are what there is.",
        "too_long": f"That prompt has {value} characters; up to 1000 fit.",
        "bracket": f"A prompt cannot contain {value}.",
    }
    return f"{sentences[what]} (column {column})"


def confirm_delete(profile: ProfileView) -> str:
    """Asked once; it cannot be undone."""
    return (
        f"Delete {profile.name or 'the draft'} with its photos, what was learnt and every picture? "
        "This cannot be undone."
    )


def deleted(name: str) -> str:
    """Said only when the keys are gone."""
    return f"{name or 'The draft'} is deleted. Its keys are destroyed; nobody can open any of it any more."


def photos_deleted(name: str) -> str:
    """Said only when the photos' key is gone."""
    return f"The photos of {name} are deleted, with everything that showed them."


def privacy(view: View) -> str:
    """What is kept, for whom, and the choices."""
    lines = [
        "What I keep: your photos, what I learnt from them and the pictures, each encrypted with keys of that "
        "profile alone; and how many credits you used. No names, no messages, nothing for anybody's training.",
        "The operator of this machine cannot open them by hand unless you open a support window below, and "
        "every opening is reported to you here.",
        "Deleting destroys the keys at once and the rest within a minute. Pictures I already sent stay in the chat.",
    ]
    for profile in view.profiles:
        if not profile.sample:
            kept = RETENTION_SHORT.get(profile.retention, "no choice made yet")
            open_ = " · support window open" if profile.support_until else ""
            lines.append(
                f"- {profile.name or 'draft'}: {kept}, consent: {profile.consent or 'not given'}{open_}"
            )
    return "\n".join(lines)


def out_of_credits(unit: str, balance: int, needed: int) -> str:
    """What a request costs and what is left."""
    what = "picture" if unit == "picture" else "training"
    return f"That takes {plural(needed, what)}, and {plural(balance, what)} of your plan {'is' if balance == 1 else 'are'} left."
