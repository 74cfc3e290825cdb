"""Drawing in a few steps with a base's own acceleration, here one that nobody trained."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import Tensor

from core.errors import ModelUnusable
from core.families import open_base
from core.families.catalogue import Base, sha256_of
from core.families.family import Family, usual_request
from tests.families.pocket_base import adapter_of, opened, picture, pocket, request
from tests.families.test_sd15 import furthest, plain_pipeline

State = dict[str, Tensor]


def untrained() -> State:
    """Random changes of the UNet alone, as an acceleration is."""
    state = safetensors.torch.load(adapter_of(opened(), 7).weights)
    return {key: value for key, value in state.items() if key.startswith("unet.")}


def as_kohya(state: State) -> State:
    """The same under the names that the published ones have, with an alpha of half the rank."""
    named: State = {}
    for key, value in state.items():
        layer, _, side = key.removeprefix("unet.").partition(".lora_")
        name = "lora_unet_" + layer.replace(".", "_")
        named[f"{name}.lora_{'down' if side == 'A.weight' else 'up'}.weight"] = (
            value if side == "A.weight" else value * 2
        )
        named[f"{name}.alpha"] = torch.tensor(2.0)
    return named


def base_with(folder: Path, state: State) -> Base:
    file = folder / "fast.safetensors"
    safetensors.torch.save_file(state, file)
    return replace(pocket(), fast=file, sha256={**pocket().sha256, "fast": sha256_of(file)})


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory) -> Family:
    torch.set_num_threads(1)
    return open_base(base_with(tmp_path_factory.mktemp("fast"), untrained()), torch.device("cpu"))


def plainly_drawn(state: State) -> Any:
    pipeline = plain_pipeline()
    pipeline.load_lora_weights(state)
    drawn = pipeline(
        "a photo of a sks man",
        num_inference_steps=4,
        guidance_scale=1.0,
        width=64,
        height=64,
        generator=torch.Generator().manual_seed(5),
        output_type="np",
    ).images[0]
    return np.round(drawn * 255).astype(np.uint8)


@pytest.mark.parametrize("layout", [lambda state: state, as_kohya])
def test_it_draws_what_a_plain_pipeline_draws(tmp_path: Path, layout: Callable[[State], State]) -> None:
    family = open_base(base_with(tmp_path, layout(untrained())), torch.device("cpu"))

    ours = family.draw(replace(request(family), fast=True, steps=4), [5])[0]

    assert furthest(ours, plainly_drawn(untrained())) <= 2


def test_what_is_usual_are_the_steps_of_its_entry_without_guidance(family: Family) -> None:
    usual = usual_request(family, "a photo", fast=True)
    small = replace(usual, width=64, height=64)

    drawn = family.draw(small, [5])[0]

    assert usual.steps == family.base.fast_steps == 8
    assert np.array_equal(drawn, family.draw(replace(small, cfg=7.0, scheduler="ddim"), [5])[0])


def test_drawing_slowly_afterwards_is_plain_to_the_bit(family: Family) -> None:
    family.draw(replace(request(family), fast=True), [5])

    assert np.array_equal(picture(family), picture(opened()))
    assert not family.installed()


def test_fast_and_an_adapter_add_up(family: Family) -> None:
    family.install("one", adapter_of(family, 1))
    drawn = [
        family.draw(replace(request(family, worn), fast=fast), [5])[0].tobytes()
        for worn in ({}, {"one": 1.0})
        for fast in (False, True)
    ]
    family.remove("one")

    assert len(set(drawn)) == 4


def test_a_base_without_acceleration_says_so() -> None:
    with pytest.raises(ModelUnusable, match="names no `fast` file"):
        opened().draw(replace(request(opened()), fast=True), [5])


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda state: {key: value for key, value in state.items() if "lora_A" in key}, "is missing"),
        (lambda state: {"elsewhere.lora_A.weight": torch.zeros(4, 4)}, "no place for elsewhere"),
        (lambda state: {"lora_unet_elsewhere.lora_down.weight": torch.zeros(4, 4)}, "no place"),
        (lambda state: {key: value for key, value in as_kohya(state).items() if "up" not in key}, "no place"),
    ],
)
def test_an_acceleration_that_does_not_fit_is_refused(tmp_path: Path, damage: Any, reason: str) -> None:
    base = base_with(tmp_path, damage(untrained()))

    with pytest.raises(ModelUnusable, match=f"pocket.*{reason}"):
        open_base(base, torch.device("cpu"))
