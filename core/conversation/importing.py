"""A file of weights becomes a profile: it is looked at, then the person says what it is (SPEC P12)."""

import re
from collections.abc import Callable
from dataclasses import replace

from core.conversation import exchange_phrases, making, phrases
from core.conversation.effects import (
    Describe,
    DropImport,
    Effect,
    OpenDraft,
    OpenImport,
    TakeIn,
    Turn,
)
from core.conversation.language import gettext as _
from core.conversation.messages import (
    Chosen,
    Command,
    Form,
    Heard,
    Looked,
    Opened,
    Option,
    Photos,
    Reply,
    Say,
    Text,
    Upload,
)
from core.conversation.views import ImportView, ProfileView, View
from core.exchange.tensors import MOST_BYTES

TAKEN = ".safetensors"
# What models come in as well; each can run a program when it is opened, or is none of what is read here.
OTHERS = (".ckpt", ".pt", ".pth", ".bin", ".pkl", ".pickle", ".gguf", ".onnx")
LONGEST_WORDS = 60


def is_weights(file: Upload) -> bool:
    """Whether a file says that it holds weights and is no photo."""
    return file.name.lower().endswith((TAKEN, *OTHERS))


def hear(view: View, heard: Heard) -> Turn | None:
    """What a file of weights, or a draft that came as one, has to do with; None for everything else."""
    match heard:
        case Command(name) if name.lower() == "import":
            return _say(Say(_(exchange_phrases.ASK_FILE)))
        case Photos(files) if any(map(is_weights, files)):
            return _hear_file(view, files)
    draft = view.draft
    if draft is None or draft.imported is None:
        return None
    match heard:
        case Photos():
            return _say(Say(_(exchange_phrases.NO_PHOTOS_HERE)))
        case Command(name) if name.lower() == "new":
            return Turn((OpenDraft(),), (ask(draft, view),))
        case Text(words):
            return _hear_words(view, draft, lacks(draft), words)
        case Form(draft=about) if about in (0, draft.handle):
            return _hear_form(view, draft, heard)
        case Opened(handle) | Looked(handle) if handle == draft.handle:
            return _hear_verdict(view, draft)
        case Chosen(key):
            return _hear_choice(view, draft, key)
    return None


def _hear_file(view: View, files: tuple[Upload, ...]) -> Turn:
    """A file was sent, perhaps among others."""
    file = next(filter(is_weights, files))
    suffix = file.name[file.name.rindex(".") :].lower()
    if suffix != TAKEN:
        return _say(Say(exchange_phrases.other_file(suffix)))
    if (file.size or 0) > MOST_BYTES:
        return _say(Say(exchange_phrases.refused("too_large", "", view.base_title)))
    if len(files) > 1:
        return Turn((OpenImport(file),), (Say(_(exchange_phrases.ONE_FILE)),))
    return Turn((OpenImport(file),))


def lacks(draft: ProfileView) -> str:
    """The first thing that a draft from a file still needs, or an empty string."""
    found = _found(draft)
    if found.waiting:
        return "file"
    if found.refusal:
        return "another file"
    if not draft.class_word:
        return "class_word"
    if not draft.name:
        return "name"
    if draft.method == "lora" and not found.stands_for:
        return "stands_for"
    if draft.consent not in ("self", "agreed"):
        return "consent"
    return ""


def ask(draft: ProfileView, view: View, slot: str = "") -> Say:
    """The next question; where there are panels it stands in the draft's one message."""
    found = _found(draft)
    questions: dict[str, Callable[[], tuple[str, tuple[Option, ...]]]] = {
        "file": lambda: (exchange_phrases.looking(view), ()),
        "another file": lambda: (
            exchange_phrases.refused(found.refusal, found.detail, view.base_title),
            (),
        ),
        "class_word": lambda: _ask_class(draft, view),
        "name": lambda: (_(phrases.ASK_NAME), _form(draft, view, "name", _("Name..."))),
        "stands_for": lambda: _ask_words(draft, view),
        "consent": lambda: (
            _(phrases.ASK_CONSENT),
            (
                _option(draft, "consent", "self", _("It's me")),
                _option(draft, "consent", "agreed", _("They agreed")),
                _option(draft, "consent", "neither", _("Neither")),
            ),
        ),
        "": lambda: (
            exchange_phrases.import_summary(draft, found),
            (
                _option(draft, "take", "yes", _("Take it in")),
                _option(draft, "train", "later", _("Not yet")),
            ),
        ),
    }
    text, options = questions[lacks(draft)]()
    if view.panel:
        drop = _option(draft, "drop", "all", _("Delete this draft"))
        return Say(text, (*options, drop) if not found.waiting else (), f"panel-{draft.handle}")
    return Say(text, options, slot)


def _hear_verdict(view: View, draft: ProfileView) -> Turn:
    """The file was looked at; one that is refused leaves nothing behind."""
    question = ask(draft, view, f"import-{draft.handle}")
    if _found(draft).refusal:
        return Turn((DropImport(draft.handle),), (Say(question.text, slot=question.slot),))
    return Turn(replies=(question,))


