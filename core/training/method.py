"""What a training method must do.

learner = METHODS["lora"](family, dataset, plan)
for step in range(1, plan.steps + 1):
    loss = learner.learn(step)
adapter = learner.adapter(plan.steps)
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from torch import Tensor

from core.artifacts import Adapter, Dataset
from core.families.family import Family
from core.training.plan import Plan


class Learner(Protocol):
    """A training in the middle of its steps."""

    def learn(self, step: int) -> Tensor:
        """Take one optimiser step, the `step`-th from 1, and return its loss, still on the device."""

    @property
    def together(self) -> int:
        """How many pictures are looked at at once."""

    def look_at(self, together: int) -> None:
        """Look at so many pictures at once, as the run did that is gone on with."""

    def halve(self) -> bool:
        """Look at half as many pictures at once from now on, for the same steps; False if there is no half."""

    def begin_as(self, adapter: Adapter) -> None:
        """Begin as an earlier training ended, before the first step; raises ModelUnusable if it is of another shape."""

    def state(self) -> dict[str, Tensor]:
        """Everything that later steps depend on, beside the family, the dataset, the plan and the step."""

    def restore(self, state: Mapping[str, Tensor], step: int) -> None:
        """Go on from a state after `step` steps; raises TrainingFailed if it is not one of this training."""

    def adapter(self, step: int) -> Adapter:
        """The weights of now."""


Method = Callable[[Family, Dataset, Plan], Learner]
"""Begins a training. It draws from no global generator: see `core.training.chance`."""
