"""Learning a profile: a chain of short slices that ends with the best checkpoint kept.

The live run is a generator that yields after every small unit of work; between slices it stays in the
worker's memory. What is saved suffices to make the same generator anew elsewhere, and to end with the same weights.
"""

import io
import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlmodel import Session, col, select

from core.artifacts import Dataset, Embedding, Pixels
from core.curation import Measured, centre_crop, crop
from core.errors import TrainingFailed
from core.faces import floor as floor_of, leave_one_out, similarity
from core.generation import class_prompt
from core.intake import decode
from core.jobs.class_pictures import class_pictures
from core.jobs.draw import to_png
from core.jobs.look import FACELESS, measurements
from core.jobs.slice import Slice
from core.jobs.workshop import Workshop
from core.prompts import encode_trigger
from core.storage.database import clock
from core.storage.erasing import begin_photo_deletion, destroy_keys, discard_checkpoint, doom
from core.storage.files import new_name
from core.storage.keys import photos_key, profile_key
from core.storage.tables import Checkpoint, Profile, ProfileState, Version, WorkState
from core.storage.work import finish, report
from core.training.loop import Run, Sampled
from core.training.plan import Plan
from core.work_queue import wake

log = logging.getLogger(__name__)

SAVE_EVERY = 60.0  # seconds of training: what a lost machine costs at most
REPORT_EVERY = 2.0  # seconds


