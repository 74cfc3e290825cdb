"""`make demo`: one whole conversation through the console, from photos to filtered pictures, played as it happens.

Everything is real: the server, upkeep and a worker run as they do for `make up`; only the person is played, and the
photos are of a drawn person whom no training of the base model has seen. Ends with 1 if any part did not happen.
"""

import asyncio
import json
import os
import shutil
import sys
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import torch
from sqlmodel import col, select

from bots.console.__main__ import Console
from bots.console.hear import upload
from bots.console.show import ConsolePlatform
from bots.turns import open_picture
from core.conversation.messages import Chosen, Command, Heard, Photos, Text
from core.conversation.views import Shown
from core.faces import FacePack, similarity
from core.families import open_base
from core.families.catalogue import read as read_catalogue
from core.families.family import usual_request
from core.intake import Intake
from core.jobs.draw import to_png
from core.settings import Settings
from core.sheets import sheet
from core.storage.database import reading
from core.storage.keys import profile_key
from core.storage.studio import Studio, open_studio
from core.storage.tables import PictureRow, Profile, Version, Work, WorkKind
from core.up import Supervisor, start_studio
from pocket.cast import DemoPhoto, write_demo

OUTPUT = Path("demo-output")
PATIENCE = 300.0  # seconds for any one answer
PLANTED = {"duplicate": "duplicate", "blurred": "blurred", "somebody else": "other_person"}
SHOWN = 6  # pictures in a row of the sheet


@dataclass
class Play:
    """The person who is played, and what has been said so far."""

    console: Console
    platform: ConsolePlatform
    said: list[str] = field(default_factory=list)

    def hear(self, text: str) -> None:
        """What the bot says is printed and kept."""
        print(text, flush=True)
        self.said.append(text)

    async def say(self, words: str, heard: Heard) -> None:
        """The person says something."""
        print(f"ana > {words}", flush=True)
        await self.console.say(heard)

    async def tap(self, label: str) -> None:
        """Wait for an option and tap it."""
        await self.until(lambda: self._option(label) is not None, f"the option {label!r}")
        await self.say(f"[{label}]", Chosen(self._option(label) or ""))
        self.platform.seen.clear()

    def _option(self, label: str) -> str | None:
        seen = reversed(self.platform.seen)
        return next((one.key for one in seen if one.label.startswith(label)), None)

    async def until(self, happened: Callable[[], bool], what: str) -> None:
        """Wait until something happened; raises `TimeoutError` naming it."""
        ends = time.monotonic() + PATIENCE
        while not happened():
            if time.monotonic() > ends:
                raise TimeoutError(f"waited {PATIENCE:g} s for {what}")
            await asyncio.sleep(0.05)

    async def until_said(self, part: str, times: int = 1) -> None:
        """Wait until the bot has said this so often."""
        await self.until(lambda: sum(part in text for text in self.said) >= times, f"{part!r}")


async def converse(play: Play, photos: list[DemoPhoto]) -> None:
    """The conversation, from the greeting to the second drawing."""
    working = asyncio.create_task(play.console.turns.run())
    try:
        await play.say("/start", Command("start"))
        await play.until_said("sample profile")
        await play.tap("Make my own")
        await play.tap("man")
        await play.until_said("What shall we call")
        await play.say("Robin's brother", Text("Robin's brother"))
        await play.tap("Kept, encrypted")
        await play.tap("They agreed")
        await play.until_said("Now the photos")
        files = tuple(upload(photo.path) for photo in photos)
        await play.say(f"(sends {len(files)} photos as files)", Photos(files, group="album"))
        await play.tap("That's all I have")
        await play.tap("Train")
        await play.until_said("is ready.")
        await play.say("/imagine smiling, blue background", Command("imagine", "smiling, blue background"))
        await play.until_said("Likeness under each", 1)
        await play.say("/imagine green shirt --n 4", Command("imagine", "green shirt --n 4"))
        await play.until_said("Likeness under each", 2)
    finally:
        working.cancel()


