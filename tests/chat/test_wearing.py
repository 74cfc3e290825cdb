"""Profiles worn by their ids, alone and together: for whoever may use each of them, and no longer than that."""

import json
from dataclasses import dataclass

import pytest
from sqlmodel import select

from core.accounts import open_profile
from core.chat import Incoming, news, owners
from core.conversation.messages import Chosen, Command, Gallery, Left, Say
from core.storage import ledger
from core.storage.database import new_handle, reading, writing
from core.storage.keys import profile_key
from core.storage.tables import (
    Account,
    DoomedFile,
    Grant,
    Identity,
    PictureRow,
    Profile,
    ProfileState,
    Space,
    Version,
    Work,
    WorkState,
    Worn,
)
from tests.chat.groups import GROUP, Group, balance, drawn, state, words
from tests.chat.people import Person


def teach(studio_of: Group | Person, user: str, name: str, **columns: object) -> Profile:
    """Another profile of somebody who was heard before, as a worker would have left it."""
    studio = studio_of.studio
    with writing(studio.engine) as session:
        owner = session.get_one(Account, session.get_one(Identity, ("console", user)).account_id)
        profile = open_profile(
            studio, session, owner, {"name": name, "class_word": "man", "trigger": f"z{name}"}
        )
        profile.state, profile.consent, profile.retention = ProfileState.TRAINED, "self", "keep"
        for column, value in columns.items():
            setattr(profile, column, value)
        version = Version(profile_id=profile.id or 0, state=ProfileState.TRAINED, base="pocket", weights="w")
        session.add(version)
        session.flush()
        profile.version_id = version.id
        return profile


def robin(group: Group, user: str) -> Profile:
    """The sample of somebody."""
    with reading(group.studio.engine) as session:
        account = session.get_one(Identity, ("console", user)).account_id
        return session.exec(select(Profile).where(Profile.account_id == account, Profile.sample != "")).one()


def asked(group: Group, work: Work) -> dict[str, object]:
    """What a work row seals."""
    with reading(group.studio.engine) as session:
        handle = session.get_one(Profile, work.profile_id).handle
    record: dict[str, object] = group.studio.unseal(profile_key(handle), work.sealed, f"work-{work.handle}")
    return record


@dataclass
class Both:
    """Ben's drawing of his own sample that wears what Ana shares."""

    group: Group
    work: Work
    before: int  # Ben's credits


@pytest.fixture
def both(shared: Group, profile: Profile) -> Both:
    shared.hear("ben", Command("help"))
    before = balance(shared, "ben")
    work = shared.imagine("ben", f"@robin as a pirate <lora:{profile.handle}:0.5> --n 2")
    assert work is not None
    return Both(shared, work, before)


def test_the_first_that_is_worn_is_the_one_that_is_drawn(shared: Group, profile: Profile) -> None:
    work = shared.imagine("ben", f"as a pirate <lora:{profile.handle}:0.8> --n 1")

    assert work is not None
    assert work.profile_id == profile.id
    assert work.grant_id is not None
    assert asked(shared, work)["tags"] == [{"kind": "lora", "profile": profile.handle, "strength": 0.8}]


def test_a_name_says_who_is_drawn_and_the_others_are_worn_besides(both: Both, profile: Profile) -> None:
    assert both.work.profile_id == robin(both.group, "ben").id
    assert both.before - balance(both.group, "ben") == 2
    with reading(both.group.studio.engine) as session:
        (worn,) = session.exec(select(Worn))
        assert (worn.work_id, worn.profile_id) == (both.work.id, profile.id)
        assert session.get_one(Grant, worn.grant_id).profile_id == profile.id


def test_absent_foreign_and_deleted_are_one_answer(ana: Person, profile: Profile) -> None:
    eve = Person(ana.studio, "eve")
    eve.say(Command("start"))
    gone = teach(eve, "eve", "gone")
    eve.say(Chosen(f"erase:{gone.handle}"))
    eve.read()

    said = {
        words(eve.say(Command("imagine", f"a hat <{kind}:{handle}> --base {handle}"))).replace(
            str(handle), "ID"
        )
        for handle in (new_handle(), profile.handle, gone.handle)
        for kind in ("lora", "ti", "faceid")
    }

    assert said == {"I know no profile ID that you may use. /profiles lists yours with their ids."}


