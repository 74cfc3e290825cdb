"""A studio in this process for benchmarks: the product's own conversation and jobs, without the queue between them."""

import io
import json
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image
from sqlmodel import col, select

from benchmarks.weights import models_file
from core.artifacts import Pixels
from core.chat import Incoming, arrivals, respond
from core.conversation.messages import Chosen, Command, Heard, Photos, Text, Upload
from core.jobs import announce, open_workshop, run
from core.jobs.workshop import Workshop
from core.settings import Settings
from core.storage.database import reading, writing
from core.storage.keys import profile_key
from core.storage.studio import Studio, open_studio
from core.storage.tables import (
    OPEN_WORK,
    Account,
    Identity,
    Photo,
    PictureRow,
    Profile,
    ProfileState,
    Version,
    Work,
    WorkKind,
    WorkState,
)
from core.storage.work import take_away
from core.subjects import LORA, PHOTOS as COUNTS
from core.up import migrate, server_command, wait_for_server
from core.verdicts import SOFT
from pocket.cast import photos_of
from pocket.people import make_person

PHOTOS = 12
PHOTO_SIZE = 1024
CHANCE = 1  # the seed of every training, so that one that is learnt anew is the same


class Bench:
    """People who make profiles and draw them; work is done when `work` is called.

    Whoever was learnt in this studio before, in the same way and from as many photos, is not learnt again.
    """

    def __init__(self, studio: Studio, workshop: Workshop, photo_size: int = PHOTO_SIZE) -> None:
        self.studio, self.workshop = studio, workshop
        self._updates = time.time_ns()  # after those of every earlier process
        self._photo_size = photo_size
        self._photos: dict[int, list[Pixels]] = {}

    def photos(self, seed: int) -> list[Pixels]:
        """The photos that a person is learnt from; large ones take longer to draw than to learn from."""
        if seed not in self._photos:
            self._photos = {seed: [one.pixels for one in photos_of(seed, PHOTOS, self._photo_size)]}
        return self._photos[seed]

    def say(self, user: str, heard: Heard) -> None:
        """One turn."""
        self._updates += 1
        announce(self.workshop, time.time())
        respond(self.studio, Incoming("console", "bench", self._updates, user, user, heard))

    def work(self) -> None:
        """Do everything that waits, most urgent first, without a queue."""
        while True:
            with reading(self.studio.engine) as session:
                waiting = session.exec(select(Work).where(Work.state == WorkState.PENDING)).all()
            if not waiting:
                return
            first = min(waiting, key=lambda one: (one.kind == "learn", one.id))
            run(first.id or 0, first.turn)

    def learn(
        self,
        seed: int,
        plan: Mapping[str, Any] | None = None,
        *,
        method: str = LORA,
        photos: int = PHOTOS,
        insist: bool = False,
    ) -> Profile:
        """The profile of a held-out person, learnt by a method from some of their 12 photos, now or before.

        A training that was stopped on the way goes on. `plan` is what differs from what is recommended; whoever
        insists puts back what was refused where too few photos are good, as an owner may.
        """
        how = json.dumps([method, photos, self._photo_size, dict(plan or {})], sort_keys=True)
        user = f"{seed}-{sha256(how.encode()).hexdigest()[:8]}"
        profile = self._known(user)
        if profile is None:
            self._begin(user, seed, method, self.photos(seed)[:photos])
            if insist:
                self.put_back(self._made(user), user, always=False)
            profile = self._confirmed(user, {**(plan or {})})
        return self._trained(profile, user)

    def _known(self, user: str) -> Profile | None:
        """The profile that this user has confirmed, if there is one and it did not fail."""
        states = (ProfileState.QUEUED, ProfileState.TRAINING, ProfileState.TRAINED)
        with reading(self.studio.engine) as session:
            return session.exec(
                select(Profile)
                .join(Identity, col(Identity.account_id) == col(Profile.account_id))
                .where(Identity.user == user, Profile.sample == "", col(Profile.state).in_(states))
                .order_by(col(Profile.id).desc())
            ).first()

    def _begin(self, user: str, seed: int, method: str, pictures: Sequence[Pixels]) -> None:
        """Say everything that a profile needs, up to the last photo, in a draft that is new."""
        kind = make_person(seed).kind
        word = {"boy": "man", "girl": "woman"}.get(kind, kind)
        if (left := self._draft(user)) is not None:  # by a process that was killed
            self.say(user, Chosen(f"drop:{left}:yes"))
        self.say(user, Command("new"))
        handle = self._draft(user)
        way = [Chosen(f"way:{handle}:{method}")] if method != LORA else []
        answers: list[Heard] = [
            *way,
            Chosen(f"class:{handle}:{word}"),
            Text(f"Person {seed}"),
            Chosen(f"keep:{handle}:keep"),
            Chosen(f"consent:{handle}:agreed"),
            Photos(tuple(Upload(f"{number}", f"{number}") for number in range(len(pictures))), "album"),
        ]
        for heard in answers:
            self.say(user, heard)
        while waiting := arrivals.waiting(self.studio, "console"):
            for arrival in waiting:
                pixels = pictures[int(arrival.upload.ref)]
                _, encoded = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
                arrivals.keep(self.studio, arrival, encoded.tobytes())
        self.work()

    def _confirmed(self, user: str, plan: dict[str, Any]) -> Profile:
        """Let the training be confirmed; its plan and its chance are the benchmark's."""
        handle = self._draft(user)
        self.say(user, Chosen(f"photos:{handle}:done"))
        self.say(user, Chosen(f"train:{handle}:yes"))
        with writing(self.studio.engine) as session:
            profile = session.exec(select(Profile).where(Profile.handle == handle)).one()
            if profile.version_id:
                version = session.get_one(Version, profile.version_id)
                version.plan, version.seed = json.dumps(plan), CHANCE
        return profile

    def draft(self, seed: int, pictures: Sequence[Pixels], user: str) -> Profile:
        """A draft of a held-out person with these photos, which were looked at."""
        self._begin(user, seed, LORA, pictures)
        return self._made(user)

    def put_back(self, draft: Profile, user: str, *, always: bool) -> Profile:
        """Take every photo that an owner may insist on, or only where too few are good.

        Who belongs to a set is judged anew with each photo that its owner keeps, so that this may take two rounds.
        """
        if always or sum(photo.chosen for photo in self._photos_of(draft)) < COUNTS[draft.method].least:
            while left := [
                one.number for one in self._photos_of(draft) if one.verdict in SOFT and not one.owner
            ]:
                for number in left:
                    self.say(user, Chosen(f"in:{draft.handle}:{number}"))
                self.work()
        return self._made(user)

    def _photos_of(self, draft: Profile) -> Sequence[Photo]:
        with reading(self.studio.engine) as session:
            return session.exec(select(Photo).where(Photo.profile_id == draft.id)).all()

    def train(self, user: str, plan: Mapping[str, Any]) -> Profile:
        """Confirm a user's draft and train it; raises RuntimeError where that could not be."""
        return self._trained(self._confirmed(user, {**plan}), user)

    def _trained(self, profile: Profile, user: str) -> Profile:
        """Do what waits and return a profile as it is then; raises RuntimeError where it could not be trained."""
        self.work()
        with reading(self.studio.engine) as session:
            profile = session.get_one(Profile, profile.id)
        if profile.state != ProfileState.TRAINED:
            raise RuntimeError(f"the profile of {user} is {profile.state} {profile.reason}")
        return profile

    def _made(self, user: str) -> Profile:
        with reading(self.studio.engine) as session:
            return session.exec(select(Profile).where(Profile.handle == self._draft(user))).one()

    def version(self, profile: Profile) -> Version:
        """The profile's current version."""
        with reading(self.studio.engine) as session:
            return session.get_one(Version, profile.version_id)

    def ask(self, profile: Profile, command: Command) -> None:
        """Let a profile's owner, who has no other, ask for something, and do it."""
        with reading(self.studio.engine) as session:
            owner = session.exec(select(Identity).where(Identity.account_id == profile.account_id)).one()
        self.say(owner.user, command)
        self.work()

    def draw(self, profile: Profile, words: str) -> list[PictureRow]:
        """The pictures that a profile's owner gets for these words."""
        self.ask(profile, Command("imagine", words))
        with reading(self.studio.engine) as session:
            newest = session.exec(
                select(Work).where(Work.profile_id == profile.id).order_by(col(Work.id).desc())
            ).first()
            return list(session.exec(select(PictureRow).where(PictureRow.work_id == (newest and newest.id))))

    def pixels(self, profile: Profile, picture: PictureRow) -> Pixels:
        """A picture that was made, delivered or not."""
        with Image.open(io.BytesIO(self.read(profile, picture.file))) as opened:
            return np.array(opened.convert("RGB"))

    def read(self, profile: Profile, file: str) -> bytes:
        """A sealed file of a profile."""
        return self.studio.files.read(file, self.studio.keys.open(profile_key(profile.handle)))

    def words(self, profile: Profile) -> dict[str, Any]:
        """What the owner said of the profile: its class word, its trigger and the rest."""
        place = f"profile-{profile.handle}"
        words: dict[str, Any] = self.studio.unseal(profile_key(profile.handle), profile.sealed, place)
        return words

    def release(self) -> None:
        """Let trainings that a process was killed in go on here; whatever else it left is given up."""
        with writing(self.studio.engine) as session:
            for work in session.exec(select(Work).where(col(Work.state).in_(OPEN_WORK))).all():
                if work.kind == WorkKind.LEARN:
                    work.state, work.worker, work.lease_until = WorkState.PENDING, "", 0.0
                    work.turn += 1
                else:
                    take_away(session, work, "cancelled")

    def _draft(self, user: str) -> int | None:
        """The handle of the profile that a user is making."""
        with reading(self.studio.engine) as session:
            return session.exec(
                select(Profile.handle)
                .join(Account, col(Account.draft_id) == col(Profile.id))
                .join(Identity, col(Identity.account_id) == col(Account.id))
                .where(Identity.user == user)
            ).first()


@contextmanager
def bench(
    models: Path | None = None, photo_size: int = PHOTO_SIZE, data: Path | None = None
) -> Iterator[Bench]:
    """A studio with its own server, on the measured weights or another configuration's.

    It lies in `data`, with what was learnt there before, or in a temporary folder.
    """
    with tempfile.TemporaryDirectory() as folder, models_file() as measured:
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]  # pydantic's own
            data_dir=data or Path(folder),
            models_file=models or measured,
        )
        server = subprocess.Popen(server_command(settings))
        try:
            wait_for_server(settings)
            migrate(settings)
            studio = open_studio(settings)
            workshop = open_workshop(studio, "bench")
            opened = Bench(studio, workshop, photo_size)
            opened.release()
            yield opened
            workshop.intake.close()
            studio.engine.dispose()
        finally:
            server.terminate()
            server.wait()
