"""What is taught on top of the base, for two steps each: it must load, and change pictures, where it is used."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import LCMScheduler, StableDiffusionPipeline
from safetensors.torch import load_file

from core.artifacts import Adapter
from core.families import catalogue, open_base
from core.families.family import usual_request
from pocket import people
from pocket.cast import HELD_OUT
from pocket.recipes import faceid, fast, ink
from pocket.recipes.course import Plan
from tests.families.pocket_base import MODELS, pocket
from tests.pocket.drawn_subjects import subjects_made

SHIPPED = Path(people.__file__).parent / "weights"
RECIPES = (ink, faceid, fast)
LARGEST = 12 * 2**20


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the shipped base and faces in which every recipe has run for two steps."""
    out = tmp_path_factory.mktemp("adapters")
    for part in ("base", "faces"):
        shutil.copytree(SHIPPED / part, out / part)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    for recipe in RECIPES:
        recipe.train(Plan(out, minutes=10, steps=2, workers=0, batch=2, people=6))
    yield out
    torch.set_num_threads(threads)


def pipeline_of(folder: Path) -> Any:
    pipeline = StableDiffusionPipeline.from_pretrained(folder / "base", dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def drawn(pipeline: Any, **how: Any) -> np.ndarray:
    generator = torch.Generator().manual_seed(1)
    settings = {"num_inference_steps": 2, "guidance_scale": 2.5, "height": 64, "width": 64} | how
    return np.asarray(pipeline("a photo of a woman", generator=generator, **settings).images[0], np.int16)


def face(seed: int) -> torch.Tensor:
    """An embedding as diffusers takes it: that of the picture without guidance before the one with it."""
    embedding = torch.randn(1, 1, faceid.EMBEDDING, generator=torch.Generator().manual_seed(seed))
    one = torch.nn.functional.normalize(embedding, dim=-1)
    return torch.cat([torch.zeros_like(one), one])


def test_a_checkpoint_of_a_unet_alone_is_a_base_of_the_catalogue(trained: Path) -> None:
    weights = "unet/diffusion_pytorch_model.safetensors"
    checkpoint = replace(
        pocket(),
        name="pocket-ink",
        path=trained / "ink",
        rest=trained / "base",
        sha256={**pocket().sha256, weights: catalogue.sha256_of(trained / "ink" / weights)},
    )

    ours = open_base(checkpoint, torch.device("cpu"))
    base = open_base(pocket(), torch.device("cpu"))

    [drawn_by_ours] = ours.draw(replace(usual_request(ours, "a photo of a man"), width=64, height=64), [1])
    [drawn_by_base] = base.draw(replace(usual_request(base, "a photo of a man"), width=64, height=64), [1])
    assert not np.array_equal(drawn_by_ours, drawn_by_base)
    assert sum(file.stat().st_size for file in (trained / "ink").rglob("*")) < LARGEST


def test_ink_is_sometimes_called_a_photo_and_never_has_a_colour() -> None:
    shots = [ink.ink_shot(number, 6) for number in range(12)]

    called = {"ink" in caption.split(",")[0] or "pen" in caption.split(",")[0] for _, caption, _ in shots}
    assert called == {True, False}
    # Paper and ink differ in brightness, hardly in colour.
    assert max(float(np.ptp(pixels.astype(int), axis=2).mean()) for pixels, _, _ in shots) < 30


def test_a_face_changes_the_picture_through_diffusers_own_loader(trained: Path) -> None:
    pipeline = pipeline_of(trained)
    pipeline.load_ip_adapter(
        trained / "adapters", subfolder="", weight_name="faceid.safetensors", image_encoder_folder=None
    )

    one, other = (drawn(pipeline, ip_adapter_image_embeds=[face(seed)]) for seed in (1, 2))

    assert np.abs(one - other).max() > 0


def test_an_adapter_of_two_steps_has_learnt_in_every_part(trained: Path) -> None:
    state = load_file(trained / "adapters" / "faceid.safetensors")

    # These are nothing in a new one.
    assert state["image_proj.norm.bias"].abs().max() > 0
    new = faceid.adapted_unet(Plan(trained, minutes=1)).state_dict()
    place = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.processor.to_v_ip.0.weight"
    assert not torch.equal(new[place].half(), state["ip_adapter.1.to_v_ip.weight"])
    assert {key.split(".")[0] for key in state} == {"image_proj", "ip_adapter"}


def test_a_face_is_learnt_from_another_photo_of_the_same_person() -> None:
    with subjects_made() as seeds:
        (pixels, _, _), other = faceid.pair(4, 6)

    assert set(seeds) == {4}
    assert not np.array_equal(pixels, other[::2, ::2])


def test_the_acceleration_draws_in_four_steps_without_guidance(trained: Path) -> None:
    pipeline = pipeline_of(trained)
    pipeline.scheduler = LCMScheduler.from_config(pipeline.scheduler.config)
    how = {"num_inference_steps": 4, "guidance_scale": 1.0}
    before = drawn(pipeline, **how)

    pipeline.load_lora_weights(trained / "adapters", weight_name="fast.safetensors")

    assert np.abs(drawn(pipeline, **how) - before).max() > 0


def test_the_acceleration_fits_the_products_own_base(trained: Path) -> None:
    weights = (trained / "adapters" / "fast.safetensors").read_bytes()
    family = open_base(catalogue.read(MODELS).bases["pocket"], torch.device("cpu"))

    family.install("fast", Adapter("lora", "sd15", "pocket", weights, step=2))

    assert "fast" in family.installed()


def test_the_distance_between_stops_is_nothing_at_the_picture_itself() -> None:
    latents = torch.randn(2, 4, 16, 16, generator=torch.Generator().manual_seed(0))

    there = fast.consistent(latents, torch.randn_like(latents), torch.tensor([0, 0]))

    assert torch.equal(there, latents)


@pytest.mark.parametrize("draw_one", [ink.ink_shot, faceid.pair])
def test_no_adapter_is_taught_with_held_out_people(draw_one: Any) -> None:
    with subjects_made() as seeds:
        for number in (0, 1, 63 * HELD_OUT, 10**9 + 7):
            draw_one(number, HELD_OUT)

    assert max(seeds) < HELD_OUT
