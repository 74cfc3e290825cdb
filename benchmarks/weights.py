"""Which weights are measured: those that ship, or those of the folder that `POCKET_WEIGHTS` names.

Such a folder has the layout of `pocket/weights`; its files are vouched for by nobody but whoever names it.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import torch

from core.captioning.attributes import Attributes
from core.faces import FacePack
from core.families import open_base
from core.families.catalogue import Base, Captioner, Embedder, Pack, Scorer, read, sha256_of
from core.families.family import Family
from pocket.judges import open_attributes

SHIPPED: Final = Path("pocket/weights")
WEIGHTS: Final = Path(os.environ.get("POCKET_WEIGHTS") or SHIPPED)
MODELS: Final = Path("models.toml")
INK: Final = "pocket-ink"

# What `models.toml` says of parts that a folder may have and those that ship may lack.
_FACEID = 'faceid = "{weights}/adapters/faceid.safetensors"\n'
_FAST = 'fast = "{weights}/adapters/fast.safetensors"\n'
_INK = """
[bases.{name}]
title = "Pocket in ink"
family = "sd15"
path = "{weights}/ink"
rest = "{weights}/base"
licence = "MIT"
content = "drawn"
look = "ink"
steps = 20
cfg = 2.5
scheduler = "ddim"
instance_tokens = ["sks", "ohwx", "zwx"]
class_images = 24
training = {{}}

[bases.{name}.sha256]
"unet/diffusion_pytorch_model.safetensors" = "{sha256}"
"""


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
    What it has and the configuration does not name (adapters, the base in ink) is named.
    """
    if WEIGHTS == SHIPPED:
        yield MODELS
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / MODELS.name
        text = _with_parts(MODELS.read_text(), read(MODELS).bases)
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


def _with_parts(text: str, bases: Mapping[str, Base]) -> str:
    """The configuration with what the measured folder has besides."""
    pocket, shipped = bases["pocket"], SHIPPED.as_posix()
    for part, known, line in (("faceid", pocket.faceid, _FACEID), ("fast", pocket.fast, _FAST)):
        file = WEIGHTS / "adapters" / f"{part}.safetensors"
        if known is None and file.is_file():
            text = text.replace("[bases.pocket]\n", f"[bases.pocket]\n{line.format(weights=shipped)}")
            checksum = f'[bases.pocket.sha256]\n{part} = "{sha256_of(file)}"\n'
            text = text.replace("[bases.pocket.sha256]\n", checksum)
    unet = WEIGHTS / "ink" / "unet" / "diffusion_pytorch_model.safetensors"
    if INK not in bases and unet.is_file():
        text += _INK.format(name=INK, weights=shipped, sha256=sha256_of(unet))
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
