"""Deleted means gone: fence, destroy the keys, then sweep what they sealed, twice.

1. One transaction takes running work away, drops replies, releases holds and marks the profile.
2. The keys are overwritten and unlinked; only then is the person told.
3. Files, rows and the queue's keys are removed.
4. The same again after three leases, when every late writer must have met the fence.
"""

import json
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, delete, select, update

from core.storage.database import clock, writing
from core.storage.keys import account_key, photos_key, profile_key
from core.storage.studio import Studio
from core.storage.tables import (
    OPEN_WORK,
    Account,
    Checkpoint,
    Delivery,
    DeliveryState,
    DoomedFile,
    Erasure,
    Grant,
    Opening,
    Photo,
    PictureRow,
    Posted,
    Profile,
    ProfileState,
    Version,
    Work,
    Worn,
)
from core.storage.work import LEASE_SECONDS, take_away
from core.storage.worn_table import wearing

PHOTO_FILES = ("raw-", "photo-", "thumb-")  # kinds of files that the photos' key seals


@dataclass(frozen=True)
class Notice:
    """Where to say what when the keys are gone."""

    platform: str
    chat: str
    text: str


def begin_deletion(session: Session, studio: Studio, profile: Profile, notice: Notice | None) -> Erasure:
    """Step 1 for a whole profile."""
    account = session.get_one(Account, profile.account_id)
    works = session.exec(
        select(Work).where((col(Work.profile_id) == profile.id) | wearing(Work.id, profile.id))
    ).all()
    for work in works:
        if work.state in OPEN_WORK:
            take_away(session, work, "deleted")
        work.told = work.news  # nothing is said of it any more
        if work.profile_id != profile.id:
            _discard_pictures(session, work)
    drop_replies(session, profile)
    shared = (col(Grant.profile_id) == profile.id) & col(Grant.ended_at).is_(None)
    session.execute(update(Grant).where(shared).values(ended_at=clock(session)))
    profile.state = ProfileState.DELETING
    profile.name_key = None
    if account.current_id == profile.id:
        account.current_id = None
    if account.draft_id == profile.id:
        account.draft_id = None
    return _record(session, studio, profile, account, notice, [work.id for work in works], photos_only=False)


def begin_photo_deletion(
    session: Session, studio: Studio, profile: Profile, notice: Notice | None = None
) -> Erasure:
    """Step 1 for the photos alone; the profile lives on."""
    account = session.get_one(Account, profile.account_id)
    if profile.retention == "keep":
        profile.retention = "delete"
    return _record(session, studio, profile, account, notice, [], photos_only=True)


def _record(
    session: Session, studio: Studio, profile: Profile, account: Account, notice: Notice | None,
    works: list[Any], *, photos_only: bool,
) -> Erasure:  # fmt: skip
    erasure = Erasure(
        profile_id=profile.id or 0,
        handle=profile.handle,
        photos_only=photos_only,
        account_id=account.id or 0,
        works=json.dumps(works),
        again_at=clock(session) + 3 * LEASE_SECONDS,
    )
    if notice:
        erasure.platform, erasure.chat = notice.platform, notice.chat
        body = {"kind": "Say", "text": notice.text, "options": [], "slot": ""}
        erasure.sealed = studio.seal(account_key(account.handle), body, "erasure")
    session.add(erasure)
    session.flush()
    return erasure


def drop_replies(session: Session, profile: Profile) -> None:
    """Nothing that was to be said of this profile is said any more."""
    session.execute(
        update(Delivery)
        .where(
            (col(Delivery.profile_id) == profile.id) | wearing(Delivery.work_id, profile.id),
            col(Delivery.state).in_((DeliveryState.PENDING, DeliveryState.SENDING)),
        )
        .values(state=DeliveryState.DROPPED, sealed=b"")
    )


def _discard_pictures(session: Session, work: Work) -> None:
    """What another profile's drawing shows of this one goes with it."""
    for picture in session.exec(select(PictureRow).where(PictureRow.work_id == work.id)).all():
        doom(session, picture.file)
        session.delete(picture)


