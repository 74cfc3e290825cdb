"""A world of people, groups, profiles and drawings, in which everybody tries everything on everything.

What a case changed or showed is compared with the table of rules, exactly. Nothing of a case is kept, so that all
cases meet the same world.
"""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlmodel import Session, col, func, select

from benchmarks.isolation_rules import (
    ACTIONS,
    DRAWINGS,
    PEOPLE,
    PROFILES,
    SPACES,
    Case,
    Change,
    Drawing,
    World,
)
from core.accounts import find_account, name_key, open_profile
from core.chat import Incoming, _respond
from core.chat.spaces import find_space, see_member
from core.conversation.messages import Chosen, Command, Heard
from core.storage.database import new_handle, writing
from core.storage.keys import profile_key
from core.storage.studio import Studio
from core.storage.tables import (
    OPEN_WORK,
    Account,
    Delivery,
    Grant,
    Identity,
    Member,
    PictureRow,
    Profile,
    ProfileState,
    Space,
    Version,
    Work,
    WorkKind,
    WorkState,
    Worn,
)
from core.storage.work import ask, finish

# ── the studio


# Those that name nobody; what they say is looked through for others' names.
COMMANDS = (
    "profiles", "status", "usage", "privacy", "share", "start", "help", "settings", "link", "pool", "forget",
    "delete", "new",
)  # fmt: skip


def build(studio: Studio, seed: int) -> World:
    """A world of its own for every seed, made of the studio's own rows."""
    chance, world = random.Random(seed), World(studio)  # noqa: S311  (a world, not secrets)
    with writing(studio.engine) as session:
        accounts = [find_account(studio, session, "console", str(one))[0] for one in range(PEOPLE)]
        spaces = [find_space(studio, session, "console", f"-{one}", f"Space {one}") for one in range(SPACES)]
        for number, space in enumerate(spaces):
            world.spaces[number] = space.handle
            seen = chance.sample(range(PEOPLE), 9)
            world.members[number] = set(seen[:7])
            for person in seen:
                see_member(studio, session, space, accounts[person], _spoken(person, number))
        for number in range(PROFILES):
            _add_profile(world, session, accounts, number, chance.randrange(PEOPLE))
        _add_grants(world, session, chance)
        for number in range(DRAWINGS):
            _add_drawing(world, session, accounts, chance, number)
        for number, space in enumerate(spaces):
            for person in range(PEOPLE):
                if person not in world.members[number]:
                    _leave(session, space, accounts[person])
    return world


def _spoken(person: int, space: int | None, heard: Heard | None = None, *, admin: bool = False) -> Incoming:
    chat = str(person) if space is None else f"-{space}"
    return Incoming(
        "console", "cases", new_handle(), str(person), chat, heard or Command("help"), person=f"Person {person}",
        group=space is not None, space="" if space is None else chat, title="" if space is None else f"Space {space}",
        admin=admin,
    )  # fmt: skip


def _leave(session: Session, space: Space, account: Account) -> None:
    if member := session.get(Member, (space.handle, account.id)):
        member.here = False


def _add_profile(world: World, session: Session, accounts: list[Account], number: int, owner: int) -> None:
    studio, account = world.studio, accounts[owner]
    words = {"name": f"Subject-{number:03}", "class_word": "woman", "trigger": f"zatrig{number:03}"}
    profile = open_profile(studio, session, account, words)
    profile.name_key = name_key(studio, account, words["name"])
    profile.state, profile.consent, profile.retention = ProfileState.TRAINED, "self", "keep"
    version = Version(profile_id=profile.id or 0, state=ProfileState.TRAINED, base="pocket", weights="w")
    session.add(version)
    session.flush()
    profile.version_id = version.id
    world.owner[number], world.profiles[number] = owner, profile.handle
    world.rows[profile.id or 0] = number


