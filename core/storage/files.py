"""Sealed files: encrypted in chunks, opened to memory only.

A file is a header and chunks, each sealed with AES-GCM under a nonce made of a random prefix, the chunk's
number and whether it is the last one, so that chunks can be neither swapped, repeated nor cut off unseen (the
STREAM construction: Hoang, Reyhanitabar, Rogaway, Vizar, 2015).
"""

import secrets
import shutil
import struct
from dataclasses import dataclass
from pathlib import Path

import fsspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.storage.keys import is_local, open_place, write_durably

MAGIC = b"LKS1"
CHUNK = 1 << 20
PREFIX_BYTES = 7  # + 4 of the chunk's number + 1 of "last" = the 12 of a nonce


@dataclass(frozen=True)
class SealedFiles:
    """Files in a folder or bucket; names are `<profile handle>/<kind>-<random>`."""

    url: str

    def _place(self, name: str) -> tuple[fsspec.AbstractFileSystem, str]:
        files, root = open_place(self.url)
        return files, f"{root}/{name}"

    def write(self, name: str, content: bytes, key: bytes) -> None:
        """Seal and store; a file of that name is replaced, never torn."""
        files, path = self._place(name)
        sealed = _seal_chunks(name, content, key)
        if is_local(files):
            write_durably(Path(path), sealed)
        else:
            files.pipe_file(path, sealed)

    def read(self, name: str, key: bytes) -> bytes:
        """Open; raises `FileNotFoundError`, or `cryptography.exceptions.InvalidTag` for an altered file."""
        files, path = self._place(name)
        return _open_chunks(name, files.cat_file(path), key)

    def delete(self, name: str) -> None:
        """Remove one file; removing what is not there is no error."""
        files, path = self._place(name)
        if files.exists(path):
            files.rm_file(path)

    def delete_folder(self, folder: str) -> None:
        """Remove everything under a folder."""
        files, path = self._place(folder)
        if files.exists(path):
            files.rm(path, recursive=True)

    def names(self, folder: str = "") -> list[str]:
        """Every file below a folder, by name."""
        files, root = open_place(self.url)
        start = f"{root}/{folder}".rstrip("/")
        if not files.exists(start):
            return []
        return sorted(path.removeprefix(root).lstrip("/") for path in files.find(start))

    def free_bytes(self) -> int | None:
        """Room left on the disk; None where the store has no such thing."""
        files, root = open_place(self.url)
        if not is_local(files):
            return None
        Path(root).mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(root).free


def new_name(handle: int, kind: str) -> str:
    """A name for a new file of a profile that nobody can guess and nothing else has."""
    return f"{handle}/{kind}-{secrets.token_hex(12)}"


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + struct.pack(">IB", number, last)


def _seal_chunks(name: str, content: bytes, key: bytes) -> bytes:
    prefix = secrets.token_bytes(PREFIX_BYTES)
    cipher = AESGCM(key)
    starts = range(0, max(len(content), 1), CHUNK)
    chunks = [
        cipher.encrypt(
            _nonce(prefix, number, start == starts[-1]), content[start : start + CHUNK], name.encode()
        )
        for number, start in enumerate(starts)
    ]
    return b"".join([MAGIC, prefix, *chunks])


def _open_chunks(name: str, sealed: bytes, key: bytes) -> bytes:
    prefix = sealed[len(MAGIC) : len(MAGIC) + PREFIX_BYTES]
    body = memoryview(sealed)[len(MAGIC) + PREFIX_BYTES :]
    cipher = AESGCM(key)
    size = CHUNK + 16  # the tag
    starts = range(0, max(len(body), 1), size)
    return b"".join(
        cipher.decrypt(_nonce(prefix, number, start == starts[-1]), body[start : start + size], name.encode())
        for number, start in enumerate(starts)
    )
