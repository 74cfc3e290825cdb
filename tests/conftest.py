"""A studio of its own for every test that wants one: real SQLite, real files, real keys, in a temporary folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import Settings
from core.storage.studio import Studio
from tests.studios import empty, opened

# What is long or waits long is begun first, and not two of those that wait for many processes at a time: whatever
# is begun last keeps the other core idle.
FIRST = (
    "tests/test_worker_process.py",
    "tests/benchmarks/test_measures.py",
    "tests/test_up.py",
    "tests/chat/test_isolation.py",
    "tests/test_up_discord.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, the others in their order."""
    place = {file: number for number, file in enumerate(FIRST)}
    items.sort(key=lambda item: place.get(item.location[0], len(FIRST)))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return Settings(_env_file=None, data_dir=tmp_path / "data")  # type: ignore[call-arg]  # pydantic's own


@pytest.fixture
def studio(settings: Settings) -> Iterator[Studio]:
    empty(settings)
    studio = opened(settings)
    yield studio
    studio.engine.dispose()
