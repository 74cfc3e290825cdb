"""Every sentence we say, in one place; short, plain, and with what to do next."""

from core.conversation.messages import PhotoView, ProfileView, View, WorkView

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
    "/cancel - stop what is going on\n"
    "/delete - delete a profile for ever\n"
    "/privacy - what is kept, and your choices\n"
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


def verdict(photo: PhotoView) -> str:
    """What is wrong with a photo, why it matters and what to do, or an empty string."""
    number = photo.number
    if photo.owner == "removed":
        return f"Photo {number}: taken out by you."
    if photo.owner == "kept":
        return ""
    detail = photo.detail
    sentences = {
        "duplicate": f"Photo {number} is the same picture as photo {photo.other}.",
        "blurred": f"Photo {number} is blurred; send a sharp one, or this one as a file.",
        "noisy": f"Photo {number} is grainy; one with more light would do.",
        "too_dark": f"Photo {number} is too dark to see the face; one in daylight would do.",
        "too_bright": f"Photo {number} is blown out; one out of the direct sun would do.",
        "too_small": f"Photo {number} is too small ({detail}); send the original as a file.",
        "no_face": f"Photo {number}: I find no face; one where the face is clear would do.",
        "several_faces": f"Photo {number} has several faces; send one where you are alone.",
        "face_too_small": f"Photo {number}: the face is too small; come closer, or crop it.",
        "cut_off": f"Photo {number}: the face leaves the picture; send one that shows it whole.",
        "other_person": f"Photo {number} shows somebody else than the rest.",
        "empty": f"Photo {number} arrived empty; send it again.",
        "not_a_picture": f"Photo {number}: that is {detail}; I need JPG, PNG, WebP, HEIC or AVIF pictures.",
        "unknown_format": f"Photo {number}: I cannot read {detail}; send JPG, PNG, WebP, HEIC or AVIF.",
        "too_many_bytes": f"Photo {number} is too large ({detail}); send it smaller, or as a photo.",
        "too_many_pixels": (
            f"Photo {number} has {detail} megapixels, more than {MOST_MEGAPIXELS}; send it smaller."
        ),
        "truncated": f"Photo {number} broke off on the way; send it again.",
        "damaged": f"Photo {number} is damaged and cannot be opened; send another copy.",
        "too_slow": f"Photo {number} takes too long to open; save it as a plain JPG and send that.",
        "too_much_memory": f"Photo {number} is too large to open here; send it smaller.",
        "not_fetched": f"Photo {number} could not be fetched ({detail}); send it again.",
    }
    return sentences.get(photo.verdict, "")


def photo_panel(draft: ProfileView, missing_codes: tuple[str, ...]) -> str:
    """The one message about the photos: what arrived, what is good, what is not, what next."""
    waiting = [photo for photo in draft.photos if photo.waiting]
    good = [photo for photo in draft.photos if is_good(photo)]
    lines = [f"{plural(len(draft.photos), 'photo')}, thank you. {len(good)} good."]
    if waiting:
        lines[0] += f" Looking at {plural(len(waiting), 'more')}..." if good else " Looking..."
    if good:
        lines.append("Good: " + ", ".join(str(photo.number) for photo in good) + ".")
    lines += [line for photo in draft.photos if (line := verdict(photo))]
    least, most = RECOMMENDED_PHOTOS
    if len(good) < least:
        lines.append(f"{len(good)} of {least} to {most}." + next_photos(missing_codes))
    elif missing_codes:
        lines.append(next_photos(missing_codes).strip())
    return "\n".join(lines)


def is_good(photo: PhotoView) -> bool:
    """Whether a photo counts: accepted and not taken out, or put back."""
    return photo.owner == "kept" or (photo.verdict == "accepted" and photo.owner != "removed")


