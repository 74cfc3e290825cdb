"""What a training learns from, made of a profile's photos: crops, captions, and the plan that suits them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from core import schedule
from core.artifacts import Dataset, Edges, Pixels
from core.curation import Measured, cut
from core.curation.appearance import resized
from core.errors import TrainingFailed
from core.families.catalogue import Base
from core.families.family import Family
from core.families.words import NEW
from core.generation import class_prompt
from core.intake import decode
from core.jobs.captioning import for_training
from core.jobs.measured import frame_of, measurements
from core.jobs.workshop import Workshop
from core.storage.keys import photos_key
from core.storage.tables import Profile, Version
from core.subjects import STYLE, TEXTUAL_INVERSION, captions_of, has_face, stands_for, vectors_for
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
) -> tuple[list[Pixels], list[Edges | None]]:
    """Every chosen photo at the training size, else the base's, and where its face lies in it, if one is learnt."""
    studio = workshop.studio
    key = studio.keys.open(photos_key(profile.handle))
    family, faces = workshop.family(), has_face(profile.kind, class_word)
    cropped: list[Pixels] = []
    places: list[Edges | None] = []
    for file, measured in chosen:
        face = measured.face if faces else None
        frame = frame_of(family, measured, faces=faces, size=size)
        cropped.append(cut(decode(studio.files.read(file, key)), frame, workshop.upscaler()))
        places.append(frame.within(face) if face else None)
    return cropped, places


def bound_to(base: Base, profile: Profile, class_word: str) -> str:
    """What a training binds the subject to: in captions, and in the prompts of samples."""
    return stands_for(profile.method, token=base.instance_tokens[0], class_word=class_word, word=NEW)


def dataset(
    family: Family, profile: Profile, words: Mapping[str, str], photos: Sequence[Pixels], texts: Sequence[str],
    class_images: Sequence[Pixels], faces: Sequence[Edges | None] = (),
) -> Dataset:  # fmt: skip
    """Put photos, their captions and the class together; `texts` say what is on each photo, as it is stored."""
    class_word = words["class_word"]
    subject = bound_to(family.base, profile, class_word)
    # Without its style a picture is one of nothing in particular.
    others = texts if profile.kind != STYLE else []
    return Dataset(
        photos=tuple(photos),
        captions=tuple(for_training(family, profile, words, subject, texts)),
        class_images=tuple(_sized(image, photos) for image in class_images),
        class_prompt=class_prompt(class_word),
        faces=tuple(faces),
        class_captions=tuple(for_training(family, profile, words, class_word, others)),
        subject_prompt=captions_of(profile.method, profile.kind)[0].format(subject),
    )


def _sized(image: Pixels, photos: Sequence[Pixels]) -> Pixels:
    """A class image with about as many pixels as the photos have, which need not be the base's own size."""
    height, width = photos[0].shape[:2] if photos else image.shape[:2]
    side = round((height * width) ** 0.5)
    return image if image.shape[:2] == (side, side) else resized(image, side, side)


def plan(base: Base, profile: Profile, version: Version, class_word: str, photos: int) -> Plan:
    """The base's defaults for the method, what suits the set, and over both what the owner chose."""
    settings: dict[str, Any] = base.settings(profile.method)
    if profile.method == TEXTUAL_INVERSION:
        settings = {"vectors": vectors_for(photos), "init_word": class_word, **settings}
    chosen = json.loads(version.plan or "{}")
    if "steps" in chosen:
        settings["most_steps"] = 0  # whoever asks for so many gets so many
    slower = chosen.pop("slower", None)
    if slower is not None:
        known = {**settings, **chosen}
        last = schedule.read(known["learning_rate"], known["steps"])[-1]
        chosen["learning_rate"] = last.rate * slower
    return Plan(**{**settings, **chosen}, seed=version.seed, method=profile.method)
