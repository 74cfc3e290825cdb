"""The bots' door over a real database: everything one update does happens once, or not at all."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import col, select

from core.chat import Incoming, arrivals, outbox, respond
from core.conversation.messages import (
    Chosen,
    Command,
    Gallery,
    Heard,
    Option,
    Photos,
    Reply,
    Say,
    Text,
    Upload,
)
from core.errors import KeyGone, Refusal
from core.settings import Settings
from core.storage import ledger
from core.storage.database import clock, reading, writing
from core.storage.erasing import sweep
from core.storage.keys import photos_key, profile_key
from core.storage.studio import Studio, open_studio
from core.storage.tables import (
    Delivery,
    DeliveryState,
    Erasure,
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


class Person:
    """Somebody who talks to a studio; replies are delivered to a list."""

    def __init__(self, studio: Studio, user: str = "ana", platform: str = "console") -> None:
        self.studio, self.user, self.platform, self.updates = studio, user, platform, 0
        self.messages: dict[str, Reply] = {}

    def say(self, heard: Heard, update: int | None = None) -> list[Reply]:
        self.updates += 1
        number = self.updates if update is None else update
        source = f"{self.platform}:{self.user}"
        respond(
            self.studio, Incoming(self.platform, source, number, self.user, self.user, heard, person="Ana")
        )
        return self.read()

    def read(self) -> list[Reply]:
        said = []
        while claimed := outbox.claim(self.studio, self.platform):
            for outgoing in claimed:
                message = outgoing.message or f"m{len(self.messages) + 1}"
                self.messages[message] = outgoing.reply
                said.append(outgoing.reply)
                outbox.delivered(self.studio, outgoing, message)
        return said

    def tap(self, label: str) -> list[Reply]:
        options: list[Option] = [
            one for reply in self.messages.values() for one in getattr(reply, "options", ())
        ]
        return self.say(Chosen([one.key for one in options if one.label.startswith(label)][-1]))

    def draft(self) -> None:
        """A draft that lacks only its photos."""
        self.say(Command("new"))
        self.tap("woman")
        self.say(Text("Ana summer"))
        self.tap("Kept")
        self.tap("It's me")


@pytest.fixture
def ana(studio: Studio) -> Person:
    return Person(studio)


def _upload(number: int) -> Upload:
    return Upload(f"/photos/{number}.jpg", f"u{number}", 1000)


def _judge(studio: Studio, count: int) -> None:
    """As a look at the photos would: everything is good."""
    with writing(studio.engine) as session:
        for photo in session.exec(select(Photo).limit(count)):
            profile = session.get_one(Profile, photo.profile_id)
            photo.state, photo.verdict, photo.chosen = PhotoState.JUDGED, "accepted", True
            photo.file = photo.thumbnail = f"{profile.handle}/photo-{photo.number}"
            key = studio.keys.open(photos_key(profile.handle))
            studio.files.write(photo.file, b"CANARY-PHOTO", key)


def _confirmed(ana: Person, count: int = 6) -> Profile:
    ana.draft()
    ana.say(Photos(tuple(_upload(number) for number in range(count)), "album"))
    _judge(ana.studio, count)
    with reading(ana.studio.engine) as session:
        handle = session.exec(select(Profile.handle).where(Profile.sample == "")).one()
    ana.say(Chosen(f"photos:{handle}:done"))
    ana.tap("Train")
    with reading(ana.studio.engine) as session:
        return session.exec(select(Profile).where(Profile.handle == handle)).one()


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
        ana.say(Photos((_upload(number),), "album-1"))

    assert len(ana.messages) == before + 1
    last = list(ana.messages.values())[-1]
    assert isinstance(last, Say)
    assert last.text.startswith("7 photos, thank you.")


def test_the_same_file_sent_twice_is_one_photo(ana: Person) -> None:
    ana.draft()
    ana.say(Photos((_upload(1),)))
    ana.say(Photos((_upload(1), _upload(2))))

    with reading(ana.studio.engine) as session:
        assert [photo.number for photo in session.exec(select(Photo))] == [1, 2]


def test_a_photo_that_was_fetched_is_sealed_and_lined_up_to_be_looked_at(ana: Person, tmp_path: Path) -> None:
    ana.draft()
    ana.say(Photos((_upload(1),)))
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
    ana.say(Photos((_upload(1),)))
    (arrival,) = arrivals.waiting(ana.studio, "console")
    assert arrivals.waiting(ana.studio, "console") == []  # somebody has it

    arrivals.put_off(ana.studio, replace(arrival, tries=arrivals.MOST_TRIES))

    with reading(ana.studio.engine) as session:
        assert session.exec(select(Photo)).one().verdict == Refusal.NOT_FETCHED


def test_confirming_freezes_the_version_and_holds_a_credit(ana: Person) -> None:
    profile = _confirmed(ana)

    with reading(ana.studio.engine) as session:
        work = session.exec(select(Work).where(Work.kind == WorkKind.LEARN)).one()
        assert ledger.balance(session, profile.account_id, ledger.TRAINING) == 0
    assert profile.state == ProfileState.QUEUED
    assert work.version_id == profile.version_id


def test_photos_that_are_not_used_are_erased_on_confirm(ana: Person) -> None:
    ana.draft()
    ana.say(Photos(tuple(_upload(number) for number in range(7)), "album"))
    _judge(ana.studio, 7)
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
    _confirmed(ana)
    ana.tap("Train")

    with reading(ana.studio.engine) as session:
        assert len(session.exec(select(Work).where(Work.kind == WorkKind.LEARN)).all()) == 1


def test_credits_that_ran_out_meanwhile_are_said_and_nothing_is_queued(settings: Settings) -> None:
    poor = settings.model_copy(update={"unlimited": False, "free_trainings": 0})
    migrate(poor)
    ana = Person(open_studio(poor))

    _confirmed(ana)

    with reading(ana.studio.engine) as session:
        assert session.exec(select(Work).where(Work.kind == WorkKind.LEARN)).all() == []
    assert "takes 1 training" in list(ana.messages.values())[-1].text
    ana.studio.engine.dispose()


def test_cancelling_gives_the_credit_back_and_fences_the_worker(ana: Person) -> None:
    profile = _confirmed(ana)

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
    profile = _confirmed(ana)
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
    profile = _confirmed(ana)
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
    profile = _confirmed(ana)
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


# ── replies


def test_a_newer_reply_of_a_slot_takes_the_place_of_one_that_waits(ana: Person) -> None:
    ana.draft()
    for number in range(3):
        respond(ana.studio, Incoming("console", "x", number, "ana", "ana", Photos((_upload(number),), "a")))

    replies = ana.read()

    assert [reply.text[:8] for reply in replies] == ["3 photos"]


def test_a_reply_whose_sender_died_is_not_said_twice(ana: Person) -> None:
    ana.draft()
    respond(ana.studio, Incoming("console", "x", 1, "ana", "ana", Command("help")))
    respond(ana.studio, Incoming("console", "x", 2, "ana", "ben", Photos((_upload(1),))))
    claimed = outbox.claim(ana.studio, "console")
    assert len(claimed) == 2  # one per chat
    with writing(ana.studio.engine) as session:
        for row in session.exec(select(Delivery).where(Delivery.state == DeliveryState.SENDING)):
            row.lease_until = 1.0

    again = ana.read()

    assert again == []  # neither had a message yet that could be changed again without harm


def test_a_reply_that_waits_for_its_rate_holds_up_nothing_but_itself(ana: Person) -> None:
    ana.draft()
    respond(ana.studio, Incoming("console", "x", 1, "ana", "ana", Photos((_upload(1),))))
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


# ── deleted means gone


def _canaries(folder: Path, *needles: bytes) -> list[str]:
    return [
        f"{needle!r} in {file.name}"
        for file in folder.rglob("*")
        if file.is_file()
        for needle in needles
        if needle in file.read_bytes()
    ]


def test_nothing_personal_lies_readable_on_the_disk_at_any_time(ana: Person, tmp_path: Path) -> None:
    _confirmed(ana)
    ana.say(Command("imagine", "CANARYPROMPT on a horse"))

    needles = (b"Ana summer", b"CANARY-PHOTO", b"CANARYPROMPT", b"woman")
    assert _canaries(tmp_path / "data", *needles) == []


def test_deletion_destroys_the_keys_before_it_is_said(ana: Person) -> None:
    profile = _confirmed(ana)
    ana.say(Command("delete", "Ana summer"))

    (reply,) = ana.tap("Delete for ever")

    assert "is deleted" in reply.text
    for name in (profile_key(profile.handle), photos_key(profile.handle)):
        with pytest.raises(KeyGone):
            ana.studio.keys.open(name)


def test_after_deletion_no_row_and_no_file_of_it_is_left(ana: Person, tmp_path: Path) -> None:
    profile = _confirmed(ana)
    ana.say(Command("delete", "Ana summer"))
    ana.tap("Delete for ever")
    upkeep = Upkeep(ana.studio, connect(ana.studio.settings))
    with writing(ana.studio.engine) as session:
        erasure = session.exec(select(Erasure)).one()
        erasure.works = "[]"  # no server runs in this test, so there are no queues to clean

    upkeep.erase()
    with writing(ana.studio.engine) as session:
        session.exec(select(Erasure)).one().again_at = 1.0
    upkeep.erase()

    assert [name for name in ana.studio.files.names() if name.startswith(str(profile.handle))] == []
    with reading(ana.studio.engine) as session:
        for table in (Photo, Version, Work, Delivery, Erasure):
            rows = session.exec(select(table)).all()
            assert [row for row in rows if getattr(row, "profile_id", None) == profile.id] == []
        assert session.get(Profile, profile.id) is None
    assert _canaries(tmp_path / "data", str(profile.handle).encode()) == []


def test_a_sweep_that_was_interrupted_is_carried_through(ana: Person) -> None:
    profile = _confirmed(ana)
    ana.say(Command("delete", "Ana summer"))
    ana.tap("Delete for ever")
    with reading(ana.studio.engine) as session:
        erasure = session.exec(select(Erasure)).one()

    assert sweep(ana.studio, erasure) is False
    ana.studio.files.write(f"{profile.handle}/picture-late", b"by a late writer", b"k" * 32)
    with writing(ana.studio.engine) as session:
        session.exec(select(Erasure)).one().again_at = 1.0
    assert sweep(ana.studio, erasure) is True

    assert ana.studio.files.names() == []


def test_a_restored_backup_does_not_bring_a_deleted_profile_back(ana: Person, tmp_path: Path) -> None:
    profile = _confirmed(ana)
    source, target = tmp_path / "data" / "likeness.db", tmp_path / "backup.db"
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
    ana.say(Command("delete", "Ana summer"))
    ana.tap("Delete for ever")

    restored = ana.studio.settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/backup.db"})
    backup = open_studio(restored)
    Upkeep(backup, connect(restored))._bury_restored()

    with reading(backup.engine) as session:
        assert session.get_one(Profile, profile.id).state == ProfileState.DELETING
    backup.engine.dispose()


def test_deleting_the_photos_alone_leaves_the_profile(ana: Person) -> None:
    profile = _confirmed(ana)
    ana.say(Command("privacy"))

    replies = ana.tap("Delete only the photos of Ana summer")

    assert "photos of Ana summer are deleted" in replies[-1].text
    assert ana.studio.keys.find(photos_key(profile.handle)) is None
    assert ana.studio.keys.find(profile_key(profile.handle)) is not None


def test_the_contact_sheet_shows_thumbnails_under_the_photos_key(ana: Person) -> None:
    ana.draft()
    ana.say(Photos(tuple(_upload(number) for number in range(6)), "album"))
    _judge(ana.studio, 6)
    with reading(ana.studio.engine) as session:
        profile = session.exec(select(Profile).where(Profile.sample == "")).one()

    sheet = ana.say(Chosen(f"photos:{profile.handle}:show"))[0]

    assert isinstance(sheet, Gallery)
    assert {picture.key for picture in sheet.pictures} == {photos_key(profile.handle)}
