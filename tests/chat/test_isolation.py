"""What is allowed equals the table of rules exactly, for everybody, everywhere, about everything (SPEC H4)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as some

from benchmarks.isolation import build, observe
from benchmarks.isolation_rules import (
    ACTIONS,
    DRAWINGS,
    PEOPLE,
    SPACES,
    Case,
    World,
    allowed,
    readable,
)
from tests.jobs.workplace import settings_in
from tests.studios import empty, opened

CASES = some.builds(
    Case,
    some.integers(0, PEOPLE - 1),
    some.none() | some.integers(0, SPACES - 1),
    some.sampled_from(ACTIONS),
    some.integers(0, 9_999),
    some.integers(0, SPACES - 1),
)


@pytest.fixture(scope="module", params=[1, 2])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("world")
    chosen = settings_in(folder)
    empty(chosen)
    studio = opened(chosen)
    yield build(studio, request.param)
    studio.engine.dispose()


@settings(max_examples=1000, deadline=None, derandomize=True)
@given(case=CASES)
def test_what_is_allowed_is_what_the_table_says(world: World, case: Case) -> None:
    changes, names = observe(world, case)

    assert changes == allowed(world, case)
    assert names <= readable(world, case)


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_is_allowed_to_somebody_and_refused_to_somebody(world: World, action: str) -> None:
    """A table that refuses everything would be met by a bot that does nothing."""
    said = {
        bool(allowed(world, Case(actor, place, action, thing, other)))
        for actor in range(PEOPLE)
        for place in (None, *range(SPACES))
        for thing in range(DRAWINGS)
        for other in range(SPACES)
    }

    assert said == ({False} if action in ("set", "listed") else {False, True})