def discard_photo(session: Session, photo: Photo) -> None:
    """Take one photo out of its set for ever."""
    for name in (photo.raw, photo.file, photo.thumbnail):
        doom(session, name)
    session.delete(photo)


def discard_checkpoint(session: Session, checkpoint: Checkpoint) -> None:
    """Take one checkpoint out; its weights and samples are erased by upkeep."""
    doom(session, checkpoint.weights)
    for name, _ in json.loads(checkpoint.samples):
        doom(session, name)
    session.delete(checkpoint)


def doom(session: Session, name: str) -> None:
    """Have a file removed once this transaction is committed."""
    if name:
        session.merge(DoomedFile(name=name))


def destroy_keys(studio: Studio, erasure: Erasure) -> None:
    """Step 2: after this nobody opens anything of it; doing it again does no harm."""
    if not erasure.photos_only:
        studio.keys.bury(profile_key(erasure.handle))
    studio.keys.bury(photos_key(erasure.handle))
    with writing(studio.engine) as session:
        row = session.get(Erasure, erasure.id, with_for_update=True)
        if row is None or row.keys_gone:
            return
        row.keys_gone = True
        if row.sealed:
            account = session.get_one(Account, row.account_id)
            key = account_key(account.handle)
            body = studio.unseal(key, row.sealed, "erasure")
            session.add(
                Delivery(
                    platform=row.platform,
                    chat=row.chat,
                    account_id=row.account_id,
                    key=key,
                    sealed=studio.seal(key, body, "delivery"),
                    made_at=clock(session),
                )
            )
            row.sealed = b""


def sweep(studio: Studio, erasure: Erasure) -> bool:
    """Steps 3 and 4; answers whether that was the last time."""
    folder = str(erasure.handle)
    if erasure.photos_only:
        for name in studio.files.names(folder):
            if name.split("/")[-1].startswith(PHOTO_FILES):
                studio.files.delete(name)
    else:
        studio.files.delete_folder(folder)
    with writing(studio.engine) as session:
        row = session.get(Erasure, erasure.id, with_for_update=True)
        if row is None:
            return True
        last = row.passes > 0 and clock(session) >= row.again_at
        _delete_rows(session, row)
        row.passes += 1
        if last:
            session.delete(row)
    return last


def _delete_rows(session: Session, erasure: Erasure) -> None:
    profile = erasure.profile_id
    session.execute(delete(Photo).where(col(Photo.profile_id) == profile))
    if erasure.photos_only:
        return
    versions = select(Version.id).where(Version.profile_id == profile)
    session.execute(delete(Checkpoint).where(col(Checkpoint.version_id).in_(versions)))
    session.execute(update(Profile).where(col(Profile.id) == profile).values(version_id=None))
    works = select(Work.id).where(Work.profile_id == profile)
    session.execute(delete(Worn).where(col(Worn.work_id).in_(works)))
    for table in (Worn, PictureRow, Delivery, Posted, Opening, Grant, Work, Version):
        session.execute(delete(table).where(col(table.profile_id) == profile))
    session.execute(delete(Profile).where(col(Profile.id) == profile))


def named_files(session: Session) -> set[str]:
    """Every file that some row still names."""
    named: set[str] = set(session.exec(select(DoomedFile.name)))
    for row in session.exec(select(Photo.raw, Photo.file, Photo.thumbnail)):
        named.update(row)
    named.update(session.exec(select(PictureRow.file)))
    for version in session.exec(select(Version.weights, Version.template, Version.saved, Version.curve)):
        named.update(version)
    for weights, samples in session.exec(select(Checkpoint.weights, Checkpoint.samples)):
        named.add(weights)
        named.update(name for name, _ in json.loads(samples or "[]"))
    return named


def truncate_log(studio: Studio) -> None:
    """Deleted rows stay readable in SQLite's write-ahead log until it is emptied."""
    _checkpoint(studio, "TRUNCATE")


def move_log(studio: Studio) -> None:
    """Move SQLite's write-ahead log into the database, without making anybody wait."""
    _checkpoint(studio, "PASSIVE")


def _checkpoint(studio: Studio, mode: str) -> None:
    if studio.engine.dialect.name == "sqlite":
        with studio.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"PRAGMA wal_checkpoint({mode})")
