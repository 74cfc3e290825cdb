"""Every setting, read once by an entry point and passed down; importing this module reads nothing."""

import hashlib
import os
import tempfile
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

LONGEST_SOCKET = 100  # characters; Linux takes 107


class Settings(BaseSettings):
    """Where things are and what the operator allows; in the environment the names are in capitals."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    data_dir: Path = Path("data")
    database_url: str = ""
    redis_url: str = ""
    storage_url: str = ""
    keys_url: str = ""
    master_key_file: Path | None = None

    telegram_token: str = ""
    telegram_api_url: str = "https://api.telegram.org"
    discord_token: str = ""
    discord_api_url: str = ""

    models_file: Path = Path("models.toml")
    base: str = "pocket"
    pack: str = "pocket"
    scoring_pack: str = ""  # scores checkpoints instead of the pack that filters (SPEC S5)
    scorer: str = "pocket"  # judges how prompts are obeyed; empty: nobody does
    captioner: str = "pocket"  # says what is on photos beside their subject; empty: nobody does
    embedder: str = "pocket"  # tells subjects without a face apart; empty: nobody does
    upscaler: str = ""  # makes parts of photos larger that are too small to learn from; empty: Lanczos
    device: str = "auto"  # auto, cpu, cuda
    threads: int = 0  # of torch; 0: one fewer than there are cores

    unlimited: bool = True  # credits are counted but never run out (SPEC A2)
    free_pictures: int = Field(default=10, ge=0)
    free_trainings: int = Field(default=1, ge=0)
    minors: bool = False  # classes of minors (SPEC A5)

    def place(self, given: str, folder: str) -> str:
        """An address for fsspec: the one that was set, or a folder under `data_dir`."""
        return given or f"file://{(self.data_dir / folder).resolve()}"

    @property
    def database(self) -> str:
        """The database's address; SQLite in `data_dir` unless another was set."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'likeness.db').resolve()}"

    @property
    def storage(self) -> str:
        """Where sealed files lie."""
        return self.place(self.storage_url, "files")

    @property
    def keys(self) -> str:
        """Where wrapped data keys lie: never in the database, nor in its backups."""
        return self.place(self.keys_url, "keys")

    @property
    def master_key(self) -> Path:
        """The file of the master key."""
        return self.master_key_file or self.data_dir / "master.key"

    @property
    def server_socket(self) -> Path:
        """The unix socket of the embedded server."""
        path = (self.data_dir / "run" / "server.sock").resolve()
        if len(str(path)) < LONGEST_SOCKET:
            return path
        short = hashlib.sha256(str(path).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"likeness-{os.getuid()}-{short}" / "server.sock"
