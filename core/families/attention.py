"""Attention of a UNet's transformer blocks (Vaswani et al. 2017) with no operation that changes nothing."""

from typing import Any

from torch import Tensor
from torch.nn import functional


class PlainAttention:
    """A processor as diffusers has them, for attentions that neither normalise nor rescale what they are given.

    diffusers' own divides each result by a factor of one: at SDXL's size a fortieth of what a training step moves.
    """

    def __call__(
        self, attn: Any, hidden_states: Tensor, encoder_hidden_states: Tensor | None = None, **_: Any
    ) -> Tensor:
        """Attend to the text, or to the picture itself where there is none, (batch, places, width)."""
        looked_at = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        query, key, value = (
            projected.unflatten(-1, (attn.heads, -1)).transpose(1, 2)  # (batch, heads, places, width)
            for projected in (attn.to_q(hidden_states), attn.to_k(looked_at), attn.to_v(looked_at))
        )
        found = functional.scaled_dot_product_attention(query, key, value)
        result: Tensor = attn.to_out[0](found.transpose(1, 2).flatten(2))
        return result


def is_plain(attn: Any) -> bool:
    """Whether an attention of diffusers is one that `PlainAttention` computes."""
    norms = (attn.group_norm, attn.spatial_norm, attn.norm_q, attn.norm_k, attn.norm_cross)
    factor = attn.rescale_output_factor
    return not (any(norms) or attn.residual_connection or attn.dropout) and factor == 1
