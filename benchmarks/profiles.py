"""The people whom benchmarks have learnt, under `benchmarks/profiles/`: the next benchmark, or run, finds them there.

A folder there is a studio of its own: database, files, keys. It is named after what a training depends on, the
weights and the sources, and each profile in it goes by the person's seed and the plan (`Bench.learn`). A training in
which a run was killed goes on in the next.
"""

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Final

from benchmarks.bench_studio import PHOTO_SIZE, Bench, bench
from benchmarks.weights import models_file
from core.families.catalogue import ADAPTERS, read

PROFILES: Final = Path("benchmarks/profiles")
KEPT: Final = 3  # folders: those that were used last

# What decides the weights that a training ends with, beside the base and its plan.
SOURCES: Final = (
    "benchmarks/bench_studio.py",
    "core/assessment", "core/captioning", "core/curation", "core/families", "core/generation", "core/training",
    "core/eyes.py", "core/faces.py", "core/onnx_models.py",
    "core/intake_formats.py", "core/schedule.py", "core/subjects.py", "core/wording.py",
    "core/jobs/captioning.py", "core/jobs/checkpoints.py", "core/jobs/class_pictures.py",
    "core/jobs/dataset.py", "core/jobs/learn.py", "core/jobs/look.py", "core/jobs/measured.py",
)  # fmt: skip
DRAWN_BY: Final = "pocket/*.py"  # the photos; its recipes are in the weights already


@contextmanager
def profiles(
    models: Path | None = None, folder: Path = PROFILES, photo_size: int = PHOTO_SIZE
) -> Iterator[Bench]:
    """Open the studio of the profiles that were learnt with these weights and sources; one process at a time."""
    with models_file() as measured:
        models = models or measured
        place = folder / key_of(models)
        place.mkdir(parents=True, exist_ok=True)
        with (place / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _forget_others(folder, place)
            with bench(models, photo_size, data=place) as studio:
                yield studio


def key_of(models: Path, base: str = "pocket", pack: str = "pocket") -> str:
    """What a training depends on, in short: the weights' sha256, the sources' and the base's recommendations.

    The judge of prompts is among them, by which a training chooses its checkpoint and its end, and the captioner,
    whose words it learns.
    """
    catalogue = read(models)
    entry = catalogue.bases[base]
    files = {path: known for path, known in entry.sha256.items() if path not in ADAPTERS}
    judges = [catalogue.packs[pack].sha256, *(scorer.sha256 for scorer in catalogue.scorers.values())]
    judges += [captioner.sha256 for captioner in catalogue.captioners.values()]
    weights = _short(json.dumps([files, *map(dict, judges)], sort_keys=True).encode())
    class_drawing = entry.class_drawing and asdict(entry.class_drawing)
    recommended = [entry.training, entry.steps, entry.cfg, entry.scheduler, entry.instance_tokens,
                   entry.class_images, class_drawing, entry.sample_words, entry.size]  # fmt: skip
    code = json.dumps(recommended, sort_keys=True).encode()
    for source in sources():
        code += source.as_posix().encode() + source.read_bytes()
    return f"{weights}-{_short(code)}"


def sources() -> list[Path]:
    """The files of `SOURCES` and those that draw the photos, in order."""
    named = [Path(source) for source in SOURCES]
    within = [file for one in named for file in (one.rglob("*.py") if one.is_dir() else [one])]
    return sorted([*within, *Path().glob(DRAWN_BY)])


def _short(content: bytes) -> str:
    return sha256(content).hexdigest()[:12]


def _forget_others(folder: Path, place: Path) -> None:
    """Keep only the folders that were used last; `place` is in use now, and others may be."""
    place.touch()
    others = [one for one in folder.iterdir() if (one / "lock").is_file() and one != place]
    newest = sorted(others, key=lambda one: one.stat().st_mtime, reverse=True)
    for old in newest[KEPT - 1 :]:
        with (old / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            shutil.rmtree(old)
