"""Models are loaded once for all tests; every test or module has a studio of its own."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import pytest
import torch

from core.faces import FacePack
from core.families import open_base
from core.families.catalogue import read
from core.families.family import Family
from core.jobs.class_pictures import class_pictures
from core.work_queue import connect
from tests.chat.people import Person
from tests.jobs.workplace import Workplace, embedded_server, settings_in, workplace, write_models


class Opens(Protocol):
    """Opens a workplace in a folder; the same folder again is the same studio with another worker."""

    def __call__(self, folder: Path, **chosen: Any) -> AbstractContextManager[Workplace]: ...


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with embedded_server() as address:
        yield address


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_models(tmp_path_factory.mktemp("models"))


@cache
def _loaded(models: str) -> tuple[Family, FacePack]:
    """The base and the pack of a models.toml; packages of tests that have the same one share them."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "models.toml"
        file.write_text(models)
        catalogue = read(file)
    return open_base(catalogue.bases["pocket"], torch.device("cpu")), FacePack.open(
        catalogue.packs["pocket"].path, threads=1
    )


@pytest.fixture(scope="session")
def opens(server: str, models: Path) -> Opens:
    @contextmanager
    def opened(folder: Path, **chosen: Any) -> Iterator[Workplace]:
        family, pack = _loaded(models.read_text())
        connect(settings_in(folder, redis_url=server)).flushall()
        with workplace(folder, server, models, **chosen) as place:
            place.workshop._families[family.base.name] = family  # loading it takes seconds, and so the pack
            place.workshop._pack = pack
            yield place
        for name in family.installed():
            family.remove(name)

    return opened


_begun: dict[str, Path] = {}


@pytest.fixture(scope="session")
def begun(opens: Opens, models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a studio in which the images of a class were drawn, which every training needs, and no more."""
    if models.read_text() not in _begun:
        folder = tmp_path_factory.mktemp("begun")
        with opens(folder) as place:
            for _ in class_pictures(place.workshop, "woman"):
                pass
        _begun[models.read_text()] = folder
    return _begun[models.read_text()]


@pytest.fixture
def place(opens: Opens, begun: Path, tmp_path: Path) -> Iterator[Workplace]:
    with opens(shutil.copytree(begun, tmp_path / "data")) as opened:
        yield opened


@pytest.fixture
def ana(place: Workplace) -> Person:
    return Person(place.studio)
