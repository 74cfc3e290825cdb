"""The conversation: one thing is heard, and out come the effects wanted and the replies."""

from dataclasses import replace

from core.conversation import (
    captions,
    choosing_language,
    drawing,
    exporting,
    forms,
    grids,
    importing,
    keeping,
    linking,
    making,
    news,
    phrases,
    sharing,
    versions,
    work_phrases,
    works,
)
from core.conversation.effects import (
    Forget,
    OpenDraft,
    PutAside,
    Relearn,
    Select,
    StopWork,
    Turn,
)
from core.conversation.language import gettext as _, speaking
from core.conversation.messages import (
    Chosen,
    Command,
    Drawing,
    Exported,
    Form,
    Gallery,
    Heard,
    Learning,
    Linking,
    Looked,
    Opened,
    Option,
    Photos,
    Reply,
    Say,
    Text,
)
from core.conversation.views import ProfileView, View
from core.prompts import Prompt

IN_PRIVATE = ("start", "new", "import", "versions", "grid", "delete", "privacy", "link", "language", "forget")


def take_turn(view: View, heard: Heard) -> Turn:
    """Answer one thing that was heard."""
    with speaking(view.language):
        turn = _take_turn(view, heard)
    return (
        replace(turn, replies=tuple(_for_everybody(reply) for reply in turn.replies)) if view.group else turn
    )


def _for_everybody(reply: Reply) -> Reply:
    """Where others read along, only what can be tapped there."""
    if not isinstance(reply, Say | Gallery):
        return reply
    kept = (one for one in reply.options if one.key.partition(":")[0] in sharing.IN_GROUPS)
    return replace(reply, options=tuple(kept))


def _take_turn(view: View, heard: Heard) -> Turn:
    if not view.group and (turn := importing.hear(view, heard)):
        return turn
    match heard:
        case Command(name, words):
            return _command(view, name.lower(), words.strip())
        case Photos() if view.group:
            return _say(_(phrases.PRIVATE_ONLY), slot=f"private-{heard.group}" if heard.group else "")
        case Photos():
            return making.hear_photos(view, heard)
        case Form():
            return forms.hear_form(view, heard)
        case Text(words) if view.group:
            return drawing.answered(view, words.strip())
        case Text(words):
            return _words(view, words.strip())
        case Chosen(key):
            return _choice(view, key)
        case Opened():
            return Turn(replies=(making.ask(view.draft, view),)) if view.draft else Turn()
        case Looked(handle):
            if view.draft and view.draft.handle == handle:
                turn = making.hear_verdicts(view, view.draft)
                return replace(turn, replies=(*turn.replies, *captions.again(view.draft)))
            return Turn()
        case Learning(work):
            return news.learning(view, work)
        case Drawing(work):
            return news.drawing(view, work)
        case Exported():
            return exporting.hear_exported(view, heard)
        case Linking():
            return linking.hear(heard)


def _say(text: str, *options: Option, slot: str = "") -> Turn:
    return Turn(replies=(Say(text, options, slot),))


# ── commands


def _command(view: View, name: str, words: str) -> Turn:
    if view.group and name in IN_PRIVATE:
        return _say(_(phrases.PRIVATE_ONLY))
    match name:
        case "start":
            return _start(view)
        case "new":
            return _new(view)
        case "imagine":
            return drawing.imagine(view, words)
        case "profiles":
            return keeping.profiles(view)
        case "versions":
            return versions.command(view, words)
        case "grid":
            return grids.command(view, words)
        case "share":
            return sharing.share(view, words)
        case "revoke":
            return sharing.revoke(view, words)
        case "export":
            return exporting.export(view, words)
        case "usage":
            return sharing.usage(view)
        case "settings":
            return sharing.settings(view)
        case "link":
            return linking.link(view, words)
        case "language":
            return choosing_language.ask(view)
        case "pool":
            return sharing.fill_pool(view, words)
        case "status":
            return _say(work_phrases.status(view))
        case "cancel":
            return _cancel(view)
        case "delete":
            return keeping.delete(view, words)
        case "forget":
            return keeping.forget()
        case "privacy":
            return keeping.privacy(view)
        case "help":
            return _say(_(phrases.HELP))
    return _say(_(phrases.UNKNOWN_COMMAND))


def _start(view: View) -> Turn:
    sample = next((profile for profile in view.profiles if profile.sample), None)
    options = [Option("new", _("Make my own")), Option("how", _("How it works"))]
    if sample:
        label = _("Draw {name} as an astronaut").format(name=sample.name)
        options.insert(0, Option(f"try:{sample.handle}", label))
    return _say(phrases.greeting(view.person, sample.name if sample else "", view.pictures_left), *options)


