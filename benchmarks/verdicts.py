"""[first-verdict-p95-s] From a photo's arrival to its verdict in the records, while a training runs."""

import asyncio
import os
import tempfile
import threading
import time
from functools import partial
from pathlib import Path

import cv2
from sqlmodel import select

from benchmarks.row import Row, percentile, row
from benchmarks.weights import models_file
from bots.console.__main__ import Console
from bots.console.hear import upload
from bots.console.show import ConsolePlatform
from core.conversation.messages import Command, Photos, Text
from core.storage.database import reading
from core.storage.studio import Studio, open_studio
from core.storage.tables import Photo, PhotoState, Profile, ProfileState, Work, WorkKind, WorkState
from core.up import start_studio
from pocket.cast import HELD_OUT, photos_of
from pocket.demo import Play, own_settings

PHOTOS, FULL_PHOTOS = 15, 40


def run(*, full: bool) -> list[Row]:
    """Real processes: server, upkeep, worker; one training, and photos of the next draft meanwhile."""
    kept = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder, models_file() as models:
        settings = own_settings(Path(folder) / "studio").model_copy(update={"models_file": models})
        os.environ["MODELS_FILE"] = str(models)
        supervisor = start_studio(settings)
        threading.Thread(target=supervisor.watch, daemon=True).start()
        studio = open_studio(settings)
        try:
            waits = asyncio.run(_measure(studio, Path(folder), FULL_PHOTOS if full else PHOTOS))
        finally:
            supervisor.stop()
            studio.engine.dispose()
            os.environ.clear()
            os.environ.update(kept)
    return [row("first-verdict-p95-s", percentile(waits, 0.95), "s", most=3, n=len(waits))]


def _files(folder: Path, person: int, count: int) -> list[Path]:
    files = []
    for number, drawing in enumerate(photos_of(person, count, 1024)):
        path = folder / f"{person}-{number}.jpg"
        cv2.imwrite(str(path), cv2.cvtColor(drawing.pixels, cv2.COLOR_RGB2BGR))
        files.append(path)
    return files


async def _measure(studio: Studio, folder: Path, count: int) -> list[float]:
    platform = ConsolePlatform(studio, folder / "chat")
    play = Play(Console(studio, platform, "bench"), platform)
    platform.write = play.said.append
    working = asyncio.create_task(play.console.turns.run())
    try:
        await _train(play, studio, _files(folder, HELD_OUT + 1, 12))
        await play.say("/new", Command("new"))
        files = _files(folder, HELD_OUT + 22, count)
        waits: list[float] = []
        for file in files:
            began = time.perf_counter()
            await play.say(file.name, Photos((upload(file),)))
            await play.until(partial(_judged, studio, len(waits) + 1), "a verdict")
            waits.append(time.perf_counter() - began)
            if not _training(studio):
                raise RuntimeError("the training ended before all photos were sent: measure fewer")
            await asyncio.sleep(0.7)  # people send photos at their own pace
    finally:
        working.cancel()
    return waits


async def _train(play: Play, studio: Studio, files: list[Path]) -> None:
    await play.say("/new", Command("new"))
    await play.tap("man")
    await play.until_said("What shall we call")
    await play.say("name", Text("First"))
    await play.tap("Kept, encrypted")
    await play.tap("They agreed")
    await play.say("photos", Photos(tuple(upload(file) for file in files), group="album"))
    await play.tap("That's all I have")
    await play.tap("Train")
    await play.until(lambda: _training(studio), "the training's first step")


def _training(studio: Studio) -> bool:
    """Whether the training has taken its first steps and not ended."""
    with reading(studio.engine) as session:
        work = session.exec(select(Work).where(Work.kind == WorkKind.LEARN)).first()
    open_ = (WorkState.PENDING, WorkState.DISPATCHED, WorkState.RUNNING)
    return work is not None and work.state in open_ and '"step"' in work.progress


def _judged(studio: Studio, count: int) -> bool:
    with reading(studio.engine) as session:
        photos = session.exec(
            select(Photo.id)
            .join(Profile, Profile.id == Photo.profile_id)  # type: ignore[arg-type]  # columns, not values
            .where(Profile.state == ProfileState.DRAFT, Photo.state == PhotoState.JUDGED)
        ).all()
    return len(photos) >= count
