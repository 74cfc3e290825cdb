"""Asking for pictures: who is meant, and whether that may be drawn here and now."""

from collections.abc import Iterator
from dataclasses import replace

from core.conversation import phrases, prompt_phrases, sharing, sharing_phrases, work_phrases
from core.conversation.effects import Draw, Turn
from core.conversation.language import gettext as _
from core.conversation.messages import Option, Say
from core.conversation.views import ProfileView, View, WorkView
from core.names import normal_name
from core.prompts import METHODS, MOST_ADAPTERS, Prompt, PromptRefused, Tag, parse, written
from core.wording import is_named

WAITED_FOR = ("trained", "queued", "training")  # a drawing waits for the end of a training


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
    if unknown := _unknown(view, prompt):
        return _say(unknown)
    profile = _meant(view, prompt)
    if profile is None and prompt.name:
        return _say(phrases.unknown_profile(prompt.name))
    if profile is None and view.space and view.space.shared:
        return _say(sharing_phrases.which(view.space))
    if profile is None:
        return _say(_(phrases.NO_PROFILES), Option("new", _("Make my own")))
    return draw(view, profile, prompt)


def _unknown(view: View, prompt: Prompt) -> str:
    """What is said of the first id that the speaker may not use here; empty: all may be."""
    found = (tag.profile for tag in prompt.tags if view.usable(tag.profile) is None)
    return next((prompt_phrases.unknown_id(handle) for handle in found), "")


def _meant(view: View, prompt: Prompt) -> ProfileView | None:
    """The profile of @name, else of a trigger in the text, else the first that is worn, else the current one."""
    usable = [profile for profile in view.profiles if profile.state != "draft"]
    if prompt.name:
        wanted = normal_name(prompt.name)
        own = next((one for one in usable if wanted in (normal_name(one.name), one.trigger)), None)
        return own or (sharing.meant(view.space, prompt) if view.space else None)
    worn = [one for tag in prompt.tags if (one := view.usable(tag.profile))]
    for profile in (*worn, *usable):
        if profile.trigger and is_named(prompt.text, profile.trigger):
            return profile
    if view.space and (shared := sharing.meant(view.space, prompt)):
        return shared
    if worn:
        return worn[0]
    # Where others share and the speaker does not, the speaker means what is shared.
    if view.space and view.space.shared and all(profile.owner for profile in view.space.shared):
        return view.space.shared[0] if len(view.space.shared) == 1 else None
    # The current one may have been deleted: then the newest that can be drawn.
    trained = [profile for profile in view.profiles if profile.state == "trained"]
    return view.profile(view.current or 0) or (trained[-1] if trained else None)


def draw(view: View, profile: ProfileView, prompt: Prompt) -> Turn:
    """Queue pictures, or say why not."""
    if profile.consent != "withdrawn" and profile.state not in WAITED_FOR:
        return _say(phrases.not_drawable(profile), Option("new", _("Make a new one")))
    if refused := refusal(view, profile, prompt):
        return _say(refused)
    return Turn((Draw(profile.handle, prompt),))


def refusal(view: View, profile: ProfileView, prompt: Prompt) -> str:
    """Why a prompt about a profile is not drawn here and now, or an empty string."""
    base = view.offered(prompt.base)
    if base is None:
        return _not_a_base(view, prompt.base or "")
    if refused := _unknown(view, prompt) or _unwearable(view, profile, prompt):
        return refused
    worn = [profile, *(one for one, _tag in _others(view, profile, prompt))]
    if prompt.fast and base.fast is False:
        return prompt_phrases.not_fast(base.name)
    if prompt.sampler and base.samplers and prompt.sampler not in base.samplers:
        return prompt_phrases.not_its_sampler(base.name, prompt.sampler, base.samplers)
    if base.faceid is False and any(one.method == "faceid" for one in worn):
        return prompt_phrases.no_faceid(base.name)
    if refused := sharing.refusal(view, profile, prompt.count, base):
        return refused
    left = sharing.payers_credits(view, profile)
    return (
        phrases.out_of_credits("picture", left, prompt.count)
        if left is not None and left < prompt.count
        else ""
    )


def _others(view: View, profile: ProfileView, prompt: Prompt) -> Iterator[tuple[ProfileView, Tag]]:
    """What is worn besides the profile that is drawn."""
    for tag in prompt.tags:
        other = view.usable(tag.profile)
        if other and other.handle != profile.handle:
            yield other, tag


def _unwearable(view: View, profile: ProfileView, prompt: Prompt) -> str:
    """Why what is asked for cannot be worn together; each profile is asked what one alone would be."""
    for tag in prompt.tags:
        worn = view.usable(tag.profile)
        if worn and METHODS[tag.kind] != worn.method:
            return prompt_phrases.another_method(worn, tag)
    others = [other for other, _tag in _others(view, profile, prompt)]
    if any(one.consent == "withdrawn" for one in (profile, *others)):
        return work_phrases.drawing_failed("consent_withdrawn")
    for other in others:
        if other.state != "trained":
            return phrases.not_drawable(other)
    if len(others) >= MOST_ADAPTERS:
        return prompt_phrases.too_many(MOST_ADAPTERS)
    if sum(one.method == "faceid" for one in (profile, *others)) > 1:
        return _(prompt_phrases.ONE_FACE)
    return ""


def _not_a_base(view: View, name: str) -> str:
    """What is said of a base that does not draw here; one that is a FaceID profile is another mistake (SPEC G6)."""
    shared = view.space.shared if view.space else ()
    for profile in (*view.profiles, *shared):
        known = (normal_name(profile.name), profile.trigger, str(profile.handle))
        if profile.method == "faceid" and normal_name(name) in known:
            return _(prompt_phrases.FACEID_AS_CHECKPOINT)
    offered = [base.name for base in view.bases] or [view.base]
    return prompt_phrases.unknown_base(name, phrases.enumerated(offered))


def about(view: View, profile: ProfileView, work: WorkView) -> str:
    """How to ask for the same pictures again, and what they were drawn with."""
    drawn, wish = dict(work.drawn), work.wish
    if "seed" in drawn:
        wish = replace(wish, seed=int(drawn["seed"]))
    if not (wish.name or wish.tags or is_named(wish.text, profile.trigger)):
        wish = replace(wish, name=profile.name)
    base = drawn.get("base", profile.base)
    offered = view.offered(base)
    names = [profile.name, *(other.name for other, _tag in _others(view, profile, wish))]
    lines = [f"/imagine {written(wish)}", prompt_phrases.drawn_on(names, (offered and offered.title) or base)]
    return "\n".join([*lines, prompt_phrases.settings(drawn)] if drawn else lines)


def answered(view: View, words: str) -> Turn:
    """A reply to a message of ours, where others talk too: a prompt if it says whom to draw, else nothing."""
    try:
        prompt = parse(words)
    except PromptRefused:
        return Turn()
    if prompt.name or prompt.tags:
        return imagine(view, words)
    if any(one.trigger and is_named(prompt.text, one.trigger) for one in view.profiles):
        return imagine(view, words)
    return imagine(view, words) if view.space and sharing.meant(view.space, prompt) else Turn()
