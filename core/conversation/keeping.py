"""Profiles that there are: listed, deleted, and what is kept of them."""

from core.conversation import phrases, sharing
from core.conversation.effects import Delete, DeletePhotos, OpenSupport, SetConsent, Turn
from core.conversation.language import gettext as _, ngettext
from core.conversation.messages import Gallery, Option, Say
from core.conversation.views import ProfileView, Shown, View
from core.names import normal_name

SUPPORT_HOURS = 24


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
        return _say(_(phrases.NO_PROFILES), Option("new", _("Make my own")))
    lines = [phrases.profile_line(profile, profile.handle == view.current) for profile in view.profiles]
    usable = [profile for profile in view.profiles if profile.state == "trained"]
    options = [
        Option(f"use:{profile.handle}", _("Use {name}").format(name=profile.name))
        for profile in usable
        if profile.handle != view.current
    ]
    options += [
        Option(f"sharewith:{profile.handle}", _("Share {name}").format(name=profile.name))
        for profile in usable
        if sharing.is_shareable(profile)
    ]
    options.append(Option("new", _("Make another")))
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
        return _say(_(phrases.NO_PROFILES))
    if words:
        named = [profile for profile in view.profiles if normal_name(profile.name) == normal_name(words)]
        if not named:
            return _say(phrases.unknown_profile(words))
        return ask_delete(named[0])
    options = []
    for profile in view.profiles:
        label = _("Delete {name}").format(name=profile.name) if profile.name else _("Delete the draft")
        options.append(Option(f"delete:{profile.handle}", label))
    return _say(_("Which one shall I delete for ever?"), *options)


def ask_delete(profile: ProfileView) -> Turn:
    """Deleting cannot be undone, so it is asked once."""
    return _say(
        phrases.confirm_delete(profile),
        Option(f"erase:{profile.handle}", _("Delete for ever")),
        Option("keepit", _("Keep it")),
    )


def forget() -> Turn:
    """Everything at once, asked once."""
    return _say(
        _(phrases.CONFIRM_FORGET),
        Option("forget-all", _("Erase everything")),
        Option("keepit", _("Keep everything")),
    )


def choose(profile: ProfileView, step: str) -> Turn:
    """A tap on what is offered about a profile here."""
    handle, name = profile.handle, profile.name or _("the draft")
    match step:
        case "delete":
            return ask_delete(profile)
        case "erase":
            return Turn((Delete(handle, phrases.deleted(profile.name)),))
        case "photos-gone":
            return Turn((DeletePhotos(handle, phrases.photos_deleted(name)),))
        case "withdraw":
            text = _("Consent withdrawn: {name} is not drawn and not trained any more.").format(name=name)
            delete = Option(f"delete:{handle}", _("Delete {name} as well").format(name=name))
            return Turn((SetConsent(handle, "withdrawn"),), (Say(text, (delete,)),))
        case "consent-again":
            text = _("Thank you. {name} can be drawn again.").format(name=name)
            return Turn((SetConsent(handle, "agreed"),), (Say(text),))
        case "support":
            hours = 0 if profile.support_until else SUPPORT_HOURS
            return Turn((OpenSupport(handle, hours),), (Say(_support(name, hours)),))
    return _say(_(phrases.STALE))


def _support(name: str, hours: int) -> str:
    if not hours:
        return _("The support window is closed.")
    return ngettext(
        "For {count} hour the operator can look into {name}; every look is reported to you.",
        "For {count} hours the operator can look into {name}; every look is reported to you.",
        hours,
    ).format(name=name)


def privacy(view: View) -> Turn:
    """What is kept, and every choice about it."""
    options = []
    for profile in view.profiles:
        if profile.sample:
            continue
        name, handle = profile.name or _("draft"), profile.handle

        def offer(step: str, sentence: str, name: str = name, handle: int = handle) -> None:
            options.append(Option(f"{step}:{handle}", sentence.format(name=name)))

        offer("delete", _("Delete {name}"))
        if profile.retention == "keep" and profile.state != "draft":
            offer("photos-gone", _("Delete only the photos of {name}"))
        if profile.consent in ("self", "agreed") and profile.state != "draft":
            offer("withdraw", _("Withdraw consent for {name}"))
        elif profile.consent == "withdrawn":
            offer("consent-again", _("Give consent for {name} again"))
        if profile.state != "draft" and profile.support_until:
            offer("support", _("Close support window for {name}"))
        elif profile.state != "draft":
            offer("support", _("Open support window for {name}"))
    options.append(Option("forget", _("Erase everything of mine")))
    return _say(phrases.privacy(view), *options)
