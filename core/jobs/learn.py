"""Learning a profile: a chain of short slices that ends with the best checkpoint kept.

The live run is a generator that yields after every small unit of work; between slices it stays in the
worker's memory. What is saved suffices to make the same generator anew elsewhere, and to end with the same weights.
"""

import io
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from sqlmodel import Session, select

from core.artifacts import Adapter, Edges, Embedding, Pixels
from core.errors import TrainingFailed
from core.faces import floor as floor_of, leave_one_out, similarity
from core.jobs.captioning import begins_as, written
from core.jobs.checkpoints import Trail, refundable
from core.jobs.class_pictures import class_pictures, drawn_already
from core.jobs.dataset import chosen_photos, crops, dataset, plan as plan_of
from core.jobs.slice import Slice
from core.jobs.workshop import Workshop
from core.storage.database import clock
from core.storage.erasing import begin_photo_deletion, destroy_keys, doom
from core.storage.files import new_name
from core.storage.keys import photos_key, profile_key
from core.storage.tables import Checkpoint, Profile, ProfileState, Version, WorkState
from core.storage.work import finish, report
from core.subjects import LORA, TEXTUAL_INVERSION, has_face
from core.training.loop import Halved, Run, Sampled, Stepped
from core.training.methods import AT_ONCE
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
    reported: float = 0.0
    saved: float = 0.0
    unit_seconds: float = 0.0
    run: Run | None = None

    def __post_init__(self) -> None:
        """Begin the trail of checkpoints."""
        self.trail = Trail(self.workshop, self.profile, self.version, self.words)

    @property
    def class_word(self) -> str:
        """What the subject is an instance of."""
        return str(self.words["class_word"])

    # ── the chain

    def units(self) -> Iterator[None]:
        """Everything there is to do, in small units."""
        with self.slice.writing() as (session, work):
            profile = session.get_one(Profile, work.profile_id)
            profile.state = ProfileState.TRAINING
            chosen = chosen_photos(self.workshop, session, profile)
            texts = written(self.workshop, session, profile, [file for file, _ in chosen])
        faces = has_face(self.profile.kind, self.class_word)
        if faces:
            self.embeddings = [measured.faces[0].embedding for _, measured in chosen if measured.faces]
        if self.profile.method in AT_ONCE:
            self._at_once()
            return
        plan = self.trail.plan(self._plan(len(chosen)))
        photos, places = crops(self.workshop, self.profile, self.class_word, chosen, plan.size)
        if self.profile.method == TEXTUAL_INVERSION and plan.init_word == self.class_word:
            seen = begins_as(self.workshop, self.profile, self.class_word, photos)
            plan = replace(plan, init_word=seen)
        yield
        classes: list[Pixels] = []
        if faces or self.profile.method == LORA:
            classes = yield from class_pictures(self.workshop, self.class_word)
        self._calibrate(classes, least=2)
        yield
        self.trail.begin(self.slice, photos=photos, embeddings=self.embeddings)
        self.run = self._start(photos, places, texts, classes, plan)
        yield
        ended = ""
        while not self.run.finished and not self._enough() and not (ended := self.trail.ending()):
            began = time.monotonic()
            event = self._advance(self.run)
            if event is None:
                break
            if isinstance(event, Sampled):
                self.trail.add(self.slice, self.run, event)
                self.save()
                wake(self.workshop.redis, "news")
            else:
                spent = time.monotonic() - began
                self.unit_seconds = spent if not self.unit_seconds else 0.9 * self.unit_seconds + 0.1 * spent
                self._report()
            if time.monotonic() - self.saved > SAVE_EVERY:
                self.save()
            yield
        self.trail.end(self.slice, self.run, ended)
        self._end()

    def _advance(self, run: Run) -> Stepped | Halved | Sampled | None:
        """The run's next unit; None once its numbers ran away and a checkpoint from before that is there to keep."""
        try:
            event = run.advance()
        except TrainingFailed as failed:
            if failed.cause != "diverged" or not self.trail.scores:
                raise
            log.warning("work %s: %s", self.slice.work_id, failed)
            with self.slice.writing() as (_, work):
                report(work, diverged=True)
            return None
        if isinstance(event, Halved):
            with self.slice.writing() as (_, work):
                report(work, halved=True)
        return event

    def _enough(self) -> bool:
        """Whether the owner wants to stop and keep the best so far, and there is one."""
        return self.slice.wanted == "keep" and bool(self.trail.scores)

    # ── before the first step

    def _at_once(self) -> None:
        """A method without steps: what it makes is there before a first step could be (SPEC T3)."""
        adapter = AT_ONCE[self.profile.method](self.workshop.family(), self.embeddings)
        self._calibrate(drawn_already(self.workshop, self.class_word), least=1)
        weights = new_name(self.profile.handle, "weights")
        self.workshop.studio.files.write(weights, adapter.weights, self._key())
        with self.slice.writing() as (session, _):
            session.get_one(Version, self.version.id).weights = weights
        self._end()

    def _calibrate(self, classes: list[Pixels], *, least: int) -> None:
        """The floor and what the photos themselves reach (SPEC S2), stored with the recogniser's hash.

        From fewer than `least` faces none can be told, and the filter is off.
        """
        pack = self.workshop.pack()
        if len(self.embeddings) < least:
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
        return plan_of(self.workshop.base, self.profile, self.version, self.class_word, photos)

    def _start(
        self,
        photos: list[Pixels],
        places: list[Edges | None],
        texts: list[str],
        classes: list[Pixels],
        plan: Plan,
    ) -> Run:
        """Go on from what was saved, or begin."""
        family = self.workshop.family()
        data = dataset(family, self.profile, self.words, photos, texts, classes, places)
        self.saved = time.monotonic()
        with self.slice.writing() as (session, _):
            version = session.get_one(Version, self.version.id)
            saved = version.saved
            origin = self._origin(session, version)
        if not saved:
            return Run.start(family, data, plan, self._read(origin) if origin else None)
        content = self.workshop.studio.files.read(saved, self._key())
        return Run.resume(family, data, plan, content)

    def _origin(self, session: Session, version: Version) -> Checkpoint | None:
        """The checkpoint that this version goes on from; raises TrainingFailed if it is gone."""
        if version.origin_id is None:
            return None
        found = session.exec(
            select(Checkpoint).where(
                Checkpoint.version_id == version.origin_id, Checkpoint.step == version.origin_step
            )
        ).first()
        if found is None:
            raise TrainingFailed("cannot_go_on")
        return found

    def _read(self, origin: Checkpoint) -> Adapter:
        base = self.workshop.base
        weights = self.workshop.studio.files.read(origin.weights, self._key())
        return Adapter(self.profile.method, base.family, base.name, weights, origin.step)

    # ── on the way

    def _key(self) -> bytes:
        return self.workshop.studio.keys.open(profile_key(self.profile.handle))

    def save(self) -> None:
        """Store everything that is needed to go on elsewhere, to the bit."""
        if self.run is None or self.run.step == 0:
            return
        try:
            content = self.run.save()
        except TrainingFailed as failed:
            if failed.cause != "diverged":
                raise
            return  # the next loss that is read ends the run, and what was saved before is as good as it was
        name = new_name(self.profile.handle, "run")
        self.workshop.studio.files.write(name, content, self._key())
        with self.slice.writing() as (session, _):
            version = session.get_one(Version, self.version.id)
            doom(session, version.saved)
            version.saved, version.saved_step = name, self.run.step
        self.saved = time.monotonic()

    def _report(self) -> None:
        if self.run is None or time.monotonic() - self.reported < REPORT_EVERY:
            return
        self.reported = time.monotonic()
        left = (self.run.planned - self.run.step) * self.unit_seconds
        numbers = {
            "step": self.run.step,
            "steps": self.run.planned,
            "seconds_left": round(left * 1.15, 1),  # samples and saving take their share
            "similarities": self.trail.similarities,
        }
        with self.slice.writing() as (_, work):
            report(work, **numbers)
        wake(self.workshop.redis, "news")

    # ── the end

    def _end(self) -> None:
        """Note what the version is from now on; the first poor training of a profile costs nothing."""
        template = self._template()
        erasure = None
        with self.slice.writing() as (session, work):
            version = session.get_one(Version, self.version.id)
            profile = session.get_one(Profile, self.profile.id)
            version.template = template
            version.state = profile.state = ProfileState.TRAINED
            version.trained_at = clock(session)
            version.seconds = work.seconds + self.slice.seconds
            if profile.retention == "delete":
                version.floor = None
            if profile.retention in ("delete", "template"):
                erasure = begin_photo_deletion(session, self.workshop.studio, profile)
            # Whoever stopped it had not waited for what it would have become.
            back = self.slice.wanted != "keep" and refundable(session, version)
            report(work, refunded=back)
            finish(session, work, WorkState.SUCCEEDED, used=0 if back else 1)
            seconds = version.seconds
        if erasure:
            destroy_keys(self.workshop.studio, erasure)
        if self.run is not None:
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
