"""Unpacking: an archive that arrived becomes the photos and texts in it, as if each had been sent by itself."""

import logging
from dataclasses import dataclass, replace

from sqlmodel import Session, col, func, select

from core.errors import PhotoRefused, Refusal
from core.intake_zip import Member, read
from core.jobs.slice import Slice
from core.jobs.workshop import Workshop
from core.storage.captions import Words, write_words
from core.storage.erasing import discard_photo, doom
from core.storage.files import new_name
from core.storage.keys import photos_key
from core.storage.states import WEIGHTS_NUMBER
from core.storage.tables import Account, Photo, PhotoState, Profile
from core.storage.work import report
from core.subjects import MOST_PHOTOS

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Unpacked:
    """A file of the archive, sealed in `raw` unless it is refused."""

    member: Member
    raw: str = ""

    @property
    def is_text(self) -> bool:
        """Whether it is words about a photo, or about all."""
        return self.member.is_text and bool(self.raw)


def unpack(workshop: Workshop, slice_: Slice, profile: Profile, row: Photo, archive: bytes) -> None:
    """Put what an archive holds in its place: all of it at once, or nothing if its photos are too many for the set.

    Raises PhotoRefused for an archive that cannot be opened, that holds nothing of use, or too many photos.
    """
    found = _sealed(workshop, slice_, profile, archive)
    count = sum(not one.is_text for one in found)
    refusal: PhotoRefused | None = None
    with slice_.writing() as (session, work):
        current = session.get(Photo, row.id)
        room, held = _room(session, profile)
        if current is None or count > room:
            for one in found:
                doom(session, one.raw)
        if current is None:
            return  # taken out meanwhile
        if count > room:
            refusal = PhotoRefused(Refusal.TOO_MANY_PHOTOS, f"{count}/{held}")
        else:
            _put(workshop, session, profile, current, found)
            report(work)
    if refusal:
        raise refusal
    log.info("work %s: an archive of %d files", slice_.work_id, len(found))


def _sealed(workshop: Workshop, slice_: Slice, profile: Profile, archive: bytes) -> list[_Unpacked]:
    """Everything in the archive, in files that no row names yet: a worker that dies here leaves nothing."""
    key = workshop.studio.keys.open(photos_key(profile.handle))
    found: list[_Unpacked] = []
    for member in read(archive):
        slice_.check()
        raw = ""
        if not member.refusal and len(found) < 2 * MOST_PHOTOS:
            raw = new_name(profile.handle, "raw")
            workshop.studio.files.write(raw, member.content, key)
        found.append(_Unpacked(replace(member, content=b""), raw))
    if not found:
        raise PhotoRefused(Refusal.NO_PHOTOS)
    refusals = {(one.member.refusal, one.member.detail) for one in found}
    refused = found[0].member.refusal
    if refused and len(refusals) == 1:
        raise PhotoRefused(refused, found[0].member.detail)
    return found


def _room(session: Session, profile: Profile) -> tuple[int, int]:
    """How many photos the set may still get in the archive's place, and how many it has besides."""
    held = session.exec(
        select(func.count())
        .select_from(Photo)
        .where(Photo.profile_id == profile.id, col(Photo.number) > WEIGHTS_NUMBER)
    ).one()
    return MOST_PHOTOS - (held - 1), held - 1


def _put(workshop: Workshop, session: Session, profile: Profile, row: Photo, found: list[_Unpacked]) -> None:
    """The first photo takes the archive's place and number, the others follow all that are there; texts count down."""
    studio = workshop.studio
    # Whoever adds photos meanwhile waits for these to have their numbers.
    session.get_one(Account, profile.account_id, with_for_update=True)
    rows = session.exec(select(Photo).where(Photo.profile_id == profile.id)).all()
    known = {one.unique_ref for one in rows}
    last, first = max(one.number for one in rows), min(WEIGHTS_NUMBER, *(one.number for one in rows))
    archive, raw = row.unique_ref, row.raw
    free: Photo | None = row
    for place, one in enumerate(found):
        photo = None if one.is_text else free
        if photo is None:
            unique = studio.keys.fingerprint("uploads", f"{archive}/{place}".encode())
            if unique in known:
                doom(session, one.raw)
                continue  # from the very same archive, sent again
            last, first = (last, first - 1) if one.is_text else (last + 1, first)
            photo = Photo(
                profile_id=row.profile_id,
                number=first if one.is_text else last,
                platform=row.platform,
                chat=row.chat,
                unique_ref=unique,
                created_at=row.created_at,
            )
        else:
            free = None
        photo.raw, photo.state = one.raw, PhotoState.REFUSED if one.member.refusal else PhotoState.STORED
        photo.verdict, photo.detail = str(one.member.refusal or ""), one.member.detail
        write_words(studio, photo, profile.handle, Words(one.member.path))
        session.add(photo)
    doom(session, raw)
    if free is not None:
        free.raw = ""
        discard_photo(session, free)
