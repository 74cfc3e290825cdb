"""The real configurations on tensors without numbers: what is changed, in which shapes, and what a step costs."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import FluxTransformer2DModel, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from benchmarks import operators
from benchmarks.published import CLIP_G, CLIP_L, FLUX_TRANSFORMER, SD15_UNET, SDXL_UNET
from core.families import flux
from core.families.attention import PlainAttention
from core.families.loaded import TEXT_LAYERS
from core.families.low_rank import shapes_of
from core.families.unet import UNET_ATTENTION, UNET_LAYERS
from tests.families.test_sd15 import plain_pipeline

RESULTS = Path(operators.__file__).parent / "results"
GROWTH = 1.02

MODELS: dict[str, tuple[Any, dict[str, Any], int]] = {
    "sd15": (UNet2DConditionModel, SD15_UNET, 859_520_964),
    "sdxl": (UNet2DConditionModel, SDXL_UNET, 2_567_463_684),
    "flux": (FluxTransformer2DModel, FLUX_TRANSFORMER, 11_901_408_320),
    "clip_l": (CLIPTextModel, CLIP_L, 123_060_480),
    "clip_g": (CLIPTextModelWithProjection, CLIP_G, 694_659_840),
}


@cache
def empty(name: str) -> Any:
    kind, config, _ = MODELS[name]
    with torch.device("meta"):
        return kind(CLIPTextConfig(**config)) if name.startswith("clip") else kind(**config)


@pytest.mark.parametrize("name", MODELS)
def test_the_models_have_as_many_parameters_as_the_published_ones(name: str) -> None:
    assert sum(one.numel() for one in empty(name).parameters()) == MODELS[name][2]


@pytest.mark.parametrize(
    ("name", "layers", "count", "numbers"),
    [
        ("sd15", UNET_ATTENTION, 128, 3_188_736),
        ("sdxl", UNET_ATTENTION, 560, 23_224_320),
        ("flux", flux.ATTENTION, 19 * 8 + 38 * 3, 26_148_864),
        ("clip_l", TEXT_LAYERS, 12 * 4, 12 * 4 * 16 * 2 * 768),
        ("clip_g", TEXT_LAYERS, 32 * 4, 32 * 4 * 16 * 2 * 1280),
    ],
)
def test_changes_of_rank_16_reach_every_attention(
    name: str, layers: tuple[str, ...], count: int, numbers: int
) -> None:
    shapes = shapes_of(empty(name), "model", layers, 16)

    assert len(shapes) == count
    assert sum(down.numel() + up.numel() for down, up in shapes.values()) == numbers
    assert all(down[0] == up[1] == 16 for down, up in shapes.values())


@pytest.mark.parametrize(
    ("name", "layers"), [("sd15", UNET_LAYERS), ("sdxl", UNET_LAYERS), ("flux", flux.LAYERS)]
)
def test_every_layer_that_is_named_is_found_and_fits_its_weight(name: str, layers: tuple[str, ...]) -> None:
    model = empty(name)

    shapes = shapes_of(model, "model", layers, 16)

    for layer, (down, up) in shapes.items():
        weight = model.get_submodule(layer.removeprefix("model.")).weight
        assert (up[0], *down[1:]) == weight.shape
    assert all(any(layer.endswith(f".{end}") for layer in shapes) for end in layers)


@pytest.mark.parametrize(("name", "most"), [("sd15", 2200), ("sdxl", 7000)])
def test_a_step_takes_no_more_operators_than_when_it_was_measured(name: str, most: int) -> None:
    measured = json.loads((RESULTS / f"{name}-ops.json").read_text())["value"]

    counted = operators.ours(name)

    assert counted.operators <= min(most, measured * GROWTH)
    assert counted.moved <= MOVED[name] * GROWTH


MOVED = {"sd15": 11_132_921_164, "sdxl": 67_642_094_920}  # bytes


def test_plain_attention_is_diffusers_own_to_the_bit() -> None:
    unet = plain_pipeline().unet
    generator = torch.Generator().manual_seed(0)
    noisy, text = torch.randn(1, 4, 8, 8, generator=generator), torch.randn(1, 77, 96, generator=generator)
    with torch.no_grad():
        usual = unet(noisy, 500, text, return_dict=False)[0]
        unet.set_attn_processor(PlainAttention())
        plain = unet(noisy, 500, text, return_dict=False)[0]

    assert torch.equal(plain, usual)
