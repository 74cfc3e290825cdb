"""Asking for pictures: who is meant, and whether that may be drawn here and now."""

from core.conversation import phrases, prompt_phrases, sharing, sharing_phrases, work_phrases
from core.conversation.effects import Draw, Turn
from core.conversation.language import gettext as _
from core.conversation.messages import Option, Say
from core.conversation.views import ProfileView, View
from core.names import normal_name
from core.prompts import Prompt, PromptRefused, parse


def _say(text: str, *options: Option) -> Turn:
    return Turn(replies=(Say(text, options),))


def imagine(view: View, words: str) -> Turn:
    """`/imagine words`."""
    if not words:
        return _say(_(phrases.NO_IMAGINE_WORDS))
    try:
        prompt = parse(words)
    except PromptRefused as refused:
        return _say(prompt_phrases.prompt_refused(refused.what, refused.value, refused.column))
    if prompt.tags:
        return _say(prompt_phrases.unknown_id(prompt.tags[0].profile))
    profile = _meant(view, prompt)
    if profile is None and prompt.name:
        return _say(phrases.unknown_profile(prompt.name))
    if profile is None and view.space and view.space.shared:
        return _say(sharing_phrases.which(view.space))
    if profile is None:
        return _say(_(phrases.NO_PROFILES), Option("new", _("Make my own")))
    return draw(view, profile, prompt)


def _meant(view: View, prompt: Prompt) -> ProfileView | None:
    """The profile of @name, else the one whose trigger stands in the text, else the current or newest one."""
    usable = [profile for profile in view.profiles if profile.state != "draft"]
    if prompt.name:
        wanted = normal_name(prompt.name)
        own = next((one for one in usable if wanted in (normal_name(one.name), one.trigger)), None)
        return own or (sharing.meant(view.space, prompt) if view.space else None)
    words = set(prompt.text.lower().split())
    named = [profile for profile in usable if profile.trigger in words]
    if named:
        return named[0]
    if view.space and (shared := sharing.meant(view.space, prompt)):
        return shared
    # Where others share and the speaker does not, the speaker means what is shared.
    if view.space and view.space.shared and all(profile.owner for profile in view.space.shared):
        return view.space.shared[0] if len(view.space.shared) == 1 else None
    # The current one may have been deleted: then the newest that can be drawn.
    trained = [profile for profile in view.profiles if profile.state == "trained"]
    return view.profile(view.current or 0) or (trained[-1] if trained else None)


def draw(view: View, profile: ProfileView, prompt: Prompt) -> Turn:
    """Queue pictures, or say why not."""
    if profile.consent == "withdrawn":
        return _say(work_phrases.drawing_failed("consent_withdrawn"))
    if prompt.base and prompt.base != view.base:
        return _say(prompt_phrases.unknown_base(prompt.base, view.base))
    if profile.state not in ("trained", "queued", "training"):
        return _say(phrases.not_drawable(profile), Option("new", _("Make a new one")))
    if refused := sharing.refusal(view, profile, prompt.count, prompt.base or view.base):
        return _say(refused)
    left = sharing.payers_credits(view, profile)
    if left is not None and left < prompt.count:
        return _say(phrases.out_of_credits("picture", left, prompt.count))
    return Turn((Draw(profile.handle, prompt),))


def answered(view: View, words: str) -> Turn:
    """A reply to a message of ours, where others talk too: a prompt if it says whom to draw, else nothing."""
    try:
        prompt = parse(words)
    except PromptRefused:
        return Turn()
    known = {profile.trigger for profile in view.profiles if profile.trigger}
    if prompt.name or known & set(prompt.text.lower().split()):
        return imagine(view, words)
    return imagine(view, words) if view.space and sharing.meant(view.space, prompt) else Turn()
