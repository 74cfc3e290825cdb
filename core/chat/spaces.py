"""Groups and servers: who was seen in them, what happens to them, and how sharing ends."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlmodel import Session, col, delete, or_, select, update

from core.chat.mentions import handles
from core.chat.outbox import post
from core.chat.space_views import is_withheld, known_space, name_of, rules_of
from core.chat.views import language_of
from core.conversation import sharing, sharing_phrases
from core.conversation.language import gettext as _, speaking
from core.conversation.messages import Chosen, Command, Happened, Left, Moved, Removed, Say
from core.storage import ledger
from core.storage.database import clock, new_handle, reading
from core.storage.keys import space_key
from core.storage.studio import Studio
from core.storage.tables import (
    OPEN_WORK,
    Account,
    Delivery,
    DeliveryState,
    Grant,
    Identity,
    Member,
    PictureRow,
    Posted,
    Profile,
    Space,
    Work,
    WorkState,
)
from core.storage.work import hold_ref, take_away
from core.storage.worn_table import wearing_others, wearing_under

if TYPE_CHECKING:
    from core.chat import Incoming


def find_space(studio: Studio, session: Session, platform: str, chat: str, title: str) -> Space:
    """The space of a platform's group, made when it is new; its title is kept as it is now."""
    space = known_space(session, platform, chat)
    if space is None:
        space = Space(handle=new_handle(), platform=platform, chat=chat, created_at=clock(session))
        session.add(space)
    key, place = space_key(space.handle), f"space-{space.handle}"
    if not space.sealed or (title and studio.unseal(key, space.sealed, place)["title"] != title):
        space.sealed = studio.seal(key, {"title": title}, place)
    session.flush()
    return space


def see_member(
    studio: Studio, session: Session, space: Space, account: Account, incoming: "Incoming"
) -> None:
    """Note that somebody spoke in a space; who taps has not spoken, and may have left or never been there."""
    if isinstance(incoming.heard, Chosen):
        return
    member = session.get(Member, (space.handle, account.id))
    if member is None:
        member = Member(space=space.handle, account_id=account.id or 0)
        session.add(member)
    if incoming.person and name_of(studio, member) != incoming.person:
        member.sealed = _sealed_name(studio, space, incoming.person)
    member.here, member.seen_at = True, clock(session)
    member.chat, member.private = incoming.aloud or incoming.chat, incoming.private or incoming.user
    session.flush()


# ── what happens to a space


def happened(studio: Studio, session: Session, incoming: "Incoming", what: Happened) -> None:
    """Somebody left, the bot was removed, or the space was given another name."""
    space = known_space(session, incoming.platform, incoming.space)
    if space is None:
        return
    match what:
        case Left():
            identity = session.get(Identity, (incoming.platform, incoming.user))
            if identity:
                leave(studio, session, space, identity.account_id)
        case Removed():
            _close(studio, session, space)
        case Moved(to):
            _move(studio, session, space, to)


def known(studio: Studio, platform: str, bot: str) -> list[str]:
    """The spaces in which a platform's bot was heard last, by the platform's names of them."""
    with reading(studio.engine) as session:
        return list(session.exec(select(Space.chat).where(Space.platform == platform, Space.bot == bot)))


def leave(studio: Studio, session: Session, space: Space, account_id: int) -> None:
    """Who leaves can use nothing there any more, and takes along what they shared."""
    if member := session.get(Member, (space.handle, account_id)):
        member.here = False
    shared = session.exec(
        select(Grant)
        .join(Profile, col(Profile.id) == col(Grant.profile_id))
        .where(Grant.space == space.handle, col(Grant.ended_at).is_(None), Profile.account_id == account_id)
    ).all()
    end_grants(studio, session, shared, sharing_phrases.NOT_DELIVERED)
    works = session.exec(
        select(Work).where(
            Work.space == space.handle,
            Work.account_id == account_id,
            col(Work.grant_id).is_not(None) | wearing_others(Work.id),
            or_(col(Work.state).in_(OPEN_WORK), col(Work.told) < col(Work.news)),
        )
    ).all()
    for work in works:
        withhold(session, work)


def _close(studio: Studio, session: Session, space: Space) -> None:
    grants = session.exec(
        select(Grant).where(Grant.space == space.handle, col(Grant.ended_at).is_(None))
    ).all()
    end_grants(studio, session, grants, "")
    session.execute(delete(Member).where(col(Member.space) == space.handle))
    session.delete(space)
    session.flush()
    studio.keys.bury(space_key(space.handle))


def _move(studio: Studio, session: Session, space: Space, to: str) -> None:
    """The same people under another name; what was seen under the new one already belongs to the old."""
    before = space.chat
    newer = known_space(session, space.platform, to)
    if newer is space:
        return
    if newer:
        known = set(session.exec(select(Member.account_id).where(Member.space == space.handle)))
        for member in session.exec(select(Member).where(Member.space == newer.handle)):
            if member.account_id not in known:
                session.add(_member_of(studio, space, member))
            session.delete(member)
        for table in (Grant, Work):
            session.execute(update(table).where(col(table.space) == newer.handle).values(space=space.handle))
        session.delete(newer)
        session.flush()
    space.chat = to
    here = (col(Member.space) == space.handle) & (col(Member.chat) == before)
    session.execute(update(Member).where(here).values(chat=to))
    for kept in (Work, Delivery):
        there = (col(kept.platform) == space.platform) & (col(kept.chat) == before)
        session.execute(update(kept).where(there).values(chat=to))
    # Messages keep no number that holds in the new place: what replaces them is sent anew.
    session.execute(delete(Posted).where(col(Posted.platform) == space.platform, col(Posted.chat) == before))
    session.flush()


