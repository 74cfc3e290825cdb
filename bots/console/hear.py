"""Lines of a terminal -> what is heard."""

import glob
from collections.abc import Sequence
from pathlib import Path

from core.conversation.messages import Chosen, Command, Heard, Option, Photos, Text, Upload

PICTURE_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".heic", ".avif", ".txt"}  # and of their captions


def hear(line: str, options: Sequence[Option]) -> Heard:
    """A number taps an option, a slash begins a command, paths of files are photos; the rest are words."""
    line = line.strip()
    if line.isdecimal() and 0 < int(line) <= len(options):
        return Chosen(options[int(line) - 1].key)
    if line.startswith("/") and not Path(line.split()[0]).exists():
        name, _, words = line[1:].partition(" ")
        if name == "import" and (weights := _files(words)):
            return Photos(tuple(upload(file) for file in weights))
        return Command(name, words)
    if files := _files(line):
        return Photos(tuple(upload(file) for file in files))
    return Text(line)


def upload(file: Path) -> Upload:
    """A file on this machine, announced like any other."""
    path = file.resolve()
    found = path.stat()
    return Upload(str(path), f"{path}:{found.st_mtime_ns}", found.st_size, path.name)


def _files(line: str) -> list[Path]:
    """The files that a line names, with patterns and folders opened; none unless every word is one."""
    found: list[Path] = []
    for word in line.split():
        path = Path(word).expanduser()
        if path.is_dir():
            found += sorted(file for file in path.iterdir() if file.suffix.lower() in PICTURE_SUFFIXES)
        elif matches := glob.glob(str(path)):  # noqa: PTH207  (patterns may be absolute)
            found += [Path(match) for match in sorted(matches) if Path(match).is_file()]
        else:
            return []
    return found
