"""A course of training that is bounded in time, may be interrupted at any moment, and goes on."""

import argparse
import copy
import json
import logging
import math
import os
import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import cv2
import numpy as np
import onnx
import torch
from torch import distributed, nn

from core.families.precision import half_precision

log = logging.getLogger(__name__)

_SAVE_EVERY_SECONDS: Final = 60
_LOG_EVERY_STEPS: Final = 100
_SEEDS_BETWEEN_REPLICAS: Final = 1_000_003
# Fewer numbers than this are not worth rounding.
_SMALL_WEIGHT: Final = 1024


@dataclass(frozen=True)
class Plan:
    """What a recipe is asked to do; it ends after `minutes`, over all its runs, or after `steps` if given.

    `start` is a folder with the layout of `pocket/weights`, whose weights a recipe that can go on from others'
    begins with, and `first` the number of the first picture drawn for the base: what learns further should see
    pictures that it has not seen. `device` is torch's name of one. A recipe that knows `replicas` trains in so
    many processes, of which this is number `replica`.
    """

    out: Path
    minutes: float
    steps: int | None = None
    workers: int = 1
    batch: int | None = None
    people: int | None = None
    start: Path | None = None
    first: int = 0
    device: str = "cpu"
    replicas: int = 1
    replica: int = 0

    @property
    def faces(self) -> Path:
        """The folder of the face pack."""
        return self.out / "faces"

    @property
    def base(self) -> Path:
        """The folder of the base model."""
        return self.out / "base"

    def half_precision(self) -> torch.autocast:
        """Return the context in which a model's products are taken in bfloat16, where that is faster."""
        return half_precision(self.device)


class Learning(Protocol):
    """Whatever has a state to save: a model, its average, an optimiser."""

    def state_dict(self) -> dict[str, object]:
        """Return the state."""

    def load_state_dict(self, state_dict: dict[str, object], /) -> object:
        """Take a state back."""


Module = TypeVar("Module", bound=nn.Module)


class Course:
    """The steps of one training.

    Iterating gives the share of the course that is done, 0 to 1; everything in `learning` is saved once a
    minute and at the end, and taken back when the course is begun again with the same folder.
    """

    def __init__(self, name: str, plan: Plan, learning: Mapping[str, Learning]) -> None:
        self.step = 0
        self._seconds = 0.0
        self._name = name
        self._plan = plan
        self._learning = learning
        self._path = plan.out / f"{name}.pt"
        if self._path.exists():
            self._restore()
        # A course that goes on must not meet again what it has seen.
        self.random = np.random.default_rng((self.step, 1, plan.replica))
        self.noise = torch.Generator().manual_seed(self.step + _SEEDS_BETWEEN_REPLICAS * plan.replica)

    def __iter__(self) -> Iterator[float]:
        began = saved = time.monotonic() - self._seconds
        while (share := _agreed(self._share())) < 1:
            yield share
            self.step += 1
            now = time.monotonic()
            self._seconds = now - began
            if now - saved > _SAVE_EVERY_SECONDS:
                self._save()
                saved = now
        self._save()

    def note(self, **values: float) -> None:
        """Log how it goes, once in a hundred steps."""
        if self.step % _LOG_EVERY_STEPS == 0 and self._plan.replica == 0:
            numbers = " ".join(f"{name} {value:.4f}" for name, value in values.items())
            log.info("%s step %d after %.0f s: %s", self._name, self.step, self._seconds, numbers)

    def _share(self) -> float:
        of_time = self._seconds / (self._plan.minutes * 60)
        return max(of_time, self.step / self._plan.steps if self._plan.steps else 0)

    def _save(self) -> None:
        if self._plan.replica:
            return  # the first one's state is everybody's
        states = {name: part.state_dict() for name, part in self._learning.items()}
        unfinished = self._path.with_suffix(".unfinished")
        torch.save({"step": self.step, "seconds": self._seconds, "learning": states}, unfinished)
        unfinished.replace(self._path)

    def _restore(self) -> None:
        saved = torch.load(self._path, weights_only=True, map_location=self._plan.device)
        self.step, self._seconds = saved["step"], saved["seconds"]
        for name, part in self._learning.items():
            part.load_state_dict(saved["learning"][name])


def _agreed(share: float) -> float:
    """Return the first replica's view of how much is done: clocks differ, and all must end at the same step."""
    if not distributed.is_initialized():
        return share
    told = torch.tensor(share, dtype=torch.float64)
    distributed.broadcast(told, src=0)
    return told.item()


