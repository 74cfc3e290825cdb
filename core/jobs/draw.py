"""Drawing: candidates above the asked number, judged, topped up; only the like ones are delivered (S1)."""

import io
import json
import logging
import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image

from core.artifacts import Embedding, Picture, Pixels
from core.families.family import DrawRequest, usual_request
from core.generation import generate
from core.jobs.slice import Slice
from core.jobs.workshop import Workshop
from core.prompts import encode_trigger, with_trigger
from core.selection import next_round, passes, select
from core.selection.judges.likeness import Likeness
from core.storage.database import new_handle
from core.storage.files import new_name
from core.storage.keys import profile_key
from core.storage.tables import Grant, PictureRow, Profile, ProfileState, Version, Work, WorkState
from core.storage.work import finish

log = logging.getLogger(__name__)

ROUND = 4  # candidates drawn in one go: between goes the fence is checked


@dataclass(frozen=True)
class Commission:
    """Everything a drawing needs, read at its start."""

    profile: Profile
    version: Version
    asked: dict[str, Any]
    words: dict[str, Any]
    photos: tuple[Embedding, ...]


def draw(workshop: Workshop, slice_: Slice, work: Work) -> None:
    """Draw what was asked, and end the work in one transaction with its pictures and credits."""
    commission = _read(workshop, slice_, work)
    if commission is None:
        return
    began = time.monotonic()
    pictures = _pictures(workshop, slice_, commission)
    stored = [(picture, _store(workshop, commission.profile, picture)) for picture in pictures]
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
        off = "" if commission.photos else _why_off(commission)
        row.progress = json.dumps({"filter_off": off})
        finish(session, row, WorkState.SUCCEEDED, used=len(delivered))
    log.info("work %s: %d delivered, %d dropped", work.id, len(delivered), len(pictures) - len(delivered))
    workshop.measured("picture_seconds", (time.monotonic() - began) / max(len(pictures), 1))


def _read(workshop: Workshop, slice_: Slice, work: Work) -> Commission | None:
    """What was asked; None when the profile cannot be drawn, which ends the work."""
    studio = workshop.studio
    with slice_.writing() as (session, row):
        profile = session.get_one(Profile, work.profile_id)
        version = session.get(Version, profile.version_id) if profile.version_id else None
        grant = session.get(Grant, row.grant_id) if row.grant_id else None
        if grant is not None and grant.ended_at is not None:
            finish(session, row, WorkState.FAILED, used=0, reason="revoked")
            return None
        drawable = profile.state == ProfileState.TRAINED and version is not None and version.weights
        if not drawable or profile.consent == "withdrawn":
            reason = "consent_withdrawn" if profile.consent == "withdrawn" else "not_ready"
            finish(session, row, WorkState.FAILED, used=0, reason=reason)
            return None
        key = profile_key(profile.handle)
        asked = studio.unseal(key, row.sealed, f"work-{row.handle}")
        if not workshop.may_draw(session, row, asked["base"]):
            finish(session, row, WorkState.FAILED, used=0, reason="base_refused")
            return None
        words = studio.unseal(key, profile.sealed, f"profile-{profile.handle}")
    if version is None:
        return None
    return Commission(profile, version, asked, words, workshop.template(profile, version))


def _why_off(commission: Commission) -> str:
    if "imported" in commission.words:
        return "imported"
    return (
        "faceless"
        if commission.version.floor is None and commission.profile.retention == "keep"
        else "photos"
    )


def _request(workshop: Workshop, commission: Commission) -> DrawRequest:
    """The prompt with the trigger put in and replaced by what the base knows, and the person's settings."""
    family, asked, words = workshop.family(), commission.asked, commission.words
    text = with_trigger(asked["text"], words["trigger"])
    stands_for = words.get("stands_for") or f"{family.base.instance_tokens[0]} {words['class_word']}"
    prompt = encode_trigger(text, words["trigger"], stands_for)
    name = workshop.wear(commission.profile, commission.version)
    request = usual_request(family, prompt, {name: 1.0})
    width, height = _size(family.size, family.factor, asked.get("aspect", (1, 1)))
    return replace(
        request,
        negative=asked.get("negative", ""),
        steps=asked["steps"] or request.steps,
        cfg=request.cfg if asked["cfg"] is None else asked["cfg"],
        scheduler=asked["sampler"] or request.scheduler,
        width=width,
        height=height,
    )


def _size(side: int, factor: int, aspect: tuple[int, int]) -> tuple[int, int]:
    """The size of about the base's own area with this aspect, in whole latents a model can halve twice."""
    grid = factor * 4
    ratio = (aspect[0] / aspect[1]) ** 0.5
    return (max(grid, round(side * ratio / grid) * grid), max(grid, round(side / ratio / grid) * grid))


def _pictures(workshop: Workshop, slice_: Slice, commission: Commission) -> list[Picture]:
    """Rounds of candidates until enough of them pass or the bound is reached."""
    request = _request(workshop, commission)
    count, seed = commission.asked["count"], commission.asked["seed"]
    floor = commission.version.floor if commission.photos else None
    likeness = Likeness(workshop.pack(), commission.photos) if floor is not None else None
    made: list[Picture] = []
    while wanted := next_round(count, len(made), _passing(made, floor), filtered=floor is not None):
        for start in range(0, wanted, ROUND):
            slice_.check()
            some = min(ROUND, wanted - start)
            for candidate in generate(workshop.family(), request, count=some, first_seed=seed + len(made)):
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
