"""Which weights are measured: those that ship, or those of the folder that `POCKET_WEIGHTS` names.

Such a folder has the layout of `pocket/weights`; its files are vouched for by nobody but whoever names it.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import torch

from core.assessment.fidelity import Fidelity, open_scorer
from core.captioning.attributes import Attributes
from core.faces import FacePack
from core.families import open_base
from core.families.catalogue import ADAPTERS, Base, Captioner, Embedder, Pack, Scorer, read, sha256_of
from core.families.family import Family
from pocket.judges import open_attributes

SHIPPED: Final = Path("pocket/weights")
WEIGHTS: Final = Path(os.environ.get("POCKET_WEIGHTS") or SHIPPED)
MODELS: Final = Path("models.toml")
INK: Final = "pocket-ink"


class WeightsMissing(Exception):
    """A benchmark needs weights that the measured folder lacks; the message says which and how to get them."""

    def __init__(self, part: str, recipe: str) -> None:
        super().__init__(
            f"{WEIGHTS / part} is not there: make pocket part={recipe}, or name a folder by POCKET_WEIGHTS"
        )


@contextmanager
def models_file() -> Iterator[Path]:
    """Yield a `models.toml` that names the measured weights, with their checksums.

    What the measured folder lacks keeps the checksum it has, so that it is refused only when it is asked for.
    """
    if WEIGHTS == SHIPPED:
        yield MODELS
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / MODELS.name
        text = _without_missing(MODELS.read_text())
        text = text.replace(f'"{SHIPPED}/', f'"{WEIGHTS.resolve()}/')
        file.write_text(text)
        catalogue = read(file)
        entries: list[Base | Pack | Captioner | Embedder | Scorer] = [
            *catalogue.bases.values(),
            *catalogue.packs.values(),
            *catalogue.captioners.values(),
            *catalogue.embedders.values(),
            *catalogue.scorers.values(),
        ]
        for entry in entries:
            for path, known in entry.sha256.items():
                if entry.file(path).is_file():
                    text = text.replace(known, sha256_of(entry.file(path)))
        file.write_text(text)
        yield file


@cache
def weights_hash() -> str:
    """A hash of the measured weights, short."""
    digest = sha256()
    for file in sorted(WEIGHTS.rglob("*")):
        if file.suffix in (".onnx", ".safetensors"):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _without_missing(text: str) -> str:
    """The configuration without those adapters that the measured folder lacks: a base that names them needs them."""
    for part in ADAPTERS:
        if not (WEIGHTS / "adapters" / f"{part}.safetensors").is_file():
            text = re.sub(rf"^{part} = .*\n", "", text, flags=re.MULTILINE)
    return text


def base(models: Path, name: str = "pocket") -> Family:
    """The base of this name, on an accelerator where there is one."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return open_base(read(models).bases[name], torch.device(device))


def shipped_pack() -> FacePack:
    """The face pack that the product filters with."""
    return FacePack.open(WEIGHTS / "faces", threads=torch.get_num_threads())


def grader() -> FacePack:
    """The second recogniser, which no other part has heard of: it grades pictures that the first one chose."""
    return FacePack.open(_present("grader", "grader"), threads=torch.get_num_threads())


def scorer() -> Fidelity:
    """The judge of prompts that the product asks."""
    with models_file() as models:
        return open_scorer(read(models).scorers["pocket"])


def attributes() -> Attributes:
    """The classifier of what a picture of a person shows, by attribute."""
    _present("judges/attributes.onnx", "attributes")
    return open_attributes(WEIGHTS / "judges")


def faceid() -> Path:
    """The adapter that draws whom an embedding stands for."""
    return _present("adapters/faceid.safetensors", "faceid")


def ink() -> Path:
    """The UNet of the second base."""
    return _present("ink/unet", "ink")


def _present(part: str, recipe: str) -> Path:
    if not (WEIGHTS / part).exists():
        raise WeightsMissing(part, recipe)
    return WEIGHTS / part
