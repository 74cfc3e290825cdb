"""What each of the training step's techniques brings: our step without one of them, everything else as it is.

    steps = without(base, family, dataset, plan)
    loss = steps["cached-latents"](step, chosen)

Each learns for itself from the same weights, with the same chance as the plain loop.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any
from unittest.mock import patch

import torch
from diffusers import StableDiffusionPipeline
from diffusers.models.attention_processor import AttnProcessor2_0
from torch import Tensor, nn

from core.artifacts import Dataset, Pixels
from core.families.catalogue import Base
from core.families.low_rank import LowRank
from core.families.precision import has_half_precision
from core.families.sd15 import Sd15
from core.training.chance import Draws
from core.training.denoising import Denoising
from core.training.methods import METHODS
from core.training.plan import Plan

Step = Callable[[int, Draws], Tensor]
"""Takes a step by its number and what chance chose for it, and returns its loss."""

CPU = torch.device("cpu")


def without(base: Base, family: Sd15, dataset: Dataset, plan: Plan) -> dict[str, Step]:
    """Our step without each technique that this machine has, by the technique's name."""
    steps = {
        "cached-latents": _encoding(family, dataset, plan),
        "prompts-once": _within(_saying_each, _learner(family, dataset, plan)),
        "merged-changes": _within(nullcontext, _beside(base, family, dataset, plan)),
        "one-tensor": _within(nullcontext, _in_pieces(family, dataset, plan)),
    }
    if has_half_precision("cpu"):
        steps["half-precision"] = _within(lambda: _in_full(family), _learner(family, dataset, plan))
    return steps


def _learner(family: Sd15, dataset: Dataset, plan: Plan) -> Any:
    return METHODS["lora"](family, dataset, plan)


def _within(around: Callable[[], Any], learner: Any) -> Step:
    """A step of a learner within a context."""

    def step(number: int, _: Draws) -> Tensor:
        with around():
            loss: Tensor = learner.learn(number)
            return loss

    return step


def _encoding(family: Sd15, dataset: Dataset, plan: Plan) -> Step:
    """A step that sends its pictures through the encoder, as if nothing had been kept."""
    learner = _learner(family, dataset, plan)

    def step(number: int, chosen: Draws) -> Tensor:
        family.encode_images(shown(dataset, chosen)[0])
        loss: Tensor = learner.learn(number)
        return loss

    return step


@contextmanager
def _saying_each() -> Iterator[None]:
    """Encode every prompt of a batch, however often it says the same."""
    with patch("core.families.sd15.rows_of", lambda prompts: (list(prompts), list(range(len(prompts))))):
        yield


@contextmanager
def _in_full(family: Sd15) -> Iterator[None]:
    """Take all products in single precision, with the attention that is fastest in it."""
    with ExitStack() as stack:
        stack.enter_context(patch("core.families.unet.half_precision", lambda _: nullcontext()))
        stack.enter_context(patch.object(family, "_learning", AttnProcessor2_0))
        yield


def _beside(base: Base, family: Sd15, dataset: Dataset, plan: Plan) -> Any:
    """A learner whose changes are computed beside their layers, as on an accelerator; where there is half, in half."""
    precision = torch.bfloat16 if has_half_precision("cpu") else torch.float32
    pipeline = StableDiffusionPipeline.from_pretrained(base.path, local_files_only=True, dtype=precision)
    for model in (pipeline.unet, pipeline.text_encoder, pipeline.vae):
        model.requires_grad_(requires_grad=False).eval()
    other = Sd15(base, pipeline, CPU, merges=False)
    other._learning = family._learning
    return _learner(other, dataset, plan)


def _in_pieces(family: Sd15, dataset: Dataset, plan: Plan) -> Any:
    """A learner whose optimiser handles each factor by itself, as peft's parameters are."""
    learner = _learner(family, dataset, plan)
    if not isinstance(learner, Denoising) or not isinstance(learner._trainable, LowRank):
        raise TypeError(f"lora is learnt by a {type(learner).__name__}")
    learner._optimiser = Pieces(learner._trainable, learner._optimiser.defaults["lr"])
    return learner


class Pieces(torch.optim.AdamW):
    """AdamW over separate tensors, which together are the one that is trained."""

    def __init__(self, trainable: LowRank, rate: float) -> None:
        self._flat = trainable.flat
        self._sizes = [side.numel() for shapes in trainable.shapes.values() for side in shapes]
        super().__init__(
            [nn.Parameter(piece) for piece in torch.split(self._flat.data, self._sizes)], lr=rate
        )

    def step(self, closure: Any = None) -> Any:
        """Take a step; the gradient is that of the whole."""
        if self._flat.grad is not None:
            pieces = self.param_groups[0]["params"]
            for piece, gradient in zip(pieces, torch.split(self._flat.grad, self._sizes), strict=True):
                piece.grad = gradient
        return super().step(closure)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradient, of the whole too."""
        self._flat.grad = None
        super().zero_grad(set_to_none)


def shown(dataset: Dataset, chosen: Draws) -> tuple[list[Pixels], list[str]]:
    """The pictures and prompts of one step."""
    photos = zip(chosen.photos, chosen.mirrored, chosen.silent, strict=True)
    pictures, prompts = [], []
    for photo, mirrored, silent in photos:
        pictures.append(dataset.photos[photo][:, ::-1] if mirrored else dataset.photos[photo])
        prompts.append("" if silent else dataset.captions[photo])
    pictures += [dataset.class_images[image] for image in chosen.class_images]
    prompts += [dataset.class_prompt] * len(chosen.class_images)
    return pictures, prompts