def _member_of(studio: Studio, space: Space, member: Member) -> Member:
    """Somebody who was seen in another space, as a member of this one: the name is sealed with its key."""
    return Member(
        space=space.handle,
        account_id=member.account_id,
        here=member.here,
        sealed=_sealed_name(studio, space, name_of(studio, member)),
        chat=member.chat,
        private=member.private,
        seen_at=member.seen_at,
    )


def _sealed_name(studio: Studio, space: Space, name: str) -> bytes:
    return studio.seal(space_key(space.handle), {"name": name}, f"member-{space.handle}")


# ── the end of sharing


def end_grants(studio: Studio, session: Session, grants: Sequence[Grant], told: str) -> None:
    """From this transaction on nobody is given anything under these grants; askers are told in their place.

    `told` is a sentence of the catalogue, or empty.
    """
    ids = [grant.id for grant in grants]
    if not ids:
        return
    now = clock(session)
    for grant in grants:
        grant.ended_at = now
    on_its_way = session.exec(
        select(Delivery)
        .where(
            col(Delivery.grant_id).in_(ids) | wearing_under(Delivery.work_id, ids),
            col(Delivery.state).in_((DeliveryState.PENDING, DeliveryState.SENDING)),
        )
        .with_for_update()
    ).all()
    slots = {delivery.slot.removeprefix("draw-") for delivery in on_its_way}
    waiting = [int(slot) for slot in slots if slot.isdecimal()]
    works = session.exec(
        select(Work)
        .where(
            col(Work.grant_id).in_(ids) | wearing_under(Work.id, ids),
            or_(
                col(Work.state).in_(OPEN_WORK),
                col(Work.told) < col(Work.news),
                col(Work.handle).in_(waiting),
            ),
        )
        .with_for_update()
    ).all()
    for delivery in on_its_way:
        delivery.state, delivery.sealed = DeliveryState.DROPPED, b""
    session.flush()
    for work in works:
        withhold(session, work)
        if told:
            account = session.get_one(Account, work.account_id)
            space = session.exec(select(Space).where(Space.handle == work.space)).first()
            with speaking(language_of(account, space)):
                reply = Say(_(told), slot=f"draw-{work.handle}")
            post(studio, session, account, None, work.platform, work.chat, (reply,))


def withhold(session: Session, work: Work) -> None:
    """Whatever has become of a drawing, it is not delivered; what it cost comes back."""
    if work.state in OPEN_WORK:
        take_away(session, work, "revoked")
    elif work.state == WorkState.SUCCEEDED:
        unit, ref = hold_ref(work)
        ledger.refund(session, unit, ref, clock(session))
    work.told = work.news


# ── questions of the platforms, before a turn


def wants_rank(studio: Studio, incoming: "Incoming") -> bool:
    """Whether it matters in this turn if the speaker is an admin of the space, so that the platform must be asked."""
    match incoming.heard:
        case Command("settings"):
            return bool(incoming.space)
        case Chosen(key) if key.startswith("set:"):
            return bool(incoming.space)
        case Left() | Removed() | Moved():
            return False  # nobody said it
        case _ if not incoming.space:
            return False
    with reading(studio.engine) as session:
        space = known_space(session, incoming.platform, incoming.space)
        return space is not None and rules_of(space).who == "admins"


def objection(studio: Studio, incoming: "Incoming") -> str:
    """What somebody should read, alone, whose tap in a space is not theirs to make; empty when it is."""
    if not incoming.group or not isinstance(incoming.heard, Chosen):
        return ""
    with reading(studio.engine) as session:
        identity = session.get(Identity, (incoming.platform, incoming.user))
        account = session.get(Account, identity.account_id) if identity else None
        language = language_of(account) if account else incoming.language
        with speaking(language):
            return _objection(studio, session, incoming, incoming.heard.key, account)


def _objection(
    studio: Studio, session: Session, incoming: "Incoming", key: str, speaker: Account | None
) -> str:
    step = key.partition(":")[0]
    if step == "set":
        if incoming.admin:
            return ""
        return _(sharing_phrases.ADMINS_ONLY if incoming.admin is False else sharing_phrases.RANK_UNKNOWN)
    named = handles(key)
    if step not in sharing.IN_GROUPS or not named:
        return sharing_phrases.not_yours("")
    by_picture = select(PictureRow.work_id).where(col(PictureRow.handle).in_(named))
    work = session.exec(
        select(Work).where(col(Work.handle).in_(named) | col(Work.id).in_(by_picture))
    ).first()
    profile = session.get(Profile, work.profile_id) if work else None
    if work is None or profile is None:
        return _(sharing_phrases.NOT_SHARED)
    asking = speaker.id if speaker else None
    if asking == profile.account_id and work.grant_id:
        return ""
    if asking == work.account_id:
        return _(sharing_phrases.NOT_SHARED) if is_withheld(session, work) else ""
    asker = session.get(Member, (work.space, work.account_id))
    return sharing_phrases.not_yours(name_of(studio, asker) if asker else "")
