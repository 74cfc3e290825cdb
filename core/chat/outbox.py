"""Replies on their way: written in the turn's transaction, claimed by a bot, marked when they have arrived.

A reply with a slot replaces the slot's earlier message, so delivering it twice does no harm. A reply without
one has no such key: when its sender dies over it, it counts as sent.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

from sqlmodel import Session, col, select

from core.chat.space_views import grants_of_work, is_over
from core.chat.views import language_of
from core.conversation.language import DEFAULT
from core.conversation.messages import Document, Gallery, Option, Original, Reply, Say, TextFile
from core.conversation.views import Shown
from core.errors import KeyGone
from core.exchange.leaving import About
from core.storage import ledger
from core.storage.database import clock, reading, writing
from core.storage.keys import account_key, profile_key
from core.storage.studio import Studio
from core.storage.tables import Account, Delivery, DeliveryState, Posted, Profile, Work
from core.storage.work import hold_ref

LEASE_SECONDS = 60.0  # above what one upload may take
MOST_SECONDS = 24 * 3600.0  # a chat that could not be reached for so long is given up
AT_ONCE = 20


@dataclass(frozen=True)
class Outgoing:
    """A reply that this process has claimed; `message` is the slot's message where it has one."""

    id: int
    chat: str
    reply: Reply
    message: str = ""
    media: str = ""  # which pictures that message shows; empty for words
    language: str = DEFAULT  # of whoever it is for
    grants: tuple[int, ...] = ()  # without each of which it must not arrive


def post(
    studio: Studio, session: Session, account: Account, about: Profile | None,
    platform: str, chat: str, replies: tuple[Reply, ...], shows: Work | None = None, *, anew: bool = False,
) -> None:  # fmt: skip
    """Put replies on their way; a newer reply of a slot takes the place of one that still waits.

    What `shows` a drawing arrives only as long as no grant has ended under which that was asked for. `anew` leaves
    the slots' messages where they are and begins new ones.
    """
    key = profile_key(about.handle) if about else account_key(account.handle)
    for reply in replies:
        if anew and (posted := session.get(Posted, (platform, chat, reply.slot))):
            session.delete(posted)
            session.flush()
        if reply.slot and _shows_already(studio, session, platform, chat, reply):
            continue
        waiting = (
            reply.slot
            and session.exec(
                select(Delivery).where(
                    Delivery.platform == platform,
                    Delivery.chat == chat,
                    Delivery.slot == reply.slot,
                    Delivery.state == DeliveryState.PENDING,
                )
            ).first()
        )
        delivery = waiting or Delivery(
            platform=platform, chat=chat, account_id=account.id or 0, slot=reply.slot, key=key
        )
        delivery.profile_id = about.id if about else None
        delivery.key = key
        delivery.grant_id, delivery.work_id = (shows.grant_id, shows.id) if shows else (None, None)
        delivery.sealed = studio.seal(key, {"kind": type(reply).__name__, **asdict(reply)}, "delivery")
        delivery.made_at = clock(session)
        session.add(delivery)
    session.flush()


def _shows_already(studio: Studio, session: Session, platform: str, chat: str, reply: Reply) -> bool:
    """Whether the slot's message says this already and nothing else is on its way to it."""
    posted = session.get(Posted, (platform, chat, reply.slot))
    if posted is None or posted.said != _fingerprint(studio, reply):
        return False
    open_ = (DeliveryState.PENDING, DeliveryState.SENDING)
    return not session.exec(
        select(Delivery.id).where(
            Delivery.platform == platform,
            Delivery.chat == chat,
            Delivery.slot == reply.slot,
            col(Delivery.state).in_(open_),
        )
    ).first()


def _fingerprint(studio: Studio, reply: Reply) -> str:
    return studio.keys.fingerprint("replies", json.dumps(asdict(reply)).encode())


def claim(studio: Studio, platform: str) -> list[Outgoing]:
    """What can be sent now: of each chat the oldest that waits, under a lease."""
    with reading(studio.engine) as session:
        now = clock(session)
        ready = session.exec(
            select(Delivery)
            .where(
                Delivery.platform == platform,
                col(Delivery.state).in_((DeliveryState.PENDING, DeliveryState.SENDING)),
            )
            .order_by(col(Delivery.id))
        ).all()
    first: dict[str, Delivery] = {}
    for row in ready:
        if row.slot and row.not_before > now:
            continue  # an edit that waits for its rate holds nothing else up
        first.setdefault(row.chat, row)
    free = [row for row in first.values() if row.not_before <= now and row.lease_until <= now]
    return [out for row in free[:AT_ONCE] if (out := _take(studio, row.id or 0))]


