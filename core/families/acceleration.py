"""A base's own acceleration: a low-rank change with which a few steps do (LCM-LoRA, Luo et al. 2023)."""

from collections.abc import Mapping

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from core.errors import ModelUnusable
from core.families import low_rank
from core.families.catalogue import Base
from core.families.low_rank import DOWN, UP, Factors

_KOHYA = "lora_unet_"  # the published ones call the UNet's layers so, with underscores for dots


def read_acceleration(base: Base, layers: Mapping[str, Tensor], model: str = "unet") -> dict[str, Factors]:
    """Read the file that a base is configured with, in the layout of diffusers or of kohya.

    `layers` are the weights it may change, by name. Raises ModelUnusable if it does not fit them.
    """
    try:
        state = safetensors.torch.load_file(base.file("fast"))
    except (OSError, SafetensorError) as error:
        raise ModelUnusable(base.name, f"the fast file cannot be read: {error}") from error
    if any(key.startswith(_KOHYA) for key in state):
        state = _in_diffusers_layout(base, state, layers, model)
    return low_rank.factors_in(base.name, state, layers)


def _in_diffusers_layout(
    base: Base, state: Mapping[str, Tensor], layers: Mapping[str, Tensor], model: str
) -> dict[str, Tensor]:
    """Rename layers and sides, and take the scale, alpha over rank, into `up`."""
    named = {
        _KOHYA + path.replace(".", "_"): f"{model}.{path}"
        for root, _, path in (layer.partition(".") for layer in layers)
        if root == model
    }
    renamed: dict[str, Tensor] = {}
    for name in dict.fromkeys(key.partition(".")[0] for key in state):
        down, up = (state.get(f"{name}.lora_{side}.weight") for side in ("down", "up"))
        if name not in named or down is None or up is None:
            raise ModelUnusable(base.name, f"the fast file's {name} has no place in it, or is not complete")
        alpha = state.get(f"{name}.alpha")
        scale = 1.0 if alpha is None else float(alpha) / len(down)
        renamed |= {f"{named[name]}.{DOWN}": down, f"{named[name]}.{UP}": up.float() * scale}
    return renamed
