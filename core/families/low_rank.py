"""Low-rank changes of a model's weights (LoRA, Hu et al. 2021): made, added to frozen weights, written, read.

A change that is worn is added to the weight itself before the layer runs, in single precision, not computed beside
it in the layer: fewer operations, and drawing with an adapter costs what drawing without one costs. One that is
trained on a processor too; on an accelerator see `core.families.beside`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any

import safetensors.torch
import torch
from peft import LoraConfig, get_peft_model_state_dict, inject_adapter_in_model
from safetensors import SafetensorError
from torch import Tensor, nn

from core.errors import ModelUnusable
from core.families import beside

DOWN, UP = "lora_A.weight", "lora_B.weight"  # as peft and diffusers call them

Shapes = tuple[torch.Size, torch.Size]
"""Of `down` and `up`."""


@dataclass(frozen=True)
class Factors:
    """The change `up @ down` of one layer's weight."""

    down: Tensor  # (rank, inputs), or (rank, channels, height, width) of a convolution
    up: Tensor  # (outputs, rank), or (outputs, rank, 1, 1)


@dataclass(frozen=True)
class LowRank:
    """Low-rank changes while they are trained.

    All factors lie end to end in one tensor, so the optimiser, the clipping and a checkpoint handle one
    tensor and not hundreds.
    """

    flat: nn.Parameter  # (numbers,), single precision
    shapes: Mapping[str, Shapes]  # by layer
    scale: float  # alpha / rank
    gain: float = 1.0  # how much stronger it is written than it was learnt
    told: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """What a frozen text encoder makes of each prompt of this training: encoded once, gone with the training."""

    def reaches(self, roots: Iterable[str]) -> bool:
        """Whether a layer of one of these models is changed."""
        return any(layer.startswith(f"{root}.") for root in roots for layer in self.shapes)

    def factors(self) -> dict[str, Factors]:
        """View the flat weights as factors by layer; gradients flow back to the flat tensor."""
        return self._shaped(self.flat)

    def scaled(self, dtype: torch.dtype) -> dict[str, Factors]:
        """The factors in a layer's precision, the scale in them, made by one operation for all layers."""
        flat = self.flat if self.scale == 1 else self.flat * self.scale**0.5
        return self._shaped(flat.to(dtype))

    def _shaped(self, flat: Tensor) -> dict[str, Factors]:
        sizes = list(chain.from_iterable(self.shapes.values()))
        pieces = torch.split(flat, [size.numel() for size in sizes])
        shaped = iter(piece.view(size) for piece, size in zip(pieces, sizes, strict=True))
        return {layer: Factors(next(shaped), next(shaped)) for layer in self.shapes}


def blank(
    shapes: Mapping[str, Shapes], *, alpha: float, seed: int, device: torch.device, gain: float = 1.0
) -> LowRank:
    """Make factors of these shapes that change nothing yet: `down` normal, `up` zero."""
    generator = torch.Generator().manual_seed(seed)
    pieces: list[Tensor] = []
    for down, up in shapes.values():
        rank = down[0]
        pieces += [torch.randn(down.numel(), generator=generator) / rank, torch.zeros(up.numel())]
    return LowRank(nn.Parameter(torch.cat(pieces).to(device)), shapes, alpha / rank, gain)


def shapes_of(model: nn.Module, root: str, layers: Sequence[str], rank: int) -> dict[str, Shapes]:
    """The factors' shapes by layer, as peft makes them for a model's layers whose path ends in one of the names.

    peft decides which layers a name means and how a convolution is split, on a copy of the model without numbers;
    so a file of ours is one of peft's by construction.
    """
    kind = type(model)
    with torch.random.fork_rng(devices=[]):  # peft draws first weights, which are not used
        with torch.device("meta"):
            empty = kind.from_config(model.config) if hasattr(kind, "from_config") else kind(model.config)
        inject_adapter_in_model(LoraConfig(r=rank, lora_alpha=rank, target_modules=list(layers)), empty)
    state = get_peft_model_state_dict(empty)
    paths = [key.removesuffix(f".{DOWN}") for key in state if key.endswith(DOWN)]
    return {f"{root}.{path}": (state[f"{path}.{DOWN}"].shape, state[f"{path}.{UP}"].shape) for path in paths}


def take(trainable: LowRank, name: str, factors: Mapping[str, Factors]) -> None:
    """Let the weights be those of a file; raises ModelUnusable unless it changes the same layers at the same rank."""
    taken = []
    for layer, (down, up) in trainable.shapes.items():
        known = factors.get(layer)
        if known is None or (known.down.shape, known.up.shape) != (down, up):
            raise ModelUnusable(name, f"its change of {layer} is not of the shape that is trained")
        taken += [known.down.flatten(), (known.up / (trainable.scale * trainable.gain)).flatten()]
    if factors.keys() - trainable.shapes.keys():
        raise ModelUnusable(name, "it changes layers that are not trained")
    with torch.no_grad():
        trainable.flat.copy_(torch.cat(taken))


