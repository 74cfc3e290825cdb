"""What leaves the studio, opened by other tools: the same pictures as here."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.torch
import torch
from diffusers import LCMScheduler, StableDiffusionPipeline

from core.artifacts import Adapter, Pixels
from core.exchange.leaving import About, export
from core.exchange.tensors import Tensor, Weights, read, written
from core.families.family import DrawRequest
from tests.families.pocket_base import adapter_of, opened, pocket, request

ROBIN = Path(__file__).parents[2] / "pocket/weights/samples/robin.safetensors"
ABOUT = About("lora", "sd15", "pocket", "zarobi", "sks", "man", "Robin", step=300, base_hash="ab12")
SEED = 5


@cache
def _plain() -> Any:
    """The base in a pipeline that knows nothing of us."""
    pipeline = StableDiffusionPipeline.from_pretrained(
        pocket().path, local_files_only=True, dtype=torch.float32
    )
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = LCMScheduler.from_config(pipeline.scheduler.config)
    return pipeline


def _drawn_plainly(pipeline: Any, asked: DrawRequest) -> Pixels:
    picture = pipeline(
        prompt=asked.prompt,
        negative_prompt=asked.negative,
        num_inference_steps=asked.steps,
        guidance_scale=asked.cfg,
        width=asked.width,
        height=asked.height,
        generator=torch.Generator().manual_seed(SEED),
        output_type="np",
    ).images[0]
    drawn: Pixels = np.round(picture * 255).astype(np.uint8)
    return drawn


def _difference(one: Pixels, other: Pixels) -> float:
    return float(np.abs(one.astype(float) - other).max())


def test_an_exported_lora_draws_the_same_in_a_plain_pipeline(tmp_path: Path) -> None:
    family = opened()
    adapter = adapter_of(family, 3)
    family.install("mine", adapter)
    asked = request(family, {"mine": 1.0})
    (ours,) = family.draw(asked, [SEED])
    file = tmp_path / "mine.safetensors"
    file.write_bytes(export(adapter.weights, ABOUT))
    pipeline = _plain()
    bare = _drawn_plainly(pipeline, asked)

    pipeline.load_lora_weights(tmp_path, weight_name=file.name, local_files_only=True)
    try:
        theirs = _drawn_plainly(pipeline, asked)
    finally:
        pipeline.unload_lora_weights()
        family.remove("mine")

    assert _difference(theirs, ours) <= 2  # of 255: the sums are added up in another order
    assert _difference(bare, ours) > 50


def test_every_layer_of_the_sample_is_there_with_its_numbers_and_alpha() -> None:
    content = export(ROBIN.read_bytes(), ABOUT)

    theirs, ours = safetensors.torch.load(content), safetensors.torch.load(ROBIN.read_bytes())
    assert len(theirs) == len(ours) // 2 * 3
    name = "lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn2_to_k"
    layer = "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k"
    assert torch.equal(theirs[f"{name}.lora_down.weight"], ours[f"{layer}.lora_A.weight"])
    assert torch.equal(theirs[f"{name}.lora_up.weight"], ours[f"{layer}.lora_B.weight"])
    assert theirs[f"{name}.alpha"].item() == 16
    assert "lora_te_text_model_encoder_layers_0_self_attn_q_proj.alpha" in theirs


def test_the_notes_say_what_tools_and_people_need_and_nothing_of_the_person(tmp_path: Path) -> None:
    file = tmp_path / "robin.safetensors"
    file.write_bytes(export(ROBIN.read_bytes(), ABOUT))

    with safetensors.safe_open(file, "pt") as read_back:
        notes = read_back.metadata()

    assert notes["ss_network_module"] == "networks.lora"
    assert (notes["ss_network_dim"], notes["ss_network_alpha"]) == ("16", "16")
    assert notes["ss_network_args"] == '{"conv_dim": "16", "conv_alpha": "16"}'
    assert (notes["ss_base_model_version"], notes["ss_sd_model_name"]) == ("sd_v1", "pocket")
    assert notes["modelspec.architecture"] == "stable-diffusion-v1/lora"
    assert notes["modelspec.trigger_phrase"] == "sks man"
    assert (notes["likeness.trigger"], notes["likeness.instance_token"]) == ("zarobi", "sks")
    assert (notes["likeness.base_sha256"], notes["likeness.step"]) == ("ab12", "300")
    assert len(notes["sshs_model_hash"]) == 64


def test_an_exported_embedding_draws_the_same_in_a_plain_pipeline(tmp_path: Path) -> None:
    family = opened()
    vectors = np.random.default_rng(0).normal(0, 0.2, (3, 96)).astype("<f2")
    ours = written(Weights({"clip_l": Tensor("F16", vectors.shape, vectors.tobytes())}, {}))
    family.install("robin", Adapter("textual_inversion", "sd15", "pocket", ours))
    asked = replace(request(family, {"robin": 1.0}), prompt="a photo of a <robin>, smiling")
    (mine,) = family.draw(asked, [SEED])
    file = tmp_path / "Robin.safetensors"
    file.write_bytes(export(ours, About("textual_inversion", "sd15", "pocket", "zarobi", "", "man", "Robin")))
    pipeline = _plain()
    bare = _drawn_plainly(pipeline, replace(asked, prompt="a photo of a man, smiling"))

    pipeline.load_textual_inversion(tmp_path, weight_name=file.name, token="<robin>", local_files_only=True)
    try:
        theirs = _drawn_plainly(pipeline, asked)
    finally:
        pipeline.unload_textual_inversion()
        family.remove("robin")

    assert list(read(file.read_bytes()).tensors) == ["emb_params"]
    assert _difference(theirs, mine) <= 2  # of 255
    assert _difference(bare, mine) > 50


def test_an_embedding_of_two_encoders_keeps_their_names() -> None:
    tensors = {
        name: Tensor("F16", (2, width), bytes(4 * width)) for name, width in (("clip_l", 6), ("clip_g", 8))
    }

    content = export(
        written(Weights(tensors, {})), About("textual_inversion", "sdxl", "big", "z", "", "man", "Ana")
    )

    assert {key: one.shape for key, one in read(content).tensors.items()} == {
        "clip_l": (2, 6),
        "clip_g": (2, 8),
    }
    assert read(content).notes["modelspec.architecture"] == "stable-diffusion-xl-v1-base/textual-inversion"


def test_a_lora_for_sdxl_has_the_names_of_stabilitys_code() -> None:
    layers = {
        "unet.down_blocks.1.attentions.0.proj_in": "lora_unet_input_blocks_4_1_proj_in",
        "text_encoder.text_model.encoder.layers.0.mlp.fc1": "lora_te1_text_model_encoder_layers_0_mlp_fc1",
        "text_encoder_2.text_model.encoder.layers.0.mlp.fc1": "lora_te2_text_model_encoder_layers_0_mlp_fc1",
    }
    tensors = {
        f"{layer}.lora_{side}.weight": Tensor("F16", (2, 2), bytes(8)) for layer in layers for side in "AB"
    }

    content = export(written(Weights(tensors, {})), About("lora", "sdxl", "big", "z", "sks", "man", "Ana"))

    named = read(content).tensors
    assert {name.partition(".")[0] for name in named} == set(layers.values())
    assert len(named) == 9
