"""A training that was interrupted ends with the same weights, to the bit, as one that was left alone."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import col, select

import core.jobs.slice
from core.jobs import save_live
from core.storage.database import reading
from core.storage.keys import profile_key
from core.storage.studio import Studio
from core.storage.tables import Checkpoint, Profile, ProfileState, WorkKind, WorkState
from tests.chat.people import Person
from tests.jobs.conftest import Opens
from tests.jobs.workplace import (
    Workplace,
    change,
    confirm,
    newest_profile,
    photos,
    send,
    version_of,
)

SEED = 20_26


def weights_of(studio: Studio, profile: Profile) -> dict[int, bytes]:
    """The unsealed adapter of every checkpoint, by step."""
    key = studio.keys.open(profile_key(profile.handle))
    with reading(studio.engine) as session:
        rows = session.exec(
            select(Checkpoint)
            .where(Checkpoint.version_id == profile.version_id)
            .order_by(col(Checkpoint.step))
        ).all()
    return {row.step: studio.files.read(row.weights, key) for row in rows}


def begin_training(place: Workplace, user: str) -> Profile:
    """The same photos, the same seed, somebody else's profile."""
    profile = confirm(place, Person(place.studio, user))
    change(place.studio, version_of(place.studio, profile), seed=SEED)
    return profile


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exact")


@pytest.fixture(scope="module")
def undisturbed(opens: Opens, folder: Path) -> dict[int, bytes]:
    """The weights of a training that was left alone."""
    with opens(folder) as place:
        profile = begin_training(place, "calm")
        place.work()
        return weights_of(place.studio, profile)


@pytest.fixture
def place(opens: Opens, folder: Path, undisturbed: dict[int, bytes]) -> Iterator[Workplace]:
    with opens(folder) as opened:
        yield opened


@pytest.fixture(autouse=True)
def unit_by_unit(undisturbed: dict[int, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices end after every unit."""
    monkeypatch.setattr(core.jobs.slice, "SLICE_SECONDS", 0.0)


def _advance(place: Workplace, slices: int) -> None:
    for _ in range(slices):
        assert place.turn() is not None


def test_cut_into_slices(place: Workplace, undisturbed: dict[int, bytes]) -> None:
    profile = begin_training(place, "sliced")

    assert len(place.work()) > 12  # every step was a slice

    assert weights_of(place.studio, profile) == undisturbed


def test_shut_down_in_good_order_and_gone_on_with_by_another_worker(
    opens: Opens, folder: Path, undisturbed: dict[int, bytes]
) -> None:
    with opens(folder, name="first") as first:
        profile = begin_training(first, "moved")
        _advance(first, 9)  # what comes before the first step, four steps, their samples, one more step
        first.workshop.draining.set()
        save_live(first.workshop)
        saved = version_of(first.studio, profile)
    with opens(folder, name="second") as second:
        second.work()

        assert 0 < saved.saved_step < 12
        assert saved.saved_step % 4 != 0  # between two checkpoints
        assert weights_of(second.studio, profile) == undisturbed


def test_killed_between_checkpoints_and_begun_again_from_the_last(
    place: Workplace, undisturbed: dict[int, bytes]
) -> None:
    profile = begin_training(place, "killed")
    for slices in (3, 9, 8):  # before anything was saved; after the first checkpoint; after the second
        _advance(place, slices)
        place.workshop.live.clear()
        change(place.studio, place.last(WorkKind.LEARN), state=WorkState.RUNNING, lease_until=1.0)
        place.upkeep.reconcile()

    place.work()

    assert newest_profile(place.studio).state == ProfileState.TRAINED
    assert weights_of(place.studio, profile) == undisturbed


def test_interrupted_by_looks_and_drawings_of_other_profiles(
    place: Workplace, undisturbed: dict[int, bytes]
) -> None:
    profile = begin_training(place, "preempted")
    kinds = []
    for number in range(4):
        _advance(place, 3)
        guest = Person(place.studio, f"guest{number}")
        guest.draft()
        send(guest, photos(1, first_scene=5200 + number))
        work = place.turn()
        assert work is not None
        kinds.append(work.kind)

    place.work()

    assert kinds == [WorkKind.LOOK] * 4
    assert weights_of(place.studio, profile) == undisturbed


def test_another_seed_ends_elsewhere(place: Workplace, undisturbed: dict[int, bytes]) -> None:
    profile = begin_training(place, "other")
    change(place.studio, version_of(place.studio, profile), seed=SEED + 1, plan=json.dumps({"steps": 4}))

    place.work()

    assert weights_of(place.studio, profile)[4] != undisturbed[4]