@dataclass
class Learning:
    """One live training. `slice` is the slice it is in at the moment; everything else outlives slices."""

    workshop: Workshop
    profile: Profile
    version: Version
    words: dict[str, Any]
    slice: Slice
    embeddings: list[Embedding] = field(default_factory=list)
    similarities: list[float] = field(default_factory=list)
    reported: float = 0.0
    saved: float = 0.0
    unit_seconds: float = 0.0
    run: Run | None = None

    # ── the chain

    def units(self) -> Iterator[None]:
        """Everything there is to do, in small units."""
        with self.slice.writing() as (session, work):
            profile = session.get_one(Profile, work.profile_id)
            profile.state = ProfileState.TRAINING
            chosen = self._chosen(session, profile)
        photos = self._photos(chosen)
        yield
        classes = yield from class_pictures(self.workshop, self.words["class_word"])
        self._calibrate(classes, chosen)
        yield
        plan = self._plan(len(photos))
        self.run = self._start(photos, classes, plan)
        yield
        while not self.run.finished and not self._enough():
            began = time.monotonic()
            event = self.run.advance()
            if isinstance(event, Sampled):
                self._checkpoint(event)
            else:
                spent = time.monotonic() - began
                self.unit_seconds = spent if not self.unit_seconds else 0.9 * self.unit_seconds + 0.1 * spent
                self._report(plan)
            if time.monotonic() - self.saved > SAVE_EVERY:
                self.save()
            yield
        self._finish()

    def _enough(self) -> bool:
        """Whether the owner wants to stop and keep the best so far, and there is one."""
        return self.slice.wanted == "keep" and bool(self.similarities)

    # ── before the first step

    def _chosen(self, session: Session, profile: Profile) -> list[tuple[str, Measured]]:
        pairs = measurements(self.workshop, session, profile)
        chosen = [(row.file, measured) for row, measured in pairs if row.chosen]
        if not chosen:
            raise TrainingFailed("too_few")
        return chosen

    def _photos(self, chosen: list[tuple[str, Measured]]) -> list[Pixels]:
        """Every chosen photo cropped to the training size; faces' embeddings are noted on the way."""
        studio, size = self.workshop.studio, self.workshop.family().size
        key = studio.keys.open(photos_key(self.profile.handle))
        crops = []
        for file, measured in chosen:
            pixels = decode(studio.files.read(file, key))
            crops.append(
                crop(pixels, measured.faces[0], size) if measured.faces else centre_crop(pixels, size)
            )
        if self.words["class_word"] not in FACELESS:
            self.embeddings = [measured.faces[0].embedding for _, measured in chosen if measured.faces]
        return crops

    def _calibrate(self, classes: list[Pixels], chosen: list[tuple[str, Measured]]) -> None:
        """The floor and what the photos themselves reach (SPEC S2), stored with the recogniser's hash."""
        pack = self.workshop.pack()
        if len(self.embeddings) < 2:
            self.embeddings = []
            return
        class_faces = [faces[0].embedding for pixels in classes if (faces := pack.faces_in(pixels))]
        own = leave_one_out(self.embeddings)
        with self.slice.writing() as (session, _):
            version = session.get_one(Version, self.version.id)
            version.recogniser_hash = pack.recogniser_hash
            version.own_similarity = float(np.mean(own)) if own else None
            version.floor = floor_of(self.embeddings, class_faces, pack.thresholds.lowest_floor)
            if class_faces:
                each = [similarity(face, self.embeddings) for face in class_faces]
                version.class_similarity = float(np.mean(each))

    def _plan(self, photos: int) -> Plan:
        known = set(Plan.__dataclass_fields__)
        defaults = {name: value for name, value in self.workshop.base.training.items() if name in known}
        chosen = json.loads(self.version.plan or "{}")
        return Plan(**{**defaults, **chosen}, seed=self.version.seed, method=self.profile.method)

    def _start(self, photos: list[Pixels], classes: list[Pixels], plan: Plan) -> Run:
        """Go on from what was saved, or begin."""
        family, word = self.workshop.family(), self.words["class_word"]
        trigger, token = self.words["trigger"], family.base.instance_tokens[0]
        caption = encode_trigger(f"a photo of a {trigger}", trigger, f"{token} {word}")
        dataset = Dataset(
            photos=tuple(photos),
            captions=(caption,) * len(photos),
            class_images=tuple(classes),
            class_prompt=class_prompt(word),
        )
        self.saved = time.monotonic()
        with self.slice.writing() as (session, _):
            version = session.get_one(Version, self.version.id)
            saved = version.saved
            rows = session.exec(
                select(Checkpoint).where(Checkpoint.version_id == version.id).order_by(col(Checkpoint.step))
            ).all()
            self.similarities = [row.similarity for row in rows]
        if not saved:
            return Run.start(family, dataset, plan)
        content = self.workshop.studio.files.read(saved, self._key())
        return Run.resume(family, dataset, plan, content)

    # ── on the way

    def _key(self) -> bytes:
        return self.workshop.studio.keys.open(profile_key(self.profile.handle))

    def save(self) -> None:
        """Store everything that is needed to go on elsewhere, to the bit."""
        if self.run is None or self.run.step == 0:
            return
        name = new_name(self.profile.handle, "run")
        self.workshop.studio.files.write(name, self.run.save(), self._key())
        with self.slice.writing() as (session, _):
            version = session.get_one(Version, self.version.id)
            doom(session, version.saved)
            version.saved, version.saved_step = name, self.run.step
        self.saved = time.monotonic()

    def _report(self, plan: Plan) -> None:
        if self.run is None or time.monotonic() - self.reported < REPORT_EVERY:
            return
        self.reported = time.monotonic()
        left = (plan.steps - self.run.step) * self.unit_seconds
        numbers = {
            "step": self.run.step,
            "steps": plan.steps,
            "seconds_left": round(left * 1.15, 1),  # samples and saving take their share
            "similarities": self.similarities,
        }
        with self.slice.writing() as (_, work):
            report(work, **numbers)
        wake(self.workshop.redis, "news")

    def _checkpoint(self, event: Sampled) -> None:
        """Score the samples, store weights and samples as one checkpoint; then what is needed to go on."""
        if self.run is None:
            return
        studio, key, handle = self.workshop.studio, self._key(), self.profile.handle
        scored = [(one.pixels, self._likeness(one.pixels)) for one in event.candidates]
        files = []
        for pixels, likeness in scored:
            name = new_name(handle, "sample")
            studio.files.write(name, to_png(pixels), key)
            files.append((name, likeness))
        weights = new_name(handle, "weights")
        studio.files.write(weights, self.run.adapter().weights, key)
        likenesses = [likeness or 0.0 for _, likeness in scored]
        mean = float(np.mean(likenesses)) if likenesses else 0.0
        with self.slice.writing() as (session, work):
            # A run that was killed here does this step once more, with the same result.
            for old in session.exec(
                select(Checkpoint).where(
                    Checkpoint.version_id == self.version.id, Checkpoint.step == event.step
                )
            ).all():
                discard_checkpoint(session, old)
            session.flush()
            session.add(
                Checkpoint(
                    version_id=self.version.id or 0,
                    step=event.step,
                    similarity=mean,
                    weights=weights,
                    samples=json.dumps(files),
                    made_at=clock(session),
                )
            )
            session.flush()
            steps = session.exec(
                select(Checkpoint)
                .where(Checkpoint.version_id == self.version.id)
                .order_by(col(Checkpoint.step))
            ).all()
            self.similarities = [row.similarity for row in steps]
            report(work, step=event.step, steps=self.run.plan.steps, similarities=self.similarities)
        self.save()
        wake(self.workshop.redis, "news")

    def _likeness(self, pixels: Pixels) -> float | None:
        """A sample's similarity; None without a face, or where likeness is not judged by faces."""
        faces = self.workshop.pack().faces_in(pixels) if self.embeddings else ()
        return similarity(faces[0].embedding, self.embeddings) if faces else None

    # ── the end

    def _finish(self) -> None:
        """Keep the best checkpoint; everything else of the run goes."""
        if self.run is None:
            return
        template = self._template()
        erasure = None
        with self.slice.writing() as (session, work):
            version = session.get_one(Version, self.version.id)
            profile = session.get_one(Profile, self.profile.id)
            best = session.exec(
                select(Checkpoint)
                .where(Checkpoint.version_id == version.id)
                .order_by(col(Checkpoint.similarity).desc(), col(Checkpoint.step).desc())
            ).first()
            if best is None:
                raise TrainingFailed("no_checkpoint")
            doom(session, version.saved)
            version.saved = ""
            version.weights, version.best_step = best.weights, best.step
            version.similarity = best.similarity if self.embeddings else None
            version.template = template
            version.state = profile.state = ProfileState.TRAINED
            version.trained_at = clock(session)
            version.seconds = work.seconds + self.slice.seconds
            if profile.retention == "delete":
                version.floor = None
            if profile.retention in ("delete", "template"):
                erasure = begin_photo_deletion(session, self.workshop.studio, profile)
            report(work, step=self.run.step, steps=self.run.plan.steps, similarities=self.similarities)
            finish(session, work, WorkState.SUCCEEDED, used=1)
            seconds = version.seconds
        if erasure:
            destroy_keys(self.workshop.studio, erasure)
        self.workshop.measured("training_seconds", seconds)
        log.info("work %s: trained in %.0f s", self.slice.work_id, seconds)

    def _template(self) -> str:
        """The photos' embeddings, sealed with the photos' key, to go with the photos, unless kept."""
        if not self.embeddings or self.profile.retention == "delete":
            return ""
        handle = self.profile.handle
        kept = self.profile.retention == "template"
        name = new_name(handle, "template" if kept else "photo-template")
        key = profile_key(handle) if kept else photos_key(handle)
        content = io.BytesIO()
        np.save(content, np.stack(self.embeddings), allow_pickle=False)
        self.workshop.studio.files.write(name, content.getvalue(), self.workshop.studio.keys.open(key))
        return name
