"""Making a profile: the next question is a function of what the draft still lacks."""

import re
from collections.abc import Callable
from dataclasses import replace

from core.captions import is_text
from core.conversation import captions, draft_phrases, expert, panels, photo_phrases, phrases, ways
from core.conversation.class_words import english, names_a_minor
from core.conversation.effects import (
    AddPhotos,
    Confirm,
    Delete,
    Describe,
    Effect,
    OpenDraft,
    PutAside,
    Turn,
    UndoPhotos,
    WantClass,
)
from core.conversation.language import gettext as _, ngettext
from core.conversation.messages import Gallery, Option, Photos, Reply, Say
from core.conversation.panel_phrases import TRAIN_BEGUN
from core.conversation.picking import choose_subject, picks, put
from core.conversation.views import ProfileView, View
from core.names import clean_name, normal_name
from core.subjects import CHARACTER, MOST_PHOTOS, STYLE

LONGEST_NAME = 40


def lacks(draft: ProfileView) -> str:
    """The first thing that a draft still needs, or an empty string."""
    for field in ("class_word", "name", "retention"):
        if not getattr(draft, field):
            return field
    if draft.consent not in ("self", "agreed"):
        return "consent"
    if not draft.photos_done or draft.subjects:
        return "photos"
    return ""


def ask(draft: ProfileView, view: View) -> Say | Gallery:
    """The next question; where there are panels, all of them at once."""
    if view.panel:
        return panels.panel(draft, view)
    match lacks(draft):
        case "class_word":
            return ways.ask_subject(draft, view)
        case "name":
            return Say(_(phrases.ASK_NAME))
        case "retention":
            return Say(
                _(phrases.ASK_RETENTION),
                tuple(
                    _option(draft, "keep", key, _(label))
                    for key, label in draft_phrases.retentions(draft).items()
                ),
            )
        case "consent":
            question = draft_phrases.ASK_CONSENT_OF_STYLES if draft.kind == STYLE else phrases.ASK_CONSENT
            answers = ways.consents(draft) | {"neither": _("Neither")}
            return Say(
                _(question), tuple(_option(draft, "consent", code, label) for code, label in answers.items())
            )
        case "photos":
            return panel(draft, view) if draft.photos else Say(photo_phrases.ask_photos(draft))
        case _:
            return summary(draft, view)


def panel(draft: ProfileView, view: View) -> Say:
    """The message about the photos; it also asks for what is still missing before them."""
    waiting = any(photo.waiting for photo in draft.photos)
    text = photo_phrases.photo_panel(draft, draft.missing)
    options = [_option(draft, "photos", "undo", _("Undo last"))]
    if any(photo.thumbnail for photo in draft.photos):
        options.insert(0, _option(draft, "photos", "show", _("Show my photos")))
    before = lacks(draft)
    if before == "photos" and not waiting and ways.enough(draft):
        options.insert(0, _option(draft, "photos", "done", _("That's all I have")))
    options += picks(draft)
    if before not in ("photos", ""):
        asked = ask(draft, view)
        return Say(f"{text}\n\n{asked.text}", asked.options or tuple(options), panel_slot(draft))
    return Say(text, tuple(options), panel_slot(draft))


def panel_slot(draft: ProfileView) -> str:
    """Verdicts go to the message of the latest batch of photos."""
    return f"photos-{draft.handle}-{draft.batch}"


def summary(draft: ProfileView, view: View) -> Say:
    """Everything once more; or the wait for the last verdicts."""
    slot = f"summary-{draft.handle}" if not draft.version else f"summary-{draft.handle}-{draft.version}"
    waiting = sum(photo.waiting for photo in draft.photos)
    if waiting:
        text = ngettext(
            "Looking at the last {count} photo...", "Looking at the last {count} photos...", waiting
        )
        return Say(text, slot=slot)
    options = (
        _option(draft, "train", "yes", ways.begin(draft)),
        _option(draft, "photos", "show", _("Show my photos")),
        *captions.offered(draft),
        *([_option(draft, "way", "ask", _("Learn it another way"))] if ways.may_change(draft, view) else []),
        *([_option(draft, "expert", "ask", _("Expert settings"))] if expert.recommended(draft, view) else []),
        _option(draft, "train", "later", _("Not yet")),
    )
    return Say(draft_phrases.summary(draft, view), options, slot)


