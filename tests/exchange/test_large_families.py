"""The larger families: what a base learns leaves and comes back, and the base wears it."""

from pathlib import Path

import pytest
import safetensors.torch
import torch
from diffusers.loaders.lora_conversion_utils import _convert_kohya_flux_lora_to_diffusers

from core.artifacts import Adapter
from core.errors import WeightsRefused
from core.exchange.leaving import About, export
from core.exchange.reading import recognise
from core.exchange.tensors import read
from core.families import open_base
from tests.families.pocket_base import adapter_of
from tests.families.tiny import TINY


def kohya_flux(blocks: int = 1, width: int = 3072, rank: int = 4) -> dict[str, torch.Tensor]:
    """A LoRA of FLUX as kohya's trainer writes it."""
    sizes = {
        **{f"double_blocks_{{}}_{side}_attn_qkv": (width, 3 * width) for side in ("img", "txt")},
        **{f"double_blocks_{{}}_{side}_attn_proj": (width, width) for side in ("img", "txt")},
        **{f"double_blocks_{{}}_{side}_mlp_0": (width, 4 * width) for side in ("img", "txt")},
        **{f"double_blocks_{{}}_{side}_mlp_2": (4 * width, width) for side in ("img", "txt")},
        **{f"double_blocks_{{}}_{side}_mod_lin": (width, 6 * width) for side in ("img", "txt")},
        "single_blocks_{}_linear1": (width, 7 * width),
        "single_blocks_{}_linear2": (5 * width, width),
        "single_blocks_{}_modulation_lin": (width, 3 * width),
    }
    chance = torch.Generator().manual_seed(0)
    state = {}
    for number in range(blocks):
        for name, (inputs, outputs) in sizes.items():
            layer = f"lora_unet_{name.format(number)}"
            state[f"{layer}.lora_down.weight"] = torch.randn(rank, inputs, generator=chance).half()
            state[f"{layer}.lora_up.weight"] = torch.randn(outputs, rank, generator=chance).half()
            state[f"{layer}.alpha"] = torch.tensor(2.0)
    return state


def test_a_lora_of_flux_in_kohyas_layout_is_what_diffusers_makes_of_it() -> None:
    state = kohya_flux()
    found = safetensors.torch.load(recognise(safetensors.torch.save(state)).weights)

    theirs = _convert_kohya_flux_lora_to_diffusers(state)

    assert found.keys() == theirs.keys()
    for layer in {key.partition(".lora_")[0] for key in theirs}:
        mine, other = (
            (weights[f"{layer}.lora_B.weight"].float(), weights[f"{layer}.lora_A.weight"].float())
            for weights in (found, theirs)
        )
        seen = torch.ones(mine[1].shape[1]) / mine[1].shape[1]
        torch.testing.assert_close(
            mine[0] @ (mine[1] @ seen), other[0] @ (other[1] @ seen), atol=1e-3, rtol=1e-2
        )


def test_a_fused_layer_of_another_shape_is_refused() -> None:
    layer = "lora_unet_double_blocks_0_img_attn_qkv"
    state = {f"{layer}.lora_down.weight": torch.ones(2, 8), f"{layer}.lora_up.weight": torch.ones(20, 2)}

    with pytest.raises(WeightsRefused, match="unknown_layout"):
        recognise(safetensors.torch.save(state))


@pytest.mark.parametrize("name", TINY)
def test_a_lora_leaves_and_comes_back(name: str, tmp_path: Path) -> None:
    family = open_base(TINY[name](tmp_path), torch.device("cpu"))
    adapter = adapter_of(family, 3)

    content = export(adapter.weights, About("lora", name, "big", "zarobi", "sks", "man", "Robin"))
    found = recognise(content)

    assert (found.method, found.family, found.words) == ("lora", name, "sks man")
    assert read(found.weights).tensors == read(adapter.weights).tensors
    family.install("again", Adapter("lora", name, "big", found.weights))
