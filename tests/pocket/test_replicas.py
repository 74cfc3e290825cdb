"""Processes that share one training take the same steps as one that sees all of the batch."""

import dataclasses
from pathlib import Path

import pytest
import torch

from pocket.recipes.course import Course, Plan
from pocket.recipes.replicas import average_gradients, every, together


def train(plan: Plan) -> None:
    """Fit a line to one half of four points, or to all of them when alone."""
    with together(plan, train, "line"):
        torch.manual_seed(0)
        model = torch.nn.Linear(1, 1)
        optimizer = torch.optim.SGD(model.parameters(), 0.1)
        course = Course("line", plan, {"model": model})
        places = torch.tensor([[0.0], [1.0], [2.0], [4.0]])[plan.replica :: plan.replicas]
        for _ in course:
            loss = ((model(places) - (3 * places + 1)) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            average_gradients(model.parameters())
            optimizer.step()
    torch.save((course.step, model.state_dict()), plan.out / f"ended-{plan.replicas}-{plan.replica}.pt")


def ended(folder: Path, replicas: int, replica: int) -> tuple[int, dict[str, torch.Tensor]]:
    step, state = torch.load(folder / f"ended-{replicas}-{replica}.pt", weights_only=True)
    return step, state


def test_two_take_the_steps_of_one(tmp_path: Path) -> None:
    for replicas in (1, 2):
        folder = tmp_path / str(replicas)
        folder.mkdir()
        train(Plan(folder, minutes=10, steps=20, replicas=replicas))

    alone_steps, alone = ended(tmp_path / "1", 1, 0)
    for replica in (0, 1):
        steps, state = ended(tmp_path / "2", 2, replica)
        assert steps == alone_steps == 20
        assert state.keys() == alone.keys()
        for name, weight in state.items():
            torch.testing.assert_close(weight, alone[name])
    assert abs(alone["weight"].item() - 3) < 1


def test_replicas_share_the_numbers_of_what_is_drawn_among_them() -> None:
    drawn = [every(lambda number: number, 3, replica, turn) for turn in range(4) for replica in range(3)]

    assert drawn == list(range(12))


def test_a_plan_for_one_is_not_shared(tmp_path: Path) -> None:
    with together(Plan(tmp_path, minutes=1), train, "line"):
        assert not torch.distributed.is_initialized()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("replica", [0, 1])
def test_each_replica_draws_its_own_noise(tmp_path: Path, replica: int) -> None:
    plan = Plan(tmp_path, minutes=1, replicas=2)
    first, other = (
        torch.randn(3, generator=Course("c", dataclasses.replace(plan, replica=one), {}).noise)
        for one in (replica, 1 - replica)
    )
    assert not torch.equal(first, other)