def plan_from_command_line(what: str) -> Plan:
    """Return the plan that one recipe's command line gives, after setting up logging and threads."""
    parser = command_line(what)
    parser.add_argument("--minutes", type=float, required=True, help="training time over all runs")
    return plan_of(vars(parser.parse_args()))


def command_line(what: str) -> argparse.ArgumentParser:
    """Return a parser of what all recipes are asked alike; everything but `--minutes`."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--out", type=Path, required=True, help="where faces/, base/ and the state are")
    parser.add_argument("--steps", type=int, help="end after so many steps, if that is earlier")
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 2) - 1))
    parser.add_argument("--batch", type=int, help="samples a step")
    parser.add_argument("--people", type=int, help="draw from so many people")
    parser.add_argument("--start", type=Path, help="begin with the weights of this folder")
    parser.add_argument("--first", type=int, default=0, help="number of the first picture drawn for the base")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--replicas", type=int, default=1, help="processes that share one training")
    return parser


def plan_of(asked: dict[str, Any]) -> Plan:
    """Return the plan that parsed arguments give, after setting up logging and threads."""
    torch.set_num_threads(asked.pop("threads"))
    cv2.setNumThreads(1)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    asked["out"].mkdir(parents=True, exist_ok=True)
    if asked["device"] != "cpu":
        asked["replicas"] = 1  # they share a processor's cores
    return Plan(**asked)


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Set the learning rate of everything that the optimiser trains."""
    for group in optimizer.param_groups:
        group["lr"] = rate


def one_cycle(share: float, peak: float, rise: float = 0.15) -> float:
    """Return the rate of a one-cycle course (Smith and Topin, 2017), up to the peak and down to nothing."""
    if share < rise:
        return peak / 25 + (peak - peak / 25) * (1 - math.cos(math.pi * share / rise)) / 2
    return peak * (1 + math.cos(math.pi * (share - rise) / (1 - rise))) / 2


def held_then_cosine(share: float, step: int, peak: float, *, hold: float, least: float) -> float:
    """Return a rate that warms up for 100 steps, holds, then falls by cosine to a small share of the peak."""
    warm = min(1, (step + 1) / 100)
    fall = 1 if share < hold else 0.5 * (1 + math.cos(math.pi * (share - hold) / (1 - hold))) + least
    return peak * warm * fall


def average_of(model: Module) -> Module:
    """Return a frozen copy of a model, to be led by `follow`."""
    return copy.deepcopy(model).requires_grad_(False)


def follow(average: nn.Module, model: nn.Module, keep: float) -> None:
    """Move the running average of a model towards its present state."""
    with torch.no_grad():
        for kept, present in zip(average.parameters(), model.parameters(), strict=True):
            kept.lerp_(present, 1 - keep)


def without_origin(path: Path) -> None:
    """Take out of a model's configuration where on this machine its first weights came from."""
    config = json.loads(path.read_text())
    config.pop("_name_or_path", None)
    path.write_text(json.dumps(config, indent=2) + "\n")


def export_onnx(
    model: nn.Module,
    example: torch.Tensor,
    path: Path,
    outputs: list[str],
    dynamic: Mapping[str, Mapping[int, str]] | None = None,
) -> None:
    """Write a model as ONNX under the input name that insightface's own packs use, its weights in half precision."""
    path.parent.mkdir(parents=True, exist_ok=True)
    model.eval()
    with warnings.catch_warnings():
        # The exporter that replaces this one needs onnxscript.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            model,
            (example,),
            str(path),
            input_names=["input.1"],
            output_names=outputs,
            dynamic_axes=dynamic,
            dynamo=False,
            opset_version=13,
        )
    _halve_weights(path)


def _halve_weights(path: Path) -> None:
    """Store a model's large weights in 16 bits; onnxruntime widens them once, when it loads the file."""
    model = onnx.load(str(path))
    widening = []
    for weight in model.graph.initializer:
        if weight.data_type == onnx.TensorProto.FLOAT and math.prod(weight.dims) > _SMALL_WEIGHT:
            halved = onnx.numpy_helper.to_array(weight).astype(np.float16)
            name = weight.name
            weight.CopyFrom(onnx.numpy_helper.from_array(halved, f"{name}.half"))
            widening.append(onnx.helper.make_node("Cast", [weight.name], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*widening, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.save(model, str(path))
