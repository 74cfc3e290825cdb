"""Looking at photos: each one is opened, measured and kept, then the whole set is judged again."""

import logging
from dataclasses import asdict, replace

from cryptography.exceptions import InvalidTag
from sqlmodel import Session, col, select

from core.artifacts import Judgement, Pixels
from core.curation import Measured, choose, divided, judge, measure, report_card
from core.errors import PhotoRefused, Refusal
from core.intake import encode, sniff
from core.jobs.captioning import read_texts, write_captions
from core.jobs.measured import frame_of, measurements, note, said_of
from core.jobs.recognising import recognise
from core.jobs.slice import Slice
from core.jobs.taking_in import take_in
from core.jobs.unpacking import unpack
from core.jobs.workshop import Workshop
from core.sheets import thumbnail
from core.storage.erasing import doom
from core.storage.files import new_name
from core.storage.keys import photo_place, photos_key, profile_key
from core.storage.states import WEIGHTS_NUMBER
from core.storage.tables import Photo, PhotoState, Profile, ProfileState, WorkState
from core.storage.work import finish, report
from core.subjects import PHOTOS, STYLE, has_face
from core.verdicts import is_used
from core.work_queue import wake

log = logging.getLogger(__name__)


def look(workshop: Workshop, slice_: Slice, profile_id: int) -> None:
    """Look at every photo of a profile's set that has arrived, until none is left."""
    take_in(workshop, slice_, profile_id)
    read_texts(workshop, slice_, profile_id)
    with slice_.writing() as (session, _):
        profile = session.get_one(Profile, profile_id)
    size = workshop.family().size
    while photo := _next_photo(slice_, profile_id):
        slice_.check()
        _look_at(workshop, slice_, profile, photo, size)
        wake(workshop.redis, "news")
    read_texts(workshop, slice_, profile_id)  # those that came in an archive
    write_captions(workshop, slice_, profile_id)
    recognise(workshop, slice_, profile_id)
    with slice_.writing() as (session, work):
        if _judge_set(workshop, session, session.get_one(Profile, profile_id), size):
            report(work)
        finish(session, work, WorkState.SUCCEEDED, used=0)


def _next_photo(slice_: Slice, profile_id: int) -> Photo | None:
    with slice_.writing() as (session, _):
        return session.exec(
            select(Photo)
            .where(
                Photo.profile_id == profile_id,
                Photo.state == PhotoState.STORED,
                Photo.number > WEIGHTS_NUMBER,
            )
            .order_by(col(Photo.number))
        ).first()


def _look_at(workshop: Workshop, slice_: Slice, profile: Profile, photo: Photo, size: int) -> None:
    """One photo: its own measurements first, then what they say beside the others."""
    studio = workshop.studio
    key = studio.keys.open(photos_key(profile.handle))
    refused: PhotoRefused | None = None
    file = small = ""
    measured: Measured | None = None
    try:
        content = studio.files.read(photo.raw, key)
        if sniff(content) == "zip":
            unpack(workshop, slice_, profile, photo, content)
            return
        opened = workshop.intake.open(content)
        original = (opened.width, opened.height)
        measured = measure(opened.pixels, workshop.pack(), size, original, workshop.embedder())
        file, small = _keep(workshop, profile, opened.pixels, key)
        detail = f"{opened.width}x{opened.height}"
    except PhotoRefused as error:
        refused, detail = error, error.detail
    except (FileNotFoundError, InvalidTag):
        refused, detail = PhotoRefused(Refusal.DAMAGED), ""
    with slice_.writing() as (session, work):
        row = session.get(Photo, photo.id)
        if row is None:
            doom(session, file)
            doom(session, small)
            return  # taken out meanwhile
        doom(session, row.raw)
        row.raw, row.file, row.thumbnail, row.detail = "", file, small, detail
        row.state = PhotoState.REFUSED if refused else PhotoState.JUDGED
        row.verdict = str(refused.refusal) if refused else ""
        found = {"measured": measured.to_json() if measured else None}
        row.sealed = studio.seal(photos_key(profile.handle), found, photo_place(profile.handle, row.number))
        session.flush()
        _judge_set(workshop, session, session.get_one(Profile, profile.id), size)
        report(work)


def _keep(workshop: Workshop, profile: Profile, pixels: Pixels, key: bytes) -> tuple[str, str]:
    """Store the re-encoded photo and a thumbnail; the original goes."""
    file, small = new_name(profile.handle, "photo"), new_name(profile.handle, "thumb")
    content = encode(pixels)
    workshop.studio.files.write(file, content, key)
    workshop.studio.files.write(small, thumbnail(content), key)
    return file, small


def _judge_set(workshop: Workshop, session: Session, profile: Profile, size: int) -> bool:
    """Judge all photos beside each other, choose the best, note what the set lacks; whether there was any."""
    if profile.state in (ProfileState.QUEUED, ProfileState.TRAINING):
        return False  # confirmed meanwhile: what is learnt from is settled
    pairs = measurements(workshop, session, profile)
    if not pairs:
        return False
    words = said_of(workshop, profile)
    photos = [row for row, _ in pairs]
    faces = has_face(profile.kind, words.get("class_word", ""))
    # A face in a picture says nothing of a style, so it is not looked at, nor is what the picture shows.
    style = profile.kind == STYLE
    found = [replace(measured, faces=(), recognised=None) if style else measured for _, measured in pairs]
    embedder = workshop.embedder()
    judgements = judge(
        found,
        size,
        workshop.pack().thresholds,
        faces_expected=faces,
        closeness=embedder.closeness if embedder else None,
        owners=[row.owner for row in photos],
    )
    for row, judgement in zip(photos, judgements, strict=True):
        row.verdict, row.quality = str(judgement.verdict), judgement.quality
        # Judgements count within what could be opened; people count what they sent.
        row.other = photos[judgement.other - 1].number if judgement.other else None
    family = workshop.family()
    for row, one in pairs:  # what a training would see, so that it can be shown before
        note(workshop, profile, row, part=list(frame_of(family, one, faces=faces).shares(one.kept)))
    counts = PHOTOS[profile.method]
    enough, most = counts.recommended
    # More than are recommended bring repetition, not likeness.
    _choose(photos, found, judgements, enough, most)
    card = report_card(
        found,
        judgements,
        counted=[place for place, row in enumerate(photos) if row.chosen],
        same_person=workshop.pack().thresholds.same_person if faces else 0.0,
        least=counts.least,
        recommended=enough,
    )
    words["missing"] = list(card.missing)
    words["subjects"] = [[photos[number - 1].number for number in group] for group in divided(judgements)]
    words["card"] = asdict(card.card(counts.least, counts.recommended)) | {"measures": asdict(card.measures)}
    key = profile_key(profile.handle)
    profile.sealed = workshop.studio.seal(key, words, f"profile-{profile.handle}")
    return True


def _choose(
    photos: list[Photo], found: list[Measured], judgements: list[Judgement], enough: int, most: int
) -> None:
    """The best subset of what was accepted and not taken out; what the owner put back is in it anyway."""
    offered = [None if row.owner else one for row, one in zip(photos, found, strict=True)]
    kept = sum(row.owner == "kept" for row in photos)
    best = choose(judgements, offered, most=max(most - kept, 0), enough=max(enough - kept, 0))
    for place, row in enumerate(photos):
        row.chosen = is_used(row.verdict, row.owner) and (place in best or row.owner == "kept")
