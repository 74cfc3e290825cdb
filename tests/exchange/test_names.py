"""Layers' names: there and back, and as diffusers reads them."""

import pytest
import torch
from diffusers import UNet2DConditionModel
from diffusers.loaders.lora_conversion_utils import (
    _convert_non_diffusers_lora_to_diffusers,
    _maybe_map_sgm_blocks_to_diffusers,
)
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel

from core.exchange.kohya import kohya_name, layer_of

WIDTHS = {"block_out_channels": (8, 16, 16), "norm_num_groups": 4, "layers_per_block": 2}
SDXL = {
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "transformer_layers_per_block": (1, 2, 2),
    "attention_head_dim": (2, 2, 2),
    "cross_attention_dim": 12,
    "use_linear_projection": True,
}
SD15 = {
    "down_block_types": ("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
    "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
    "attention_head_dim": 2,
    "cross_attention_dim": 12,
}


def _unet(family: str) -> UNet2DConditionModel:
    with torch.device("meta"):
        return UNet2DConditionModel(**WIDTHS, **(SDXL if family == "sdxl" else SD15))


def _layers(model: nn.Module, root: str) -> list[str]:
    """What can be adapted of a model; the few outside of the blocks never are."""
    kinds = (nn.Linear, nn.Conv2d)
    found = [f"{root}.{path}" for path, module in model.named_modules() if isinstance(module, kinds)]
    return [layer for layer in found if "block" in layer or not layer.startswith("unet")]


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_every_layer_of_a_unet_has_a_name_that_leads_back(family: str) -> None:
    layers = _layers(_unet(family), "unet")

    names = [kohya_name(layer, family) for layer in layers]

    assert len(set(names)) == len(layers) > 60
    assert [layer_of(name) for name in names] == layers


def test_every_layer_of_a_text_encoder_has_a_name_that_leads_back() -> None:
    with torch.device("meta"):
        encoder = CLIPTextModel(CLIPTextConfig(hidden_size=8, intermediate_size=16, num_attention_heads=2))
    # Newer versions of transformers dropped a part of the path that all files have.
    paths = [one.removeprefix("text_model.") for one, _ in encoder.named_modules() if one.endswith("proj")]
    layers = [f"text_encoder.text_model.{path}" for path in paths]

    assert [layer_of(kohya_name(layer, "sd15")) for layer in layers] == layers
    second = [layer.replace("text_encoder.", "text_encoder_2.", 1) for layer in layers]
    assert [layer_of(kohya_name(layer, "sdxl")) for layer in second] == second


def test_diffusers_reads_the_names_of_sdxl_back() -> None:
    unet = _unet("sdxl")
    layers = [layer for layer in _layers(unet, "unet") if "samplers" not in layer]
    state = {
        f"{kohya_name(layer, 'sdxl')}.lora_{side}.weight": torch.zeros(1)
        for layer in layers
        for side in ("down", "up")
    }

    mapped = _maybe_map_sgm_blocks_to_diffusers(state, unet.config)
    read, _ = _convert_non_diffusers_lora_to_diffusers(mapped)

    plain = {key.replace(".processor", "").replace("_lora.", ".lora.") for key in read}
    plain = {key.replace("to_out.lora", "to_out.0.lora") for key in plain}
    assert plain == {f"{layer}.lora.{side}.weight" for layer in layers for side in ("down", "up")}


@pytest.mark.parametrize(
    "name", ["lora_unet_nothing_here", "lora_unet_input_blocks_x", "lora_te_", "model.layer", "lora_unet_"]
)
def test_what_is_no_layer_has_no_name(name: str) -> None:
    assert layer_of(name) is None
