"""The shipped miniature base, opened once, and small things to train on it."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.artifacts import Adapter, Dataset, Pixels
from core.families import catalogue, open_base
from core.families.catalogue import Base
from core.families.family import Batch, DrawRequest, Family, usual_request

MODELS = Path(__file__).parents[2] / "models.toml"


def pocket() -> Base:
    """The shipped base without its adapters, with so few denoising steps that a picture takes a moment."""
    shipped = catalogue.read(MODELS).bases["pocket"]
    files = {path: known for path, known in shipped.sha256.items() if path not in catalogue.ADAPTERS}
    assert shipped.class_drawing is not None
    drawing = replace(shipped.class_drawing, steps=2)
    return replace(shipped, steps=2, class_drawing=drawing, sha256=files, faceid=None, fast=None)


@cache
def opened() -> Family:
    torch.set_num_threads(1)
    return open_base(pocket(), torch.device("cpu"))


def adapter_of(family: Family, seed: int) -> Adapter:
    """An adapter that changes pictures visibly, as if it had been trained."""
    trainable = family.trainable(rank=4, alpha=4, seed=seed)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        trainable.flat.copy_(torch.randn(trainable.flat.shape, generator=generator) * 0.1)
    return family.export(trainable, step=seed)


def picture(family: Family, adapters: dict[str, float] | None = None, seed: int = 5) -> Pixels:
    return family.draw(request(family, adapters), [seed])[0]


def request(family: Family, adapters: dict[str, float] | None = None) -> DrawRequest:
    """A picture of half the usual size, which takes a quarter of the time."""
    usual = usual_request(family, "a photo of a sks man", adapters)
    return replace(usual, width=family.size // 2, height=family.size // 2)


def drawn_subjects(size: int, count: int, seed: int = 0) -> tuple[Pixels, ...]:
    """Pictures of flat colours: enough to learn something from."""
    colours = np.random.default_rng(seed).integers(0, 255, (count, 1, 1, 3), dtype=np.uint8)
    return tuple(np.ascontiguousarray(np.broadcast_to(colour, (size, size, 3))) for colour in colours)


def dataset(family: Family, class_images: int = 2, method: str = "lora") -> Dataset:
    subject = "<new>" if method == "textual_inversion" else "a sks man"
    return Dataset(
        photos=drawn_subjects(family.size, 3),
        captions=tuple(f"a photo of {subject}{more}" for more in ("", ", smiling", ", sad")),
        class_images=drawn_subjects(family.size, class_images, seed=1),
        class_prompt="a photo of a man",
        subject_prompt=f"a photo of {subject}",
    )


def batch(family: Family, importance: Tensor | None = None, timestep: int = 500) -> Batch:
    latents = family.encode_images(drawn_subjects(family.size, 2)).mean
    noise = torch.randn(latents.shape, generator=torch.Generator().manual_seed(0))
    return Batch(
        latents=latents,
        noise=noise,
        timesteps=torch.tensor([timestep, timestep]),
        prompts=("a photo of a sks man", "a photo of a man"),
        importance=torch.tensor([0.5, 0.5]) if importance is None else importance,
    )


def held_losses(family: Family, batch: Batch) -> tuple[float, float]:
    """Of a batch's last picture, held to the base: before anything was learnt from the first, and after.

    Another adapter is worn meanwhile, which is no part of the base.
    """
    family.install("one", adapter_of(family, 1))
    family.draw(usual_request(family, batch.prompts[0], {"one": 1.0}), [5])
    count = len(batch.prompts)
    trainable = family.trainable(rank=4, alpha=4, seed=3)
    shown = replace(batch, importance=torch.tensor([1.0] + [0.0] * (count - 1)))
    held = replace(
        batch, importance=torch.tensor([0.0] * (count - 1) + [1.0]), held=(False,) * (count - 1) + (True,)
    )
    before = family.loss(trainable, held).item()
    optimiser = torch.optim.AdamW([trainable.flat], lr=0.02)
    for _ in range(4):
        family.loss(trainable, shown).backward()  # type: ignore[no-untyped-call]  # torch leaves it so
        optimiser.step()
        optimiser.zero_grad()
    after = family.loss(trainable, held).item()
    family.remove("one")
    return before, after
