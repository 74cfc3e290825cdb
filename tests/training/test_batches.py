"""Pictures are looked at in batches of any size: what is learnt is the same to rounding, and exactly resumed."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import Tensor

from core.errors import TrainingFailed
from core.families.family import Batch, Family, Trainable
from core.training import memory
from core.training.loop import Halved, Run, Sampled, Stepped
from tests.families.pocket_base import dataset, opened
from tests.training.test_plan import PLAN

WHOLE = replace(PLAN, steps=2, batch=4, prior_batch=4, samples=0)


@pytest.fixture
def family() -> Family:
    return opened()


@pytest.fixture
def small_card(family: Family, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A device with room for four pictures at once, from the moment that the list names; notes what it saw."""
    room: list[int] = []
    loss = family.loss

    def limited(trainable: Trainable, batch: Batch) -> Tensor:
        room.append(len(batch.prompts))
        if len(batch.prompts) > 4:
            raise torch.OutOfMemoryError
        return loss(trainable, batch)

    monkeypatch.setattr(family, "loss", limited, raising=True)
    return room


def batch(family: Family, pictures: int) -> Batch:
    shape = family.encode_images(dataset(family).photos[:1]).mean.shape[1:]
    noise = torch.zeros(pictures, *shape)
    steps = torch.zeros(pictures, dtype=torch.long)
    return Batch(noise, noise, steps, ("a photo of a man",) * pictures, torch.ones(pictures))


def ended(run: Run) -> list[Stepped | Halved | Sampled]:
    units = []
    while not run.finished:
        units.append(run.advance())
    return units


def weights(run: Run) -> Tensor:
    state: dict[str, Any] = safetensors.torch.load(run.save())
    found: Tensor = state["weights"]
    return found


def moved(run: Run, family: Family, plan: Any) -> Tensor:
    """How far a run has come from its start."""
    return weights(run) - weights(Run.start(family, dataset(family), plan))


def test_accumulated_batches_learn_what_one_large_batch_learns(family: Family) -> None:
    parts = replace(WHOLE, batch=1, prior_batch=1, accumulate=4)
    small, large = (Run.start(family, dataset(family), plan) for plan in (parts, WHOLE))

    losses = [[unit.loss for unit in ended(run) if isinstance(unit, Stepped)] for run in (small, large)]

    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
    assert (weights(small) - weights(large)).norm() < 0.01 * moved(large, family, WHOLE).norm()


def test_when_memory_runs_out_the_batch_is_halved_and_the_steps_stay_the_same(
    family: Family, small_card: list[int]
) -> None:
    plan = replace(WHOLE, accumulate=1)

    run = Run.start(family, dataset(family), plan)
    units = ended(run)

    assert [(type(unit).__name__, unit.step) for unit in units] == [
        ("Halved", 1),
        ("Stepped", 1),
        ("Stepped", 2),
    ]
    assert small_card[2:] == [8, 4, 4, 4, 4]  # after a look at what one picture more takes


def test_a_halved_run_learns_what_a_run_with_room_learns(
    family: Family, small_card: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    halved = Run.start(family, dataset(family), WHOLE)
    ended(halved)
    monkeypatch.undo()
    roomy = Run.start(family, dataset(family), WHOLE)
    ended(roomy)

    assert (halved.together, roomy.together) == (4, 8)
    assert (weights(halved) - weights(roomy)).norm() < 0.01 * moved(roomy, family, WHOLE).norm()


def test_a_halved_run_goes_on_halved_to_the_same_bits(family: Family, small_card: list[int]) -> None:
    steady, stopped = (Run.start(family, dataset(family), WHOLE) for _ in range(2))
    ended(steady)
    for _ in range(2):
        stopped.advance()
    del small_card[:]

    resumed = Run.resume(family, dataset(family), WHOLE, stopped.save())
    ended(resumed)

    assert small_card == [4, 4]  # it was not tried whole again
    assert resumed.save() == steady.save()


def test_the_batch_is_halved_until_it_fits(family: Family, small_card: list[int]) -> None:
    run = Run.start(family, dataset(family), replace(WHOLE, steps=1, batch=8))
    units = ended(run)

    assert [type(unit).__name__ for unit in units] == ["Halved", "Halved", "Stepped"]
    assert small_card[2:] == [12, 6, 3, 3, 3, 3]
    assert run.together == 3


def test_the_batch_follows_what_is_free_and_a_run_that_goes_on_keeps_it(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    roomy = Run.start(family, dataset(family), WHOLE)
    ended(roomy)
    trainable = family.trainable(rank=WHOLE.rank, alpha=WHOLE.alpha, seed=0)
    two, one = (memory.held(partial(family.loss, trainable, batch(family, count))) for count in (2, 1))
    room = int(3.5 * (two - one) * memory.BACKWARD / memory.SHARE)
    monkeypatch.setattr(memory, "free", lambda device: room)
    tight = Run.start(family, dataset(family), WHOLE)
    tight.advance()

    monkeypatch.setattr(memory, "free", lambda device: 0)
    resumed = Run.resume(family, dataset(family), WHOLE, tight.save())
    ended(tight)
    ended(resumed)

    assert (roomy.together, tight.together) == (8, 3)
    assert resumed.save() == tight.save()


def test_rows_are_divided_alike() -> None:
    assert memory.divided([1, 2, 3, 4, 5, 6, 7], 3) == [[1, 2, 3], [4, 5, 6], [7]]
    assert memory.divided([1, 2, 3, 4], 3) == [[1, 2], [3, 4]]
    assert memory.divided([1], 8) == [[1]]


def test_a_machine_tells_what_it_has_free() -> None:
    assert (memory.free(torch.device("cpu")) or 0) > 2**20
    assert memory.free(torch.device("meta")) is None


def test_one_picture_alone_cannot_be_halved(family: Family, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(trainable: Trainable, batch: Batch) -> Tensor:
        raise torch.OutOfMemoryError

    monkeypatch.setattr(family, "loss", full)
    run = Run.start(family, dataset(family, 0), replace(WHOLE, batch=1, accumulate=2))

    with pytest.raises(TrainingFailed, match="out_of_memory"):
        run.advance()


def test_a_schedule_of_rates_is_followed_and_gone_on_with(family: Family) -> None:
    plan = replace(WHOLE, steps=3, learning_rate="0.001:1, 0.0001")
    steady, stopped = (Run.start(family, dataset(family), plan) for _ in range(2))
    ended(steady)
    stopped.advance()

    resumed = Run.resume(family, dataset(family), plan, stopped.save())
    ended(resumed)

    assert resumed.save() == steady.save()
    assert steady.save() != last(family, replace(plan, learning_rate=0.001))


def test_numbers_that_run_away_in_a_checkpoints_own_step_end_the_run_before_it_is_shown(
    family: Family,
) -> None:
    plan = replace(WHOLE, steps=6, checkpoint_every=3, samples=1)
    run = Run.start(family, dataset(family), plan)
    for _ in range(2):
        run.advance()
    saved = run.save()
    state = safetensors.torch.load(saved)
    state["mean"][0] = torch.nan  # the loss of step 3 is finite, what the step makes of the weights is not
    about = saved[: -sum(tensor.nbytes for tensor in state.values())]
    damaged = about + b"".join(state[name].numpy().tobytes() for name in sorted(state))

    with pytest.raises(TrainingFailed, match="diverged"):
        Run.resume(family, dataset(family), plan, damaged).advance()


def last(family: Family, plan: Any) -> bytes:
    run = Run.start(family, dataset(family), plan)
    ended(run)
    return run.save()
