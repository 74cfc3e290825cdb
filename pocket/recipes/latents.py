"""Shots as the base learns them: places in the autoencoder's latent space, and the tokens of captions."""

import itertools
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import torch
from diffusers import AutoencoderKL
from torch import Tensor
from transformers import CLIPTokenizer

from pocket.canvas import Pixels
from pocket.recipes.course import Plan
from pocket.recipes.photos import POPULATION, Focus, drawn, training_shot
from pocket.recipes.replicas import every
from pocket.recipes.text_encoder import tokens
from pocket.recipes.vae import PIXELS, as_input

AT_ONCE: Final = 8
_SIDE: Final = 16
# What a latent weighs on a face, where a small slip is seen at once, and on eyes, nose and mouth. These
# reach so far from their middle, as a share of the face's width, but at least so many latents.
_ON_FACE: Final = 3.0
_ON_FEATURE: Final = 9.0
_REACH: Final = 0.14
_LEAST_REACH: Final = 0.75


@dataclass(frozen=True)
class Latent:
    """A picture's place in the latent space, (4, 16, 16) each, its caption's tokens (77,), and what weighs how
    much in it (16, 16)."""

    mean: Tensor
    spread: Tensor
    ids: Tensor
    weight: Tensor


@dataclass(frozen=True)
class Batch:
    """Latents (count, 4, 16, 16), drawn from their places and scaled, tokens (count, 77), and weights
    (count, 16, 16)."""

    clean: Tensor
    ids: Tensor
    weight: Tensor


# Pixels, caption, and where the face is.
Captioned = tuple[Pixels, str, Focus]


def captioned_shot(number: int, people: int) -> Captioned:
    """Return a training picture with its caption and where its face is."""
    shot = training_shot(number, people)
    pixels, focus = shot.with_focus(PIXELS)
    return pixels, shot.caption(), focus


@contextmanager
def latents(
    plan: Plan, first: int, captioned: Callable[..., Captioned] = captioned_shot
) -> Iterator[Iterator[Latent]]:
    """Yield an endless stream of the plan's shots in the latent space of its base, `first` of them seen already.

    `captioned(number, people)` draws one; it must be a function that other processes can import.
    """
    vae = AutoencoderKL.from_pretrained(plan.base / "vae").float().eval().requires_grad_(False)
    tokenizer = CLIPTokenizer.from_pretrained(plan.base / "tokenizer")
    draw_one = partial(
        every, partial(captioned, people=plan.people or POPULATION), plan.replicas, plan.replica
    )
    workers = plan.workers if plan.replicas == 1 else 0  # all cores are taken
    with drawn(draw_one, workers, first=plan.first // plan.replicas + first) as stream:
        yield _encoded(plan, stream, vae.to(plan.device), tokenizer)


def gathered(samples: list[Latent], scale: float, noise: torch.Generator, device: str) -> Batch:
    """Return samples as a batch on the device, each latent drawn anew from its place."""
    mean = torch.stack([sample.mean for sample in samples]).float()
    spread = torch.stack([sample.spread for sample in samples]).float()
    clean = (mean + spread * torch.randn(mean.shape, generator=noise)) * scale
    ids = torch.stack([sample.ids for sample in samples])
    weight = torch.stack([sample.weight for sample in samples]).float()
    return Batch(clean.to(device), ids.to(device), weight.to(device))


def encoded(plan: Plan, photos: list[Pixels], vae: Any) -> tuple[Tensor, Tensor]:
    """Return means and spreads (count, 4, 16, 16) of pictures, unscaled, in host memory."""
    with torch.no_grad(), plan.half_precision():
        place = vae.encode(as_input(photos).to(plan.device)).latent_dist
    return place.mean.float().cpu(), place.std.float().cpu()


def placed(plan: Plan, shots: list[Captioned], vae: Any, tokenizer: Any) -> Iterator[Latent]:
    """Return pictures, as many as fit through the encoder at once, in the latent space."""
    ids = tokens(tokenizer, [text for _, text, _ in shots])
    means, spreads = encoded(plan, [pixels for pixels, _, _ in shots], vae)
    weights = torch.stack([weight_of(focus) for _, _, focus in shots])
    return map(Latent, means.half(), spreads.half(), ids, weights.half())


def _encoded(plan: Plan, stream: Iterator[Captioned], vae: Any, tokenizer: Any) -> Iterator[Latent]:
    while shots := list(itertools.islice(stream, AT_ONCE)):
        yield from placed(plan, shots, vae, tokenizer)


def weight_of(focus: Focus) -> Tensor:
    """Return what each latent of a picture weighs."""
    left, top, right, bottom = (focus.box / PIXELS * _SIDE).clip(0, _SIDE)
    weight = torch.ones(_SIDE, _SIDE)
    weight[int(top) : math.ceil(bottom), int(left) : math.ceil(right)] = _ON_FACE
    reach = max(_LEAST_REACH, _REACH * (right - left))
    middles = torch.arange(_SIDE) + 0.5
    for x, y in focus.features / PIXELS * _SIDE:
        near = ((middles[:, None] - y) ** 2 + (middles - x) ** 2).sqrt() <= reach
        weight[near] = _ON_FEATURE
    return weight
