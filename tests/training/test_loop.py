from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import safetensors.torch
import torch

from core.artifacts import Dataset
from core.errors import TrainingFailed
from core.families.family import Family, usual_request
from core.training.loop import Halved, Run, Sampled, Stepped
from core.training.methods import METHODS
from tests.families.pocket_base import adapter_of, dataset, opened, picture
from tests.training.test_plan import PLAN


@pytest.fixture
def family() -> Family:
    return opened()


def ended(run: Run) -> Run:
    while not run.finished:
        run.advance()
    return run


@pytest.fixture(scope="module")
def undisturbed() -> bytes:
    """Where a run of PLAN ends that nothing interrupts: weights and the optimiser's state."""
    family = opened()
    return ended(Run.start(family, dataset(family), PLAN)).save()


@pytest.mark.parametrize("units", range(1, 6))
def test_a_run_that_was_stopped_anywhere_ends_with_the_same_bits(
    family: Family, undisturbed: bytes, units: int
) -> None:
    run = Run.start(family, dataset(family), PLAN)
    for _ in range(units):
        run.advance()

    resumed = Run.resume(family, dataset(family), PLAN, run.save())

    assert (resumed.step, resumed.finished) == (run.step, run.finished)
    assert ended(resumed).save() == undisturbed


def test_runs_and_pictures_that_take_turns_leave_each_other_alone(family: Family, undisturbed: bytes) -> None:
    family.install("other", adapter_of(family, 1))
    before = picture(family, {"other": 1.0})
    first = Run.start(family, dataset(family), PLAN)
    second = Run.start(family, dataset(family), replace(PLAN, seed=7))

    pictures = []
    while not (first.finished and second.finished):
        for run in (first, second):
            run.advance()
            pictures.append(picture(family, {"other": 1.0}))
    pictures.append(picture(family, {"other": 1.0}))
    family.remove("other")

    assert first.save() == undisturbed
    assert second.save() != undisturbed
    assert all(np.array_equal(before, seen) for seen in pictures)


def test_nothing_global_is_random(family: Family, undisturbed: bytes) -> None:
    torch.manual_seed(4)
    state = torch.get_rng_state()

    run = ended(Run.start(family, dataset(family), PLAN))

    assert run.save() == undisturbed
    assert torch.equal(state, torch.get_rng_state())


def test_units_are_steps_and_at_checkpoints_pictures_at_fixed_seeds(family: Family) -> None:
    run = Run.start(family, dataset(family), replace(PLAN, steps=3, samples=2))
    units: list[Stepped | Halved | Sampled] = []
    while not run.finished:
        units.append(run.advance())

    assert [(type(unit).__name__, unit.step) for unit in units] == [
        ("Stepped", 1),
        ("Stepped", 2),
        ("Sampled", 2),
        ("Stepped", 3),
        ("Sampled", 3),
    ]
    sampled = [unit for unit in units if isinstance(unit, Sampled)]
    assert [[candidate.seed for candidate in unit.candidates] for unit in sampled] == [[1, 2], [1, 2]]
    with pytest.raises(ValueError, match="ended at step 3"):
        run.advance()


def test_what_may_go_on_beyond_its_plan_has_a_checkpoint_at_either_end(family: Family) -> None:
    run = Run.start(family, dataset(family), replace(PLAN, steps=3, most_steps=5))
    planned, checkpoints = [], []
    while not run.finished:
        unit = run.advance()
        if isinstance(unit, Sampled):
            checkpoints.append(unit.step)
        else:
            planned.append(run.planned)

    assert checkpoints == [2, 3, 4, 5]
    assert planned == [3, 3, 3, 4, 5]


def test_samples_that_were_owed_when_a_run_stopped_are_drawn_after_it_goes_on(family: Family) -> None:
    run = Run.start(family, dataset(family), PLAN)
    for _ in range(2):
        run.advance()
    saved = run.save()
    expected = run.advance()

    drawn = Run.resume(family, dataset(family), PLAN, saved).advance()

    assert isinstance(expected, Sampled)
    assert isinstance(drawn, Sampled)
    assert np.array_equal(expected.candidates[0].pixels, drawn.candidates[0].pixels)


def test_a_run_leaves_nothing_in_the_family(family: Family) -> None:
    before = family.installed()

    ended(Run.start(family, dataset(family), PLAN))

    assert family.installed() == before


def test_the_adapter_of_a_run_draws_what_its_samples_showed(family: Family) -> None:
    run = Run.start(family, dataset(family), replace(PLAN, steps=2, learning_rate=0.05))
    sampled = [run.advance() for _ in range(3)][-1]

    family.install("trained", run.adapter())
    worn = usual_request(family, "a photo of a sks man", {"trained": 1.0})
    drawn, bare = (family.draw(request, [1])[0] for request in (worn, replace(worn, adapters={})))
    family.remove("trained")

    assert isinstance(sampled, Sampled)
    assert np.array_equal(drawn, sampled.candidates[0].pixels)
    assert not np.array_equal(drawn, bare)
    assert (run.adapter().method, run.adapter().base, run.adapter().step) == ("lora", "pocket", 2)


