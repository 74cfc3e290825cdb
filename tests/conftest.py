"""A studio of its own for every test that wants one: real SQLite, real files, real keys, in a temporary folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import Settings
from core.storage.studio import Studio, open_studio
from core.up import migrate


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return Settings(_env_file=None, data_dir=tmp_path / "data")  # type: ignore[call-arg]  # pydantic's own


@pytest.fixture
def studio(settings: Settings) -> Iterator[Studio]:
    migrate(settings)
    studio = open_studio(settings)
    yield studio
    studio.engine.dispose()
