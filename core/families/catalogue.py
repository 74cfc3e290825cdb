"""The models that the configuration names: where they are, what they are, on what terms."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path
from typing import Any, TypeVar

from core.errors import ModelUnusable


@dataclass(frozen=True)
class Base:
    """A base model of the configuration; `training` holds the defaults of a training on it.

    `rest` is another model's folder, for one whose own folder holds some parts only, such as a UNet that was
    taught another look: whatever is not under `path` is taken from there.
    """

    name: str
    title: str
    family: str
    path: Path
    licence: str
    content: str  # "drawn", or anything else for what may show people as they are
    look: str
    steps: int
    cfg: float
    scheduler: str
    instance_tokens: tuple[str, ...]
    class_images: int  # how many a training on it learns from, and a floor is calibrated with
    sha256: Mapping[str, str] = field(repr=False)  # by path under `path`, or `faceid`, or `fast`
    training: Mapping[str, Any] = field(repr=False)  # settings of `core.training.plan`
    rest: Path | None = None
    size: int = 0  # the side of the pictures it trains on and draws, in pixels; 0 is the model's own
    hub: str = ""  # its id where models are shared; only `core.doctor models` reads it, nothing is fetched
    revision: str = ""
    faceid: Path | None = None  # IP-Adapter FaceID weights for this base
    fast: Path | None = None  # a low-rank change with which a few steps do

    def file(self, path: str) -> Path:
        """Where a file of the model lies; `faceid` and `fast` are the files of these names."""
        beside = {"faceid": self.faceid, "fast": self.fast}.get(path)
        if beside is not None:
            return beside
        return self.path / path if self.rest is None or (self.path / path).exists() else self.rest / path


@dataclass(frozen=True)
class Pack:
    """A face pack of the configuration: a detector and a recogniser."""

    name: str
    path: Path
    licence: str
    sha256: Mapping[str, str] = field(repr=False)

    def file(self, path: str) -> Path:
        """Where a file of the pack lies."""
        return self.path / path


Entry = TypeVar("Entry", Base, Pack)


@dataclass(frozen=True)
class Catalogue:
    """Every base model and face pack, by name."""

    bases: Mapping[str, Base]
    packs: Mapping[str, Pack]


def read(file: Path) -> Catalogue:
    """Read a `models.toml`; raises ModelUnusable naming an entry with a missing or unknown key."""
    with file.open("rb") as opened:
        entries = tomllib.load(opened)
    folder = file.parent
    return Catalogue(
        bases={name: _entry(Base, name, entry, folder) for name, entry in entries.get("bases", {}).items()},
        packs={name: _entry(Pack, name, entry, folder) for name, entry in entries.get("packs", {}).items()},
    )


def _entry(kind: type[Entry], name: str, entry: dict[str, Any], folder: Path) -> Entry:
    """Make one entry; its paths are relative to the configuration's folder."""
    try:
        placed = entry | {"path": folder / entry["path"]}
        for key in {"rest", "faceid", "fast"} & entry.keys():
            placed[key] = folder / entry[key]
        if "instance_tokens" in placed:
            placed["instance_tokens"] = tuple(placed["instance_tokens"])
        return kind(name=name, **placed)
    except KeyError as error:
        raise ModelUnusable(name, f"{error} is not in the configuration") from error
    except TypeError as error:
        raise ModelUnusable(name, str(error)) from error


def check(entry: Base | Pack) -> None:
    """Raise ModelUnusable unless the model may be loaded and is, to the byte, the one that was configured."""
    if isinstance(entry, Base) and entry.content != "drawn":
        raise ModelUnusable(
            entry.name, f'content = "{entry.content}" needs a safety judge, and none is present'
        )
    if not entry.path.is_dir():
        raise ModelUnusable(entry.name, f"there is no folder {entry.path}")
    if not entry.sha256:
        raise ModelUnusable(entry.name, "the configuration names no sha256 of its files")
    for part in ("faceid", "fast"):
        if getattr(entry, part, None) is not None and part not in entry.sha256:
            raise ModelUnusable(entry.name, f"the configuration names no sha256 of its {part} file")
    for path, expected in entry.sha256.items():
        file = entry.file(path)
        if not file.is_file():
            raise ModelUnusable(entry.name, f"there is no file {file}")
        actual = sha256_of(file)
        if actual != expected:
            raise ModelUnusable(entry.name, f"{path} has the sha256 {actual}, not {expected}")


def sha256_of(file: Path) -> str:
    """The sha256 of a file, in hexadecimal, as the configuration has it."""
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()
