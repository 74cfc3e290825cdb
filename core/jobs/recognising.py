"""How surely the judge of prompts sees on each photo what its subject is said to be; a set's grade counts it."""

import logging
from dataclasses import replace

import torch

from core.artifacts import Pixels
from core.assessment.fidelity import Fidelity
from core.curation import Measured, cut
from core.errors import ModelUnusable, where
from core.generation import class_prompt
from core.jobs.measured import frame_of, measurements, note, opened, said_of
from core.jobs.slice import Slice
from core.jobs.workshop import Workshop
from core.storage.tables import Photo, Profile
from core.subjects import STYLE, has_face

log = logging.getLogger(__name__)


def recognise(workshop: Workshop, slice_: Slice, profile_id: int) -> None:
    """Look at every photo that was not yet looked at under the subject's present word; a style has none.

    The judge is slow beside everything else that is asked of a record, so it is asked between two transactions.
    """
    with slice_.writing() as (session, _):
        profile = session.get_one(Profile, profile_id)
        text, faces = _said(workshop, profile)
        waiting = [pair for pair in measurements(workshop, session, profile) if pair[1].said != text]
    try:
        judge = workshop.fidelity() if text and waiting else None
    except ModelUnusable as unusable:
        log.warning("grades are told without a judge of prompts: %s", unusable)
        return
    if judge is None:
        return
    family = workshop.family()
    found: dict[int | None, Measured] = {}
    for row, measured in waiting:
        slice_.check()
        try:
            pixels = opened(workshop, profile, row)
        except FileNotFoundError:
            continue  # taken out meanwhile
        sure = _sure(judge, cut(pixels, frame_of(family, measured, faces=faces)), text)
        if sure is not None:
            found[row.id] = replace(measured, said=text, recognised=sure)
    with slice_.writing() as (session, _):
        for photo_id, measured in found.items():
            if photo := session.get(Photo, photo_id):
                note(workshop, profile, photo, measured=measured.to_json())


def _sure(judge: Fidelity, part: Pixels, text: str) -> float | None:
    """How sure the judge is; None where it fails, which costs a grade its best measure and no look."""
    try:
        return judge.score(part, text)
    except torch.AcceleratorError:
        raise  # the whole process is in an unknown state
    except Exception as fault:  # whatever a model raises, the look at the photos goes on
        log.error("a photo could not be recognised: %s", where(fault))  # noqa: TRY400  (its words may be people's)
        return None


def _said(workshop: Workshop, profile: Profile) -> tuple[str, bool]:
    """The class in the words that the base knows, or nothing while there is none, and whether it has a face."""
    if profile.kind == STYLE:
        return "", False
    word = said_of(workshop, profile).get("class_word", "")
    return class_prompt(word) if word else "", has_face(profile.kind, word)
