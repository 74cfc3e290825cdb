"""What `models.toml` lists, as it lies on this machine: what is there, what is missing, and how to get it.

Reads only the file and the disk, so that it runs where no model could be loaded.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path
from typing import Any, Final

KINDS: Final = ("base", "pack", "captioner", "embedder", "scorer")

# What the families load; a repository holds other layouts and precisions besides, those of one file at its root.
_WANTED = ("*.json", "*.txt", "*.model")
_WEIGHTS = {"captioner": "*.safetensors"}
_USUAL_WEIGHTS = "*/*.safetensors"
_UNWANTED = ("*fp16*", "*non_ema*", "safety_checker/*")


@dataclass(frozen=True)
class Listed:
    """One model of the configuration, whether it is there or not."""

    kind: str  # one of `KINDS`
    name: str
    folder: Path
    licence: str
    hub: str  # its id where models are shared, or empty
    revision: str  # or empty: the operator's choice
    about: str  # family, content and look of a base, kind of a captioner
    files: Mapping[str, Path]  # those that are checked, by their names
    sha256: Mapping[str, str] = field(repr=False)

    @property
    def is_here(self) -> bool:
        """Whether there is anything at its place."""
        return self.folder.is_dir()

    @property
    def command(self) -> str:
        """What fetches it, to be typed by the operator; empty where nobody shares it."""
        if not self.hub:
            return ""
        revision = f" --revision {self.revision}" if self.revision else ""
        wanted = (*_WANTED, _WEIGHTS.get(self.kind, _USUAL_WEIGHTS))
        patterns = [f'--include "{one}"' for one in wanted] + [f'--exclude "{one}"' for one in _UNWANTED]
        return f"hf download {self.hub}{revision} --local-dir {self.folder} {' '.join(patterns)}"

    def fault(self) -> str:
        """What keeps it from being loaded, and what to do about it; empty if nothing does."""
        if not self.is_here:
            how = f"get it with: {self.command}" if self.hub else f"put it into {self.folder}"
            return f"is missing; {how}"
        if not self.sha256:
            return f"is not vouched for: name the sha256 of its weights in models.toml, such as\n{self._vouching()}"
        for name, expected in self.sha256.items():
            file = self.files[name]
            if not file.is_file():
                return f"lacks {name}: there is no file {file}"
            actual = _sha256_of(file)
            if actual != expected:
                return f"is not the configured one: {name} has the sha256 {actual}, not {expected}"
        return ""

    def _vouching(self) -> str:
        """The lines that would vouch for the weights that lie there now."""
        usual = self.folder.glob(_WEIGHTS.get(self.kind, _USUAL_WEIGHTS))
        weights = sorted(usual) or sorted(self.folder.glob("*.onnx"))
        lines = [f'"{file.relative_to(self.folder).as_posix()}" = "{_sha256_of(file)}"' for file in weights]
        return "\n".join([f"[{self.kind}s.{self.name}.sha256]", *lines])


def listed(file: Path) -> Iterator[Listed]:
    """Every model of `KINDS` that a `models.toml` names."""
    entries = tomllib.loads(file.read_text())
    for kind in KINDS:
        for name, entry in entries.get(f"{kind}s", {}).items():
            yield _one(kind, name, entry, file.parent)


def _one(kind: str, name: str, entry: dict[str, Any], root: Path) -> Listed:
    folder, sha256 = root / entry["path"], entry.get("sha256", {})
    about = ", ".join(entry[key] for key in ("family", "content", "look", "kind") if key in entry)
    return Listed(
        kind=kind,
        name=name,
        folder=folder,
        licence=entry["licence"],
        hub=entry.get("hub", ""),
        revision=entry.get("revision", ""),
        about=about,
        files={one: _place(one, entry, root, folder) for one in sha256},
        sha256=sha256,
    )


def _place(file: str, entry: Mapping[str, Any], root: Path, folder: Path) -> Path:
    """Where a checked file lies: beside the model, in it, or in what it takes its other parts from."""
    if file in ("faceid", "fast"):
        return root / str(entry[file])
    inside = folder / file
    return inside if inside.exists() or "rest" not in entry else root / str(entry["rest"]) / file


def _sha256_of(file: Path) -> str:
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()
