"""The models that the configuration names: where they are, what they are, on what terms."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path
from typing import Any, Final, TypeVar

from core.errors import ModelUnusable

# The files that a base may have beside its folder, by the names under which its sha256 has them.
ADAPTERS: Final = ("faceid", "fast")

# What a base takes from the one that it is `like`, where its own entry does not say: how it draws and is trained.
_RECOMMENDED: Final = (
    "size", "bucket_step", "steps", "cfg", "scheduler",
    "class_images", "class_drawing", "sample_words", "training",
)  # fmt: skip


@dataclass(frozen=True)
class ClassDrawing:
    """How images of a class are drawn where that is not as pictures usually are."""

    steps: int
    cfg: float
    scheduler: str


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
    training: Mapping[str, Any] = field(repr=False)  # of `core.training.plan`: see `settings`
    class_drawing: ClassDrawing | None = None  # of what a training keeps to; None: as usual
    sample_words: tuple[
        str, ...
    ] = ()  # asked for beside the subject at every checkpoint; empty: the usual ones
    rest: Path | None = None
    bucket_step: int = (
        0  # it trains on other shapes too, whose sides are multiples of so many pixels; 0: squares
    )
    size: int = 0  # the side of the pictures it trains on and draws, in pixels; 0 is the model's own
    hub: str = ""  # its id where models are shared; only `core.doctor models` reads it, nothing is fetched
    revision: str = ""
    faceid: Path | None = None  # IP-Adapter FaceID weights for this base
    fast: Path | None = None  # a low-rank change with which a few steps do
    fast_steps: int = 4  # so many, unless others are asked for

    def settings(self, method: str) -> dict[str, Any]:
        """The defaults of a training by a method: what holds for all, and over it the table of the method's name."""
        common = {name: value for name, value in self.training.items() if not isinstance(value, Mapping)}
        return {**common, **self.training.get(method, {})}

    def file(self, path: str) -> Path:
        """Where a file of the model lies; `faceid` and `fast` are the files of these names."""
        beside = {"faceid": self.faceid, "fast": self.fast}.get(path)
        if beside is not None:
            return beside
        return self.path / path if self.rest is None or (self.path / path).exists() else self.rest / path


class InFolder:
    """What lies in one folder of the configuration."""

    path: Path

    def file(self, path: str) -> Path:
        """Where a file of it lies."""
        return self.path / path


@dataclass(frozen=True)
class Pack(InFolder):
    """A face pack of the configuration: a detector and a recogniser, and a file of 106 landmarks if there is one."""

    name: str
    path: Path
    licence: str
    sha256: Mapping[str, str] = field(repr=False)  # by path under `path`, or `landmarks`
    landmarks: Path | None = None

    def file(self, path: str) -> Path:
        """Where a file of it lies; `landmarks` is the file of this name."""
        return self.landmarks if path == "landmarks" and self.landmarks else super().file(path)


@dataclass(frozen=True)
class Scorer(InFolder):
    """A judge of prompts of the configuration; `kind` is a name of `core.assessment.fidelity.SCORERS`."""

    name: str
    kind: str
    path: Path
    licence: str
    sha256: Mapping[str, str] = field(repr=False)
    tokenizer: Path | None = None  # a folder, for a kind whose own folder has none
    content: str = ""  # the only content of bases whose pictures it knows; empty: any


@dataclass(frozen=True)
class Captioner(InFolder):
    """A captioner of the configuration; `kind` is a name of `core.captioning.captioner.CAPTIONERS`."""

    name: str
    kind: str
    path: Path
    licence: str
    sha256: Mapping[str, str] = field(repr=False)
    content: str = ""  # the only content of bases whose photos it knows; empty: any
    prompt: str = ""  # what a model that takes instructions is asked; empty: the usual
    hub: str = ""  # its id where models are shared; only `core.doctor models` reads it, nothing is fetched
    revision: str = ""


@dataclass(frozen=True)
class Embedder(InFolder):
    """What subjects without a face are told apart by: a folder as `core.curation.embedding` describes it."""

    name: str
    path: Path
    licence: str
    sha256: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class UpscalerEntry(InFolder):
    """A model of the configuration that makes pictures larger: an ONNX file."""

    name: str
    path: Path  # the folder of the file
    model: str  # its name there
    licence: str
    sha256: Mapping[str, str] = field(repr=False)