def next_photos(missing_codes: tuple[str, ...]) -> str:
    """What to add next."""
    words = {
        "more": "more photos",
        "angles": "your face turned to the side",
        "light": "other light",
        "backgrounds": "another place, one outdoors",
        "sizes": "one from nearer and one from farther away",
    }
    named = [words[code] for code in missing_codes if code in words]
    return f" Best next: {', and '.join(named[:2])}." if named else ""


def too_few(good: int) -> str:
    """Why it cannot go on yet."""
    return (
        f"{good} good so far; I need {MINIMUM_PHOTOS} at least. Send {plural(MINIMUM_PHOTOS - good, 'more')}."
    )


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


def bar(fraction: float, width: int = 14) -> str:
    """A progress bar in characters."""
    full = round(max(0.0, min(1.0, fraction)) * width)
    return "[" + "#" * full + "." * (width - full) + "]"


def phase(step: int, steps: int) -> str:
    """What a training is about at this step (SPEC T11)."""
    done = step / max(steps, 1)
    if done <= 0.15:
        return "initial learning"
    if done <= 0.40:
        return "feature refinement"
    return "style adaptation" if done <= 0.75 else "final optimisation"


def learning(name: str, work: WorkView) -> str:
    """The progress message of a training."""
    left = "" if work.seconds_left is None else f", {duration(work.seconds_left)}"
    if not work.steps:
        if work.ahead:
            return (
                f"Learning {name}: {plural(work.ahead, 'training is', 'trainings are')} ahead of yours{left}. "
                "This message shows when it starts."
            )
        return f"Learning {name}: next in line, preparing..."
    lines = [
        f"Learning {name}",
        f"{bar(work.step / work.steps)}  step {work.step} of {work.steps}, {phase(work.step, work.steps)}{left}",
    ]
    if work.similarities:
        lines.append("likeness " + " -> ".join(f"{value:.2f}" for value in work.similarities))
    return "\n".join(lines)


def learnt_line(name: str, work: WorkView) -> str:
    """What the progress message says when the training has ended."""
    kept = f"step {work.best_step} of {work.steps}" if work.best_step else "the best step"
    trail = " -> ".join(f"{value:.2f}" for value in work.similarities)
    return f"Learnt {name}: kept {kept}." + (f"\nlikeness {trail}" if trail else "")


def ready(profile: ProfileView, work: WorkView) -> str:
    """The message of its own that announces the end."""
    lines = [f"{profile.name} is ready."]
    if profile.similarity is not None:
        own = (
            "" if profile.own_similarity is None else f", your own photos reach {profile.own_similarity:.2f}"
        )
        lines.append(f"Likeness {profile.similarity:.2f}{own}: {score_meaning(profile)}")
    if work.best_step and work.best_step < work.steps:
        lines.append(f"I kept step {work.best_step} of {work.steps}: more made it stiffer, not closer.")
    lines.append(f"Draw with /imagine {profile.trigger} ...")
    return "\n".join(lines)


def score_meaning(profile: ProfileView) -> str:
    """The likeness in words, against what the photos themselves reach, and what would raise it."""
    if profile.similarity is None or not profile.own_similarity:
        return ""
    ratio = profile.similarity / profile.own_similarity
    more = next_photos(profile.missing)
    if ratio >= 0.85:
        return "very close."
    if ratio >= 0.65:
        return f"close.{more}"
    return f"recognisable, with room to grow.{more or ' Sharper and more varied photos would raise it.'}"


def training_failed(name: str, reason: str) -> str:
    """Cause, remedy and what happens to the credit."""
    causes = {
        "diverged": "the numbers ran away. Training it once more usually works: /new",
        "too_few": "too few of the photos could be used. Send at least five sharp ones.",
        "model_unusable": "the base model of this machine cannot be used. Its operator must look: `doctor` says why.",
        "worker_lost": "the drawing machine was lost several times. Try again when it is stable.",
        "out_of_memory": "the machine ran out of memory. Its operator must give it more.",
        "failed": "something on this machine failed. It is in its log; please tell its operator.",
    }
    return f"I could not learn {name}: {causes.get(reason, causes['failed'])} Your credit is back."


