"""Taking in: a stranger's file of weights is read, tried on the base, and kept in our own layout (SPEC P12).

The file waits as number 0 of the draft's files; photos are numbered from 1.
"""

import logging
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlmodel import Session, select

from core.artifacts import Adapter
from core.errors import ModelUnusable, Unfit, WeightsRefused
from core.exchange.reading import Found, recognise, shown
from core.families.family import Family
from core.jobs.slice import Slice
from core.jobs.workshop import Workshop
from core.storage.database import clock
from core.storage.erasing import doom
from core.storage.files import new_name
from core.storage.keys import photos_key, profile_key
from core.storage.states import WEIGHTS_NUMBER
from core.storage.tables import Photo, PhotoState, Profile, ProfileState, Version, Work
from core.storage.work import report

log = logging.getLogger(__name__)

LONGEST_DETAIL = 200  # characters of a name from a file, or of what a base says of it
TRIED = "<tried>"  # the adapter's name while it is tried on; no adapter's has angle brackets


def take_in(workshop: Workshop, slice_: Slice, profile_id: int) -> None:
    """Read the file that a draft waits for, if it waits for one that has arrived."""
    with slice_.writing() as (session, _):
        profile = session.get_one(Profile, profile_id)
        row = session.exec(
            select(Photo).where(
                Photo.profile_id == profile_id,
                Photo.number == WEIGHTS_NUMBER,
                Photo.state == PhotoState.STORED,
            )
        ).first()
    if row is None:
        return
    studio = workshop.studio
    key = studio.keys.open(photos_key(profile.handle))
    try:
        found = recognise(studio.files.read(row.raw, key))
        try_on(workshop.family(), found)
    except WeightsRefused as refused:
        log.info("work %s: a file of weights is refused: %s", slice_.work_id, refused.unfit)
        with slice_.writing() as (session, work):
            _refuse(session, work, row.id, refused, workshop.base.family)
        return
    except (FileNotFoundError, InvalidTag):
        with slice_.writing() as (session, work):
            _refuse(session, work, row.id, WeightsRefused(Unfit.TRUNCATED), workshop.base.family)
        return
    file = new_name(profile.handle, "weights")
    studio.files.write(file, found.weights, studio.keys.open(profile_key(profile.handle)))
    with slice_.writing() as (session, work):
        _keep(workshop, session, work, row.id, file, found)


def try_on(family: Family, found: Found) -> None:
    """Raise WeightsRefused unless the base can wear this."""
    base = family.base
    if found.family and found.family != base.family:
        raise WeightsRefused(Unfit.OTHER_FAMILY, found.family)
    if found.method not in family.methods():
        raise WeightsRefused(Unfit.OTHER_METHOD, found.method)
    try:
        family.install(TRIED, Adapter(found.method, base.family, base.name, found.weights))
    except ModelUnusable as misfit:
        raise WeightsRefused(Unfit.NO_PLACE, misfit.reason) from misfit
    family.remove(TRIED)


def _refuse(session: Session, work: Work, row_id: int | None, refused: WeightsRefused, ours: str) -> None:
    row = session.get(Photo, row_id)
    if row is None:
        return  # another file was sent instead
    doom(session, row.raw)
    row.raw, row.state = "", PhotoState.REFUSED
    row.verdict, row.detail = str(refused.unfit), shown(refused.detail, LONGEST_DETAIL)
    if refused.unfit == Unfit.OTHER_FAMILY:
        row.detail += f" {ours}"
    report(work)


def _keep(
    workshop: Workshop, session: Session, work: Work, row_id: int | None, file: str, found: Found
) -> None:
    """The weights become the draft's version; the file as it came goes."""
    row = session.get(Photo, row_id)
    if row is None:
        doom(session, file)
        return
    doom(session, row.raw)
    session.delete(row)
    profile = session.get_one(Profile, row.profile_id)
    version = Version(
        profile_id=row.profile_id,
        state=ProfileState.DRAFT,
        base=workshop.base.name,
        weights=file,
        created_at=clock(session),
    )
    session.add(version)
    session.flush()
    profile.method, profile.version_id = found.method, version.id
    key, place = profile_key(profile.handle), f"profile-{profile.handle}"
    words: dict[str, Any] = workshop.studio.unseal(key, profile.sealed, place)
    words["imported"] = {
        "family": found.family or workshop.base.family,
        "rank": found.rank,
        "words": found.words,
        "class_word": found.class_word,
    }
    if found.trigger:
        words["trigger"] = found.trigger
    profile.sealed = workshop.studio.seal(key, words, place)
    report(work)
