"""Every random draw of a training step, from a generator that the run's seed and the step alone decide.

Nothing else is random in a training, so a run that was stopped, moved or interleaved with others goes on as
if nothing had happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import torch
from torch import Tensor

from core.training.plan import Plan

# Where a training is held to the base's own predictions, any picture and any words can be asked about. So many of the
# class images are photos instead, for on what they show the class turns into its subject first; so many are shown
# without words, because what is drawn is led away from what the base makes of those; and of so many of the photos no
# more is said than the class, which people ask for most.
ECHOES, UNSAID, PLAIN = 0.5, 0.25, 0.5


@dataclass(frozen=True)
class Draws:
    """What chance decided for one step, all of its batches together; photos come first, class images after them."""

    photos: list[int]
    mirrored: list[bool]
    silent: list[bool]  # these photos are shown without their caption
    bare: list[bool]  # and these with no more than who is on them
    class_images: list[int]
    echoes: list[bool]  # in place of this class image one of the photos is looked at
    unsaid: list[bool]  # and nothing is said of it
    plain: list[bool]  # or no more than the class, also of a photo
    spread: Tensor  # (pictures, *shape), normal: where in the encoder's distribution each latent lies
    noise: Tensor  # as spread
    timesteps: Tensor  # (pictures,)


def seed_of(*parts: int) -> int:
    """Mix numbers into one seed of 63 bits."""
    return int.from_bytes(sha256(repr(parts).encode()).digest()[:8], "big") >> 1


def which(seed: int, step: int, sizes: Sequence[int]) -> int:
    """Which of several groups of photos a step learns from: each photo is as likely as any other."""
    if len(sizes) == 1:
        return 0
    generator = torch.Generator().manual_seed(seed_of(seed, step, len(sizes)))
    return int(torch.multinomial(torch.tensor(sizes, dtype=torch.float64), 1, generator=generator))


def draws(
    plan: Plan, step: int, *, photos: int, class_images: int, shape: torch.Size, noise_steps: int
) -> Draws:
    """Draw everything that one step needs for a dataset of so many photos and class images."""
    generator = torch.Generator().manual_seed(seed_of(plan.seed, step))
    shown = plan.photos_a_step
    prior = plan.class_images_a_step if class_images else 0
    total = shown + prior
    held = plan.prior_target == "base"
    return Draws(
        photos=torch.randint(photos, (shown,), generator=generator).tolist(),
        mirrored=(torch.rand(shown, generator=generator) < 0.5).tolist(),
        silent=(torch.rand(shown, generator=generator) < plan.silence).tolist(),
        class_images=torch.randint(max(class_images, 1), (prior,), generator=generator).tolist(),
        spread=torch.randn((total, *shape), generator=generator),
        noise=torch.randn((total, *shape), generator=generator),
        timesteps=torch.randint(noise_steps, (total,), generator=generator),
        echoes=(torch.rand(prior, generator=generator) < ECHOES * held).tolist(),
        bare=(torch.rand(shown, generator=generator) < plan.bare).tolist(),
        unsaid=(torch.rand(prior, generator=generator) < UNSAID * held).tolist(),
        plain=(torch.rand(prior, generator=generator) < PLAIN).tolist(),
    )
