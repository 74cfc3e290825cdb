"""One worker, and photos and pictures without end: a training still gets its share of it."""

import json
import time

import pytest

import core.jobs
import core.jobs.slice
import core.upkeep.dispatching
from core.conversation.messages import Command
from core.storage.tables import WorkKind
from tests.chat.people import Person
from tests.jobs.workplace import TRAINING, Workplace, change, confirm, version_of

LEAST_SHARE = (
    0.2  # of every minute in which all wait training gets 15 s at least; less what a short trial loses
)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A share falls due after a moment of urgent work, so that the trial is short."""
    for module in (core.jobs, core.upkeep.dispatching):
        monkeypatch.setattr(module, "URGENT_SHARE", 1.0)


@pytest.mark.usefixtures("impatient")
def test_a_training_gets_its_share_when_drawings_never_end(place: Workplace, ana: Person) -> None:
    profile = confirm(place, ana)
    plan = json.dumps(TRAINING | {"steps": 10_000, "checkpoint_every": 10_000})
    change(place.studio, version_of(place.studio, profile), plan=plan)
    crowd = Person(place.studio, "crowd")
    crowd.say(Command("start"))
    spent = dict.fromkeys(WorkKind, 0.0)

    for _ in range(10):
        crowd.say(Command("imagine", "in a garden --n 1"))
        began = time.monotonic()
        work = place.turn()
        assert work is not None
        spent[work.kind] += time.monotonic() - began

    assert spent[WorkKind.DRAW] > 0
    assert spent[WorkKind.LEARN] / sum(spent.values()) > LEAST_SHARE
    assert spent[WorkKind.LEARN] < spent[WorkKind.DRAW]


def test_a_training_makes_room_as_soon_as_a_picture_waits(
    place: Workplace, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core.jobs.slice, "SLICE_SECONDS", 1.0)
    profile = confirm(place, ana)
    plan = json.dumps(TRAINING | {"steps": 10_000, "checkpoint_every": 10_000})
    change(place.studio, version_of(place.studio, profile), plan=plan)
    crowd = Person(place.studio, "crowd")
    crowd.say(Command("start"))
    place.workshop.draining.set()  # one unit, to have it begun
    assert place.turn() is not None
    place.workshop.draining.clear()
    crowd.say(Command("imagine", "in a garden --n 1"))

    order = [work.kind for work in (place.turn(), place.turn()) if work]

    assert order == [WorkKind.DRAW, WorkKind.LEARN]
