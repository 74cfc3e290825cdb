"""Profiles in groups and servers: shared, listed, used by the rules there, and taken back."""

from core.conversation import phrases, sharing_phrases
from core.conversation.effects import FillPool, Revoke, SetRule, Share, Turn
from core.conversation.language import LANGUAGES, gettext as _, pgettext
from core.conversation.messages import Option, Say
from core.conversation.views import BaseView, GrantView, ProfileView, SpaceView, View
from core.names import normal_name
from core.prompts import Prompt
from core.wording import is_named

# Taps that make sense where others read along; everything else is between a person and me.
IN_GROUPS = frozenset(("stop", "best", "again", "dropped", "info", "one", "set"))
MOST_BASES = 5  # on the panel: Discord shows 25 buttons
QUOTAS = tuple(int(value) for value in sharing_phrases.RULES["quota"])


def _say(text: str, *options: Option) -> Turn:
    return Turn(replies=(Say(text, options),))


def _alone(view: View, text: str, *options: Option) -> Turn:
    """Said to the person alone; where others read along with a word of where."""
    said = Say(text, options)
    if not view.group:
        return Turn(replies=(said,))
    return Turn(replies=(Say(_(sharing_phrases.ASKED_ALONE), slot="asked-alone"),), alone=(said,))


def is_shareable(profile: ProfileView) -> bool:
    """Trained, one's own work, and agreed to."""
    return profile.state == "trained" and not profile.sample and profile.consent in ("self", "agreed")


# ── sharing


def share(view: View, words: str) -> Turn:
    """`/share`, or `/share NAME`."""
    profiles = [profile for profile in view.profiles if is_shareable(profile)]
    if words:
        named = [one for one in view.profiles if normal_name(one.name) == normal_name(words.strip('@"'))]
        if not named:
            return _say(phrases.unknown_profile(words))
        if not is_shareable(named[0]):
            return _say(sharing_phrases.not_shareable(named[0]))
        profiles = named[:1]
    if not profiles:
        return _say(_(sharing_phrases.NOTHING_TO_SHARE))
    if view.space is None:
        return _say_where(view, profiles[0]) if len(profiles) == 1 else _which(profiles)
    space = view.space
    if len(profiles) == 1:
        yes = Option(f"share:{profiles[0].handle}:{space.handle}", _("Share"))
        question = sharing_phrases.ask_share(profiles[0], space.title, space.rules.pays)
        return _alone(view, question, yes, Option("keepit", _("No")))
    options = [
        Option(f"share:{one.handle}:{space.handle}", _("Share {name}").format(name=one.name))
        for one in profiles
    ]
    question = sharing_phrases.ask_which(space.title, space.rules.pays)
    return _alone(view, question, *options, Option("keepit", pgettext("none of these profiles", "None")))


def _which(profiles: list[ProfileView]) -> Turn:
    options = [Option(f"sharewith:{one.handle}", _("Share {name}").format(name=one.name)) for one in profiles]
    return _say(_("Which profile?"), *options)


def _say_where(view: View, profile: ProfileView) -> Turn:
    taken = {grant.space for grant in view.grants if grant.profile == profile.handle}
    free = [(handle, title) for handle, title in view.spaces if handle not in taken]
    if not is_shareable(profile):
        return _say(sharing_phrases.not_shareable(profile))
    if not free:
        return _say(_(sharing_phrases.NO_SPACES))
    options = [
        Option(f"share:{profile.handle}:{handle}", title[:40] or _("a group")) for handle, title in free
    ]
    return _say(sharing_phrases.ask_where(profile), *options, Option("keepit", _("No")))


