"""Profiles that there are: listed, deleted, and what is kept of them."""

from core.conversation import phrases, sharing
from core.conversation.effects import Turn
from core.conversation.messages import Gallery, Option, Say
from core.conversation.views import ProfileView, Shown, View
from core.names import normal_name


def _say(text: str, *options: Option) -> Turn:
    return Turn(replies=(Say(text, options),))


def profiles(view: View) -> Turn:
    """What is shared, where others read along; else one's own, and what is shared where it is asked."""
    if view.group:
        return sharing.listed(view)
    own = _own(view)
    if view.space is None or not view.space.shared:
        return own
    return Turn(own.effects, (*own.replies, *sharing.listed(view).replies))


def _own(view: View) -> Turn:
    """The gallery: a picture, state and likeness of each."""
    if not view.profiles:
        return _say(phrases.NO_PROFILES, Option("new", "Make my own"))
    lines = [phrases.profile_line(profile, profile.handle == view.current) for profile in view.profiles]
    usable = [profile for profile in view.profiles if profile.state == "trained"]
    options = [
        Option(f"use:{profile.handle}", f"Use {profile.name}")
        for profile in usable
        if profile.handle != view.current
    ]
    options += [
        Option(f"sharewith:{profile.handle}", f"Share {profile.name}")
        for profile in usable
        if sharing.is_shareable(profile)
    ]
    options.append(Option("new", "Make another"))
    thumbnails = tuple(
        Shown(profile.sheet[0].file, profile.sheet[0].key, profile.name)
        for profile in usable
        if profile.sheet
    )
    text = "\n".join(lines)
    if thumbnails:
        return Turn(replies=(Gallery(thumbnails, text, tuple(options)),))
    return _say(text, *options)


def delete(view: View, words: str) -> Turn:
    """Which profile shall go; it is asked once more before it does."""
    if not view.profiles:
        return _say(phrases.NO_PROFILES)
    if words:
        named = [profile for profile in view.profiles if normal_name(profile.name) == normal_name(words)]
        if not named:
            return _say(phrases.unknown_profile(words))
        return ask_delete(named[0])
    options = [
        Option(f"delete:{profile.handle}", f"Delete {profile.name or 'the draft'}")
        for profile in view.profiles
    ]
    return _say("Which one shall I delete for ever?", *options)


def ask_delete(profile: ProfileView) -> Turn:
    """Deleting cannot be undone, so it is asked once."""
    return _say(
        phrases.confirm_delete(profile),
        Option(f"erase:{profile.handle}", "Delete for ever"),
        Option("keepit", "Keep it"),
    )


def forget() -> Turn:
    """Everything at once, asked once."""
    return _say(
        phrases.CONFIRM_FORGET, Option("forget-all", "Erase everything"), Option("keepit", "Keep everything")
    )


def privacy(view: View) -> Turn:
    """What is kept, and every choice about it."""
    options = []
    for profile in view.profiles:
        if profile.sample:
            continue
        name, handle = profile.name or "draft", profile.handle
        options.append(Option(f"delete:{handle}", f"Delete {name}"))
        if profile.retention == "keep" and profile.state != "draft":
            options.append(Option(f"photos-gone:{handle}", f"Delete only the photos of {name}"))
        if profile.consent in ("self", "agreed") and profile.state != "draft":
            options.append(Option(f"withdraw:{handle}", f"Withdraw consent for {name}"))
        elif profile.consent == "withdrawn":
            options.append(Option(f"consent-again:{handle}", f"Give consent for {name} again"))
        if profile.state != "draft":
            label = "Close" if profile.support_until else "Open"
            options.append(Option(f"support:{handle}", f"{label} support window for {name}"))
    options.append(Option("forget", "Erase everything of mine"))
    return _say(phrases.privacy(view), *options)
