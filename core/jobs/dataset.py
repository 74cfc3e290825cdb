"""What a training learns from, made of a profile's photos: crops, captions, and the plan that suits them."""

import json
from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from core import schedule
from core.artifacts import Dataset, Pixels
from core.curation import Measured, centre_crop, crop
from core.curation.appearance import resized
from core.errors import TrainingFailed
from core.families.catalogue import Base
from core.families.words import NEW
from core.generation import class_prompt
from core.intake import decode
from core.jobs.look import measurements
from core.jobs.workshop import Workshop
from core.storage.keys import photos_key
from core.storage.tables import Profile, Version
from core.subjects import TEXTUAL_INVERSION, captions_of, has_face, stands_for, vectors_for
from core.training.plan import Plan

Chosen = list[tuple[str, Measured]]
"""The chosen photos: the file of each, and what was measured in it."""


def chosen_photos(workshop: Workshop, session: Session, profile: Profile) -> Chosen:
    """The photos of a set that are learnt from; raises TrainingFailed if there is none."""
    pairs = measurements(workshop, session, profile)
    chosen = [(row.file, measured) for row, measured in pairs if row.chosen]
    if not chosen:
        raise TrainingFailed("too_few")
    return chosen


def crops(
    workshop: Workshop, profile: Profile, class_word: str, chosen: Chosen, size: int = 0
) -> list[Pixels]:
    """Every chosen photo at the training size, else the base's: around the face, where there is one that is learnt."""
    studio, size = workshop.studio, size or workshop.family().size
    key = studio.keys.open(photos_key(profile.handle))
    faces = has_face(profile.kind, class_word)
    cropped = []
    for file, measured in chosen:
        pixels = decode(studio.files.read(file, key))
        around = faces and measured.faces
        cropped.append(crop(pixels, measured.faces[0], size) if around else centre_crop(pixels, size))
    return cropped


def bound_to(base: Base, profile: Profile, class_word: str) -> str:
    """What a training binds the subject to: in captions, and in the prompts of samples."""
    return stands_for(profile.method, token=base.instance_tokens[0], class_word=class_word, word=NEW)


def dataset(
    base: Base, profile: Profile, class_word: str, photos: Sequence[Pixels], class_images: Sequence[Pixels],
    written: Sequence[str] = (),
) -> Dataset:  # fmt: skip
    """Put photos, their captions and the class together; `written` are whole captions, one per photo or none."""
    token = bound_to(base, profile, class_word)
    usual = captions_of(profile.method, profile.kind)
    return Dataset(
        photos=tuple(photos),
        captions=tuple(written)
        or tuple(usual[number % len(usual)].format(token) for number in range(len(photos))),
        class_images=tuple(_sized(image, photos) for image in class_images),
        class_prompt=class_prompt(class_word),
    )


def _sized(image: Pixels, photos: Sequence[Pixels]) -> Pixels:
    """A class image at the photos' size, which need not be the base's own."""
    height, width = photos[0].shape[:2] if photos else image.shape[:2]
    return image if image.shape[:2] == (height, width) else resized(image, width, height)


def plan(base: Base, profile: Profile, version: Version, class_word: str, photos: int) -> Plan:
    """The base's defaults for the method, what suits the set, and over both what the owner chose."""
    settings: dict[str, Any] = base.settings(profile.method)
    if profile.method == TEXTUAL_INVERSION:
        settings = {"vectors": vectors_for(photos), "init_word": class_word, **settings}
    chosen = json.loads(version.plan or "{}")
    slower = chosen.pop("slower", None)
    if slower is not None:
        known = {**settings, **chosen}
        last = schedule.read(known["learning_rate"], known["steps"])[-1]
        chosen["learning_rate"] = last.rate * slower
    return Plan(**{**settings, **chosen}, seed=version.seed, method=profile.method)