def changed(frozen: Tensor, changes: Iterable[tuple[Factors, float]]) -> Tensor:
    """Add low-rank changes, each with its strength, to a frozen weight; the sum is in single precision."""
    weight = frozen.float().flatten(1)  # (outputs, everything else)
    for factors, strength in changes:
        weight = torch.addmm(weight, factors.up.flatten(1), factors.down.flatten(1), alpha=strength)
    return weight.view_as(frozen)


def written(trainable: LowRank) -> bytes:
    """Write the factors as a safetensors file in half precision, with scale and gain folded into `up`."""
    state = {}
    with torch.no_grad():
        for layer, factors in trainable.factors().items():
            state[f"{layer}.{DOWN}"] = factors.down.half().cpu().contiguous()
            state[f"{layer}.{UP}"] = (
                (factors.up * (trainable.scale * trainable.gain)).half().cpu().contiguous()
            )
    weights: bytes = safetensors.torch.save(state, metadata={"format": "pt"})
    return weights


def read(name: str, weights: bytes, layers: Mapping[str, Tensor]) -> dict[str, Factors]:
    """Read the factors of a safetensors file; raises ModelUnusable unless each fits one of the layers."""
    try:
        state = safetensors.torch.load(weights)
    except SafetensorError as error:
        raise ModelUnusable(name, f"not a safetensors file: {error}") from error
    return factors_in(name, state, layers)


def factors_in(name: str, state: Mapping[str, Tensor], layers: Mapping[str, Tensor]) -> dict[str, Factors]:
    """The factors among named tensors; raises ModelUnusable unless each fits one of the layers."""
    found: dict[str, Factors] = {}
    for key in sorted(state):
        layer, _, side = key.partition(".lora_")
        if side not in {"A.weight", "B.weight"} or layer not in layers:
            raise ModelUnusable(name, f"the base has no place for {key}")
        if layer not in found:
            missing = {f"{layer}.{DOWN}", f"{layer}.{UP}"} - state.keys()
            if missing:
                raise ModelUnusable(name, f"{min(missing)} is missing")
            found[layer] = Factors(state[f"{layer}.{DOWN}"].float(), state[f"{layer}.{UP}"].float())
            check(name, layer, found[layer], layers[layer])
    if not found:
        raise ModelUnusable(name, "there is no low-rank weight in it")
    return found


def check(name: str, layer: str, factors: Factors, weight: Tensor) -> None:
    """Raise ModelUnusable unless the factors multiply to the weight's shape and are finite."""
    outputs, rank = factors.up.flatten(1).shape
    fits = factors.down.shape == (rank, *weight.shape[1:]) and outputs == weight.shape[0]
    if not fits or factors.up.numel() != outputs * rank:
        shapes = " x ".join(str(tuple(side.shape)) for side in (factors.up, factors.down))
        raise ModelUnusable(name, f"{layer} is {tuple(weight.shape)}, its change is {shapes}")
    if not (factors.up.isfinite().all() and factors.down.isfinite().all()):
        raise ModelUnusable(name, f"{layer} holds numbers that are not finite")


class Layers:
    """The linear and convolution layers of frozen models, whose weights can be exchanged for a while.

    Each layer's weight becomes a plain attribute that points to whichever tensor is in use: an exchange is
    one assignment a layer, and the frozen tensors are never written to.
    """

    def __init__(self, models: Mapping[str, nn.Module]) -> None:
        self._modules: dict[str, nn.Module] = {}
        self.frozen: dict[str, Tensor] = {}
        self._exchanged: frozenset[str] = frozenset()
        for root, model in models.items():
            for path, module in model.named_modules():
                if isinstance(module, nn.Linear | nn.Conv2d):
                    layer = f"{root}.{path}"
                    self._modules[layer] = module
                    self.frozen[layer] = module.weight.detach()
                    del module._parameters["weight"]
                    module.weight = self.frozen[layer]

    @property
    def dtype(self) -> torch.dtype:
        """The layers' own precision."""
        return next(iter(self.frozen.values())).dtype

    @contextmanager
    def beside(self, changes: Mapping[str, Factors]) -> Iterator[None]:
        """Let these layers compute their change beside their weight."""
        for layer, factors in changes.items():
            module = self._modules[layer]
            # An attribute of the object is found before the method of its class.
            module.forward = partial(beside.forward, module, factors.down, factors.up)
        try:
            yield
        finally:
            for layer in changes:
                del self._modules[layer].forward

    def put(self, weights: Mapping[str, Tensor]) -> None:
        """Let these layers use these weights and all others their frozen ones."""
        for layer in self._exchanged - weights.keys():
            self._modules[layer].weight = self.frozen[layer]
        for layer, weight in weights.items():
            self._modules[layer].weight = weight
        self._exchanged = frozenset(weights)