@dataclass(frozen=True)
class Outcome:
    """What is in the records after the conversation."""

    profile: Profile
    version: Version
    training: Work
    pictures: list[PictureRow]


def outcome(studio: Studio) -> Outcome:
    """Read what the conversation left."""
    with reading(studio.engine) as session:
        training = session.exec(select(Work).where(Work.kind == WorkKind.LEARN)).one()
        profile = session.get_one(Profile, training.profile_id)
        version = session.get_one(Version, training.version_id)
        pictures = list(
            session.exec(
                select(PictureRow)
                .where(PictureRow.profile_id == profile.id)
                .order_by(col(PictureRow.work_id), col(PictureRow.number))
            )
        )
    return Outcome(profile, version, training, pictures)


def untrained(
    settings: Settings, photos: list[DemoPhoto], class_word: str
) -> tuple[list[bytes], list[float]]:
    """What the base answers to the same prompt without any training, and how like the subject that is."""
    catalogue = read_catalogue(settings.models_file)
    family = open_base(catalogue.bases[settings.base], torch.device("cpu"))
    pack = FacePack.open(catalogue.packs[settings.pack].path)
    with Intake() as intake:
        good = [intake.open(photo.path.read_bytes()).pixels for photo in photos if photo.truth == "good"]
    embeddings = [faces[0].embedding for pixels in good if (faces := pack.faces_in(pixels))]
    prompt = f"a photo of a {family.base.instance_tokens[0]} {class_word}"
    pictures = family.draw(usual_request(family, prompt), range(1, SHOWN + 1))
    found = [pack.faces_in(pixels) for pixels in pictures]
    return [to_png(pixels) for pixels in pictures], [
        similarity(faces[0].embedding, embeddings) if faces else 0.0 for faces in found
    ]


def reasons(studio: Studio, photos: list[DemoPhoto], said: list[str]) -> list[dict[str, Any]]:
    """Every refused photo with its reason, by the panel's own words."""
    panel = next(text for text in reversed(said) if "thank you." in text and "Looking" not in text)
    words = {"is the same picture": "duplicate", "is blurred": "blurred", "somebody else": "other_person"}
    refused = []
    for number, photo in enumerate(photos, 1):
        for line in panel.splitlines():
            if f"Photo {number} " in line or f"Photo {number}:" in line:
                reason = next((code for part, code in words.items() if part in line), "other")
                refused.append({"file": photo.path.name, "reason": reason, "said": line.strip()})
    return refused


def peak_memory(supervisor: Supervisor) -> float:
    """The processes' own peaks of resident memory, added up, in MB."""
    total = 0.0
    for process in [os.getpid(), *(one.process.pid for one in supervisor.watched if one.process)]:
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                total += int(line.split()[1]) / 1024
    return round(total, 1)


def leave(studio: Studio, play: Play, photos: list[DemoPhoto], memory: float) -> dict[str, Any]:
    """Write pictures, sheet and report; answers the report."""
    done = outcome(studio)
    key = profile_key(done.profile.handle)
    kept: list[tuple[bytes, str]] = []
    for row in done.pictures:
        content = open_picture(studio, Shown(row.file, key))
        likeness = "no face" if row.similarity is None else f"{row.similarity:.2f}"
        folder = OUTPUT / ("dropped" if row.dropped else "delivered")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{row.work_id}-{row.number}-{likeness.replace(' ', '-')}.png").write_bytes(content)
        if not row.dropped:
            kept.append((content, f"trained {likeness}"))
    before, likenesses = untrained(studio.settings, photos, "man")
    shown = [(photo.path.read_bytes(), f"photo {number}") for number, photo in enumerate(photos, 1)
             if photo.truth == "good"][:SHOWN]  # fmt: skip
    shown += [(content, f"untrained {value:.2f}") for content, value in zip(before, likenesses, strict=True)]
    shown += kept[:SHOWN]
    (OUTPUT / "sheet.jpg").write_bytes(sheet([one for one, _ in shown], [label for _, label in shown], SHOWN))
    delivered = [row.similarity for row in done.pictures if not row.dropped and row.similarity is not None]
    refused = reasons(studio, photos, play.said)
    report = {
        "photos_accepted": len(photos) - len(refused),
        "photos_rejected": refused,
        "train_seconds": round(done.version.seconds, 1),
        "train_steps": json.loads(done.training.progress)["step"],
        "similarity_untrained": round(median(likenesses), 3),
        "similarity_trained": round(median(delivered), 3) if delivered else None,
        "floor": None if done.version.floor is None else round(done.version.floor, 3),
        "delivered": len(delivered),
        "dropped": sum(bool(row.dropped) for row in done.pictures),
        "peak_memory_mb": memory,
    }
    (OUTPUT / "report.json").write_text(json.dumps(report, indent=2) + "\n")
    return report