def _add_grants(world: World, session: Session, chance: random.Random) -> None:
    rows = {number: row for row, number in world.rows.items()}
    for profile in range(PROFILES):
        for space in range(SPACES):
            if world.owner[profile] not in world.members[space] or chance.random() < 0.4:
                continue
            for alive in (False, True)[: 1 + (chance.random() < 0.6)]:
                grant = Grant(
                    handle=new_handle(),
                    profile_id=rows[profile],
                    space=world.spaces[space],
                    ended_at=None if alive else 1.0,
                )
                session.add(grant)
                session.flush()
                number = len(world.grants)
                world.grants[number] = (profile, space, alive)
                world.grant_handles[number] = grant.handle


def _add_drawing(
    world: World, session: Session, accounts: list[Account], chance: random.Random, number: int
) -> None:
    space: int | None
    grant = chance.choice(list(world.grants)) if number % 4 else None
    if grant is None:
        profile = chance.randrange(PROFILES)
        asker, space, alive = world.owner[profile], chance.choice((None, *range(SPACES))), True
    else:
        profile, space, alive = world.grants[grant]
        others = sorted(world.members[space] - {world.owner[profile]})
        asker = chance.choice(others)
    drawing = Drawing(asker, profile, space, grant, open=alive and chance.random() < 0.3)
    studio, handle = world.studio, world.profiles[profile]
    row = next(row for row, known in world.rows.items() if known == profile)
    found = session.exec(select(Grant).where(Grant.handle == world.grant_handles.get(grant or 0, 0))).first()
    work = ask(
        session, kind=WorkKind.DRAW, account_id=accounts[asker].id, profile_id=row, platform="console",
        chat=str(asker) if space is None else f"-{space}", space=0 if space is None else world.spaces[space],
        grant_id=found.id if found and grant is not None else None, count=1,
    )  # fmt: skip
    asked = {"text": f"prompt-{number:03}", "count": 1, "seed": 1}
    work.sealed = studio.seal(profile_key(handle), asked, f"work-{work.handle}")
    drawing.handle = work.handle
    if not drawing.open:
        pictures = []
        for place, dropped in enumerate(("", "unlike")):
            picture = PictureRow(
                handle=new_handle(), work_id=work.id or 0, profile_id=row, number=place, dropped=dropped,
                file=f"{handle}/picture-{number:03}",
            )  # fmt: skip
            session.add(picture)
            pictures.append(picture.handle)
        drawing.pictures = (pictures[0], pictures[1])
        finish(session, work, WorkState.SUCCEEDED, used=1)
    work.told = work.news
    session.flush()
    world.drawings.append(drawing)


def heard_of(world: World, case: Case) -> Heard:
    """The command or tap of a case."""
    action, profile = case.action, world.profiles[case.thing % PROFILES]
    drawing = world.drawings[case.thing % len(world.drawings)]
    space = world.spaces[case.other % SPACES]
    match action:
        case "name":
            return Command("imagine", f"@Subject-{case.thing % PROFILES:03} as a pirate")
        case "trigger":
            return Command("imagine", f"zatrig{case.thing % PROFILES:03} as a pirate")
        case "id":
            return Command("imagine", f"<lora:{profile}:0.8> as a pirate")
        case "id-beside":
            return Command("imagine", f"@Robin as a pirate <lora:{profile}:0.5>")
        case "share":
            return Chosen(f"share:{profile}:{space}")
        case "revoke":
            return Chosen(f"revoke:{world.grant_handles[case.thing % len(world.grants)]}")
        case "set" | "set-admin":
            return Chosen(f"set:{space}:quota=8")
        case "listed":
            return Command(COMMANDS[case.thing % len(COMMANDS)])
        case "stop-all":
            return Command("cancel")
        case "one":
            return Chosen(f"one:{drawing.pictures[0] or drawing.handle}")
        case "again" | "dropped" | "info" | "stop":
            return Chosen(f"{action}:{drawing.handle}")
    return Chosen(f"{action}:{profile}")


@contextmanager
def _undone(studio: Studio) -> Iterator[Session]:
    with Session(studio.engine.execution_options(writes=True), expire_on_commit=False) as session:
        session.begin()
        try:
            yield session
        finally:
            session.rollback()


