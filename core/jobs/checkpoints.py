"""The checkpoints of one training: scored, stored, and at the end the best one kept (SPEC T6, T7, T12, T13)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from sqlmodel import Session, col, select

from core.artifacts import Embedding, Pixels
from core.assessment import THERE, Examiner, Score, best, diagnose, ending
from core.assessment.curve import curve
from core.errors import TrainingFailed
from core.faces import leave_one_out
from core.families.catalogue import Base
from core.families.family import usual_request
from core.generation import class_image_seeds, class_prompt
from core.jobs.dataset import bound_to
from core.jobs.draw import to_png
from core.jobs.slice import Slice
from core.jobs.workshop import Workshop
from core.storage.database import clock
from core.storage.erasing import discard_checkpoint, doom
from core.storage.files import new_name
from core.storage.keys import profile_key
from core.storage.tables import Checkpoint, Profile, Version
from core.storage.versions import checkpoints, choose_step
from core.storage.work import report
from core.subjects import LORA, STYLE, captions_of, has_face
from core.training.loop import Run, Sampled
from core.training.plan import Plan

# Drawn before and at every checkpoint, to see whether the class drifts; none of those that are learnt from, which a
# training soon knows by heart: with these, one that drew its subject for every man was taken for one that did not.
CLASS_PICTURES = 8
# What is asked for beside the subject at every checkpoint: enough to see whether prompts are still obeyed.
WORDS = ("", "smiling, blue background", "wearing a hat, in a park", "laughing")


@dataclass
class Trail:
    """One training's checkpoints so far, first to last; `texts` are what its samples should show, in plain words."""

    workshop: Workshop
    profile: Profile
    version: Version
    words: Mapping[str, Any]
    scores: list[Score] = field(default_factory=list)
    examiner: Examiner | None = None
    texts: tuple[str, ...] = ()
    class_seeds: tuple[int, ...] = ()
    sample_seeds: Sequence[int] = ()  # at which each text is drawn
    steps: int = 0  # as planned
    patience: int = 0

    def plan(self, plan: Plan) -> Plan:
        """The plan with what is drawn at every checkpoint; a base's entry may name words of its own for it."""
        base, word = self.workshop.base, self.words["class_word"]
        style = self.profile.kind == STYLE
        # A new word leaves the class as it is, and without faces nobody could tell.
        drifts = self.profile.method == LORA and has_face(self.profile.kind, word)
        template = captions_of(self.profile.method, self.profile.kind)[0]
        subject = template.format(bound_to(base, self.profile, word))
        plain = "a picture" if style else class_prompt(word)
        extras = base.sample_words or WORDS
        self.texts = tuple(_asking(plain, extra) for extra in extras)
        self.steps, self.patience, self.sample_seeds = plan.steps, plan.patience, plan.sample_seeds
        self.class_seeds = unlearnt_seeds(base, word) if drifts else ()
        return replace(
            plan,
            sample_prompts=tuple(_asking(subject, extra) for extra in extras),
            class_seeds=self.class_seeds,
        )

    def begin(self, slice_: Slice, *, photos: Sequence[Pixels], embeddings: Sequence[Embedding]) -> None:
        """Know the subject, and the checkpoints of an earlier part of the same training."""
        workshop = self.workshop
        with slice_.writing() as (session, _):
            version = session.get_one(Version, self.version.id)
            self.scores = [score_of(row) for row in checkpoints(session, version)]
            own = version.own_similarity
        judge = workshop.fidelity()
        usual = self._usual() if judge else []
        faces = workshop.embedded(photos, embeddings)
        if faces is not embeddings:
            among = leave_one_out(faces)  # what the photos reach in the eyes of whoever scores
            own = float(np.mean(among)) if among else None
        self.examiner = Examiner(
            workshop.scoring_pack(), judge, photos=photos, embeddings=faces, own=own,
            class_pictures=self._class(), usual=usual,
        )  # fmt: skip

    def _usual(self) -> list[tuple[Pixels, str]]:
        """What the base draws for the same words, at the same seeds, before it has learnt anything."""
        family = self.workshop.family()
        request = usual_request(family, "")
        return [
            (pixels, text)
            for text in self.texts
            for pixels in family.draw(replace(request, prompt=text), self.sample_seeds)
        ]

    def _class(self) -> list[Pixels]:
        """What the base draws of the class before it has learnt anything."""
        family = self.workshop.family()
        request = usual_request(family, class_prompt(self.words["class_word"]))
        return family.draw(request, self.class_seeds) if self.class_seeds else []

    @property
    def similarities(self) -> list[float]:
        """Each checkpoint's similarity, 0 where it is not measured."""
        return [score.similarity or 0.0 for score in self.scores]

    def ending(self) -> str:
        """Why the training ends with its last checkpoint, or an empty string."""
        return ending(self.scores, self.steps, self.patience)

    def add(self, slice_: Slice, run: Run, event: Sampled) -> None:
        """Score the samples, and store weights and samples as one checkpoint."""
        if self.examiner is None:
            raise ValueError("a trail begins with `begin`")
        studio, handle = self.workshop.studio, self.profile.handle
        key = studio.keys.open(profile_key(handle))
        each = len(event.candidates) // max(len(self.texts), 1)
        told = [(one.pixels, self.texts[number // each]) for number, one in enumerate(event.candidates)]
        score, likenesses = self.examiner.examine(event.step, told, event.class_pictures)
        files = []
        for candidate, likeness in zip(event.candidates, likenesses, strict=True):
            name = new_name(handle, "sample")
            studio.files.write(name, to_png(candidate.pixels), key)
            files.append((name, likeness))
        weights = new_name(handle, "weights")
        studio.files.write(weights, run.adapter().weights, key)
        with slice_.writing() as (session, work):
            self._store(session, score, weights, json.dumps(files))
            longer = event.step >= self.steps and not self.ending()
            report(work, step=event.step, steps=run.planned, longer=longer, similarities=self.similarities)

    def _store(self, session: Session, score: Score, weights: str, samples: str) -> None:
        # A run that was killed here does this step once more, with the same result.
        for old in checkpoints(session, self.version):
            if old.step == score.step:
                discard_checkpoint(session, old)
        session.flush()
        session.add(
            Checkpoint(
                version_id=self.version.id or 0,
                step=score.step,
                similarity=score.similarity,
                fidelity=score.fidelity,
                drift=score.drift,
                copies=score.copies,
                quality=score.quality,
                weights=weights,
                samples=samples,
                made_at=clock(session),
            )
        )
        session.flush()
        known = [one for one in self.scores if one.step != score.step]
        self.scores = sorted([*known, score], key=lambda one: one.step)

    def end(self, slice_: Slice, run: Run, reason: str) -> None:
        """Draw the curve, and note the best checkpoint as what the version is; everything else of the run goes."""
        if not self.scores:
            raise TrainingFailed("no_checkpoint")
        chosen = best(self.scores)
        studio, handle = self.workshop.studio, self.profile.handle
        name = new_name(handle, "curve")
        studio.files.write(
            name, curve(self.scores, chosen.step, run.planned), studio.keys.open(profile_key(handle))
        )
        with slice_.writing() as (session, work):
            version = session.get_one(Version, self.version.id)
            row = next(one for one in checkpoints(session, version) if one.step == chosen.step)
            doom(session, version.saved)
            version.saved = ""
            choose_step(version, row)
            version.stopped, version.curve = "" if reason == THERE else reason, name
            version.causes = " ".join(self._causes(chosen, version))
            report(work, step=run.step, steps=run.planned, similarities=self.similarities)

    def _causes(self, chosen: Score, version: Version) -> tuple[str, ...]:
        if chosen.similarity is None:
            return ()  # nothing that was measured says whether it is poor
        return diagnose(
            chosen,
            missing=self.words.get("missing", ()),
            measures=self.words.get("card", {}).get("measures", {}),
            own=version.own_similarity,
            same_person=self.workshop.pack().thresholds.same_person,
            class_word=self.words["class_word"],
        )


def unlearnt_seeds(base: Base, word: str) -> tuple[int, ...]:
    """The seeds at which a class is looked at: as many as are learnt from where those are few, none of which is one."""
    learnt = base.class_images
    return tuple(class_image_seeds(word, range(learnt, learnt + min(learnt, CLASS_PICTURES))))


def score_of(row: Checkpoint) -> Score:
    """A stored checkpoint in numbers."""
    return Score(row.step, row.similarity, row.fidelity, row.drift, row.copies, row.quality)


def refundable(session: Session, version: Version) -> bool:
    """Whether a training was poor, and the profile's first that was: its credit comes back once (SPEC T13)."""
    if not version.causes:
        return False
    earlier = select(Version.id).where(
        Version.profile_id == version.profile_id, col(Version.id) != version.id, col(Version.causes) != ""
    )
    return session.exec(earlier).first() is None


def _asking(prompt: str, extra: str) -> str:
    return f"{prompt}, {extra}" if extra else prompt
