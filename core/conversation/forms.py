"""A form that somebody filled in: every field is taken or refused by the same rules as an answer to a question."""

from dataclasses import replace

from core.conversation import captions, making, phrases
from core.conversation.effects import AddPhotos, Effect, OpenDraft, Turn
from core.conversation.language import gettext as _
from core.conversation.messages import Form, Photos, Reply, Say
from core.conversation.views import ProfileView, View


def hear_form(view: View, form: Form) -> Turn:
    """Take what is good of a form and say what is not; what is missing stays open in the panel."""
    if form.draft and (view.draft is None or view.draft.handle != form.draft):
        return Turn(replies=(Say(_(phrases.STALE if view.profile(form.draft) else phrases.GONE)),))
    if form.caption and view.draft:
        return captions.hear_words(view.draft, form.caption)
    draft = view.draft or ProfileView(0, kind="character")
    # The draft's own name is not taken by somebody else.
    others = replace(view, profiles=tuple(one for one in view.profiles if one.handle != draft.handle))
    turns = []
    if form.class_word:
        turns.append(making.hear_words(others, replace(draft, class_word=""), form.class_word))
    if form.name:
        nameless = replace(draft, class_word=draft.class_word or "woman", name="")
        turns.append(making.hear_words(others, nameless, form.name))
    if form.retention in phrases.RETENTION:
        turns.append(making.hear_choice(others, draft, "keep", form.retention))
    if form.photos:
        turns.append(making.hear_photos(view, Photos(form.photos)))
    effects: list[Effect] = [OpenDraft("character")]
    refusals: list[Reply] = []
    for turn in turns:
        if turn.effects:
            effects += [effect for effect in turn.effects if not isinstance(effect, OpenDraft)]
        else:
            refusals.append(turn.replies[0])
    effects.sort(
        key=lambda effect: isinstance(effect, AddPhotos)
    )  # the verdicts come last, with all else in place
    return Turn(tuple(effects), tuple(refusals))