def test_a_profile_is_worn_by_the_method_that_learnt_it(ana: Person, profile: Profile) -> None:
    face = teach(ana, "ana", "face", method="faceid")
    other = teach(ana, "ana", "other", method="faceid")
    word = teach(ana, "ana", "word", method="textual_inversion")
    with writing(ana.studio.engine) as session:
        session.get_one(Profile, face.id).name_key = "face"

    def said(prompt: str) -> str:
        return words(ana.say(Command("imagine", prompt)))

    refused = "model_type=faceid is not supported. Use a checkpoint instead"
    assert said(f"a hat <lora:{face.handle}>") == refused
    assert said("a hat --base face") == said(f"a hat --base {face.handle}") == refused
    assert said("a hat --base other-name") == "--base other-name: this machine draws with pocket only."
    mismatch = "face is a FaceID profile: write <faceid:ID:0.5> instead of <ti:ID:0.5>."
    assert said(f"a hat <ti:{face.handle}:0.5>") == mismatch.replace("ID:", f"{face.handle}:")
    assert "word is a Textual inversion profile: write <ti:" in said(f"a hat <lora:{word.handle}>")
    two = said(f"a hat <faceid:{face.handle}> <faceid:{other.handle}>")
    assert two == "Only one FaceID profile fits into a picture."
    assert "Drawing 1" in said(f"a hat <faceid:{face.handle}> <ti:{word.handle}> --n 1")


def test_every_profile_that_is_worn_must_be_ready_and_agreed_to(ana: Person, profile: Profile) -> None:
    learning = teach(ana, "ana", "learning", state=ProfileState.TRAINING)
    objected = teach(ana, "ana", "objected", consent="withdrawn")

    def said(other: Profile) -> str:
        prompt = f"<lora:{profile.handle}> a hat <lora:{other.handle}> --n 1"
        return words(ana.say(Command("imagine", prompt)))

    assert "learning is not trained (learning)" in said(learning)
    assert "The consent for that profile is withdrawn" in said(objected)
    with reading(ana.studio.engine) as session:
        assert session.exec(select(Worn)).all() == []


def test_four_go_together_and_a_fifth_does_not(ana: Person, profile: Profile) -> None:
    worn = " ".join(f"<lora:{teach(ana, 'ana', f'more{number}').handle}>" for number in range(4))

    assert "Drawing 1" in words(ana.say(Command("imagine", f"a hat {worn} --n 1")))
    said = words(ana.say(Command("imagine", f'@"Ana summer" in a hat {worn} --n 1')))
    assert said == "Up to 4 profiles go together in one picture."


def test_revoked_means_that_nothing_queued_is_delivered(both: Both) -> None:
    both.group.hear("ana", Command("revoke"))

    assert state(both.group, both.work).state == WorkState.CANCELLED
    assert balance(both.group, "ben") == both.before
    assert words(both.group.said[GROUP]).count("is not delivered, and its credits are back") == 1
    assert both.group.news() == []


def test_what_is_drawn_but_not_told_is_not_delivered_either(both: Both) -> None:
    drawn(both.group, both.work)

    both.group.hear("ana", Command("revoke"))

    assert both.group.news() == []
    assert not any(isinstance(reply, Gallery) for reply in both.group.said[GROUP])
    assert balance(both.group, "ben") == both.before


def test_what_is_on_its_way_is_dropped_at_the_door(both: Both) -> None:
    drawn(both.group, both.work)
    news(both.group.studio, "console")
    with writing(both.group.studio.engine) as session:  # the grant ends behind the back of the delivery
        for grant in session.exec(select(Grant)):
            grant.ended_at = 1.0

    both.group.deliver()

    assert not any(isinstance(reply, Gallery) for reply in both.group.said[GROUP])


def test_pictures_of_before_are_shown_no_more_and_not_drawn_again(both: Both, profile: Profile) -> None:
    drawn(both.group, both.work)
    (picture,) = both.group.news()
    assert isinstance(picture, Gallery)
    both.group.hear("ana", Command("revoke"))

    for option in picture.options:
        assert not any(isinstance(reply, Gallery) for reply in both.group.hear("ben", Chosen(option.key)))
    with reading(both.group.studio.engine) as session:
        assert len(session.exec(select(Work).where(Work.account_id == both.work.account_id)).all()) == 1


