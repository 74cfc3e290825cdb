"""A small studio at work: a real server, the real models trained for moments only, and people with photos."""

import io
import json
import shutil
import subprocess
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image
from sqlmodel import col, delete, select, update

from core.chat import arrivals, news
from core.conversation.messages import Chosen, Command, Option, Photos, Reply, Text, Upload
from core.families.catalogue import ADAPTERS, sha256_of
from core.jobs import announce, open_workshop, run
from core.jobs.workshop import Workshop
from core.settings import Settings
from core.storage.database import reading, writing
from core.storage.studio import Studio
from core.storage.tables import Profile, Version, Work, WorkerRow, WorkKind, WorkState
from core.up import server_command, wait_for_server
from core.upkeep import Upkeep
from core.work_queue import connect
from pocket.cast import HELD_OUT, photos_of
from tests.chat.people import Person
from tests.studios import empty, opened

ROOT = Path(__file__).resolve().parents[2]
SUBJECT, STRANGER = HELD_OUT + 1, HELD_OUT + 22
# So short a training learns next to nothing, by every line of code that a long one runs.
TRAINING = {
    "steps": 12,
    "most_steps": 0,
    "checkpoint_every": 4,
    "samples": 1,
    "rank": 4,
    "alpha": 4,
    "batch": 1,
    "prior_batch": 1,
}
# Where one checkpoint is as good as three.
BRIEF = {"steps": 4}


@contextmanager
def embedded_server() -> Iterator[str]:
    """The embedded server in a folder of its own; answers its address."""
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_in(Path(folder))
        server = subprocess.Popen(server_command(settings), stdout=subprocess.DEVNULL)
        try:
            wait_for_server(settings)
            yield f"unix://{settings.server_socket}"
        finally:
            server.terminate()
            server.wait(10)


def settings_in(folder: Path, **chosen: Any) -> Settings:
    """Settings of a studio in a folder, whatever the environment says."""
    given: dict[str, Any] = {
        "database_url": "",
        "redis_url": "",
        "storage_url": "",
        "keys_url": "",
        "models_file": ROOT / "models.toml",
        "base": "pocket",
        "pack": "pocket",
        "device": "cpu",
        "threads": 1,
        "unlimited": True,
    }
    return Settings(_env_file=None, data_dir=folder, **(given | chosen))  # type: ignore[call-arg]  # pydantic's own


def write_models(
    folder: Path,
    *,
    class_images: int = 4,
    steps: int = 4,
    lowest_floor: float | None = None,
    faceid: Path | None = None,
    **training: float,
) -> Path:
    """The repository's models.toml with moments of training, and drawings of few steps.

    It has neither the base in ink nor acceleration, and only those FaceID weights that are named.
    """
    entries = tomllib.loads((ROOT / "models.toml").read_text())
    base, pack = entries["bases"]["pocket"], entries["packs"]["pocket"]
    del entries["bases"]["pocket-ink"]
    for part in ADAPTERS:
        del base[part], base["sha256"][part]
    base |= {"steps": steps, "class_images": class_images, "sample_words": [""]}
    base["class_drawing"] |= {"steps": steps}
    for table in (base["training"], *(one for one in base["training"].values() if isinstance(one, dict))):
        table |= TRAINING | training
    if faceid:
        base |= {"faceid": str(faceid)}
        base["sha256"] |= {"faceid": sha256_of(faceid)}
    for entry in (base, pack, *entries["captioners"].values(), *entries.get("embedders", {}).values()):
        entry["path"] = str(ROOT / entry["path"])
    for entry in entries["scorers"].values():
        entry |= {key: str(ROOT / entry[key]) for key in ("path", "tokenizer")}
    if lowest_floor is not None:
        faces = shutil.copytree(pack["path"], folder / "faces")
        thresholds = json.loads((faces / "thresholds.json").read_text())
        (faces / "thresholds.json").write_text(json.dumps(thresholds | {"lowest_floor": lowest_floor}))
        pack["path"] = str(faces)
    file = folder / "models.toml"
    file.write_text("\n".join(_toml(entries)))
    return file


def _toml(table: dict[str, Any], *names: str) -> Iterator[str]:
    """TOML's lines; what JSON calls a value TOML writes alike."""
    if names:
        yield f"[{'.'.join(names)}]"
    for key, value in table.items():
        if not isinstance(value, dict):
            yield f"{json.dumps(key)} = {json.dumps(value)}"
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _toml(value, *names, key)


