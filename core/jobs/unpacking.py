"""Unpacking: an archive that arrived becomes the photos in it, each with its name and the text of that name."""

import logging
from dataclasses import asdict, dataclass, replace

from sqlmodel import Session, col, func, select

from core.conversation.messages import Upload
from core.errors import PhotoRefused, Refusal
from core.intake_zip import Member, read, words
from core.jobs.slice import Slice
from core.jobs.workshop import Workshop
from core.storage.erasing import doom
from core.storage.files import new_name
from core.storage.keys import photos_key
from core.storage.states import WEIGHTS_NUMBER
from core.storage.tables import Account, Photo, PhotoState, Profile
from core.storage.work import report
from core.subjects import MOST_PHOTOS

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Unpacked:
    """A file of the archive, sealed in `raw` unless it is refused, and the text of its name."""

    member: Member
    raw: str = ""
    text: str = ""


def unpack(workshop: Workshop, slice_: Slice, profile: Profile, row: Photo, archive: bytes) -> None:
    """Put the photos of an archive in its place: all of them at once, or none if they are too many for the set.

    Raises PhotoRefused for an archive that cannot be opened, in which nothing is a photo, or that holds too many.
    """
    found = _sealed(workshop, slice_, profile, archive)
    refusal: PhotoRefused | None = None
    with slice_.writing() as (session, work):
        current = session.get(Photo, row.id)
        room, held = _room(session, profile)
        if current is None or len(found) > room:
            for one in found:
                doom(session, one.raw)
        if current is None:
            return  # taken out meanwhile
        if len(found) > room:
            refusal = PhotoRefused(Refusal.TOO_MANY_PHOTOS, f"{len(found)}/{held}")
        else:
            _put(workshop, session, profile, current, found)
            report(work)
    if refusal:
        raise refusal
    log.info("work %s: an archive of %d files", slice_.work_id, len(found))


def _sealed(workshop: Workshop, slice_: Slice, profile: Profile, archive: bytes) -> list[_Unpacked]:
    """Everything in the archive, photos in files that no row names yet: a worker that dies here leaves nothing."""
    key = workshop.studio.keys.open(photos_key(profile.handle))
    found: list[_Unpacked] = []
    texts: dict[str, Member] = {}
    for member in read(archive):
        slice_.check()
        if member.is_text and not member.refusal:
            texts[member.stem] = member
            continue
        raw = ""
        if not member.refusal and len(found) < MOST_PHOTOS:
            raw = new_name(profile.handle, "raw")
            workshop.studio.files.write(raw, member.content, key)
        found.append(_Unpacked(replace(member, content=b""), raw))
    refusals = {(one.member.refusal, one.member.detail) for one in found}
    if not found:
        raise PhotoRefused(Refusal.NO_PHOTOS)
    if len(refusals) == 1 and not found[0].raw and found[0].member.refusal:
        raise PhotoRefused(found[0].member.refusal, found[0].member.detail)
    stems = {one.member.stem for one in found}
    stray = [text for stem, text in texts.items() if stem not in stems]
    named = [
        replace(one, text=words(texts[one.member.stem].content)) if one.member.stem in texts else one
        for one in found
    ]
    refused = [replace(text, content=b"", refusal=Refusal.NOT_A_PICTURE, detail="text") for text in stray]
    return named + [_Unpacked(text) for text in refused]


def _room(session: Session, profile: Profile) -> tuple[int, int]:
    """How many photos the set may still get in the archive's place, and how many it has besides."""
    held = session.exec(
        select(func.count())
        .select_from(Photo)
        .where(Photo.profile_id == profile.id, col(Photo.number) > WEIGHTS_NUMBER)
    ).one()
    return MOST_PHOTOS - (held - 1), held - 1


def _put(workshop: Workshop, session: Session, profile: Profile, row: Photo, found: list[_Unpacked]) -> None:
    """The first file takes the archive's place and number, the others follow all that are there."""
    studio, key = workshop.studio, photos_key(profile.handle)
    # Whoever adds photos meanwhile waits for these to have their numbers.
    session.get_one(Account, profile.account_id, with_for_update=True)
    number = session.exec(select(func.max(Photo.number)).where(Photo.profile_id == profile.id)).one() or 0
    known = set(session.exec(select(Photo.unique_ref).where(Photo.profile_id == profile.id)))
    doom(session, row.raw)
    for place, one in enumerate(found):
        photo = row
        if place:
            unique = studio.keys.fingerprint("uploads", f"{row.unique_ref}/{place}".encode())
            if unique in known:
                doom(session, one.raw)
                continue  # from the very same archive, sent again
            number += 1
            photo = Photo(
                profile_id=row.profile_id,
                number=number,
                platform=row.platform,
                chat=row.chat,
                unique_ref=unique,
                created_at=row.created_at,
            )
        photo.raw, photo.state = one.raw, PhotoState.REFUSED if one.member.refusal else PhotoState.STORED
        photo.verdict, photo.detail = str(one.member.refusal or ""), one.member.detail
        body = {"upload": asdict(Upload("", "", name=one.member.path)), "text": one.text}
        photo.sealed = studio.seal(key, body, f"photo-{profile.handle}-{photo.number}")
        session.add(photo)
