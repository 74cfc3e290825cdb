"""Linking identities (SPEC A3): a code goes out here, comes in there, and is confirmed here.

The account that gave the code out takes everything of the other in. Every profile remembers the account of the
identity that made it, so that parting gives each its own: profiles with their work and pictures, and of the
credits what was brought and not spent since.
"""

import json
import secrets

from sqlmodel import Session, col, func, select, update

from core.accounts import name_key
from core.chat.link_views import names_of
from core.chat.outbox import post
from core.chat.scene import Scene
from core.chat.space_views import unshared
from core.chat.spaces import withhold
from core.chat.views import language_of
from core.conversation.effects import ConfirmLink, EnterLink, IssueLink, RefuseLink, Unlink
from core.conversation.language import speaking
from core.conversation.linking import ask_issuer, hear
from core.conversation.messages import Heard, Linking
from core.storage import ledger
from core.storage.database import clock, new_handle
from core.storage.keys import account_key, profile_key
from core.storage.studio import Studio
from core.storage.tables import (
    OPEN_WORK,
    Account,
    Delivery,
    DeliveryState,
    Identity,
    LedgerEntry,
    Link,
    Member,
    Posted,
    Profile,
    ProfileState,
    Space,
    Work,
)

CODE_SECONDS = 600.0
MOST_FAILURES, LOCKED_SECONDS = 5, 3600.0
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is taken for another
CODE_LETTERS = 8  # about 40 bits, against five guesses


def issue(scene: Scene, _: IssueLink) -> Heard:
    """A new code; the one before is void."""
    session, account = scene.session, scene.account
    session.execute(
        update(Link)
        .where(col(Link.account_id) == account.id, col(Link.state).in_(("open", "entered")))
        .values(state="over")
    )
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LETTERS))
    handle = new_handle()
    names = {"issuer": scene.person, "joined": ""}
    session.add(
        Link(
            handle=handle,
            account_id=account.id or 0,
            platform=scene.platform,
            chat=scene.chat,
            code=_hash(scene.studio, code),
            expires_at=clock(session) + CODE_SECONDS,
            sealed=scene.studio.seal(account_key(account.handle), names, f"link-{handle}"),
        )
    )
    session.flush()
    return Linking("issued", code=f"{code[:4]}-{code[4:]}")


def _hash(studio: Studio, code: str) -> str:
    return studio.keys.fingerprint("links", code.encode())


def enter(scene: Scene, effect: EnterLink) -> Heard:
    """A code comes in: the one who gave it out is asked; five wrong ones lock for an hour."""
    session, account, now = scene.session, scene.account, clock(scene.session)
    if account.link_locked_until > now:
        return Linking("locked")
    link = session.exec(
        select(Link)
        .where(Link.code == _hash(scene.studio, effect.code), Link.state == "open")
        .with_for_update()
    ).first()
    if link is None or link.expires_at < now or link.platform == scene.platform:
        account.link_failures += 1
        if account.link_failures >= MOST_FAILURES:
            account.link_failures, account.link_locked_until = 0, now + LOCKED_SECONDS
            return Linking("locked")
        return Linking("wrong")
    account.link_failures = 0
    issuer = session.get_one(Account, link.account_id)
    if _platforms(session, account) != [scene.platform] or scene.platform in _platforms(session, issuer):
        return Linking("taken")
    names = {**names_of(scene.studio, session, link), "joined": scene.person}
    link.state, link.joined_id = "entered", account.id
    link.joined_platform, link.joined_chat = scene.platform, scene.chat
    link.sealed = scene.studio.seal(account_key(issuer.handle), names, f"link-{link.handle}")
    session.flush()
    with speaking(language_of(issuer)):
        question = ask_issuer(scene.person, scene.platform, link.handle)
    post(scene.studio, session, issuer, None, link.platform, link.chat, (question,))
    return Linking("entered", name=names["issuer"], platform=link.platform)


def _platforms(session: Session, account: Account) -> list[str]:
    return sorted(session.exec(select(Identity.platform).where(Identity.account_id == account.id)))


