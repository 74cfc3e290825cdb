"""What is said of sharing a profile with a group or server, and of the rules there."""

from core.conversation.language import LANGUAGES, N_, gettext as _, ngettext, pgettext
from core.conversation.phrases import enumerated, pictures
from core.conversation.views import GrantView, ProfileView, Rules, SpaceView
from core.names import shown_name

NO_SPACES = N_(
    "I have not seen you in a group yet. Add me to one, write /share there, and I ask you here what to share."
)
NOTHING_TO_SHARE = N_(
    "You have no profile that could be shared: it must be trained, and not the sample. /new makes one in our private chat."
)
ASKED_ALONE = N_("I have asked you in our private chat. Write /start to me there if nothing came.")
NOT_SHARED = N_("That profile is not shared here any more.")
NOTHING_SHARED = N_("Nothing is shared here yet. Whoever has a profile can write /share.")
NOT_DELIVERED = N_(
    "That profile is not shared here any more: the drawing is not delivered, and its credits are back."
)
ADMINS_ONLY = N_("Only admins of this group change that.")
RANK_UNKNOWN = N_("I could not learn whether you are an admin here. Try again in a moment.")
ADMINS_ASK = N_("The admins here keep me to themselves: only they can ask for pictures.")
ONLY_IN_A_SPACE = N_("That is for groups: write it in the group that it is about.")
USED_ELSEWHERE = N_("That profile can be drawn where it is shared, and nowhere else.")
NO_USE = N_(
    "You share nothing, so nobody has used anything. /share in a group lets its members draw a profile of yours."
)
NOBODY_YET = N_("nobody yet")

RULES: dict[str, dict[str, str]] = {
    "who": {"everybody": N_("everybody may ask"), "admins": N_("only admins may ask")},
    "quota": {
        "0": N_("no daily limit"),
        "8": N_("8 pictures a day each"),
        "40": N_("40 pictures a day each"),
    },
    "pays": {
        "asker": N_("whoever asks pays"),
        "owner": N_("the profile's owner pays"),
        "pool": N_("the group's pool pays"),
    },
    "content": {
        "any": N_("whatever the operator allows"),
        "drawn": N_("only bases that draw, none like photos"),
    },
    "place": {"": N_("in every topic"), "here": N_("only in this topic")},
}


def call(profile: ProfileView) -> str:
    """How a profile is named in a prompt."""
    return f'@"{profile.name}"' if " " in profile.name else f"@{profile.name}"


def ask_share(profile: ProfileView, title: str, pays: str) -> str:
    """What sharing means, before it is done."""
    question = _(
        "Share {name} with {title}? Its members can draw it there, nowhere else; "
        "you see who did (/usage); you can stop it at any time."
    ).format(name=shown_name(profile.name), title=shown_name(title))
    return (
        " ".join([question, _("Their pictures are paid with your credits.")]) if pays == "owner" else question
    )


def ask_which(title: str, pays: str) -> str:
    """What sharing means, where there are several to choose from."""
    question = _(
        "Share which profile with {title}? Its members can draw it there, nowhere else; "
        "you see who did (/usage); you can stop it at any time."
    ).format(title=shown_name(title))
    return (
        " ".join([question, _("Their pictures are paid with your credits.")]) if pays == "owner" else question
    )


def ask_where(profile: ProfileView) -> str:
    """With which group; the tap shares at once."""
    return _(
        "Share {name} with which group? Its members can draw it there, nowhere else; you see who did "
        "(/usage); you can stop it at any time. One tap shares it."
    ).format(name=shown_name(profile.name))


def shared(profile: ProfileView, title: str) -> str:
    """Said to the owner."""
    return _("{name} is shared with {title}. /usage shows who draws it, and stops it.").format(
        name=shown_name(profile.name), title=shown_name(title)
    )


def announced(person: str, profile: ProfileView) -> str:
    """Said in the group."""
    return _("{person} shared {name}. Try: /imagine {call} as a pirate").format(
        person=shown_name(person) or pgettext("a person without a name", "Somebody"),
        name=shown_name(profile.name),
        call=call(profile),
    )


def not_shareable(profile: ProfileView) -> str:
    """Why a profile cannot be shared."""
    if profile.sample:
        why = _("{name} is a sample: everybody has one. Share a profile of your own.")
    elif profile.consent == "withdrawn":
        why = _("The consent for {name} is withdrawn, so it is not shared. /privacy gives it again.")
    else:
        why = _("{name} is not trained yet; share it when it is.")
    return why.format(name=shown_name(profile.name or _("the draft")))


