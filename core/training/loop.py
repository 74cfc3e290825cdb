"""A training run as a chain of small units, which can stop after any of them and go on elsewhere, to the bit.

run = Run.start(family, dataset, plan)
while not run.finished:
    match run.advance():
        case Sampled(step, candidates): ...
adapter = run.adapter()
"""

import json
from dataclasses import dataclass, replace as replaced
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from core.artifacts import Adapter, Candidate, Dataset, Pixels
from core.errors import ModelUnusable, TrainingFailed
from core.families.family import Family, usual_request
from core.training.method import Learner
from core.training.methods import METHODS
from core.training.plan import Plan

FORMAT = "likeness-run-1"
ABOUT = "run"  # one entry: safetensors writes several in any order, and equal runs are equal bytes
LOSS_EVERY = 10  # steps; reading a loss makes the processor wait for the accelerator
SAMPLE = "new"  # the name under which a checkpoint is worn for a moment; prompts call what is being learnt so


@dataclass(frozen=True)
class Stepped:
    """One step was taken; the loss is read now and then, else None."""

    step: int
    loss: float | None


@dataclass(frozen=True)
class Halved:
    """Memory ran out, so half as many pictures are looked at together from now on; this step is taken anew."""

    step: int


@dataclass(frozen=True)
class Sampled:
    """A checkpoint was reached: its pictures of the subject and of the class, at the same seeds every time."""

    step: int
    candidates: tuple[Candidate, ...]  # prompt after prompt
    class_pictures: tuple[Pixels, ...]


class Run:
    """A training between two of its units. It keeps nothing in the family and nothing outside itself."""

    def __init__(self, family: Family, dataset: Dataset, plan: Plan, learner: Learner) -> None:
        self.plan = plan
        self.step = 0
        self._family = family
        self._dataset = dataset
        self._learner = learner
        self._owes_samples = False

    @classmethod
    def start(cls, family: Family, dataset: Dataset, plan: Plan, origin: Adapter | None = None) -> "Run":
        """Begin a training from nothing, or where an earlier one ended (SPEC T8)."""
        if plan.method not in METHODS:
            raise TrainingFailed("method_unknown", plan.method)
        learner = METHODS[plan.method](family, dataset, plan)
        if origin is not None:
            try:
                learner.begin_as(origin)
            except ModelUnusable as unusable:
                raise TrainingFailed("cannot_go_on", str(unusable)) from unusable
        return cls(family, dataset, plan, learner)

    @classmethod
    def resume(cls, family: Family, dataset: Dataset, plan: Plan, saved: bytes) -> "Run":
        """Go on from `save`; raises TrainingFailed if the bytes are damaged or of another training."""
        about, state = _read(saved)
        expected = {"format": FORMAT, "method": plan.method, "base": family.base.name}
        for name, value in expected.items():
            if about.get(name) != value:
                raise TrainingFailed("checkpoint_unreadable", f"{name} is {about.get(name)!r}, not {value!r}")
        run = cls.start(family, dataset, plan)
        run.step = about["step"]
        run._owes_samples = about["owes_samples"]
        run._learner.restore(state, run.step)
        if about.get("together"):
            run._learner.look_at(about["together"])
        return run

    @property
    def together(self) -> int:
        """How many pictures are looked at at once; the steps are the same to rounding, however many."""
        return self._learner.together

    @property
    def planned(self) -> int:
        """How many steps it takes as things stand."""
        return self.plan.planned(self.step)

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.step >= self.plan.last_step and not self._owes_samples

    def advance(self) -> Stepped | Halved | Sampled:
        """Do the next unit: one step, or the pictures of the checkpoint just reached.

        Raises TrainingFailed when the numbers ran away (diverged), or when memory does not do for one picture.
        """
        if self.finished:
            raise ValueError(f"the run ended at step {self.step}")
        if self._owes_samples:
            sampled = self._samples()
            self._owes_samples = False
            return sampled
        loss = self._learnt(self.step + 1)
        if loss is None:
            return self._halve()
        self.step += 1
        checkpoint = self.plan.has_checkpoint(self.step)
        self._owes_samples = checkpoint and self.plan.samples > 0
        if checkpoint or self.step % LOSS_EVERY == 0 or self.step == 1:
            read = _finite(loss, self.step)
            if checkpoint:
                self._state()  # what is kept was looked at, also what this step's loss did not see
            return Stepped(self.step, read)
        return Stepped(self.step, None)

    def _learnt(self, step: int) -> Tensor | None:
        """Take a step and return its loss; None if memory ran out."""
        try:
            return self._learner.learn(step)
        except torch.OutOfMemoryError:
            return None  # the error holds on to what filled the memory until it is let go here

    def _halve(self) -> Halved:
        """Go on with half as many pictures at once; raises TrainingFailed if it was one alone."""
        if not self._learner.halve():
            raise TrainingFailed("out_of_memory", f"at step {self.step + 1}")
        torch.cuda.empty_cache()
        return Halved(self.step + 1)

    def _state(self) -> dict[str, Tensor]:
        """Everything that the learner goes on from; raises TrainingFailed if it is no longer finite."""
        state = {name: tensor.cpu().contiguous() for name, tensor in self._learner.state().items()}
        for name, tensor in state.items():
            if not tensor.isfinite().all():
                raise TrainingFailed("diverged", f"{name} at step {self.step}")
        return state

    def save(self) -> bytes:
        """Write everything that is needed to go on, as a safetensors file."""
        state = self._state()
        about = {
            "format": FORMAT,
            "method": self.plan.method,
            "base": self._family.base.name,
            "step": self.step,
            "owes_samples": self._owes_samples,
            "together": self._learner.together,
        }
        saved: bytes = safetensors.torch.save(state, metadata={ABOUT: json.dumps(about)})
        return saved

    def adapter(self) -> Adapter:
        """The weights of now."""
        return self._learner.adapter(self.step)

    def _samples(self) -> Sampled:
        """Draw the pictures of a checkpoint exactly as its owner would."""
        seeds = self.plan.sample_seeds
        prompts = self.plan.sample_prompts or (min(self._dataset.captions, key=len),)
        self._family.install(SAMPLE, self.adapter())
        try:
            request = usual_request(self._family, self._dataset.class_prompt, {SAMPLE: 1.0})
            candidates = [
                Candidate(pixels, seed)
                for prompt in prompts
                for pixels, seed in zip(
                    self._family.draw(replaced(request, prompt=prompt), seeds), seeds, strict=True
                )
            ]
            classes = self._family.draw(request, self.plan.class_seeds) if self.plan.class_seeds else []
            return Sampled(self.step, tuple(candidates), tuple(classes))
        finally:
            self._family.remove(SAMPLE)


def _finite(loss: Tensor, step: int) -> float:
    """Read a loss; raises TrainingFailed if it is no longer a number."""
    if not torch.isfinite(loss):
        raise TrainingFailed("diverged", f"the loss is {loss.item()} at step {step}")
    return loss.item()


def _read(saved: bytes) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Read a saved run: what it says of itself, and its state."""
    try:
        state = safetensors.torch.load(saved)
    except SafetensorError as error:
        raise TrainingFailed("checkpoint_unreadable", str(error)) from error
    # The file begins with the length of its header in eight bytes, then the header as JSON.
    length = int.from_bytes(saved[:8], "little")
    metadata = json.loads(saved[8 : 8 + length]).get("__metadata__", {})
    return json.loads(metadata.get(ABOUT, "{}")), state
