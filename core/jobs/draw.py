"""Drawing: candidates above the asked number, judged, topped up; only the like ones are delivered (S1)."""

import io
import json
import logging
import time

import numpy as np
from PIL import Image

from core.artifacts import Embedding, Picture, Pixels
from core.families.family import DrawRequest, Family
from core.generation import generate
from core.jobs.commission import Commission, read_commission, request_of, told
from core.jobs.slice import Slice
from core.jobs.workshop import Workshop
from core.selection import next_round, passes, select
from core.selection.judges.likeness import Likeness
from core.storage.database import new_handle
from core.storage.files import new_name
from core.storage.keys import profile_key
from core.storage.tables import PictureRow, Profile, Work, WorkState
from core.storage.work import finish
from core.subjects import STYLE, has_face

log = logging.getLogger(__name__)

ROUND = 4  # candidates drawn in one go: between goes the fence is checked


def draw(workshop: Workshop, slice_: Slice, work: Work) -> None:
    """Draw what was asked, and end the work in one transaction with its pictures and credits."""
    commission = read_commission(workshop, slice_, work)
    if commission is None:
        return
    subject = commission.subject
    photos = workshop.template(subject.profile, subject.version)
    family = workshop.family(workshop.named(commission.prompt.base))
    request = request_of(workshop, family, commission)
    began = time.monotonic()
    pictures = _pictures(workshop, slice_, family, commission, request, photos)
    stored = [(picture, _store(workshop, subject.profile, picture)) for picture in pictures]
    delivered = [picture for picture in pictures if not picture.dropped]
    with slice_.writing() as (session, row):
        for number, (picture, file) in enumerate(stored, 1):
            session.add(
                PictureRow(
                    handle=new_handle(),
                    work_id=row.id or 0,
                    profile_id=row.profile_id,
                    number=number,
                    file=file,
                    similarity=picture.similarity,
                    dropped=picture.dropped,
                    seed=picture.seed,
                )
            )
        off = "" if photos else _why_off(commission)
        row.progress = json.dumps({"filter_off": off, "drawn": told(family, request, commission.seed)})
        finish(session, row, WorkState.SUCCEEDED, used=len(delivered))
    log.info("work %s: %d delivered, %d dropped", work.id, len(delivered), len(pictures) - len(delivered))
    workshop.measured("picture_seconds", (time.monotonic() - began) / max(len(pictures), 1))


def _why_off(commission: Commission) -> str:
    subject = commission.subject
    profile = subject.profile
    if "imported" in subject.words:
        return "imported"
    if profile.kind == STYLE:
        return "style"
    kept = subject.version.floor is None and profile.retention == "keep"
    return "faceless" if kept or not has_face(profile.kind, subject.words["class_word"]) else "photos"


def _pictures(
    workshop: Workshop, slice_: Slice, family: Family, commission: Commission, request: DrawRequest,
    photos: tuple[Embedding, ...],
) -> list[Picture]:  # fmt: skip
    """Rounds of candidates until enough of them pass or the bound is reached."""
    count, seed = commission.prompt.count, commission.seed
    floor = commission.subject.version.floor if photos else None
    likeness = Likeness(workshop.pack(), photos) if floor is not None else None
    made: list[Picture] = []
    while wanted := next_round(count, len(made), _passing(made, floor), filtered=floor is not None):
        for start in range(0, wanted, ROUND):
            slice_.check()
            some = min(ROUND, wanted - start)
            for candidate in generate(family, request, count=some, first_seed=seed + len(made)):
                made.append(_judged(candidate.pixels, candidate.seed, likeness))
    return select(made, floor=floor, asked=count)


def _judged(pixels: Pixels, seed: int, likeness: Likeness | None) -> Picture:
    if likeness is None:
        return Picture(pixels, seed, None)
    opinion = likeness.look(pixels)
    return Picture(pixels, seed, opinion.similarity, opinion.objection)


def _passing(made: list[Picture], floor: float | None) -> int:
    return sum(passes(one, floor) for one in made)


def _store(workshop: Workshop, profile: Profile, picture: Picture) -> str:
    """Seal one picture as PNG."""
    name = new_name(profile.handle, "picture")
    key = workshop.studio.keys.open(profile_key(profile.handle))
    workshop.studio.files.write(name, to_png(picture.pixels), key)
    return name


def to_png(pixels: Pixels) -> bytes:
    """A picture as a PNG file."""
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(out, "PNG")
    return out.getvalue()