def hear_photos(view: View, photos: Photos) -> Turn:
    """Photos may come before they are asked for; the reply follows when they are in the draft."""
    draft = view.draft
    held = len(draft.photos) if draft else 0
    if held + sum(not is_text(one.name, one.mime) for one in photos.files) > MOST_PHOTOS:
        text = ngettext(
            "{count} photo is the most I take; take some out first.",
            "{count} photos are the most I take; take some out first.",
            MOST_PHOTOS,
        )
        return _say(text)
    opened: tuple[Effect, ...] = () if draft else (OpenDraft("character"),)
    return Turn((*opened, AddPhotos(photos)))


def takes(draft: ProfileView, words: str) -> bool:
    """Whether words are an answer to a question that is open, or an expert setting."""
    return bool(lacks(draft)) or expert.is_written(words)


def hear_words(view: View, draft: ProfileView, words: str) -> Turn:
    """Words are the answer to the question that is open."""
    match lacks(draft):
        case "class_word":
            return _take_class(view, draft, words, listed=False)
        case "name":
            return _take_name(view, draft, words)
        case "photos" | "" if expert.is_written(words):
            return expert.hear_words(view, draft, words)
        case _:
            question = ask(draft, view)
            return _say(_("Please tap one of these, or send photos."), question)


def choose(view: View, handle: int, step: str, value: str) -> Turn:
    """A tap on an option of a draft; one that was put aside can be deleted all the same."""
    draft = view.profile(handle)
    if view.draft and view.draft.handle == handle:
        return hear_choice(view, view.draft, step, value)
    if draft and draft.state == "draft" and step == "drop":
        return hear_choice(view, draft, step, value)
    return _say(_(phrases.STALE if draft else phrases.GONE))


def hear_choice(view: View, draft: ProfileView, step: str, value: str) -> Turn:
    """A tap on one of the draft's options."""
    match step:
        case "class" if value == "other":
            return _say(_('Write it: one to three words, such as "tabby cat".'))
        case "expert":
            return expert.hear(view, draft, value)
        case "way" if value == "ask":
            return _say(ways.ask(draft, view))
        case "way":
            return _take_way(view, draft, value)
        case "class":
            return _take_class(view, draft, value.replace("-", " "), listed=True)
        case "keep" if value in phrases.RETENTION:
            return _describe(view, draft, "retention", value)
        case "consent" if value == "neither":
            return _say(_(ways.consent_refused(draft)))
        case "consent":
            return _describe(view, draft, "consent", value)
        case "photos":
            return _photos_choice(view, draft, value)
        case "out" | "in":
            return _said_of_photos(view, *put(draft, int(value), keep=step == "in"))
        case "subject" if draft.subjects:
            return _said_of_photos(view, *choose_subject(draft, value))
        case "train":
            return _train_choice(view, draft, value)
        case "drop" if draft.state == "draft":
            return Turn((Delete(draft.handle, phrases.deleted(draft.name)),))
    return _say(_(phrases.STALE))


def _said_of_photos(view: View, changed: ProfileView, effects: tuple[Effect, ...]) -> Turn:
    """What the photos are like now; where a verdict is final, that and the photos as they were."""
    final = () if effects else (Say(_(photo_phrases.FINAL)),)
    sheet = () if view.panel else (panels.contact_sheet(changed),)
    shown = panels.panel(changed, view) if view.panel else panel(changed, view)
    return Turn(effects, (*final, *sheet, shown))


def hear_verdicts(view: View, draft: ProfileView) -> Turn:
    """Verdicts have changed: the panel changes in place, and the summary follows when it waited for them."""
    if view.panel:
        return Turn(replies=(panels.panel(draft, view),))
    replies: tuple[Reply, ...] = (panel(draft, view),)
    if not lacks(draft) and not any(photo.waiting for photo in draft.photos):
        replies += (summary(draft, view),)
    return Turn(replies=replies)


def _option(draft: ProfileView, step: str, value: str, label: str) -> Option:
    return Option(f"{step}:{draft.handle}:{value}", label)


def _say(*texts: str | Say | Gallery) -> Turn:
    return Turn(replies=tuple(Say(text) if isinstance(text, str) else text for text in texts))


