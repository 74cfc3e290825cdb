"""In which precision, and with which attention, a device trains fastest."""

import torch
from diffusers.models.attention_processor import AttnProcessor, AttnProcessor2_0

AttentionProcessor = type[AttnProcessor] | type[AttnProcessor2_0]


def has_half_precision(device: str) -> bool:
    """Tell whether bfloat16 is computed by the device itself.

    A processor without instructions for it converts each number back and forth and takes fifteen times as long.
    `device` is torch's name of a kind: `cpu`, `cuda`.
    """
    if device != "cpu":
        return True
    # torch has no public name for these questions; its version is pinned.
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def half_precision(device: str) -> torch.autocast:
    """Return the context in which products are taken in bfloat16, where that is faster."""
    return torch.autocast(device, torch.bfloat16, enabled=has_half_precision(device))


def attention_for_training(device: str) -> AttentionProcessor:
    """Return the attention whose backward pass is fastest.

    On a processor the fused one takes longer than the rest of the pass in bfloat16, and less in full precision.
    """
    plain: AttentionProcessor = AttnProcessor
    return plain if device == "cpu" and has_half_precision(device) else AttnProcessor2_0
