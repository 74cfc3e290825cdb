"""A low-rank change computed beside a frozen layer, with the fewest operations, for training on an accelerator.

Added to a weight in half precision a small change is rounded away, and a large model's weight is larger than what
passes through it. The products are those of LoRA (Hu et al. 2021), added in place to the layer's own result.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


def forward(layer: nn.Module, down: Tensor, up: Tensor, seen: Tensor) -> Tensor:
    """Compute a linear or convolution layer with its change: `down` (rank, ...) and `up` (outputs, rank, ...)."""
    weight: Any = layer.weight
    if isinstance(layer, nn.Conv2d):
        inner = functional.conv2d(seen, down, None, layer.stride, layer.padding, layer.dilation, layer.groups)
        own = functional.conv2d(
            seen, weight, layer.bias, layer.stride, layer.padding, layer.dilation, layer.groups
        )
        return own + functional.conv2d(inner, up)
    computed: Tensor = _Linear.apply(seen, weight, layer.bias, down, up)  # type: ignore[no-untyped-call]  # torch leaves it so
    return computed


class _Linear(torch.autograd.Function):
    """A frozen linear layer and its change: three products forward, at most five backward."""

    @staticmethod
    def forward(
        ctx: Any, seen: Tensor, weight: Tensor, bias: Tensor | None, down: Tensor, up: Tensor
    ) -> Tensor:
        """Return the layer's result, (..., outputs)."""
        rows = seen.reshape(-1, seen.shape[-1])  # (rows, inputs)
        inner = rows @ down.t()  # (rows, rank)
        result = functional.linear(rows, weight, bias)
        result.addmm_(inner, up.t())
        ctx.save_for_backward(rows, inner, weight, down, up)
        ctx.shape = seen.shape
        return result.view(*seen.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of what was seen and of the two factors."""
        rows, inner, weight, down, up = ctx.saved_tensors
        gradient = gradient.reshape(-1, gradient.shape[-1])
        inner_gradient = gradient @ up  # (rows, rank)
        seen_gradient = None
        if ctx.needs_input_grad[0]:
            seen_gradient = (gradient @ weight).addmm_(inner_gradient, down).view(ctx.shape)
        return seen_gradient, None, None, inner_gradient.t() @ rows, gradient.t() @ inner