def drawing(work: WorkView) -> str:
    """The placeholder of a drawing."""
    left = "" if work.seconds_left is None else f", {duration(work.seconds_left)}"
    where = f"{work.ahead} ahead of you" if work.ahead else "next in line"
    return f"Drawing {work.asked}... {where}{left}"


def drawing_waits(work: WorkView, name: str) -> str:
    """A prompt that waits for its profile's training."""
    return f"{name} is still learning. I draw {work.asked} as soon as it is ready."


def drawn(profile: ProfileView, work: WorkView) -> str:
    """What stands under the pictures."""
    lines = []
    if work.filter_off == "faceless":
        lines.append("No likeness check: it goes by faces, and these photos hold none it could compare.")
    elif work.filter_off:
        lines.append("No likeness check: the photos were deleted and no face template was kept.")
    elif profile.floor is not None:
        own = (
            "" if profile.own_similarity is None else f"; your own photos reach {profile.own_similarity:.2f}"
        )
        lines.append(f"Likeness under each; the least that passes is {profile.floor:.2f}{own}.")
    if work.dropped:
        them = "one" if len(work.dropped) == 1 else str(len(work.dropped))
        lines.append(f"I dropped {them} that did not look like {profile.name} enough.")
    if work.asked > len(work.delivered):
        lines.append(
            f"Only {len(work.delivered)} of {work.asked} came close enough; the rest of your credits is back."
        )
    return "\n".join(lines) or "Here you are."


def nothing_drawn(profile: ProfileView, work: WorkView) -> str:
    """Every candidate fell through the filter."""
    return (
        f"None of {plural(len(work.dropped), 'try', 'tries')} looked enough like {profile.name}. "
        "Your credits are back. A plainer prompt helps: one place, one pose."
    )


def drawing_failed(reason: str) -> str:
    """Why no pictures came, and what to do."""
    causes = {
        "key_gone": GONE,
        "worker_lost": "The drawing machine was lost several times over this. Try again when it is stable.",
        "model_unusable": "The base model of this machine cannot be used; its operator must look.",
        "not_ready": "That profile is not trained. /profiles shows what it lacks.",
        "consent_withdrawn": "The consent for that profile is withdrawn, so I do not draw it.",
    }
    return causes.get(
        reason, "Drawing failed on this machine; it is in its log. Please tell its operator."
    ) + (" Your credits are back." if reason != "key_gone" else "")


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
        parts.append("train it again: /new")
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


def status(view: View) -> str:
    """What is going on."""
    lines = []
    if view.draft:
        lines.append(
            f"Draft {view.draft.name or ''}: {plural(len(view.draft.photos), 'photo')}. /new goes on."
        )
    for work in view.works:
        profile = view.profile(work.profile)
        name = profile.name if profile else ""
        lines.append(learning(name, work) if work.kind == "learn" else f"{name}: {drawing(work)}")
    if view.pictures_left is not None:
        trainings = view.trainings_left or 0
        lines.append(f"{plural(view.pictures_left, 'picture')} and {plural(trainings, 'training')} left.")
    if not view.worker_alive:
        lines.append("The drawing machine is not answering at the moment; what you ask for is kept.")
    return "\n".join(lines) or "Nothing is going on. /imagine draws, /new teaches me somebody."


def out_of_credits(unit: str, balance: int, needed: int) -> str:
    """What a request costs and what is left."""
    what = "picture" if unit == "picture" else "training"
    return f"That takes {plural(needed, what)}, and {plural(balance, what)} of your plan {'is' if balance == 1 else 'are'} left."


def one_training_at_a_time(name: str) -> str:
    """One training per account; the rest wait in line (SPEC T10)."""
    return f"{name} is still learning; this one starts when it is done."
