"""Data keys, each wrapped by the master key, one small file per key; and what is sealed with them.

A key is destroyed by overwriting its file and unlinking it: from then on nobody opens what it sealed, in
whatever copy or backup that lies (crypto-shredding). The key store is therefore never part of a backup.
"""

import base64
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import fsspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import KeyGone, SettingMissing

KEY_BYTES = 32
NONCE_BYTES = 12  # what AES-GCM is specified for (NIST SP 800-38D)


def create_master_key(path: Path) -> None:
    """Write a new master key that only its owner may read, unless there is one."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_master_key(path: Path) -> bytes:
    """The master key's 32 bytes; raises `SettingMissing` when the file is not there or is not one."""
    if not path.exists():
        raise SettingMissing("MASTER_KEY_FILE", f"{path} does not exist")
    key = base64.b64decode(path.read_bytes())
    if len(key) != KEY_BYTES:
        raise SettingMissing("MASTER_KEY_FILE", f"{path} holds {len(key)} bytes, not {KEY_BYTES}")
    return key


def seal(key: bytes, plain: bytes, place: str) -> bytes:
    """Encrypt for one place: what was sealed for another place does not open there."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, place.encode())


def unseal(key: bytes, sealed: bytes, place: str) -> bytes:
    """Decrypt what `seal` made for this place; raises `InvalidTag` if it was altered."""
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())


def account_key(handle: int) -> str:
    """The name of the key for what belongs to an account and to no profile."""
    return f"account-{handle}"


def profile_key(handle: int) -> str:
    """The name of the key for everything of a profile but its photos."""
    return f"profile-{handle}"


def photos_key(handle: int) -> str:
    """The name of the key for a profile's photos, crops, latents and contact sheets."""
    return f"photos-{handle}"


def photo_place(handle: int, number: int) -> str:
    """What the record of one of a profile's photos is sealed for."""
    return f"photo-{handle}-{number}"


def space_key(handle: int) -> str:
    """The name of the key for what a space and its members are called."""
    return f"space-{handle}"


@dataclass(frozen=True)
class KeyStore:
    """Creates, opens and destroys data keys in a folder or bucket of their own."""

    url: str
    master: bytes

    def _place(self, name: str) -> tuple[fsspec.AbstractFileSystem, str]:
        files, root = open_place(self.url)
        return files, f"{root}/{name}.key"

    def create(self, name: str) -> bytes:
        """Make and store a key unless there is one; raises `KeyGone` for a buried name."""
        existing = self.find(name)
        if existing is not None:
            return existing
        if self.is_buried(name):
            raise KeyGone(name)
        key = secrets.token_bytes(KEY_BYTES)
        files, path = self._place(name)
        wrapped = seal(self.master, key, name)
        if is_local(files):
            write_durably(Path(path), wrapped)
        else:
            files.pipe_file(path, wrapped)
        return key

    def find(self, name: str) -> bytes | None:
        """The key, or None when it never was or is destroyed."""
        files, path = self._place(name)
        try:
            wrapped = files.cat_file(path)
        except FileNotFoundError:
            return None
        try:
            return unseal(self.master, wrapped, name)
        except InvalidTag:
            return None  # overwritten, and the unlinking did not happen any more

    def open(self, name: str) -> bytes:
        """The key; raises `KeyGone` when it is destroyed."""
        key = self.find(name)
        if key is None:
            raise KeyGone(name)
        return key

    def destroy(self, name: str) -> None:
        """Overwrite and unlink; destroying what is gone already is no error."""
        files, path = self._place(name)
        if not files.exists(path):
            return
        noise = secrets.token_bytes(NONCE_BYTES + KEY_BYTES + 16)
        if is_local(files):
            with Path(path).open("r+b") as file:
                file.write(noise)
                file.flush()
                os.fsync(file.fileno())
            Path(path).unlink()
        else:
            files.pipe_file(path, noise)
            files.rm_file(path)

    def bury(self, name: str) -> None:
        """Destroy and leave a marker: neither a late writer nor a restored backup brings it to life again."""
        files, path = self._place(name)
        marker = path.removesuffix(".key") + ".gone"
        if is_local(files):
            write_durably(Path(marker), b"")
        else:
            files.pipe_file(marker, b"")
        self.destroy(name)

    def is_buried(self, name: str) -> bool:
        """Whether this key was buried."""
        files, path = self._place(name)
        return bool(files.exists(path.removesuffix(".key") + ".gone"))

    def derive(self, purpose: str) -> bytes:
        """A key of the installation for one purpose (RFC 5869), such as signing the queue's messages."""
        return HKDF(hashes.SHA256(), KEY_BYTES, None, purpose.encode()).derive(self.master)

    def fingerprint(self, purpose: str, value: bytes) -> str:
        """A keyed hash: equal values can be found, but nobody without the master key can guess them."""
        mac = hmac.HMAC(self.derive(purpose), hashes.SHA256())
        mac.update(value)
        return mac.finalize().hex()[:32]


@cache
def open_place(url: str) -> tuple[fsspec.AbstractFileSystem, str]:
    """The file system of an address and the path in it; reading an address takes longer than reading a key."""
    files, root = fsspec.core.url_to_fs(url)
    return files, root


def is_local(files: fsspec.AbstractFileSystem) -> bool:
    """Whether these files lie on this machine's disk."""
    return "file" in files.protocol


def write_durably(path: Path, content: bytes) -> None:
    """Write under another name, sync, rename, sync the folder: a crash leaves the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _unfinished(path) as partial:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _unfinished(path: Path) -> Iterator[Path]:
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}.partial")
    try:
        yield partial
    finally:
        partial.unlink(missing_ok=True)
