"""What a process of the studio keeps open: settings, database, keys and files."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from core.settings import Settings
from core.storage.database import open_engine
from core.storage.files import SealedFiles
from core.storage.keys import KeyStore, create_master_key, read_master_key, seal, unseal


@dataclass(frozen=True)
class Studio:
    """Made once by an entry point and passed down."""

    settings: Settings
    engine: Engine
    keys: KeyStore
    files: SealedFiles

    def seal(self, key: str, content: object, place: str) -> bytes:
        """Seal a JSON value with a key that is created when it is not there yet."""
        return seal(self.keys.create(key), json.dumps(content).encode(), place)

    def unseal(self, key: str, sealed: bytes, place: str) -> Any:
        """Open a sealed JSON value; raises `KeyGone`."""
        return json.loads(unseal(self.keys.open(key), sealed, place))


def open_studio(settings: Settings) -> Studio:
    """Open everything; the master key is created on the first start."""
    create_master_key(settings.master_key)
    master = read_master_key(settings.master_key)
    return Studio(
        settings,
        open_engine(settings.database),
        KeyStore(settings.keys, master),
        SealedFiles(settings.storage),
    )
