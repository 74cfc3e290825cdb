"""The UNet, trained with the text encoder on the autoencoder's latents; writes the whole pipeline."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

from pocket.canvas import Pixels
from pocket.captions import describe
from pocket.drawing import draw
from pocket.recipes.course import (
    Course,
    Plan,
    average_of,
    follow,
    held_then_cosine,
    plan_from_command_line,
    set_rate,
)
from pocket.recipes.photos import POPULATION, Shelf, drawn, training_photo
from pocket.recipes.text_encoder import WIDTH, tokens
from pocket.recipes.vae import PIXELS, as_input

_WIDTHS: Final = (64, 128, 128)
_UNSAID: Final = 0.1
_ENCODED_AT_ONCE: Final = 8
_MOST_SIGNAL: Final = 5.0


@dataclass(frozen=True)
class Latent:
    """A photo's place in the latent space, (4, 16, 16) each, and its caption's tokens (77,)."""

    mean: Tensor
    spread: Tensor
    ids: Tensor


def captioned_photo(number: int, people: int) -> tuple[Pixels, str]:
    """Return a training photo and its caption."""
    person, scene = training_photo(number, people)
    return draw(person, scene, PIXELS).pixels, describe(person, scene, scene.seed)


def new_unet() -> Any:
    """Return an untrained UNet with 5.9 million parameters."""
    return UNet2DConditionModel(
        sample_size=16,
        in_channels=4,
        out_channels=4,
        down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
        block_out_channels=_WIDTHS,
        layers_per_block=1,
        cross_attention_dim=WIDTH,
        attention_head_dim=4,
        norm_num_groups=8,
    )


def scheduler() -> Any:
    """Return Stable Diffusion 1.5's noise schedule."""
    return DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        num_train_timesteps=1000,
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
        timestep_spacing="leading",
    )


def train(plan: Plan) -> None:
    """Train within the plan and write `base`; needs its `tokenizer`, `vae` and `text_encoder`."""
    torch.manual_seed(1)
    vae = AutoencoderKL.from_pretrained(plan.base / "vae").float().eval().requires_grad_(False)
    tokenizer = CLIPTokenizer.from_pretrained(plan.base / "tokenizer")
    text = CLIPTextModel.from_pretrained(plan.base / "text_encoder").float().train()
    model = torch.nn.ModuleDict({"unet": new_unet(), "text": text})
    average = average_of(model)
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3, betas=(0.9, 0.99), weight_decay=0.01)
    course = Course("unet", plan, {"model": model, "average": average, "optimizer": optimizer})
    batch = plan.batch or 32
    nothing = tokens(tokenizer, [""])[0]
    people = plan.people or POPULATION
    scale = _scale(vae, people, 16 * batch)
    with drawn(
        partial(captioned_photo, people=people), plan.workers, first=course.step * _ENCODED_AT_ONCE
    ) as stream:
        latents = _latents(stream, vae, tokenizer)
        shelf = Shelf(latents, room=24_000, fresh=min(_ENCODED_AT_ONCE, batch), at_first=8 * batch)
        for share in course:
            set_rate(optimizer, held_then_cosine(share, course.step, 1e-3, hold=0.4, least=0.01))
            samples = shelf.batch(batch, course.random)
            loss = _loss(model, samples, nothing, scale, course.noise)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            if course.step % 5 == 0:
                follow(average, model, min(0.995, (course.step + 1) / (course.step + 101)))
            course.note(loss=loss.item())
    vae.register_to_config(scaling_factor=scale)
    _save(plan, average, vae, tokenizer)


def _latents(stream: Iterator[tuple[Pixels, str]], vae: Any, tokenizer: Any) -> Iterator[Latent]:
    while photos := list(itertools.islice(stream, _ENCODED_AT_ONCE)):
        ids = tokens(tokenizer, [text for _, text in photos])
        means, spreads = _encoded(vae, [pixels for pixels, _ in photos])
        yield from map(Latent, means.half(), spreads.half(), ids)


def _encoded(vae: Any, photos: list[Pixels]) -> tuple[Tensor, Tensor]:
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        place = vae.encode(as_input(photos)).latent_dist
    return place.mean.float(), place.std.float()


def _scale(vae: Any, people: int, count: int) -> float:
    """Return what makes the latents of the first `count` photos vary by one, the same in every run."""
    batches = (range(start, start + _ENCODED_AT_ONCE) for start in range(0, count, _ENCODED_AT_ONCE))
    means = [
        _encoded(vae, [captioned_photo(number, people)[0] for number in numbers])[0] for numbers in batches
    ]
    return 1 / torch.cat(means).std().item()


def _loss(
    model: torch.nn.ModuleDict,
    samples: list[Latent],
    nothing: Tensor,
    scale: float,
    noise: torch.Generator,
) -> Tensor:
    """Return the error of the noise found, weighted by min-SNR (Hang et al., 2023)."""
    count = len(samples)
    mean = torch.stack([sample.mean for sample in samples]).float()
    spread = torch.stack([sample.spread for sample in samples]).float()
    ids = torch.stack([sample.ids for sample in samples])
    ids[torch.rand(count, generator=noise) < _UNSAID] = nothing
    clean = (mean + spread * torch.randn(mean.shape, generator=noise)) * scale
    times = torch.randint(0, 1000, (count,), generator=noise)
    signal = scheduler().alphas_cumprod[times].view(-1, 1, 1, 1)
    added = torch.randn(mean.shape, generator=noise)
    noisy = signal.sqrt() * clean + (1 - signal).sqrt() * added
    with torch.autocast("cpu", torch.bfloat16):
        found = model["unet"](noisy, times, model["text"](ids)[0]).sample
    ratio = (signal / (1 - signal)).flatten()
    error = ((found.float() - added) ** 2).mean((1, 2, 3))
    loss: Tensor = (ratio.clamp(max=_MOST_SIGNAL) / ratio * error).mean()
    return loss


def _save(plan: Plan, average: Any, vae: Any, tokenizer: Any) -> None:
    pipeline = StableDiffusionPipeline(
        vae=vae.half(),
        text_encoder=average["text"].eval().half(),
        tokenizer=tokenizer,
        unet=average["unet"].eval().half(),
        scheduler=scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(plan.base)


if __name__ == "__main__":
    train(plan_from_command_line("Train the UNet and the text encoder."))