def _entered(scene: Scene, handle: int) -> Link | None:
    """The question that this account alone can answer, while it is open."""
    link = scene.session.exec(select(Link).where(Link.handle == handle).with_for_update()).first()
    mine = link is not None and link.account_id == scene.account.id and link.platform == scene.platform
    open_ = link is not None and link.state == "entered" and link.expires_at >= clock(scene.session)
    return link if mine and open_ else None


def refuse(scene: Scene, effect: RefuseLink) -> Heard:
    """It was somebody else."""
    link = _entered(scene, effect.link)
    if link is None:
        return Linking("over")
    link.state = "over"
    return Linking("refused")


def confirm(scene: Scene, effect: ConfirmLink) -> Heard:
    """The two are one from now on."""
    link = _entered(scene, effect.link)
    if link is None or link.joined_id is None:
        return Linking("over")
    session, now = scene.session, clock(scene.session)
    joined = session.get_one(Account, link.joined_id, with_for_update=True)
    if link.joined_platform in _platforms(session, scene.account):
        return Linking("taken")
    _join(scene, joined)
    brought = {}
    for unit in (ledger.PICTURE, ledger.TRAINING):
        amount = max(0, ledger.balance(session, joined.id or 0, unit))
        if amount:
            ledger.move(session, joined.id or 0, scene.account.id or 0, unit, amount, now)
        brought[unit] = amount
    link.state, link.linked_at, link.brought = "linked", now, json.dumps(brought)
    session.flush()
    names = names_of(scene.studio, session, link)
    with speaking(language_of(scene.account)):
        told = hear(Linking("linked", name=names["issuer"], platform=link.platform, link=link.handle)).replies
    post(scene.studio, session, scene.account, None, link.joined_platform, link.joined_chat, told)
    return Linking("linked", name=names["joined"], platform=link.joined_platform, link=link.handle)


def _join(scene: Scene, joined: Account) -> None:
    """Everything of the other account becomes this one's, and remembers whose it was."""
    session, account = scene.session, scene.account
    for profile in session.exec(select(Profile).where(Profile.account_id == joined.id)).all():
        profile.home_id = profile.home_id or joined.id
        _rehome(scene.studio, session, profile, account)
    for table in (Identity, Work, Delivery, Posted, Member):
        values = {"account_id": account.id, **({"home_id": joined.id} if table is Identity else {})}
        session.execute(update(table).where(col(table.account_id) == joined.id).values(**values))
    if account.draft_id is None:
        account.draft_id = joined.draft_id
    account.current_id = account.current_id or joined.current_id
    account.chosen_language = account.chosen_language or joined.chosen_language
    joined.draft_id = joined.current_id = None
    session.flush()


def _rehome(studio: Studio, session: Session, profile: Profile, account: Account) -> None:
    """Another account's profile becomes this one's; a name that is taken there gets a number."""
    profile.account_id = account.id or 0
    if profile.name_key is None or profile.state == ProfileState.DELETING:
        return
    key, place = profile_key(profile.handle), f"profile-{profile.handle}"
    words = studio.unseal(key, profile.sealed, place)
    taken = set(
        session.exec(
            select(Profile.name_key).where(Profile.account_id == account.id, Profile.id != profile.id)
        )
    )
    name, number = words["name"], 1
    while name_key(studio, account, name) in taken:
        number += 1
        name = f"{words['name']} {number}"
    profile.name_key = name_key(studio, account, name)
    if name != words["name"]:
        profile.sealed = studio.seal(key, {**words, "name": name}, place)
    session.flush()


