"""Replies on their way: coalesced, said once, and not kept."""

from sqlmodel import select

from core.chat import Incoming, outbox, respond
from core.conversation.messages import (
    Command,
    Photos,
)
from core.storage import ledger
from core.storage.database import reading, writing
from core.storage.tables import (
    Delivery,
    DeliveryState,
    Work,
    WorkKind,
    WorkState,
)
from core.storage.work import finish
from tests.chat.people import Person, upload


def test_a_newer_reply_of_a_slot_takes_the_place_of_one_that_waits(ana: Person) -> None:
    ana.draft()
    for number in range(3):
        respond(ana.studio, Incoming("console", "x", number, "ana", "ana", Photos((upload(number),), "a")))

    replies = ana.read()

    assert [reply.text[:8] for reply in replies] == ["3 photos"]


def test_a_reply_whose_sender_died_is_not_said_twice(ana: Person) -> None:
    ana.draft()
    respond(ana.studio, Incoming("console", "x", 1, "ana", "ana", Command("help")))
    respond(ana.studio, Incoming("console", "x", 2, "ana", "ben", Photos((upload(1),))))
    claimed = outbox.claim(ana.studio, "console")
    assert len(claimed) == 2  # one per chat
    with writing(ana.studio.engine) as session:
        for row in session.exec(select(Delivery).where(Delivery.state == DeliveryState.SENDING)):
            row.lease_until = 1.0

    again = ana.read()

    assert again == []  # neither had a message yet that could be changed again without harm


def test_a_reply_that_waits_for_its_rate_holds_up_nothing_but_itself(ana: Person) -> None:
    ana.draft()
    respond(ana.studio, Incoming("console", "x", 1, "ana", "ana", Photos((upload(1),))))
    (panel,) = outbox.claim(ana.studio, "console")
    outbox.put_off(ana.studio, panel, 60.0)

    assert [reply.text for reply in ana.say(Command("cancel"))] != []


def test_bodies_of_sent_replies_are_not_kept(ana: Person) -> None:
    ana.draft()

    with reading(ana.studio.engine) as session:
        assert {row.sealed for row in session.exec(select(Delivery))} == {b""}


def test_pictures_that_did_not_arrive_through_our_fault_are_given_back(ana: Person) -> None:
    ana.say(Command("start"))
    respond(ana.studio, Incoming("console", "x", 1, "ana", "ana", Command("imagine", "a hat --n 3")))
    with writing(ana.studio.engine) as session:
        work = session.exec(select(Work).where(Work.kind == WorkKind.DRAW)).one()
        finish(session, work, WorkState.SUCCEEDED, used=3)
        assert ledger.balance(session, work.account_id, ledger.PICTURE) == 7
    (placeholder,) = outbox.claim(ana.studio, "console")

    outbox.undeliverable(ana.studio, placeholder, ours=True)

    with reading(ana.studio.engine) as session:
        assert ledger.balance(session, work.account_id, ledger.PICTURE) == 10