def _describe(view: View, draft: ProfileView, field: str, value: str, *effects: Effect) -> Turn:
    """Fill one field in and ask for the next thing."""
    fields: dict[str, Callable[[str], ProfileView]] = {
        "class_word": lambda word: replace(draft, class_word=word, kind=ways.kind_of(word)),
        "method": lambda word: replace(draft, method=word, plan={}),
        "name": lambda word: replace(draft, name=word),
        "retention": lambda word: replace(draft, retention=word),
        "consent": lambda word: replace(draft, consent=word),
        "photos_done": lambda word: replace(draft, photos_done=bool(word)),
    }
    changed = fields[field](value)
    return Turn((Describe(field, value), *effects), (ask(changed, view),))


def _take_class(view: View, draft: ProfileView, words: str, *, listed: bool) -> Turn:
    word = " ".join(words.split()).lower()
    if names_a_minor(word) and not view.minors:
        return _say(_(phrases.NO_MINORS), ask(replace(draft, class_word=""), view))
    if not re.fullmatch(r"[^\W\d_]+(?:[ '-][^\W\d_]+){0,2}", word) or len(word) > 30:
        return _say(phrases.class_unclear(words[:40]))
    word = english(word)
    kind = ways.kind_of(word)
    if refusal := ways.refusal(replace(draft, class_word=word, kind=kind), view, draft.method):
        return _say(refusal, ask(replace(draft, class_word=""), view))
    listed = listed or word in (*phrases.CLASSES, STYLE)
    changed = (Describe("kind", kind),) if kind != (draft.kind or CHARACTER) else ()
    return _describe(view, draft, "class_word", word, *changed, *(() if listed else (WantClass(word),)))


def _take_way(view: View, draft: ProfileView, method: str) -> Turn:
    """Another method; one that wants more photos asks for them again."""
    if draft.state != "draft":
        return _say(_(ways.SETTLED))
    if refusal := ways.refusal(draft, view, method):
        return _say(refusal, ways.ask(draft, view))
    changed = replace(draft, method=method, plan={})
    if draft.photos_done and not ways.enough(changed):
        effects = (Describe("method", method), Describe("photos_done", ""))
        return Turn(
            effects, (Say(photo_phrases.too_few(changed)), ask(replace(changed, photos_done=False), view))
        )
    return _describe(view, draft, "method", method)


def _take_name(view: View, draft: ProfileView, words: str) -> Turn:
    name = clean_name(words)
    if len(name) > LONGEST_NAME:
        return _say(phrases.name_too_long(len(name), LONGEST_NAME))
    if any(char in name for char in '<>@"') or not any(char.isalnum() for char in name):
        return _say(_('A name needs a letter or digit, and none of < > @ ". Another one?'))
    taken = [one.name for one in view.profiles if normal_name(one.name) == normal_name(name)]
    if taken and draft.name not in taken:
        return _say(phrases.name_taken(taken[0]))
    return _describe(view, draft, "name", name)


def _photos_choice(view: View, draft: ProfileView, value: str) -> Turn:
    if value == "show":
        return Turn(replies=(panels.contact_sheet(draft),))
    if value == "undo":
        return Turn((UndoPhotos(),))
    if not ways.enough(draft):
        return _say(photo_phrases.too_few(draft))
    return _describe(view, draft, "photos_done", "yes")


def _train_choice(view: View, draft: ProfileView, value: str) -> Turn:
    if value == "later":
        return Turn((PutAside(),), (Say(_(phrases.PUT_ASIDE)),))
    if view.panel:
        if panels.missing(draft):
            return _say(panels.panel(draft, view))
        begun = Say(_(TRAIN_BEGUN), slot=panels.slot(draft))
        return Turn((Describe("photos_done", "yes"), Confirm()), (begun,))
    missing = lacks(draft)
    if missing or any(photo.waiting for photo in draft.photos):
        return _say(ask(draft, view))
    if not ways.enough(draft):
        return Turn((Describe("photos_done", ""),), (Say(photo_phrases.too_few(draft)),))
    if refusal := ways.refusal(draft, view, draft.method):
        return _say(refusal, ways.ask(draft, view))
    return Turn((Confirm(),))