def observe(world: World, case: Case) -> tuple[set[Change], set[int]]:
    """What a case changes or shows, and whose names it says; nothing of it is kept."""
    with _undone(world.studio) as session:
        said = session.exec(select(func.max(Delivery.id))).one() or 0
        incoming = _spoken(case.actor, case.place, heard_of(world, case), admin=case.action == "set-admin")
        identity = session.get_one(Identity, ("console", str(case.actor)))
        _respond(world.studio, session, incoming)
        session.flush()
        changes = _state(world, session, identity.account_id)
        names: set[int] = set()
        for delivery in session.exec(select(Delivery).where(col(Delivery.id) > said)):
            body = world.studio.unseal(delivery.key, delivery.sealed, "delivery")
            text = json.dumps(body)
            names |= {number for number in range(PROFILES) if f"Subject-{number:03}" in text}
            changes |= _seen(body, text, case)
    # What ends a profile or its sharing ends its drawings too; and asking for consent's end is one thing.
    if any(change[0] in ("deleted", "consent", "revoked") for change in changes):
        whole = any(change[0] == "deleted" for change in changes)
        also = ("cancelled", "revoked", "photos", "current") if whole else ("cancelled",)
        changes = {change for change in changes if change[0] not in also}
    # Drawing by a button makes the profile the current one.
    if case.action == "draw":
        changes = {change for change in changes if change[0] != "current"}
    return changes, names


def _seen(body: dict[str, Any], text: str, case: Case) -> set[Change]:
    shown: set[Change] = set()
    for number in range(DRAWINGS):
        if case.action in ("one", "dropped") and f"/picture-{number:03}" in text:
            shown.add(("shown", number))
        if case.action == "info" and f"prompt-{number:03}" in body.get("text", ""):
            shown.add(("read", number))
    return shown


def _state(world: World, session: Session, actor: int) -> set[Change]:
    """What can be changed, as a set of facts."""
    facts: set[Change] = set()
    numbers = {drawing.handle: number for number, drawing in enumerate(world.drawings)}
    spaces = {handle: number for number, handle in world.spaces.items()}
    for handle, row, state in session.exec(select(Work.handle, Work.profile_id, Work.state)):
        number = numbers.get(handle)
        if number is None:
            profile = world.rows.get(row)
            facts.add(("sample",) if profile is None else ("drawn", profile))
        elif state not in OPEN_WORK and world.drawings[number].open:
            facts.add(("cancelled", number))
    facts |= {("worn", world.rows[row]) for row in session.exec(select(Worn.profile_id))}
    kept = set(session.exec(select(Profile.id).where(Profile.retention == "keep")))
    columns = select(Profile.id, Profile.state, Profile.consent, Profile.support_until)
    for id_, state, consent, support in session.exec(columns):
        number = world.rows.get(id_ or 0)
        if number is None:
            continue
        facts |= {("deleted", number)} if state == ProfileState.DELETING else set()
        facts |= {("consent", number)} if consent == "withdrawn" else set()
        facts |= {("support", number)} if support else set()
        facts |= {("photos", number)} if id_ not in kept else set()
    for handle, row, where, ended in session.exec(
        select(Grant.handle, Grant.profile_id, Grant.space, Grant.ended_at)
    ):
        if handle not in world.grant_handles.values():
            facts.add(("shared", world.rows[row], spaces[where]))
        elif ended and ended > 1.0:
            facts.add(("revoked", world.rows[row], spaces[where]))
    rules = session.exec(select(Space.handle, Space.rules))
    facts |= {("rule", spaces[handle]) for handle, changed in rules if changed}
    current = session.exec(select(Account.current_id).where(Account.id == actor)).one()
    if current in world.rows:
        facts.add(("current", world.rows[current]))
    return facts


def random_case(chance: random.Random) -> Case:
    """Any case of any world."""
    return Case(
        chance.randrange(PEOPLE),
        chance.choice((None, *range(SPACES))),
        chance.choice(ACTIONS),
        chance.randrange(10_000),
        chance.randrange(SPACES),
    )
