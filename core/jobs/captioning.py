"""Captions of a set: texts that came with it are given to their photos, the rest are written, all are made whole.

Nothing of them is logged, and a captioner that fails costs its caption, never the look at the photos.
"""

import logging
from collections.abc import Mapping, Sequence

import torch
from sqlmodel import Session, col, select

from core import captions
from core.artifacts import Pixels, Verdict
from core.captioning.captioner import Describer
from core.errors import where
from core.families.family import Family
from core.jobs.measured import opened
from core.jobs.slice import Slice
from core.jobs.workshop import Workshop
from core.storage.captions import MODEL, Words, words_of, write_words
from core.storage.keys import photos_key
from core.storage.tables import Photo, PhotoState, Profile, ProfileState
from core.storage.work import report
from core.subjects import CHARACTER, FACEID, STYLE, captions_of
from core.texts import take_texts
from core.wording import encode_trigger
from core.work_queue import wake

log = logging.getLogger(__name__)

FROZEN = (ProfileState.QUEUED, ProfileState.TRAINING)


def read_texts(workshop: Workshop, slice_: Slice, profile_id: int) -> None:
    """Give every text that has arrived to the photos of its name; people hear of it."""
    with slice_.writing() as (session, work):
        profile = session.get_one(Profile, profile_id)
        if profile.state not in FROZEN and take_texts(workshop.studio, session, profile):
            report(work)


def write_captions(workshop: Workshop, slice_: Slice, profile_id: int) -> None:
    """Caption every accepted photo that has no caption, one by one."""
    with slice_.writing() as (session, _):
        profile = session.get_one(Profile, profile_id)
        waiting = _uncaptioned(workshop, session, profile)
    captioner = workshop.captioner() if waiting else None
    if captioner is None:
        return
    for photo in waiting:
        slice_.check()
        try:
            pixels = opened(workshop, profile, photo)
        except FileNotFoundError:
            continue  # taken out meanwhile
        text = _described(captioner, pixels, subject=profile.kind == STYLE)
        with slice_.writing() as (session, work):
            if _note(workshop, session, profile, photo.id, text):
                report(work)
        wake(workshop.redis, "news")


def _uncaptioned(workshop: Workshop, session: Session, profile: Profile) -> list[Photo]:
    """The photos that may be learnt from and have no caption of this kind of subject."""
    if profile.state in FROZEN or profile.method == FACEID:
        return []
    rows = session.exec(
        select(Photo)
        .where(Photo.profile_id == profile.id, Photo.state == PhotoState.JUDGED)
        .order_by(col(Photo.number))
    ).all()
    key = workshop.studio.keys.open(photos_key(profile.handle)) if rows else b""
    return [
        row
        for row in rows
        if (row.owner == "kept" or row.verdict == Verdict.ACCEPTED) and _is_wanted(row, profile, key)
    ]


def _is_wanted(photo: Photo, profile: Profile, key: bytes) -> bool:
    words = words_of(photo, profile.handle, key)
    return not words.by or (words.by == MODEL and words.of != _kind(profile))


def _kind(profile: Profile) -> str:
    return STYLE if profile.kind == STYLE else CHARACTER


def _described(captioner: Describer, pixels: Pixels, *, subject: bool) -> str:
    """What a captioner says of a photo; empty, so that it is not asked again, where it fails."""
    try:
        said = captioner.caption(pixels, subject=subject)
    except torch.AcceleratorError:
        raise  # the whole process is in an unknown state
    except Exception as fault:  # whatever a model raises, the look at the photos goes on
        log.error("a photo could not be captioned: %s", where(fault))  # noqa: TRY400  (its words may be people's)
        return ""
    return captions.clean(said)[: captions.LONGEST_CAPTION]


def _note(workshop: Workshop, session: Session, profile: Profile, photo_id: int | None, text: str) -> bool:
    """Note what was written, unless the photo is gone or somebody has captioned it meanwhile."""
    row = session.get(Photo, photo_id)
    now = session.get_one(Profile, profile.id)
    if row is None or now.state in FROZEN:
        return False
    key = workshop.studio.keys.open(photos_key(profile.handle))
    if not _is_wanted(row, profile, key):
        return False
    before = words_of(row, profile.handle, key)
    words = Words(before.name, text, MODEL, _kind(profile))
    write_words(workshop.studio, row, profile.handle, words)
    return True


def written(workshop: Workshop, session: Session, profile: Profile, files: Sequence[str]) -> list[str]:
    """What was written about the photos in these files, empty where nothing was."""
    rows = session.exec(select(Photo).where(Photo.profile_id == profile.id, col(Photo.words) != b""))
    key = workshop.studio.keys.open(photos_key(profile.handle))
    known = {row.file: words_of(row, profile.handle, key).caption for row in rows}
    return [known.get(file, "") for file in files]


def begins_as(workshop: Workshop, profile: Profile, class_word: str, photos: Sequence[Pixels]) -> str:
    """What a new word for a subject begins to mean: the class, and what a captioner sees of it on most photos.

    What a captioner first calls the subject is left out, since its owner knows better. A style is its word alone.
    """
    captioner = None if profile.kind == STYLE else workshop.captioner()
    if captioner is None:
        return class_word
    told = [_described(captioner, photo, subject=True).partition(",")[2] for photo in photos]
    return " ".join([class_word, *captions.in_common(told)])


def for_training(
    family: Family, profile: Profile, words: Mapping[str, str], subject: str, texts: Sequence[str]
) -> list[str]:
    """Captions as the base learns them: with the trigger, for which the subject's own words stand, and cut to fit.

    `subject` is what the trigger stands for. Openings take turns where a method has several.
    """
    usual = captions_of(profile.method, profile.kind)
    made = []
    for number, text in enumerate(texts):
        whole = captions.whole(text, words["trigger"], usual[number % len(usual)])
        encoded = encode_trigger(whole, words["trigger"], subject)
        made.append(captions.fitted(encoded, subject, family.fits))
    return made