def choose(view: View, step: str, handle: int, value: str) -> Turn:
    """A tap on what this module offers, in private."""
    if step == "revoke":
        return _revoke(view, handle)
    profile = view.profile(handle)
    if profile is None:
        return _say(_(phrases.GONE))
    if step == "sharewith":
        return _say_where(view, profile)
    space = int(value) if value.isdecimal() else 0
    title = next((title for known, title in view.spaces if known == space), None)
    if title is None:
        return _say(_(sharing_phrases.NO_SPACES))
    if not is_shareable(profile):
        return _say(sharing_phrases.not_shareable(profile))
    grant = next((one for one in view.grants if (one.profile, one.space) == (handle, space)), None)
    if grant:
        return _say(sharing_phrases.shared(profile, title), _stop(profile, grant))
    return Turn((Share(handle, space),), (Say(sharing_phrases.shared(profile, title)),))


def _stop(profile: ProfileView, grant: GrantView) -> Option:
    label = _("Stop sharing {name} with {group}").format(name=profile.name, group=grant.title)
    return Option(f"revoke:{grant.handle}", label[:60])


# ── taking back, and who used it


def revoke(view: View, words: str) -> Turn:
    """`/revoke`: of the group in which it is said; in private of any."""
    grants = [grant for grant in view.grants if view.space is None or grant.space == view.space.handle]
    if words:
        wanted = normal_name(words.strip('@"'))
        named = {one.handle for one in view.profiles if normal_name(one.name) == wanted}
        grants = [grant for grant in grants if grant.profile in named]
    if not grants:
        return _say(_("Nothing of yours is shared here.") if view.space else _(sharing_phrases.NO_USE))
    if len(grants) == 1:
        return _revoke(view, grants[0].handle)
    options = [
        _stop(profile, grant) for grant in grants if (profile := view.profile(grant.profile)) is not None
    ]
    return _alone(view, _("Which one shall I stop sharing?"), *options)


def _revoke(view: View, handle: int) -> Turn:
    grant = next((one for one in view.grants if one.handle == handle), None)
    profile = view.profile(grant.profile) if grant else None
    if grant is None or profile is None:
        return _say(_("That has ended already."))
    text = sharing_phrases.revoked(profile, grant.title)
    return Turn((Revoke(handle),), (Say(text),))


def usage(view: View) -> Turn:
    """Who used what, where; with a button to stop each."""
    grants = [grant for grant in view.grants if view.profile(grant.profile)]
    if not grants:
        return _alone(view, _(sharing_phrases.NO_USE))
    lines, options = [], []
    for grant in grants:
        if profile := view.profile(grant.profile):
            lines.append(sharing_phrases.usage(profile, grant))
            options.append(_stop(profile, grant))
    return _alone(view, "\n".join(lines), *options)


def listed(view: View) -> Turn:
    """What the members of this group may draw."""
    if view.space is None or not view.space.shared:
        return _say(_(sharing_phrases.NOTHING_SHARED))
    return _say(sharing_phrases.listed(view.space, view.person))


# ── using


def meant(space: SpaceView, prompt: Prompt) -> ProfileView | None:
    """The shared profile of @name, or whose trigger stands in the text."""
    wanted = normal_name(prompt.name)
    for profile in space.shared:
        if wanted and wanted in (normal_name(profile.name), profile.trigger):
            return profile
        if not wanted and profile.trigger and is_named(prompt.text, profile.trigger):
            return profile
    return None


def refusal(view: View, profile: ProfileView, count: int, base: BaseView) -> str:
    """Why the rules of the space do not let this be drawn, or an empty string."""
    space = view.space
    if space is None:
        return ""
    rules = space.rules
    if rules.place and rules.place != space.here:
        return sharing_phrases.elsewhere()
    if rules.who == "admins" and not space.admin:
        return _(sharing_phrases.ADMINS_ASK if space.admin is False else sharing_phrases.RANK_UNKNOWN)
    if not rules.allow(base.name, base.content):
        return sharing_phrases.base_refused(base.name)
    if rules.quota and space.drawn + count > rules.quota:
        return sharing_phrases.over_quota(rules.quota, space.drawn)
    left = payers_credits(view, profile)
    if left is not None and left < count:
        if rules.pays == "asker" or (rules.pays == "owner" and not profile.owner):
            return phrases.out_of_credits("picture", left, count)
        return sharing_phrases.cannot_pay(rules.pays, left, count)
    return ""


