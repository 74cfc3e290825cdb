"""A training step without one of its techniques takes longer and learns the same."""

from dataclasses import replace

import pytest
import torch

from benchmarks.plain_loop import people
from benchmarks.techniques import without
from benchmarks.weights import MODELS
from core.families.catalogue import read
from core.families.precision import has_half_precision
from core.families.sd15 import Sd15
from core.training.chance import draws
from core.training.methods import METHODS
from core.training.plan import Plan


def test_a_step_without_a_technique_learns_the_same() -> None:
    base = read(MODELS).bases["pocket"]
    family, dataset = Sd15.open(base, torch.device("cpu")), people()
    plan = replace(Plan(**base.settings("lora")), batch=1, prior_batch=1, prior_target="noise")
    shape = family.encode_images(dataset.photos[:1]).mean.shape[1:]
    ours, steps = METHODS["lora"](family, dataset, plan), without(base, family, dataset, plan)

    for number in (1, 2):  # the second sees what the optimiser made of the first
        chosen = draws(plan, number, photos=len(dataset.photos), class_images=len(dataset.class_images), shape=shape,
                       noise_steps=family.noise_steps())  # fmt: skip
        expected = float(ours.learn(number))
        for name, take in steps.items():
            assert float(take(number, chosen)) == pytest.approx(expected, rel=0.05), name

    usual = {"cached-latents", "prompts-once", "merged-changes", "one-tensor"}
    assert steps.keys() == usual | ({"half-precision"} if has_half_precision("cpu") else set())