def test_again_asks_for_every_profile_anew(ana: Person, profile: Profile) -> None:
    other = teach(ana, "ana", "other")
    ana.say(Command("imagine", f"<lora:{profile.handle}> a hat <lora:{other.handle}:0.5> --n 1"))
    with reading(ana.studio.engine) as session:
        first = session.exec(select(Work).where(Work.count == 1)).all()[-1]
    ana.say(Chosen(f"again:{first.handle}"))
    with reading(ana.studio.engine) as session:
        assert len(session.exec(select(Worn)).all()) == 2

    ana.say(Chosen(f"erase:{other.handle}"))
    said = words(ana.say(Chosen(f"again:{first.handle}")))

    assert said == f"I know no profile {other.handle} that you may use. /profiles lists yours with their ids."


def test_the_owner_sees_who_wore_it(both: Both) -> None:
    drawn(both.group, both.work)
    both.group.news()

    both.group.hear("ana", Command("usage"))

    assert "Ben: 1 time, 2 pictures" in words(both.group.said["ana"])


def test_whether_its_owner_is_still_a_member_is_asked(shared: Group, profile: Profile) -> None:
    shared.hear("ben", Command("help"))
    heard = Command("imagine", f"@robin <lora:{profile.handle}>")
    incoming = Incoming("console", "x", 1, "ben", GROUP, heard, group=True, space=GROUP)

    assert [owner.users for owner in owners.asked_for(shared.studio, incoming)] == [("ana",)]


def test_who_leaves_is_not_given_what_they_wore(both: Both) -> None:
    both.group.hear("ben", Left())

    assert state(both.group, both.work).state == WorkState.CANCELLED


def test_consent_that_is_withdrawn_stops_what_wears_it(both: Both, profile: Profile, ana: Person) -> None:
    ana.updates = 5000
    ana.say(Chosen(f"withdraw:{profile.handle}"))

    assert state(both.group, both.work).state == WorkState.CANCELLED
    assert balance(both.group, "ben") == both.before


def test_what_shows_a_deleted_profile_goes_with_it(both: Both, profile: Profile, ana: Person) -> None:
    drawn(both.group, both.work)
    (picture,) = both.group.news()
    assert isinstance(picture, Gallery)
    ana.updates = 5000

    ana.say(Chosen(f"erase:{profile.handle}"))

    with reading(both.group.studio.engine) as session:
        assert session.exec(select(PictureRow)).all() == []
        assert picture.pictures[0].file in session.exec(select(DoomedFile.name)).all()


def test_rules_and_credits_are_those_of_one_drawing(both: Both) -> None:
    with writing(both.group.studio.engine) as session:
        session.exec(select(Space)).one().rules = json.dumps({"pays": "owner", "quota": 8})
        ana = session.get_one(Identity, ("console", "ana")).account_id
        left = ledger.balance(session, ana, ledger.PICTURE)
    worn = robin(both.group, "ben").handle

    # The owner of who is drawn pays; Ana is drawn, and Ben's own is worn besides.
    work = both.group.imagine("ben", f'@"Ana summer" <lora:{worn}> --n 3')

    assert work is not None
    with reading(both.group.studio.engine) as session:
        assert left - ledger.balance(session, ana, ledger.PICTURE) == 3
    assert both.group.imagine("ben", f"@robin <lora:{worn}> --n 4") is None
    refusal = both.group.said[GROUP][-1]
    assert isinstance(refusal, Say)
    assert "8" in refusal.text


def test_who_is_forgotten_leaves_nothing_of_what_they_wore(both: Both) -> None:
    drawn(both.group, both.work)
    both.group.news()
    ben = Person(both.group.studio, "ben")
    ben.updates = 5000

    ben.say(Chosen("forget-all"))

    with reading(both.group.studio.engine) as session:
        assert session.get(Work, both.work.id) is None
        assert session.exec(select(Worn)).all() == []
        assert session.exec(select(PictureRow)).all() == []