def first_loss(family: Family, prior_weight: float, class_images: int = 2) -> float:
    plan = replace(PLAN, prior_weight=prior_weight)
    unit = Run.start(family, dataset(family, class_images), plan).advance()
    assert isinstance(unit, Stepped)
    assert unit.loss is not None
    return unit.loss


def test_class_images_add_their_loss_by_its_weight(family: Family) -> None:
    without, once, twice = (first_loss(family, weight) for weight in (0.0, 1.0, 2.0))

    assert once > without + 0.01
    assert twice - without == pytest.approx(2 * (once - without), rel=1e-3)


def test_what_is_held_to_the_base_adds_no_loss_before_something_was_learnt(family: Family) -> None:
    plan = replace(PLAN, prior_target="base", learning_rate=0.02, samples=0)
    run, alone = (
        Run.start(family, dataset(family), replace(plan, prior_weight=weight)) for weight in (1.0, 0.0)
    )

    first, again = run.advance(), alone.advance()
    learner = METHODS["lora"](family, dataset(family), plan)
    learner.restore(safetensors.torch.load(run.save()), 1)
    held = learner.learn(2).item()
    learner = METHODS["lora"](family, dataset(family), replace(plan, prior_weight=0.0))
    learner.restore(safetensors.torch.load(run.save()), 1)
    unheld = learner.learn(2).item()

    assert isinstance(first, Stepped)
    assert isinstance(again, Stepped)
    assert first.loss == pytest.approx(again.loss, abs=1e-6)
    assert held > unheld + 1e-4


def test_learning_makes_the_loss_on_the_photos_smaller(family: Family) -> None:
    plan = replace(PLAN, steps=8, learning_rate=5e-3, samples=0)
    run = Run.start(family, dataset(family), plan)
    tuned = METHODS["lora"](family, dataset(family), plan)
    ended(run)
    saved = safetensors.torch.load(run.save())

    before = METHODS["lora"](family, dataset(family), plan).learn(1).item()
    tuned.restore(saved, 8)
    after = tuned.learn(1).item()

    assert after < 0.9 * before


@pytest.mark.parametrize("name", ["weights", "mean", "square"])
def test_numbers_that_are_no_longer_finite_end_a_run(family: Family, undisturbed: bytes, name: str) -> None:
    state = safetensors.torch.load(undisturbed)
    state[name] *= torch.nan
    run = Run.resume(family, dataset(family), replace(PLAN, steps=30), with_state(undisturbed, state))

    with pytest.raises(TrainingFailed, match="diverged"):
        run.save()
    with pytest.raises(TrainingFailed, match="diverged"):
        ended(run)


def with_state(saved: bytes, state: dict[str, torch.Tensor]) -> bytes:
    return saved[: -sum(tensor.nbytes for tensor in state.values())] + b"".join(
        state[name].numpy().tobytes() for name in sorted(state)
    )


@pytest.mark.parametrize(
    ("alter", "reason"),
    [
        (lambda saved: saved[:1000], "checkpoint_unreadable"),
        (lambda saved: b"", "checkpoint_unreadable"),
        (lambda saved: adapter_of(opened(), 1).weights, "format is None"),
        (lambda saved: saved.replace(b"pocket", b"rocket"), "base is 'rocket'"),
    ],
)
def test_a_checkpoint_of_something_else_is_refused(
    family: Family, undisturbed: bytes, alter: Callable[[bytes], bytes], reason: str
) -> None:
    with pytest.raises(TrainingFailed, match=reason):
        Run.resume(family, dataset(family), PLAN, alter(undisturbed))


def test_a_checkpoint_of_another_rank_is_refused(family: Family, undisturbed: bytes) -> None:
    with pytest.raises(TrainingFailed, match="weights is"):
        Run.resume(family, dataset(family), replace(PLAN, rank=8), undisturbed)


def test_a_finished_run_goes_on_with_a_longer_plan(family: Family, undisturbed: bytes) -> None:
    longer = replace(PLAN, steps=6, learning_rate=1e-4)

    run = ended(Run.resume(family, dataset(family), longer, undisturbed))

    assert run.step == 6
    assert run.save() != undisturbed


def test_an_unknown_method_is_refused(family: Family) -> None:
    with pytest.raises(TrainingFailed, match="method_unknown: telepathy"):
        Run.start(family, dataset(family), replace(PLAN, method="telepathy"))


def test_a_dataset_without_photos_is_refused(family: Family) -> None:
    with pytest.raises(TrainingFailed, match="no_photos"):
        Run.start(family, Dataset((), (), (), "a photo of a man"), PLAN)


@pytest.mark.parametrize("name", METHODS)
def test_a_method_learns_and_goes_on_from_its_state(family: Family, name: str) -> None:
    method, data, plan = METHODS[name], dataset(family, method=name), replace(PLAN, method=name)
    steady, stopped = method(family, data, plan), method(family, data, plan)
    steady.learn(1)
    stopped.learn(1)
    resumed = method(family, data, plan)

    resumed.restore({key: value.clone() for key, value in stopped.state().items()}, 1)

    assert steady.learn(2) == resumed.learn(2)
    assert steady.adapter(2) == resumed.adapter(2)
