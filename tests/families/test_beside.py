"""A change computed beside a layer is the change added to its weight, gradients included."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from core.families.flux import Flux
from core.families.low_rank import Factors, Layers, changed
from tests.families.test_large_families import one_picture, plain_pipeline
from tests.families.tiny import tiny_flux

SEEN = {"linear": (2, 5, 6), "conv": (2, 6, 8, 8), "strided": (2, 6, 8, 8)}


def small_model() -> nn.ModuleDict:
    torch.manual_seed(0)
    return nn.ModuleDict(
        {
            "linear": nn.Linear(6, 7),
            "conv": nn.Conv2d(6, 7, 3, padding=1),
            "strided": nn.Conv2d(6, 7, 1, stride=2, bias=False),
        }
    ).requires_grad_(requires_grad=False)


def factors_of(weight: Tensor) -> Factors:
    generator = torch.Generator().manual_seed(1)
    up = (len(weight), 3, 1, 1) if weight.ndim == 4 else (len(weight), 3)
    return Factors(
        torch.randn(3, *weight.shape[1:], generator=generator).requires_grad_(),
        torch.randn(up, generator=generator).requires_grad_(),
    )


@pytest.mark.parametrize("name", SEEN)
@pytest.mark.parametrize("whole", [True, False])
def test_results_and_gradients_are_those_of_the_added_change(name: str, whole: bool) -> None:
    model = small_model()
    layers = Layers({"model": model})
    layer = f"model.{name}"
    found = []
    for beside in (True, False):
        factors = factors_of(layers.frozen[layer])
        seen = torch.randn(SEEN[name], generator=torch.Generator().manual_seed(2)).requires_grad_(whole)
        layers.put({} if beside else {layer: changed(layers.frozen[layer], [(factors, 1.0)])})
        with layers.beside({layer: factors} if beside else {}):
            result = model[name](seen)
            wanted = [factors.down, factors.up, *([seen] if whole else [])]
            found.append([result.detach(), *torch.autograd.grad(result.square().sum(), wanted)])

    for ours, theirs in zip(*found, strict=True):
        largest = theirs.abs().max()  # 11 to 32,404; what is left of a long sum is rounded as the sum is
        torch.testing.assert_close(ours / largest, theirs / largest, rtol=0, atol=1e-6)


def test_afterwards_the_layers_are_as_they_were() -> None:
    model = small_model()
    layers = Layers({"model": model})
    seen = torch.randn(SEEN["linear"])
    before = model["linear"](seen)

    with layers.beside({"model.linear": factors_of(layers.frozen["model.linear"])}):
        during = model["linear"](seen)

    assert torch.equal(before, model["linear"](seen))
    assert not torch.allclose(before, during)


@pytest.mark.parametrize("alpha", [4.0, 1.0])
def test_a_family_learns_the_same_either_way(tmp_path: Path, alpha: float) -> None:
    base = tiny_flux(tmp_path)
    gradients, losses = [], []
    for merges in (True, False):
        family = Flux(base, plain_pipeline(base), torch.device("cpu"), merges=merges)
        trainable = family.trainable(rank=4, alpha=alpha, seed=1)
        with torch.no_grad():
            trainable.flat.add_(0.05)
        loss = family.loss(trainable, replace(one_picture(family), prompts=("a photo of a man",)))
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it so
        assert trainable.flat.grad is not None
        gradients.append(trainable.flat.grad)
        losses.append(loss.item())

    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    torch.testing.assert_close(gradients[0], gradients[1], rtol=1e-3, atol=1e-4)
