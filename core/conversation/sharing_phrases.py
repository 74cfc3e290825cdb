"""What is said of sharing a profile with a group or server, and of the rules there."""

from core.conversation.phrases import plural
from core.conversation.views import GrantView, ProfileView, Rules, SpaceView
from core.names import shown_name

NO_SPACES = (
    "I have not seen you in a group yet. Add me to one, write /share there, and I ask you here what to share."
)
NOTHING_TO_SHARE = "You have no profile that could be shared: it must be trained, and not the sample. /new makes one in our private chat."
ASKED_ALONE = "I have asked you in our private chat. Write /start to me there if nothing came."
NOT_SHARED = "That profile is not shared here any more."
NOTHING_SHARED = "Nothing is shared here yet. Whoever has a profile can write /share."
NOT_DELIVERED = (
    "That profile is not shared here any more: the drawing is not delivered, and its credits are back."
)
ADMINS_ONLY = "Only admins of this group change that."
RANK_UNKNOWN = "I could not learn whether you are an admin here. Try again in a moment."
ADMINS_ASK = "The admins here keep me to themselves: only they can ask for pictures."
ONLY_IN_A_SPACE = "That is for groups: write it in the group that it is about."
USED_ELSEWHERE = "That profile can be drawn where it is shared, and nowhere else."
NO_USE = "You share nothing, so nobody has used anything. /share in a group lets its members draw a profile of yours."
NOBODY_YET = "nobody yet"

RULES: dict[str, dict[str, str]] = {
    "who": {"everybody": "everybody may ask", "admins": "only admins may ask"},
    "quota": {"0": "no daily limit", "8": "8 pictures a day each", "40": "40 pictures a day each"},
    "pays": {
        "asker": "whoever asks pays",
        "owner": "the profile's owner pays",
        "pool": "the group's pool pays",
    },
    "content": {"any": "whatever the operator allows", "drawn": "only bases that draw, none like photos"},
    "place": {"": "in every topic", "here": "only in this topic"},
}


def call(profile: ProfileView) -> str:
    """How a profile is named in a prompt."""
    return f'@"{profile.name}"' if " " in profile.name else f"@{profile.name}"


def ask_share(profile: ProfileView, title: str, pays: str) -> str:
    """What sharing means, before it is done."""
    cost = " Their pictures are paid with your credits." if pays == "owner" else ""
    return (
        f"Share {shown_name(profile.name)} with {shown_name(title)}? Its members can draw it there, nowhere else; "
        f"you see who did (/usage); you can stop it at any time.{cost}"
    )


def ask_where(profile: ProfileView) -> str:
    """With which group; the tap shares at once."""
    return (
        f"Share {shown_name(profile.name)} with which group? Its members can draw it there, nowhere else; you see who did "
        "(/usage); you can stop it at any time. One tap shares it."
    )


def shared(profile: ProfileView, title: str) -> str:
    """Said to the owner."""
    return f"{shown_name(profile.name)} is shared with {shown_name(title)}. /usage shows who draws it, and stops it."


def announced(person: str, profile: ProfileView) -> str:
    """Said in the group."""
    who = shown_name(person) or "Somebody"
    return f"{who} shared {shown_name(profile.name)}. Try: /imagine {call(profile)} as a pirate"


def not_shareable(profile: ProfileView) -> str:
    """Why a profile cannot be shared."""
    name = shown_name(profile.name or "the draft")
    if profile.sample:
        return f"{name} is a sample: everybody has one. Share a profile of your own."
    if profile.consent == "withdrawn":
        return f"The consent for {name} is withdrawn, so it is not shared. /privacy gives it again."
    return f"{name} is not trained yet; share it when it is."


def revoked(profile: ProfileView, title: str) -> str:
    """Said to the owner when it has ended."""
    return (
        f"{shown_name(profile.name)} is not shared with {shown_name(title)} any more. What was queued is not delivered; "
        "pictures that were sent stay in the chat."
    )


def listed(space: SpaceView, person: str) -> str:
    """What a group may draw."""
    lines = [
        f"- {shown_name(one.name)} ({shown_name(one.owner or person or 'you')}): /imagine {call(one)} ..."
        for one in space.shared
    ]
    return "\n".join(["Shared here:", *lines])


def which(space: SpaceView) -> str:
    """Several are shared and none was named."""
    names = ", ".join(call(one) for one in space.shared)
    return f"Whom shall I draw? Name one of {names} in the prompt."


def usage(profile: ProfileView, grant: GrantView) -> str:
    """Who used a profile in one group, and how often."""
    users = [
        f"  {shown_name(name) or 'somebody'}: {plural(times, 'time')}, {plural(pictures, 'picture')}"
        for name, times, pictures in grant.users
    ]
    return "\n".join(
        [f"{shown_name(profile.name)} in {shown_name(grant.title)}:", *(users or [f"  {NOBODY_YET}"])]
    )


def over_quota(quota: int, drawn: int) -> str:
    """The admins' limit of a day."""
    left = max(0, quota - drawn)
    return f"Here each member has {plural(quota, 'picture')} a day, and you have {left} left until tomorrow."


def cannot_pay(pays: str, left: int, needed: int) -> str:
    """Those who pay have too little."""
    whose = "The owner of that profile" if pays == "owner" else "The pool of this group"
    more = " /pool 10 puts ten of your credits into it." if pays == "pool" else ""
    return f"{whose} has {plural(left, 'picture credit')} left, and that takes {needed}.{more}"


def elsewhere() -> str:
    """The admins chose another topic."""
    return "The admins have chosen another topic for me; ask there."


def base_refused(base: str) -> str:
    """The admins allow other bases."""
    return f"The admins of this group do not allow the base {base}."


def panel(space: SpaceView, pool: int | None) -> str:
    """The rules as they are."""
    rules = space.rules
    lines = [
        f"Rules of {shown_name(space.title)}, for its admins. A tap changes one.",
        f"- {RULES['who'][rules.who]}",
        f"- {_quota(rules)}",
        f"- {RULES['pays'][rules.pays]}" + (f": {plural(pool, 'credit')} in it" if pool is not None else ""),
        f"- bases: {rules.base or 'every one'}",
        f"- content: {RULES['content'][rules.content]}",
        f"- {RULES['place']['here' if rules.place else '']}",
    ]
    return "\n".join(lines)


def _quota(rules: Rules) -> str:
    return f"{plural(rules.quota, 'picture')} a day each" if rules.quota else "no daily limit"


def owners_pay(title: str) -> str:
    """Said to those who share in a group when its admins let them pay."""
    return (
        f"From now on pictures of your profiles in {shown_name(title)} are paid with your credits: its admins have set so. "
        "/usage stops the sharing."
    )


def filled(amount: int) -> str:
    """Somebody gave credits to the pool."""
    return f"{plural(amount, 'picture credit')} given to the pool of this group."


def not_yours(asker: str) -> str:
    """A tap on somebody else's buttons, said to them alone."""
    return (
        f"This is {asker}'s: only they and the owner of the profile can tap here."
        if asker
        else "This is somebody else's."
    )
