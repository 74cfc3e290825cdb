"""The names of FLUX's layers in kohya's files: those of Black Forest Labs' own code, where some are several of ours.

There one layer computes query, key and value, and in the single blocks what goes into the feed-forward part too; in
diffusers each has its own. A change of such a layer is a change of each with the same `down` and its rows of `up`.
https://github.com/kohya-ss/sd-scripts/blob/main/networks/lora_flux.py
"""

import re
from collections.abc import Iterator
from typing import Final

_NAME: Final = re.compile(r"lora_unet_(double|single)_blocks_(\d+)_(\w+)")
_DOUBLE: Final = {
    "img_attn_qkv": "attn.to_qkv", "img_attn_proj": "attn.to_out.0",
    "img_mlp_0": "ff.net.0.proj", "img_mlp_2": "ff.net.2", "img_mod_lin": "norm1.linear",
    "txt_attn_qkv": "attn.add_qkv_proj", "txt_attn_proj": "attn.to_add_out",
    "txt_mlp_0": "ff_context.net.0.proj", "txt_mlp_2": "ff_context.net.2", "txt_mod_lin": "norm1_context.linear",
}  # fmt: skip
_SINGLE: Final = {"linear1": "linear1", "linear2": "proj_out", "modulation_lin": "norm.linear"}
# What is one layer there, by the name that it has here on its way.
_FUSED: Final = {
    "attn.to_qkv": ("attn.to_q", "attn.to_k", "attn.to_v"),
    "attn.add_qkv_proj": ("attn.add_q_proj", "attn.add_k_proj", "attn.add_v_proj"),
    "linear1": ("attn.to_q", "attn.to_k", "attn.to_v", "proj_mlp"),
}


def flux_layer_of(name: str) -> str | None:
    """Our name of a layer that kohya's trainer calls so, or of several that are one there; None if it is none."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    kind, number, rest = found.groups()
    blocks, names = (
        ("transformer_blocks", _DOUBLE) if kind == "double" else ("single_transformer_blocks", _SINGLE)
    )
    return f"transformer.{blocks}.{int(number)}.{names[rest]}" if rest in names else None


def parted(layer: str, inputs: int, outputs: int) -> Iterator[tuple[str, slice]]:
    """The layers that one of `flux_layer_of` stands for, each with its rows of `up`; any other stands for itself.

    Raises ValueError if it has not as many outputs as they need.
    """
    fused = next(
        (one for one in _FUSED if layer.startswith("transformer.") and layer.endswith(f".{one}")), ""
    )
    if not fused:
        yield layer, slice(0, outputs)
        return
    block, names = layer.removesuffix(fused), _FUSED[fused]
    sizes = [inputs] * 3 + [outputs - 3 * inputs] * (len(names) - 3)
    if sum(sizes) != outputs or min(sizes) <= 0:
        raise ValueError(f"{layer} has {outputs} outputs of {inputs} inputs")
    at = 0
    for name, size in zip(names, sizes, strict=True):
        yield f"{block}{name}", slice(at, at + size)
        at += size