Entry = TypeVar("Entry", Base, Pack, Scorer, Captioner, Embedder, UpscalerEntry)


@dataclass(frozen=True)
class Catalogue:
    """Every base model, face pack, judge of prompts, captioner, embedder of subjects and upscaler, by name."""

    bases: Mapping[str, Base]
    packs: Mapping[str, Pack]
    scorers: Mapping[str, Scorer] = field(default_factory=dict)
    captioners: Mapping[str, Captioner] = field(default_factory=dict)
    embedders: Mapping[str, Embedder] = field(default_factory=dict)
    upscalers: Mapping[str, UpscalerEntry] = field(default_factory=dict)


def read(file: Path) -> Catalogue:
    """Read a `models.toml`; raises ModelUnusable naming an entry with a missing or unknown key."""
    with file.open("rb") as opened:
        entries = tomllib.load(opened)
    folder = file.parent
    bases = entries.get("bases", {})
    return Catalogue(
        bases=_table(Base, {name: _recommended(name, bases) for name in bases}, folder),
        packs=_table(Pack, entries.get("packs", {}), folder),
        scorers=_table(Scorer, entries.get("scorers", {}), folder),
        captioners=_table(Captioner, entries.get("captioners", {}), folder),
        embedders=_table(Embedder, entries.get("embedders", {}), folder),
        upscalers=_table(UpscalerEntry, entries.get("upscalers", {}), folder),
    )


def _recommended(name: str, bases: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A base's entry with what it takes from the one that it is `like`."""
    own = dict(bases[name])
    if "like" not in own:
        return own
    like, complete = own.pop("like"), [other for other, entry in bases.items() if "like" not in entry]
    if like not in complete:
        raise ModelUnusable(name, f'like = "{like}" is none of {", ".join(complete)}')
    return {key: bases[like][key] for key in _RECOMMENDED if key in bases[like]} | own


def _table(kind: type[Entry], entries: dict[str, dict[str, Any]], folder: Path) -> dict[str, Entry]:
    return {name: _entry(kind, name, entry, folder) for name, entry in entries.items()}


def _entry(kind: type[Entry], name: str, entry: dict[str, Any], folder: Path) -> Entry:
    """Make one entry; its paths are relative to the configuration's folder."""
    try:
        placed = entry | {"path": folder / entry["path"]}
        for key in {"rest", *ADAPTERS, "tokenizer", "landmarks"} & entry.keys():
            placed[key] = folder / entry[key]
        for key in {"instance_tokens", "sample_words"} & entry.keys():
            placed[key] = tuple(entry[key])
        if "class_drawing" in entry:
            placed["class_drawing"] = ClassDrawing(**entry["class_drawing"])
        return kind(name=name, **placed)
    except KeyError as error:
        raise ModelUnusable(name, f"{error} is not in the configuration") from error
    except TypeError as error:
        raise ModelUnusable(name, str(error)) from error


def _needs_no_judge(base: Base) -> bool:
    """Whether what a base makes may be shown without a safety judge (SPEC A5)."""
    return base.content == "drawn"


def is_usable(base: Base) -> bool:
    """Whether nothing that can be seen at a glance keeps a base from being loaded; `check` looks closely."""
    return (
        _needs_no_judge(base) and bool(base.sha256) and all(base.file(path).is_file() for path in base.sha256)
    )


def check(entry: Base | Pack | Scorer | Captioner | Embedder | UpscalerEntry) -> None:
    """Raise ModelUnusable unless the model may be loaded and is, to the byte, the one that was configured."""
    if isinstance(entry, Base) and not _needs_no_judge(entry):
        raise ModelUnusable(
            entry.name, f'content = "{entry.content}" needs a safety judge, and none is present'
        )
    if not entry.path.is_dir():
        raise ModelUnusable(entry.name, f"there is no folder {entry.path}")
    if not entry.sha256:
        raise ModelUnusable(entry.name, "the configuration names no sha256 of its files")
    for part in (*ADAPTERS, "landmarks"):
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