def missing(report: dict[str, Any], photos: list[DemoPhoto]) -> list[str]:
    """What did not happen as it should."""
    wrong = []
    truth = {photo.path.name: PLANTED[photo.truth] for photo in photos if photo.truth != "good"}
    said = {entry["file"]: entry["reason"] for entry in report["photos_rejected"]}
    # Of two copies of one picture either may be the one that is kept: the better.
    pairs = {photo.repeats.name: photo.path.name for photo in photos if photo.repeats}
    said = {pairs.get(name, name) if reason == "duplicate" else name: reason for name, reason in said.items()}
    if said != truth:
        wrong.append(f"refused were {said}, planted were {truth}")
    trained, floor = report["similarity_trained"], report["floor"]
    if trained is None or floor is None or trained <= floor:
        wrong.append(f"similarity {trained} is not above the floor {floor}")
    elif trained < report["similarity_untrained"] + 0.3:
        wrong.append(f"similarity {trained} is not 0.3 above the untrained {report['similarity_untrained']}")
    if report["delivered"] < 4:
        wrong.append(f"only {report['delivered']} pictures were delivered")
    return wrong


def own_settings(folder: Path) -> Settings:
    """A studio of the demo's own, whatever the environment says; its processes inherit it."""
    for name in Settings.model_fields:
        os.environ[name.upper()] = ""
    os.environ |= {"DATA_DIR": str(folder.resolve()), "MODELS_FILE": "models.toml", "BASE": "pocket"}
    for name in set(Settings.model_fields) - {"data_dir", "models_file", "base"}:
        default = Settings.model_fields[name].default
        os.environ[name.upper()] = "" if default in (None, "") else str(default)
    os.environ.pop("MASTER_KEY_FILE")
    return Settings(_env_file=None)  # type: ignore[call-arg]  # pydantic's own


def main() -> int:
    """Play the demo; 0 when all of it happened."""
    warnings.filterwarnings("ignore", ".*estimate.*is deprecated", FutureWarning)  # insightface's call
    began = time.monotonic()
    shutil.rmtree(OUTPUT, ignore_errors=True)
    photos = write_demo(OUTPUT / "photos")
    settings = own_settings(OUTPUT / "studio")
    supervisor = start_studio(settings)
    threading.Thread(target=supervisor.watch, daemon=True).start()
    studio = open_studio(settings)
    try:
        platform = ConsolePlatform(studio, OUTPUT / "chat")
        play = Play(Console(studio, platform, "Ana"), platform)
        platform.write = play.hear
        asyncio.run(converse(play, photos))
        report = leave(studio, play, photos, peak_memory(supervisor))
    finally:
        supervisor.stop()
        studio.engine.dispose()
    print(json.dumps(report, indent=2))
    wrong = missing(report, photos)
    for line in wrong:
        print(f"DID NOT HAPPEN: {line}", file=sys.stderr)
    print(
        f"{OUTPUT}/ holds the pictures, sheet.jpg and report.json; {time.monotonic() - began:.0f} s in all."
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