def _new(view: View) -> Turn:
    if view.draft and view.panel:
        return Turn((OpenDraft(),), (making.ask(view.draft, view),))
    if view.draft:
        drop = Option(f"drop:{view.draft.handle}:all", _("Start over"))
        question = making.ask(view.draft, view)
        return Turn(
            (OpenDraft(),),
            (Say(question.text, (*question.options, drop) if _droppable(view.draft) else question.options),),
        )
    return Turn((OpenDraft("character"),))


def _cancel(view: View) -> Turn:
    options = []
    works = [work for work in view.works if view.space is None or work.space == view.space.handle]
    for work in works:
        profile = view.usable(work.profile)
        label = _cancel_label(work.kind, profile.name if profile else "")
        options.append(Option(f"stop:{work.handle}", label))
    if len(options) == 1:
        return Turn((StopWork(works[0].handle),), (Say(_("Cancelled.")),))
    if options:
        return _say(_("What shall I cancel?"), *options)
    if view.draft and not view.group:
        drop = Option(f"drop:{view.draft.handle}:all", _("Delete the draft and its photos"))
        offered = (drop,) if view.draft.state == "draft" else ()
        return Turn((PutAside(),), (Say(_(phrases.PUT_ASIDE), offered),))
    return _say(_(phrases.NOTHING_TO_CANCEL))


def _droppable(draft: ProfileView) -> bool:
    """Whether there is something to begin anew: not a profile that is trained and only has its photos changed."""
    return draft.state == "draft" and bool(draft.class_word)


def _cancel_label(kind: str, name: str) -> str:
    if kind == "learn":
        return _("Cancel learning {name}").format(name=name) if name else _("Cancel learning")
    return _("Cancel drawing {name}").format(name=name) if name else _("Cancel drawing")


# ── words and taps


def _words(view: View, words: str) -> Turn:
    if view.draft and captions.takes(view.draft, words):
        return captions.hear_words(view.draft, words)
    if view.draft and making.takes(view.draft, words):
        return making.hear_words(view, view.draft, words)
    if view.current is not None:
        return _say(_("To draw, put /imagine before it:\n/imagine {words}").format(words=words[:200]))
    return _start(view)


def _choice(view: View, key: str) -> Turn:
    step, __, rest = key.partition(":")
    handle_text, __, value = rest.partition(":")
    handle = int(handle_text) if handle_text.isdecimal() else 0
    if view.group and step not in sharing.IN_GROUPS:
        return Turn()
    if step == "set":
        return sharing.set_rule(view, handle, value)
    if step == "speak":
        return choosing_language.choose(rest, view)
    if step in linking.STEPS:
        return linking.choose(step, handle)
    if step in ("share", "sharewith", "revoke"):
        return sharing.choose(view, step, handle, value)
    if step in grids.STEPS:
        return grids.choose(view, step, handle, value)
    if step in versions.STEPS:
        owned = view.profile(handle)
        return versions.choose(view, step, owned, value) if owned else _say(_(phrases.GONE))
    if step == captions.STEP:
        return captions.choose(view, handle, value)
    if value:
        return captions.left(view.draft, making.choose(view, handle, step, value))
    match step:
        case "new":
            return _new(view)
        case "how":
            return _say(_(phrases.HOW_IT_WORKS), Option("new", _("Make my own")))
        case "forget":
            return keeping.forget()
        case "forget-all":
            return Turn((Forget(_(phrases.FORGOTTEN)),))
        case "keepit":
            return _say(_("Kept."))
        case "stop" | "best" | "again" | "dropped" | "info":
            return works.choose(view, step, handle)
        case "one":
            return works.original(view, handle)
    profile = view.profile(handle)
    return _profile_choice(view, step, profile) if profile else _say(_(phrases.GONE))


def _profile_choice(view: View, step: str, profile: ProfileView) -> Turn:
    handle = profile.handle
    match step:
        case "try":
            return drawing.draw(view, profile, Prompt(f"{profile.trigger} as an astronaut"))
        case "draw":
            turn = drawing.draw(view, profile, Prompt(profile.trigger))
            return Turn((Select(handle), *turn.effects), turn.replies)
        case "use":
            text = _("/imagine now draws {name}.").format(name=profile.name or _("the draft"))
            return Turn((Select(handle),), (Say(text),))
        case "export":
            return exporting.export_one(view, profile)
        case "relearn" if view.trainings_left == 0:
            return _say(phrases.out_of_credits("training", 0, 1))
        case "relearn" if profile.state in ("failed", "cancelled"):
            return Turn((Relearn(handle),))
    return keeping.choose(profile, step)
