"""Files of weights and what is left of them."""

from sqlmodel import col, select

from core.chat import Incoming, respond
from core.conversation.messages import Command, Say
from core.storage.database import reading, writing
from core.storage.tables import Delivery, Profile, Version
from tests.chat.people import Person


def test_a_file_on_its_way_is_dropped_when_the_profile_is_deleted(ana: Person, profile: Profile) -> None:
    with writing(ana.studio.engine) as session:
        row = session.get_one(Profile, profile.id)
        session.get_one(Version, row.version_id).weights = f"{profile.handle}/weights-1"
    ana.say(Command("delete", "Ana summer"))
    respond(ana.studio, Incoming("console", "elsewhere", 1, "ana", "ana", Command("export")))
    with reading(ana.studio.engine) as session:
        waiting = session.exec(select(Delivery.sealed).where(col(Delivery.sealed) != b"")).all()
    assert len(waiting) == 1

    (said,) = ana.tap("Delete for ever")

    assert isinstance(said, Say)
    assert "is deleted" in said.text
    with reading(ana.studio.engine) as session:
        assert session.exec(select(Delivery.sealed).where(col(Delivery.sealed) != b"")).all() == []
