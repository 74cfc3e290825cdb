"""A person of its own for every test, and a group in which a profile is shared."""

import pytest
from sqlmodel import select

from core.chat import Incoming, respond
from core.conversation.messages import (
    Chosen,
    Command,
    Say,
)
from core.storage.database import writing
from core.storage.studio import Studio
from core.storage.tables import (
    Profile,
    ProfileState,
    Version,
    Work,
    WorkState,
)
from core.storage.work import finish
from tests.chat.groups import Group
from tests.chat.people import Person, confirmed


@pytest.fixture
def ana(studio: Studio) -> Person:
    return Person(studio)


@pytest.fixture
def group(studio: Studio) -> Group:
    return Group(studio)


@pytest.fixture
def profile(studio: Studio, ana: Person) -> Profile:
    """Ana's profile, trained as a worker would have left it."""
    made = confirmed(ana)
    with writing(studio.engine) as session:
        row = session.get_one(Profile, made.id)
        row.state = ProfileState.TRAINED
        session.get_one(Version, row.version_id).state = ProfileState.TRAINED
        work = session.exec(
            select(Work).where(Work.profile_id == row.id, Work.state == WorkState.PENDING)
        ).all()
        for one in work:
            finish(session, one, WorkState.SUCCEEDED, used=1)
            one.told = one.news
    return made


@pytest.fixture
def shared(group: Group, profile: Profile) -> Group:
    group.hear("ana", Command("share"))
    question = group.said["ana"][-1]
    assert isinstance(question, Say)
    respond(
        group.studio,
        Incoming("console", "x", 1000, "ana", "ana", Chosen(question.options[0].key), person="Ana"),
    )
    group.deliver()
    return group