def revoked(profile: ProfileView, title: str) -> str:
    """Said to the owner when it has ended."""
    return _(
        "{name} is not shared with {title} any more. What was queued is not delivered; "
        "pictures that were sent stay in the chat."
    ).format(name=shown_name(profile.name), title=shown_name(title))


def listed(space: SpaceView, person: str) -> str:
    """What a group may draw."""
    lines = [_("Shared here:")]
    for one in space.shared:
        owner = shown_name(one.owner or person or pgettext("the owner of a profile", "you"))
        line = _("- {name} ({owner}): /imagine {call} ...")
        named = line.format(name=shown_name(one.name), owner=owner, call=call(one))
        lines.append(f"{named} · " + _("id {id}").format(id=one.handle))
    return "\n".join(lines)


def which(space: SpaceView) -> str:
    """Several are shared and none was named."""
    names = enumerated(call(one) for one in space.shared)
    return _("Whom shall I draw? Name one of {names} in the prompt.").format(names=names)


def usage(profile: ProfileView, grant: GrantView) -> str:
    """Who used a profile in one group, and how often."""
    lines = [_("{name} in {title}:").format(name=shown_name(profile.name), title=shown_name(grant.title))]
    for name, times, drawn in grant.users:
        who = shown_name(name) or pgettext("a person without a name", "somebody")
        used = enumerated((ngettext("{count} time", "{count} times", times), pictures(drawn)))
        lines.append(f"  {who}: {used}")
    if not grant.users:
        lines.append(f"  {_(NOBODY_YET)}")
    return "\n".join(lines)


def over_quota(quota: int, drawn: int) -> str:
    """The admins' limit of a day."""
    return ngettext(
        "Here each member has {count} picture a day, and you have {left} left until tomorrow.",
        "Here each member has {count} pictures a day, and you have {left} left until tomorrow.",
        quota,
    ).format(left=max(0, quota - drawn))


def cannot_pay(pays: str, left: int, needed: int) -> str:
    """Those who pay have too little."""
    if pays == "owner":
        return ngettext(
            "The owner of that profile has {count} picture credit left, and that takes {needed}.",
            "The owner of that profile has {count} picture credits left, and that takes {needed}.",
            left,
        ).format(needed=needed)
    why = ngettext(
        "The pool of this group has {count} picture credit left, and that takes {needed}.",
        "The pool of this group has {count} picture credits left, and that takes {needed}.",
        left,
    ).format(needed=needed)
    return " ".join([why, _("/pool 10 puts ten of your credits into it.")]) if pays == "pool" else why


def elsewhere() -> str:
    """The admins chose another topic."""
    return _("The admins have chosen another topic for me; ask there.")


def base_refused(base: str) -> str:
    """The admins allow other bases."""
    return _("The admins of this group do not allow the base {base}.").format(base=base)


def rule(field: str, value: str) -> str:
    """One rule in words."""
    words = RULES[field][value]
    return _(words)


def panel(space: SpaceView, pool: int | None) -> str:
    """The rules as they are."""
    rules = space.rules
    pays = rule("pays", rules.pays)
    if pool is not None:
        pays = ngettext("{pays}: {count} credit in it", "{pays}: {count} credits in it", pool).format(
            pays=pays
        )
    parts = [
        rule("who", rules.who),
        _quota(rules),
        pays,
        _("bases: {base}").format(base=rules.base) if rules.base else _("bases: every one"),
        _("content: {content}").format(content=rule("content", rules.content)),
        rule("place", "here" if rules.place else ""),
        _("everybody is answered in {language}").format(language=LANGUAGES[rules.language])
        if rules.language
        else _("each is answered in their own language"),
    ]
    title = _("Rules of {title}, for its admins. A tap changes one.").format(title=shown_name(space.title))
    return "\n".join([title, *(f"- {part}" for part in parts)])


def _quota(rules: Rules) -> str:
    if not rules.quota:
        return rule("quota", "0")
    return ngettext("{count} picture a day each", "{count} pictures a day each", rules.quota)


def owners_pay(title: str) -> str:
    """Said to those who share in a group when its admins let them pay."""
    return _(
        "From now on pictures of your profiles in {title} are paid with your credits: its admins have set so. "
        "/usage stops the sharing."
    ).format(title=shown_name(title))


def filled(amount: int) -> str:
    """Somebody gave credits to the pool."""
    return ngettext(
        "{count} picture credit given to the pool of this group.",
        "{count} picture credits given to the pool of this group.",
        amount,
    )


def not_yours(asker: str) -> str:
    """A tap on somebody else's buttons, said to them alone."""
    if not asker:
        return _("This is somebody else's.")
    return _("This is {asker}'s: only they and the owner of the profile can tap here.").format(asker=asker)
