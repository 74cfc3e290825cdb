"""The bots' door over a real database: everything one update does happens once, or not at all."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import col, select

from core.chat import arrivals
from core.conversation.messages import (
    Chosen,
    Command,
    Photos,
    Say,
)
from core.errors import Refusal
from core.settings import Settings
from core.storage import ledger
from core.storage.database import clock, reading, writing
from core.storage.keys import photos_key
from core.storage.studio import open_studio
from core.storage.tables import (
    Photo,
    PhotoState,
    Profile,
    ProfileState,
    Version,
    Work,
    WorkKind,
    WorkState,
)
from core.storage.work import finish
from core.up import migrate
from core.upkeep import Upkeep
from core.work_queue import connect
from tests.chat.people import Person, confirmed, judge_all, upload


def test_an_update_that_comes_twice_acts_once(ana: Person) -> None:
    ana.say(Command("new"), update=7)
    again = ana.say(Command("new"), update=7)

    assert again == []
    with reading(ana.studio.engine) as session:
        assert len(session.exec(select(Profile).where(Profile.sample == "")).all()) == 1


def test_everybody_starts_with_a_sample_that_is_theirs(ana: Person) -> None:
    ben = Person(ana.studio, "ben")
    ana.say(Command("start"))
    ben.say(Command("start"))

    with reading(ana.studio.engine) as session:
        samples = session.exec(select(Profile).where(Profile.sample != "")).all()
    assert len({sample.account_id for sample in samples}) == len(samples) == 2


def test_an_album_is_answered_in_one_message(ana: Person) -> None:
    ana.draft()
    before = len(ana.messages)

    for number in range(7):
        ana.say(Photos((upload(number),), "album-1"))

    assert len(ana.messages) == before + 1
    last = list(ana.messages.values())[-1]
    assert isinstance(last, Say)
    assert last.text.startswith("7 photos, thank you.")


def test_the_same_file_sent_twice_is_one_photo(ana: Person) -> None:
    ana.draft()
    ana.say(Photos((upload(1),)))
    ana.say(Photos((upload(1), upload(2))))

    with reading(ana.studio.engine) as session:
        assert [photo.number for photo in session.exec(select(Photo))] == [1, 2]


def test_a_photo_that_was_fetched_is_sealed_and_lined_up_to_be_looked_at(ana: Person, tmp_path: Path) -> None:
    ana.draft()
    ana.say(Photos((upload(1),)))
    (arrival,) = arrivals.waiting(ana.studio, "console")
    arrivals.keep(ana.studio, arrival, b"CANARY" * 99)

    with reading(ana.studio.engine) as session:
        photo = session.exec(select(Photo)).one()
        looks = session.exec(select(Work).where(Work.kind == WorkKind.LOOK)).all()
    assert photo.state == PhotoState.STORED
    assert len(looks) == 1
    assert b"CANARY" not in (tmp_path / "data" / "files" / photo.raw).read_bytes()


def test_a_platform_that_does_not_answer_is_asked_again_and_then_given_up(ana: Person) -> None:
    ana.draft()
    ana.say(Photos((upload(1),)))
    (arrival,) = arrivals.waiting(ana.studio, "console")
    assert arrivals.waiting(ana.studio, "console") == []  # somebody has it

    arrivals.put_off(ana.studio, replace(arrival, tries=arrivals.MOST_TRIES))

    with reading(ana.studio.engine) as session:
        assert session.exec(select(Photo)).one().verdict == Refusal.NOT_FETCHED


def test_confirming_freezes_the_version_and_holds_a_credit(ana: Person) -> None:
    profile = confirmed(ana)

    with reading(ana.studio.engine) as session:
        work = session.exec(select(Work).where(Work.kind == WorkKind.LEARN)).one()
        assert ledger.balance(session, profile.account_id, ledger.TRAINING) == 0
    assert profile.state == ProfileState.QUEUED
    assert work.version_id == profile.version_id


def test_photos_that_are_not_used_are_erased_on_confirm(ana: Person) -> None:
    ana.draft()
    ana.say(Photos(tuple(upload(number) for number in range(7)), "album"))
    judge_all(ana.studio, 7)
    with writing(ana.studio.engine) as session:
        rejected = session.exec(select(Photo).where(Photo.number == 3)).one()
        rejected.chosen, rejected.verdict = False, "blurred"
        handle = session.exec(select(Profile.handle).where(Profile.sample == "")).one()
    ana.say(Chosen(f"photos:{handle}:done"))
    ana.tap("Train")
    upkeep = Upkeep(ana.studio, connect(ana.studio.settings))
    upkeep.erase()

    assert rejected.file not in ana.studio.files.names()
    with reading(ana.studio.engine) as session:
        assert 3 not in session.exec(select(Photo.number)).all()


def test_a_second_confirm_finds_nothing_to_confirm(ana: Person) -> None:
    confirmed(ana)
    ana.tap("Train")

    with reading(ana.studio.engine) as session:
        assert len(session.exec(select(Work).where(Work.kind == WorkKind.LEARN)).all()) == 1


def test_credits_that_ran_out_meanwhile_are_said_and_nothing_is_queued(settings: Settings) -> None:
    poor = settings.model_copy(update={"unlimited": False, "free_trainings": 0})
    migrate(poor)
    ana = Person(open_studio(poor))

    confirmed(ana)

    with reading(ana.studio.engine) as session:
        assert session.exec(select(Work).where(Work.kind == WorkKind.LEARN)).all() == []
    assert "takes 1 training" in list(ana.messages.values())[-1].text
    ana.studio.engine.dispose()


def test_cancelling_gives_the_credit_back_and_fences_the_worker(ana: Person) -> None:
    profile = confirmed(ana)

    ana.say(Command("cancel"))

    with reading(ana.studio.engine) as session:
        work = session.exec(select(Work).where(Work.kind == WorkKind.LEARN)).one()
        assert (work.state, work.turn) == (WorkState.CANCELLED, 1)
        assert session.get_one(Profile, profile.id).state == ProfileState.CANCELLED
        assert ledger.balance(session, profile.account_id, ledger.TRAINING) == 1


def _failed(ana: Person, profile: Profile, days_ago: float = 0.0) -> None:
    with writing(ana.studio.engine) as session:
        work = session.exec(select(Work).where(Work.kind == WorkKind.LEARN)).one()
        finish(session, work, WorkState.FAILED, used=0, reason="failed")
        work.ended_at = clock(session) - days_ago * 24 * 3600
        session.get_one(Profile, profile.id).state = ProfileState.FAILED


def test_a_failed_training_can_be_tried_again_with_the_same_photos(ana: Person) -> None:
    profile = confirmed(ana)
    _failed(ana, profile)

    ana.say(Chosen(f"relearn:{profile.handle}"))
    ana.say(Chosen(f"relearn:{profile.handle}"))  # once is enough

    with reading(ana.studio.engine) as session:
        works = session.exec(select(Work).where(Work.kind == WorkKind.LEARN)).all()
        versions = session.exec(select(Version.number).where(Version.profile_id == profile.id)).all()
        assert session.get_one(Profile, profile.id).state == ProfileState.QUEUED
    assert [work.state for work in works] == [WorkState.FAILED, WorkState.PENDING]
    assert versions == [1, 2]


@pytest.mark.parametrize(("days", "gone"), [(6.0, False), (8.0, True)])
def test_photos_that_were_to_go_stay_a_week_after_a_failure(ana: Person, days: float, gone: bool) -> None:
    profile = confirmed(ana)
    with writing(ana.studio.engine) as session:
        session.get_one(Profile, profile.id).retention = "template"
    _failed(ana, profile, days)
    upkeep = Upkeep(ana.studio, connect(ana.studio.settings))

    upkeep.reconcile()
    upkeep.erase()

    assert (ana.studio.keys.find(photos_key(profile.handle)) is None) == gone
    with reading(ana.studio.engine) as session:
        assert (session.exec(select(Photo)).first() is None) == gone


# ── one account and another


@pytest.mark.parametrize(
    "key",
    ["erase:{profile}", "use:{profile}", "draw:{profile}", "withdraw:{profile}", "support:{profile}",
     "photos-gone:{profile}", "stop:{work}", "best:{work}", "again:{work}", "dropped:{work}", "info:{work}",
     "train:{profile}:yes", "photos:{profile}:show", "out:{profile}:1", "drop:{profile}:all"],
)  # fmt: skip
def test_a_strangers_button_does_nothing_and_says_no_more_than_for_what_never_was(
    ana: Person, key: str
) -> None:
    profile = confirmed(ana)
    with reading(ana.studio.engine) as session:
        before = [
            row.model_dump() for table in (Profile, Work, Version) for row in session.exec(select(table))
        ]
        work = session.exec(select(Work).where(Work.kind == WorkKind.LEARN)).one()
    eve, mallory = Person(ana.studio, "eve"), Person(ana.studio, "mallory")
    eve.say(Command("help"))
    mallory.say(Command("help"))

    foreign = eve.say(Chosen(key.format(profile=profile.handle, work=work.handle)))
    absent = mallory.say(Chosen(key.format(profile=2**52 + 1, work=2**52 + 2)))

    assert foreign == absent
    with reading(ana.studio.engine) as session:
        mine = {profile.account_id}
        after = [row.model_dump() for table in (Profile, Work) for row in session.exec(
            select(table).where(col(table.account_id).in_(mine)))]  # fmt: skip
        after += [row.model_dump() for row in session.exec(
            select(Version).where(Version.profile_id == profile.id))]  # fmt: skip
    assert [
        row for row in before if row.get("account_id") in mine or row.get("profile_id") == profile.id
    ] == after
