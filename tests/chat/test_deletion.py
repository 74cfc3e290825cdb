"""Deleted means gone: from the disk, the database and every backup."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlmodel import select

from core.conversation.messages import (
    Chosen,
    Command,
    Gallery,
    Photos,
)
from core.errors import KeyGone
from core.storage.database import reading, writing
from core.storage.erasing import sweep
from core.storage.keys import photos_key, profile_key
from core.storage.studio import open_studio
from core.storage.tables import (
    Delivery,
    Erasure,
    Photo,
    Profile,
    ProfileState,
    Version,
    Work,
)
from core.upkeep import Upkeep
from core.work_queue import connect
from tests.chat.people import Person, confirmed, judge_all, upload


def _canaries(folder: Path, *needles: bytes) -> list[str]:
    return [
        f"{needle!r} in {file.name}"
        for file in folder.rglob("*")
        if file.is_file()
        for needle in needles
        if needle in file.read_bytes()
    ]


def test_nothing_personal_lies_readable_on_the_disk_at_any_time(ana: Person, tmp_path: Path) -> None:
    confirmed(ana)
    ana.say(Command("imagine", "CANARYPROMPT on a horse"))

    needles = (b"Ana summer", b"CANARY-PHOTO", b"CANARYPROMPT", b"woman")
    assert _canaries(tmp_path / "data", *needles) == []


def test_deletion_destroys_the_keys_before_it_is_said(ana: Person) -> None:
    profile = confirmed(ana)
    ana.say(Command("delete", "Ana summer"))

    (reply,) = ana.tap("Delete for ever")

    assert "is deleted" in reply.text
    for name in (profile_key(profile.handle), photos_key(profile.handle)):
        with pytest.raises(KeyGone):
            ana.studio.keys.open(name)


def test_after_deletion_no_row_and_no_file_of_it_is_left(ana: Person, tmp_path: Path) -> None:
    profile = confirmed(ana)
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
    profile = confirmed(ana)
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
    profile = confirmed(ana)
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
    profile = confirmed(ana)
    ana.say(Command("privacy"))

    replies = ana.tap("Delete only the photos of Ana summer")

    assert "photos of Ana summer are deleted" in replies[-1].text
    assert ana.studio.keys.find(photos_key(profile.handle)) is None
    assert ana.studio.keys.find(profile_key(profile.handle)) is not None


def test_the_contact_sheet_shows_thumbnails_under_the_photos_key(ana: Person) -> None:
    ana.draft()
    ana.say(Photos(tuple(upload(number) for number in range(6)), "album"))
    judge_all(ana.studio, 6)
    with reading(ana.studio.engine) as session:
        profile = session.exec(select(Profile).where(Profile.sample == "")).one()

    sheet = ana.say(Chosen(f"photos:{profile.handle}:show"))[0]

    assert isinstance(sheet, Gallery)
    assert {picture.key for picture in sheet.pictures} == {photos_key(profile.handle)}
