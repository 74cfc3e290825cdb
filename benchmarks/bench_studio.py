"""A studio in this process for benchmarks: the product's own conversation and jobs, without the queue between them."""

import io
import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
from core.jobs import open_workshop, run
from core.jobs.workshop import Workshop
from core.settings import Settings
from core.storage.database import reading, writing
from core.storage.keys import profile_key
from core.storage.studio import Studio, open_studio
from core.storage.tables import Photo, PictureRow, Profile, ProfileState, Version, Work, WorkState
from core.subjects import PHOTOS as COUNTS
from core.up import migrate, server_command, wait_for_server
from pocket.cast import photos_of
from pocket.people import make_person

PHOTOS = 12
PHOTO_SIZE = 1024


class Bench:
    """People who make profiles and draw them; work is done when `work` is called."""

    def __init__(self, studio: Studio, workshop: Workshop, photo_size: int = PHOTO_SIZE) -> None:
        self.studio, self.workshop = studio, workshop
        self._updates = 0
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

    def learn(self, seed: int, plan: dict[str, Any] | None = None, user: str = "") -> Profile:
        """A profile of a held-out person from 12 photos, trained."""
        user = user or f"{seed}-{self._updates}"
        profile = self.train(self.draft(seed, self.photos(seed), user), plan, user)
        if profile.state != ProfileState.TRAINED:
            raise RuntimeError(f"person {seed} is {profile.state}: {profile.reason}")
        return profile

    def draft(self, seed: int, pictures: Sequence[Pixels], user: str) -> Profile:
        """A draft of a held-out person with these photos, which were looked at."""
        person = make_person(seed)
        self.say(user, Command("new"))
        handle = self._draft(user)
        word = {"boy": "man", "girl": "woman"}.get(person.kind, person.kind)
        for heard in (
            Chosen(f"class:{handle}:{word}"),
            Text(f"Person {seed}"),
            Chosen(f"keep:{handle}:keep"),
            Chosen(f"consent:{handle}:agreed"),
            Photos(tuple(Upload(f"{number}", f"{number}") for number in range(len(pictures))), "album"),
        ):
            self.say(user, heard)
        while waiting := arrivals.waiting(self.studio, "console"):
            for arrival in waiting:
                pixels = pictures[int(arrival.upload.ref)]
                _, encoded = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
                arrivals.keep(self.studio, arrival, encoded.tobytes())
        self.work()
        return self._profile(handle)

    def put_back(self, draft: Profile, user: str, *, always: bool) -> Profile:
        """Take every photo that could be opened, or only where too few are good: what an owner may do with a tap."""
        with reading(self.studio.engine) as session:
            photos = session.exec(select(Photo).where(Photo.profile_id == draft.id)).all()
        if always or sum(photo.chosen for photo in photos) < COUNTS[draft.method].least:
            for photo in photos:
                if photo.file and not photo.chosen:
                    self.say(user, Chosen(f"in:{draft.handle}:{photo.number}"))
            self.work()
        return self._profile(draft.handle)

    def train(self, draft: Profile, plan: dict[str, Any] | None, user: str) -> Profile:
        """Confirm a draft and train it; what came of it."""
        self.say(user, Chosen(f"photos:{draft.handle}:done"))
        self.say(user, Chosen(f"train:{draft.handle}:yes"))
        with writing(self.studio.engine) as session:
            version_id = session.get_one(Profile, draft.id).version_id
            if plan and version_id:
                session.get_one(Version, version_id).plan = json.dumps(plan)
        self.work()
        return self._profile(draft.handle)

    def _profile(self, handle: int) -> Profile:
        with reading(self.studio.engine) as session:
            return session.exec(select(Profile).where(Profile.handle == handle)).one()

    def version(self, profile: Profile) -> Version:
        """The profile's current version."""
        with reading(self.studio.engine) as session:
            return session.get_one(Version, profile.version_id)

    def draw(self, profile: Profile, user: str, words: str) -> list[PictureRow]:
        """The pictures that the current profile's owner gets for these words."""
        self.say(user, Command("imagine", words))
        self.work()
        with reading(self.studio.engine) as session:
            newest = session.exec(
                select(Work).where(Work.profile_id == profile.id).order_by(col(Work.id).desc())
            ).first()
            return list(session.exec(select(PictureRow).where(PictureRow.work_id == (newest and newest.id))))

    def pixels(self, profile: Profile, picture: PictureRow) -> Pixels:
        """A picture that was made, delivered or not."""
        content = self.studio.files.read(picture.file, self.studio.keys.open(profile_key(profile.handle)))
        with Image.open(io.BytesIO(content)) as opened:
            return np.array(opened.convert("RGB"))

    def words(self, profile: Profile) -> dict[str, Any]:
        """What the owner said of the profile: its class word, its trigger and the rest."""
        place = f"profile-{profile.handle}"
        words: dict[str, Any] = self.studio.unseal(profile_key(profile.handle), profile.sealed, place)
        return words

    def _draft(self, user: str) -> int:
        with reading(self.studio.engine) as session:
            drafts = (
                select(Profile).where(Profile.state == ProfileState.DRAFT).order_by(col(Profile.id).desc())
            )
            return session.exec(drafts).first().handle  # type: ignore[union-attr]  # it was just opened


@contextmanager
def bench(models: Path | None = None, photo_size: int = PHOTO_SIZE) -> Iterator[Bench]:
    """A studio in a temporary folder with its own server, on the measured weights or another configuration's."""
    with tempfile.TemporaryDirectory() as folder, models_file() as measured:
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]  # pydantic's own
            data_dir=Path(folder),
            models_file=models or measured,
        )
        server = subprocess.Popen(server_command(settings))
        try:
            wait_for_server(settings)
            migrate(settings)
            studio = open_studio(settings)
            workshop = open_workshop(studio, "bench")
            yield Bench(studio, workshop, photo_size)
            workshop.intake.close()
            studio.engine.dispose()
        finally:
            server.terminate()
            server.wait()