def _hear_words(view: View, draft: ProfileView, asked: str, words: str) -> Turn:
    """Words are the answer to the question that is open; the rules are those of every draft."""
    if asked == "stands_for":
        return _take_words(view, draft, " ".join(words.split()))
    if asked not in ("class_word", "name"):
        return _say(ask(draft, view))
    unanswered = replace(draft, class_word="") if asked == "class_word" else replace(draft, name="")
    return _taken(view, draft, making.hear_words(view, unanswered, words))


def _hear_form(view: View, draft: ProfileView, form: Form) -> Turn:
    """What was filled in; each field is taken or refused by itself."""
    effects: tuple[Effect, ...] = ()
    refusals: tuple[Reply, ...] = ()
    answers = {"class_word": form.class_word, "name": form.name, "stands_for": form.words}
    for asked, words in answers.items():
        if words:
            turn = _hear_words(view, replace(draft, class_word=draft.class_word or "woman"), asked, words)
            effects += turn.effects
            refusals += () if turn.effects else turn.replies[:1]
    if form.photos:
        refusals += (Say(_(exchange_phrases.NO_PHOTOS_HERE)),)
    return Turn(effects, (*refusals, ask(_with(draft, effects), view)))


def _hear_choice(view: View, draft: ProfileView, key: str) -> Turn | None:
    step, _colon, rest = key.partition(":")
    handle, _colon, value = rest.partition(":")
    if handle != str(draft.handle) or not value or step == "drop":
        return None
    match step:
        case "words":
            return _take_words(view, draft, _found(draft).words if value == "file" else draft.class_word)
        case "take":
            return _take(view, draft)
        case "class" | "consent":
            turn = making.hear_choice(view, draft, step, value)
            return _taken(view, draft, turn) if turn.effects else Turn(replies=turn.replies[:1])
        case "train" if value == "later":
            return making.hear_choice(view, draft, step, value)
    return _say(Say(_(phrases.STALE)))


def _take_words(view: View, draft: ProfileView, words: str) -> Turn:
    """What brings the subject up, as it is put into prompts."""
    if not re.fullmatch(r"[\w',. -]+", words) or len(words) > LONGEST_WORDS:
        return _say(Say(_(exchange_phrases.WORDS_UNCLEAR)), ask(draft, view))
    return _taken(view, draft, Turn((Describe("stands_for", words),)))


def _take(view: View, draft: ProfileView) -> Turn:
    """Take it in, unless something is missing still."""
    if lacks(draft):
        return _say(ask(draft, view))
    slot = f"panel-{draft.handle}" if view.panel else ""
    draw = Option(f"draw:{draft.handle}", _("Draw {name}").format(name=draft.name))
    return Turn((TakeIn(),), (Say(exchange_phrases.taken_in(draft), (draw,), slot),))


def _taken(view: View, draft: ProfileView, turn: Turn) -> Turn:
    """An answer that was taken is followed by the next question, one that was refused by the same."""
    refusal = () if turn.effects else turn.replies[:1]
    return Turn(turn.effects, (*refusal, ask(_with(draft, turn.effects), view)))


def _with(draft: ProfileView, effects: tuple[Effect, ...]) -> ProfileView:
    """The draft as it is when these have been carried out."""
    for effect in effects:
        match effect:
            case Describe("class_word", value):
                draft = replace(draft, class_word=value)
            case Describe("name", value):
                draft = replace(draft, name=value)
            case Describe("consent", value):
                draft = replace(draft, consent=value)
            case Describe("stands_for", value):
                draft = replace(draft, imported=replace(_found(draft), stands_for=value))
    return draft


def _ask_class(draft: ProfileView, view: View) -> tuple[str, tuple[Option, ...]]:
    found = _found(draft)
    words = phrases.CLASSES + (phrases.MINOR_CLASSES if view.minors else ())
    if found.class_word and found.class_word not in words and len(found.class_word) <= 20:
        words = (found.class_word, *words) if found.class_word.isascii() else words
    options = [_option(draft, "class", word.replace(" ", "-"), phrases.class_label(word)) for word in words]
    if view.panel:
        options += _form(draft, view, "class", _("Class..."))
    else:
        options.append(_option(draft, "class", "other", _("something else: write it")))
    return exchange_phrases.found(draft, found) + "\n" + _(exchange_phrases.ASK_IMPORT_CLASS), tuple(options)


def _ask_words(draft: ProfileView, view: View) -> tuple[str, tuple[Option, ...]]:
    found = _found(draft)
    options = [_option(draft, "words", "file", found.words)] if found.words else []
    options.append(_option(draft, "words", "none", _("It needs none")))
    options += _form(draft, view, "words", _("Words..."))
    return exchange_phrases.ask_words(found), tuple(options)


def _form(draft: ProfileView, view: View, field: str, label: str) -> tuple[Option, ...]:
    """A button that opens a form, where there are forms."""
    return (_option(draft, "form", field, label),) if view.panel else ()


def _found(draft: ProfileView) -> ImportView:
    return draft.imported or ImportView()


def _option(draft: ProfileView, step: str, value: str, label: str) -> Option:
    return Option(f"{step}:{draft.handle}:{value}", label)


def _say(*replies: Reply) -> Turn:
    return Turn(replies=replies)
