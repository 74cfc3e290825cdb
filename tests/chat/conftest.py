"""A person of its own for every test."""

import pytest

from core.storage.studio import Studio
from tests.chat.people import Person


@pytest.fixture
def ana(studio: Studio) -> Person:
    return Person(studio)
