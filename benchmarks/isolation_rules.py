"""Who may do what to whose, as a table over plain sets, written from the rules of SPEC H1 to H4.

It knows nothing of how the studio decides. A case is one command or tap of one person in one place about one thing.
"""

from dataclasses import dataclass, field

from core.storage.studio import Studio

SPACES, PEOPLE, PROFILES, DRAWINGS = 5, 20, 40, 80
Change = tuple[str | int, ...]

# Each is about a profile, and works only for its owner and where nobody reads along.
OWNERS = {
    "use": "current",
    "draw": "drawn",
    "try": "drawn",
    "erase": "deleted",
    "photos-gone": "photos",
    "withdraw": "consent",
    "support": "support",
}
# Each is about a drawing.
# Each names a profile by its id, alone or beside a sample of one's own.
IDS = ("id", "id-beside")
DRAWING_TAPS = ("again", "one", "dropped", "info", "stop")
ACTIONS = (
    *OWNERS,
    *DRAWING_TAPS,
    "name",
    "trigger",
    *IDS,
    "share",
    "revoke",
    "set",
    "set-admin",
    "listed",
    "stop-all",
)


@dataclass
class Drawing:
    """Something that was asked for."""

    asker: int
    profile: int
    space: int | None
    grant: int | None  # under which; its number in the world
    open: bool
    handle: int = 0
    pictures: tuple[int, int] = (0, 0)  # delivered, dropped


@dataclass(repr=False)
class World:
    """Everything by number; what the studio calls it stands beside."""

    studio: Studio
    owner: dict[int, int] = field(default_factory=dict)
    members: dict[int, set[int]] = field(default_factory=dict)
    grants: dict[int, tuple[int, int, bool]] = field(default_factory=dict)  # profile, space, alive
    drawings: list[Drawing] = field(default_factory=list)
    profiles: dict[int, int] = field(default_factory=dict)  # handles
    rows: dict[int, int] = field(default_factory=dict)  # profile rows' ids: numbers
    spaces: dict[int, int] = field(default_factory=dict)
    grant_handles: dict[int, int] = field(default_factory=dict)

    def granted(self, profile: int, space: int | None) -> bool:
        """Whether the space may use the profile at this moment."""
        return space is not None and (profile, space, True) in self.grants.values()


@dataclass(frozen=True)
class Case:
    """Somebody does something somewhere about something."""

    actor: int
    place: int | None  # a space; None: the private chat
    action: str
    thing: int  # of a profile, drawing or grant
    other: int = 0  # of a space, for sharing and for rules


# ── the table


def allowed(world: World, case: Case) -> set[Change]:
    """What may come of a case: nothing, or exactly this."""
    actor, place, thing = case.actor, case.place, case.thing
    private = place is None
    if case.action in OWNERS:
        profile = thing % PROFILES
        mine = world.owner[profile] == actor
        return {(OWNERS[case.action], profile)} if mine and private else set()
    if case.action in DRAWING_TAPS:
        return _of_drawing(world, case)
    if case.action in ("name", "trigger"):
        profile = thing % PROFILES
        if world.owner[profile] == actor or world.granted(profile, place):
            return {("drawn", profile)}
        return _unnamed(world, actor, place) if case.action == "trigger" else set()
    if case.action in IDS:
        profile = thing % PROFILES
        if world.owner[profile] != actor and not world.granted(profile, place):
            return set()
        return {("drawn", profile)} if case.action == "id" else {("sample",), ("worn", profile)}
    if case.action == "share":
        profile, space = thing % PROFILES, case.other % SPACES
        may = private and world.owner[profile] == actor and actor in world.members[space]
        return {("shared", profile, space)} if may and not world.granted(profile, space) else set()
    if case.action == "revoke":
        number = thing % len(world.grants)
        profile, space, alive = world.grants[number]
        return {("revoked", profile, space)} if private and alive and world.owner[profile] == actor else set()
    if case.action in ("set", "set-admin"):
        may = case.action == "set-admin" and place == case.other % SPACES
        return {("rule", case.other % SPACES)} if may else set()
    if case.action == "listed":
        return set()
    going_on = [
        number
        for number, drawing in enumerate(world.drawings)
        if drawing.open and drawing.asker == actor and (private or drawing.space == place)
    ]
    return {("cancelled", going_on[0])} if len(going_on) == 1 else set()


def _unnamed(world: World, actor: int, place: int | None) -> set[Change]:
    """Words that name nobody who may be drawn mean what is shared here, or one's own current profile (the sample)."""
    shared = sorted(profile for profile, space, alive in world.grants.values() if alive and space == place)
    if not shared or any(world.owner[profile] == actor for profile in shared):
        return {("sample",)}
    return {("drawn", shared[0])} if len(shared) == 1 else set()


def _of_drawing(world: World, case: Case) -> set[Change]:
    number = case.thing % len(world.drawings)
    drawing = world.drawings[number]
    owner = world.owner[drawing.profile]
    own = drawing.asker == case.actor == owner
    of_mine = owner == case.actor and drawing.grant is not None
    there = case.place is not None and case.place == drawing.space
    alive = drawing.grant is not None and world.grants[drawing.grant][2]
    asked = (
        drawing.asker == case.actor
        and alive
        and there
        and case.place is not None
        and case.actor in world.members[case.place]
    )
    # Pictures under a grant that has ended are shown to nobody; their owner may draw the same again.
    reached = own or asked or (of_mine and alive)
    if not reached:
        return set()
    if case.action == "again":
        return {("drawn", drawing.profile)}
    if case.action == "stop":
        return {("cancelled", number)} if drawing.open else set()
    if case.action == "info":
        return {("read", number)}
    return set() if drawing.open else {("shown", number)}


def readable(world: World, case: Case) -> set[int]:
    """The profiles whose names may stand in what is said."""
    own = {profile for profile, owner in world.owner.items() if owner == case.actor}
    if case.action == "name":
        own.add(
            case.thing % PROFILES
        )  # a refusal repeats what was written, whether there is such a profile or not
    return own | {profile for profile, space, alive in world.grants.values() if alive and space == case.place}