def _take(studio: Studio, delivery_id: int) -> Outgoing | None:
    with writing(studio.engine) as session:
        row = session.get(Delivery, delivery_id, with_for_update=True)
        now = clock(session)
        if row is None or row.state not in (DeliveryState.PENDING, DeliveryState.SENDING):
            return None
        if row.lease_until > now:
            return None
        grants = grants_of_work(session, row.grant_id, row.work_id)
        if any(is_over(session, grant) for grant in grants):
            _end(row, DeliveryState.DROPPED)
            return None
        posted = session.get(Posted, (row.platform, row.chat, row.slot)) if row.slot else None
        if row.state == DeliveryState.SENDING and posted is None:
            # It was being sent when its sender died. Sending it again could say it twice.
            _end(row, DeliveryState.SENT)
            return None
        row.state, row.lease_until = DeliveryState.SENDING, now + LEASE_SECONDS
        try:
            reply = _read(studio.unseal(row.key, row.sealed, "delivery"))
        except KeyGone:
            _end(row, DeliveryState.DROPPED)
            return None
        message, media = (posted.message, posted.media) if posted else ("", "")
        language = language_of(session.get_one(Account, row.account_id))
    return Outgoing(delivery_id, row.chat, reply, message, media, language, grants)


def delivered(studio: Studio, outgoing: Outgoing, message: str, media: str = "") -> None:
    """It has arrived as this message."""
    with writing(studio.engine) as session:
        row = session.get(Delivery, outgoing.id, with_for_update=True)
        if row is None:
            return
        if row.slot and message:
            session.merge(
                Posted(
                    platform=row.platform,
                    chat=row.chat,
                    slot=row.slot,
                    account_id=row.account_id,
                    profile_id=row.profile_id,
                    message=message,
                    media=media,
                    said=_fingerprint(studio, outgoing.reply),
                    at=clock(session),
                )
            )
        _end(row, DeliveryState.SENT)


def put_off(studio: Studio, outgoing: Outgoing, seconds: float) -> None:
    """It has certainly not arrived: try again later, for a day."""
    with writing(studio.engine) as session:
        row = session.get(Delivery, outgoing.id, with_for_update=True)
        if row is None or row.state != DeliveryState.SENDING:
            return
        if clock(session) - row.made_at > MOST_SECONDS:
            _give_up(session, row, ours=True)
            return
        row.state, row.lease_until = DeliveryState.PENDING, 0.0
        row.not_before = clock(session) + seconds


def undeliverable(studio: Studio, outgoing: Outgoing, *, ours: bool = False) -> None:
    """The chat does not take it: blocked, gone, refused for good; or the fault is `ours`."""
    with writing(studio.engine) as session:
        if row := session.get(Delivery, outgoing.id, with_for_update=True):
            _give_up(session, row, ours=ours)


def _give_up(session: Session, row: Delivery, *, ours: bool) -> None:
    """Pictures that did not arrive through our fault are given back (SPEC A1)."""
    handle = row.slot.removeprefix("draw-")
    if ours and row.slot.startswith("draw-") and handle.isdecimal():
        work = session.exec(select(Work).where(Work.handle == int(handle))).first()
        if work:
            unit, ref = hold_ref(work)
            ledger.refund(session, unit, ref, clock(session))
    _end(row, DeliveryState.UNDELIVERABLE)


def forget_message(studio: Studio, platform: str, outgoing: Outgoing) -> None:
    """The slot's message is gone from the chat: the next reply of the slot is a new message."""
    with writing(studio.engine) as session:
        if posted := session.get(Posted, (platform, outgoing.chat, outgoing.reply.slot)):
            session.delete(posted)


def forget_slots(studio: Studio, platform: str, chat: str, start: str) -> None:
    """The messages of these slots may not be seen any more: their next replies are new messages."""
    with writing(studio.engine) as session:
        for posted in session.exec(
            select(Posted).where(
                Posted.platform == platform, Posted.chat == chat, col(Posted.slot).startswith(start)
            )
        ):
            session.delete(posted)


def _end(row: Delivery, state: DeliveryState) -> None:
    row.state, row.sealed, row.lease_until = state, b"", 0.0


def _read(body: dict[str, Any]) -> Reply:
    kind = body.pop("kind")
    if kind == "Original":
        return Original(**{**body, "picture": Shown(**body["picture"])})
    if kind == "Document":
        return Document(**{**body, "weights": Shown(**body["weights"]), "about": About(**body["about"])})
    if kind == "TextFile":
        return TextFile(**body)
    body["options"] = tuple(Option(**option) for option in body["options"])
    if kind == "Gallery":
        return Gallery(**{**body, "pictures": tuple(Shown(**picture) for picture in body["pictures"])})
    return Say(**body)