def payers_credits(view: View, profile: ProfileView) -> int | None:
    """Credits of whoever pays for this here; None without limit."""
    if view.space and view.space.rules.pays == "pool":
        return view.space.pool
    if view.space and view.space.rules.pays == "owner" and profile.owner:
        return profile.credits
    return view.pictures_left


# ── the rules, for admins


def settings(view: View) -> Turn:
    """The panel of a space's rules."""
    if view.space is None:
        return _say(_(sharing_phrases.ONLY_IN_A_SPACE))
    return _denied(view.space) or Turn(replies=(_panel(view, view.space),))


def _denied(space: SpaceView) -> Turn | None:
    if space.admin:
        return None
    return _say(_(sharing_phrases.ADMINS_ONLY if space.admin is False else sharing_phrases.RANK_UNKNOWN))


def _panel(view: View, space: SpaceView) -> Say:
    rules, options = space.rules, []

    def offer(field: str, value: str, label: str) -> None:
        options.append(Option(f"set:{space.handle}:{field}={value}", label))

    who = "admins" if rules.who == "everybody" else "everybody"
    offer("who", who, _("Let only admins ask") if who == "admins" else _("Let everybody ask"))
    for quota in QUOTAS:
        if quota != rules.quota:
            offer("quota", str(quota), sharing_phrases.rule("quota", str(quota)).capitalize())
    for pays in sharing_phrases.RULES["pays"]:
        if pays != rules.pays:
            offer("pays", pays, _("Let it be: {rule}").format(rule=sharing_phrases.rule("pays", pays)))
    if rules.base:
        offer("base", "", _("Every base"))
    for base in (view.bases or (BaseView(view.base, view.base_title),))[:MOST_BASES]:
        if base.name != rules.base:
            offer("base", base.name, _("Only {base}").format(base=base.title))
    content = "any" if rules.content == "drawn" else "drawn"
    everything = _("All content the operator allows")
    offer("content", content, _("Only drawn bases") if content == "drawn" else everything)
    offer("place", "" if rules.place else "here", _("Every topic") if rules.place else _("Only this topic"))
    if rules.language:
        offer("language", "", _("Each in their own language"))
    for code, name in LANGUAGES.items():
        if code != rules.language:
            offer("language", code, name)
    text = sharing_phrases.panel(space, space.pool if rules.pays == "pool" else None)
    return Say(text, tuple(options), f"rules-{space.handle}")


def set_rule(view: View, handle: int, value: str) -> Turn:
    """A tap in the panel: asked of the platform at this moment, and only what the panel offers."""
    space = view.space
    if space is None or space.handle != handle:
        return Turn()
    if denied := _denied(space):
        return denied
    field, __, wanted = value.partition("=")
    offered = {option.key for option in _panel(view, space).options}
    if f"set:{handle}:{value}" not in offered:
        return _say(_(phrases.STALE))
    if field == "place":
        wanted = space.here if wanted else ""
    return Turn((SetRule(field, wanted),))


def fill_pool(view: View, words: str) -> Turn:
    """`/pool 10`: credits of one's own for everybody in the group."""
    if view.space is None:
        return _say(_(sharing_phrases.ONLY_IN_A_SPACE))
    if not words.isascii() or not words.isdecimal() or not 0 < int(words) <= 10_000:
        return _say(_("How many of your picture credits? For example: /pool 10"))
    amount = int(words)
    if view.pictures_left is None:
        return _say(_("Credits have no limit on this machine, so the pool needs none."))
    if view.pictures_left < amount:
        return _say(phrases.out_of_credits("picture", view.pictures_left, amount))
    return Turn((FillPool(amount),), (Say(sharing_phrases.filled(amount)),))