@dataclass
class Workplace:
    """One studio, one worker in this process, and the duties that keep it going."""

    studio: Studio
    workshop: Workshop
    upkeep: Upkeep

    def turn(self) -> Work | None:
        """Let the dispatcher choose, and do one slice of what it chose."""
        announce(self.workshop, time.time())
        self.upkeep.dispatch()
        with reading(self.studio.engine) as session:
            lined_up = session.exec(
                select(Work).where(Work.state == WorkState.DISPATCHED, Work.worker == self.workshop.name)
            ).first()
        if lined_up is None:
            return None
        run(lined_up.id or 0, lined_up.turn)
        return lined_up

    def files(self) -> list[str]:
        """The files that belong to somebody; class images are everybody's."""
        return [name for name in self.studio.files.names() if not name.startswith("class/")]

    def work(self) -> list[WorkKind]:
        """Do everything that waits; answers what was done, slice by slice."""
        done = []
        while work := self.turn():
            done.append(work.kind)
        return done

    def last(self, kind: WorkKind) -> Work:
        """The newest work of a kind."""
        with reading(self.studio.engine) as session:
            found = session.exec(select(Work).where(Work.kind == kind).order_by(col(Work.id).desc())).first()
        assert found is not None
        return found


@contextmanager
def workplace(
    folder: Path, server: str, models: Path, name: str = "w1", **chosen: Any
) -> Iterator[Workplace]:
    """Open a studio in a folder with a worker in this process."""
    settings = settings_in(folder, redis_url=server, models_file=models, **chosen)
    empty(settings)
    studio = opened(settings)
    workshop = open_workshop(studio, name)
    try:
        yield Workplace(studio, workshop, Upkeep(studio, connect(settings)))
    finally:
        with writing(studio.engine) as session:
            session.execute(delete(WorkerRow).where(col(WorkerRow.name) == name))
        workshop.intake.close()
        workshop.redis.close()
        studio.engine.dispose()


@cache
def photos(count: int = 6, person: int = SUBJECT, first_scene: int = 5000) -> tuple[bytes, ...]:
    """Good photos of a drawn person, as JPEG files."""
    return tuple(jpeg(photo.pixels) for photo in photos_of(person, count, 256, first_scene=first_scene))


def jpeg(pixels: Any, quality: int = 92) -> bytes:
    """A picture as a JPEG file."""
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "JPEG", quality=quality)
    return written.getvalue()


def send(person: Person, contents: Sequence[bytes]) -> None:
    """Send files; they are fetched as the platform's bot would."""
    sent = {f"{person.updates}-{number}": content for number, content in enumerate(contents)}
    person.say(Photos(tuple(Upload(ref, ref, len(content)) for ref, content in sent.items()), "album"))
    while waiting := arrivals.waiting(person.studio, person.platform):
        for arrival in waiting:
            arrivals.keep(person.studio, arrival, sent[arrival.upload.ref])


def hear(person: Person) -> list[Reply]:
    """Let the conversation hear the workers' news; answers what it says then."""
    while news(person.studio, person.platform):
        pass
    return person.read()


def begin(person: Person, retention: str = "Kept", name: str = "Ana summer") -> None:
    """A draft that lacks only its photos."""
    person.say(Command("new"))
    person.tap("woman")
    person.say(Text(name))
    person.tap(retention)
    person.tap("It's me")


def confirm(place: Workplace, person: Person, retention: str = "Kept", name: str = "Ana summer") -> Profile:
    """A profile with good photos whose training is queued."""
    begin(person, retention, name)
    send(person, photos())
    place.work()
    hear(person)
    profile = newest_profile(person.studio)
    person.say(Chosen(f"photos:{profile.handle}:done"))
    person.tap("Train")
    return newest_profile(person.studio)


def newest_profile(studio: Studio) -> Profile:
    """The profile that was opened last, samples aside."""
    with reading(studio.engine) as session:
        found = session.exec(
            select(Profile).where(Profile.sample == "").order_by(col(Profile.id).desc())
        ).first()
    assert found is not None
    return found


def version_of(studio: Studio, profile: Profile) -> Version:
    """A profile's current version as it stands."""
    with reading(studio.engine) as session:
        return session.get_one(Version, session.get_one(Profile, profile.id).version_id)


def change(studio: Studio, row: Profile | Version | Work, **values: Any) -> None:
    """Write columns of a row directly, as time or another process would."""
    with writing(studio.engine) as session:
        table = type(row)
        session.execute(update(table).where(col(table.id) == row.id).values(**values))


def refreshed(studio: Studio, work: Work) -> Work:
    """A work row as it stands."""
    with reading(studio.engine) as session:
        return session.get_one(Work, work.id)


def options_of(person: Person) -> list[Option]:
    """Everything that could be tapped in the chat as it stands."""
    return [one for reply in person.messages.values() for one in getattr(reply, "options", ())]