def unlink(scene: Scene, effect: Unlink) -> Heard:
    """The two are two again, whichever of them says so."""
    session = scene.session
    link = session.exec(
        select(Link)
        .where(Link.handle == effect.link, Link.account_id == scene.account.id, Link.state == "linked")
        .with_for_update()
    ).first()
    if link is None or link.joined_id is None:
        return Linking("over")
    joined = session.get_one(Account, link.joined_id, with_for_update=True)
    asked = _asked(session, link)
    _part(scene, link, joined)
    for unit, amount in _owed(session, link, asked).items():
        if amount:
            ledger.move(session, link.account_id, joined.id or 0, unit, amount, clock(session))
    link.state = "over"
    session.flush()
    names = names_of(scene.studio, session, link)
    by_joined = scene.platform == link.joined_platform
    other, where = (link.chat, link.platform) if by_joined else (link.joined_chat, link.joined_platform)
    mine, mine_where = (
        (names["joined"], link.joined_platform) if by_joined else (names["issuer"], link.platform)
    )
    account = scene.account if by_joined else joined
    with speaking(language_of(account)):
        told = hear(Linking("unlinked", name=mine, platform=mine_where)).replies
    post(scene.studio, session, account, None, where, other, told)
    return Linking("unlinked", name=names["issuer" if by_joined else "joined"], platform=where)


def _asked(session: Session, link: Link) -> list[str]:
    """Under what the ledger keeps that which was asked for on the other platform since."""
    works = select(Work.handle).where(
        Work.account_id == link.account_id,
        Work.platform == link.joined_platform,
        col(Work.asked_at) >= link.linked_at,
    )
    return [f"work-{handle}" for handle in session.exec(works)]


def _owed(session: Session, link: Link, asked: list[str]) -> dict[str, int]:
    """Of the credits that were brought, what has not been spent on that platform since; never more than there is."""
    owed = {}
    for unit, brought in json.loads(link.brought or "{}").items():
        spent = session.exec(
            select(func.coalesce(func.sum(LedgerEntry.amount), 0)).where(
                LedgerEntry.account_id == link.account_id,
                LedgerEntry.unit == unit,
                col(LedgerEntry.ref).in_(asked),
            )
        ).one()
        owed[unit] = max(0, min(brought + int(spent), ledger.balance(session, link.account_id, unit)))
    return owed


def _part(scene: Scene, link: Link, joined: Account) -> None:
    """What the other identity made goes back to it; what is half done across the two is not delivered."""
    session, account = scene.session, scene.session.get_one(Account, link.account_id)
    theirs = session.exec(
        select(Profile).where(Profile.account_id == account.id, Profile.home_id == joined.id)
    ).all()
    ids = [profile.id for profile in theirs]
    for work in session.exec(select(Work).where(Work.account_id == account.id)).all():
        there = work.platform == link.joined_platform
        crosses = any((profile in ids) != there for profile in unshared(session, work))
        if crosses and (work.state in OPEN_WORK or work.told < work.news):
            withhold(session, work)
        if work.profile_id in ids or (work.grant_id and there):
            work.account_id = joined.id or 0
    for delivery in session.exec(select(Delivery).where(Delivery.account_id == account.id)).all():
        there = delivery.platform == link.joined_platform
        open_ = delivery.state in (DeliveryState.PENDING, DeliveryState.SENDING)
        own = delivery.profile_id if delivery.grant_id is None else None
        if open_ and own and (own in ids) != there:
            delivery.state, delivery.sealed = DeliveryState.DROPPED, b""
        if there:
            delivery.account_id = joined.id or 0
    session.execute(
        update(Posted)
        .where(col(Posted.account_id) == account.id, col(Posted.platform) == link.joined_platform)
        .values(account_id=joined.id)
    )
    spaces = select(Space.handle).where(Space.platform == link.joined_platform)
    session.execute(
        update(Member)
        .where(col(Member.account_id) == account.id, col(Member.space).in_(spaces))
        .values(account_id=joined.id)
    )
    session.execute(
        update(Identity)
        .where(col(Identity.account_id) == account.id, col(Identity.home_id) == joined.id)
        .values(account_id=joined.id, home_id=None)
    )
    for profile in theirs:
        profile.home_id = None
        _rehome(scene.studio, session, profile, joined)
    if account.current_id in ids:
        account.current_id = None
    if account.draft_id in ids:
        joined.draft_id, account.draft_id = account.draft_id, None
    session.flush()
