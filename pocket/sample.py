"""`python -m pocket.sample`: make the ready profile that every account starts with, through the studio itself.

The person is drawn and held out like the cast; the conversation is the one people have. What was learnt, the faces
that the filter compares with, and a picture come out as files; the entry for models.toml is printed.
"""

import asyncio
import sys
import tempfile
import threading
from pathlib import Path

import cv2
from sqlmodel import col, select

from bots.console.__main__ import Console
from bots.console.hear import upload
from bots.console.show import ConsolePlatform
from core.conversation.messages import Command, Photos, Text
from core.storage.database import reading
from core.storage.keys import photos_key, profile_key
from core.storage.studio import Studio, open_studio
from core.storage.tables import Checkpoint, Profile, Version
from core.up import start_studio
from pocket.cast import HELD_OUT, photos_of
from pocket.demo import Play, own_settings

SAMPLES = Path("pocket/weights/samples")
NAME, CLASS_WORD, TRIGGER = "Robin", "man", "zarobi"
PERSON = HELD_OUT + 500_031
COUNT, SIZE = 14, 512


async def converse(play: Play, photos: list[Path]) -> None:
    """As people do it."""
    working = asyncio.create_task(play.console.turns.run())
    try:
        await play.say("/new", Command("new"))
        await play.tap(CLASS_WORD)
        await play.until_said("What shall we call")
        await play.say("(a name)", Text(f"{NAME}, new"))  # the sample there is has the name
        await play.tap("Kept, encrypted")
        await play.tap("They agreed")
        await play.say("(photos)", Photos(tuple(upload(photo) for photo in photos), group="album"))
        await play.tap("That's all I have")
        await play.tap("Train")
        await play.until_said("is ready.")
    finally:
        working.cancel()


def keep(studio: Studio) -> str:
    """Write the files; answers the entry for models.toml."""
    with reading(studio.engine) as session:
        profile = session.exec(
            select(Profile).where(col(Profile.version_id).is_not(None), Profile.sample == "")
        ).one()
        version = session.get_one(Version, profile.version_id)
        best = session.exec(
            select(Checkpoint).where(
                Checkpoint.version_id == version.id, Checkpoint.step == version.best_step
            )
        ).one()
    SAMPLES.mkdir(parents=True, exist_ok=True)
    key = studio.keys.open(profile_key(profile.handle))
    file = SAMPLES / NAME.lower()
    file.with_suffix(".safetensors").write_bytes(studio.files.read(best.weights, key))
    template = studio.files.read(version.template, studio.keys.open(photos_key(profile.handle)))
    file.with_suffix(".npy").write_bytes(template)
    return "\n".join(
        [
            f"[samples.{NAME.lower()}]",
            f'name = "{NAME}"',
            f'class_word = "{CLASS_WORD}"',
            f'trigger = "{TRIGGER}"',
            f'base = "{version.base}"',
            f"similarity = {version.similarity:.3f}",
            f"own_similarity = {version.own_similarity:.3f}",
            f"floor = {version.floor:.3f}",
        ]
    )


def main() -> int:
    """Make the sample."""
    with tempfile.TemporaryDirectory() as folder:
        photos = []
        for number, drawing in enumerate(photos_of(PERSON, COUNT, SIZE)):
            path = Path(folder) / f"{number}.png"
            cv2.imwrite(str(path), cv2.cvtColor(drawing.pixels, cv2.COLOR_RGB2BGR))
            photos.append(path)
        settings = own_settings(Path(folder) / "studio")
        supervisor = start_studio(settings)
        threading.Thread(target=supervisor.watch, daemon=True).start()
        studio = open_studio(settings)
        try:
            platform = ConsolePlatform(studio, Path(folder) / "chat")
            play = Play(Console(studio, platform, "sample"), platform)
            platform.write = play.hear
            asyncio.run(converse(play, photos))
            print(keep(studio))
        finally:
            supervisor.stop()
            studio.engine.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main())
