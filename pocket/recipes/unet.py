"""The UNet, trained with the text encoder on the autoencoder's latents; writes the whole pipeline."""

from collections.abc import Callable
from typing import Any, Final

import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

from core.families.precision import attention_for_training
from pocket.recipes.course import (
    Course,
    Plan,
    average_of,
    follow,
    held_then_cosine,
    plan_from_command_line,
    set_rate,
    without_origin,
)
from pocket.recipes.latents import Batch, Captioned, captioned_shot, gathered, latents
from pocket.recipes.photos import Shelf
from pocket.recipes.replicas import average_gradients, together
from pocket.recipes.text_encoder import WIDTH, tokens

_WIDTHS: Final = (64, 128, 128)
_UNSAID: Final = 0.1
_MOST_SIGNAL: Final = 5.0
_RATE: Final = 1e-3
# How strongly the caption guides a picture in what learns from the base's own.
GUIDANCE: Final = 2.5


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


def for_training(unet: Any, device: str) -> Any:
    """Return the UNet on its device, with the attention that trains fastest there."""
    unet.set_attn_processor(attention_for_training(device)())
    return unet.to(device)


def train(plan: Plan) -> None:
    """Train within the plan and write `base`; needs its `tokenizer`, `vae` and `text_encoder`."""
    with together(plan, train, "unet"):
        torch.manual_seed(1)
        text = CLIPTextModel.from_pretrained(plan.base / "text_encoder").float().train()
        model = torch.nn.ModuleDict({"unet": _first_unet(plan), "text": text.to(plan.device)})
        peak = _RATE if plan.start is None else 0.7 * _RATE
        average = learned(plan, "unet", model, model, peak)
    if plan.replica == 0:
        _write(plan, average.cpu())


def learned(
    plan: Plan,
    name: str,
    model: torch.nn.ModuleDict,
    learner: torch.nn.Module,
    peak: float,
    captioned: Callable[..., Captioned] = captioned_shot,
) -> Any:
    """Teach `learner`, the model or a part of it, to find noise in pictures; return its running average."""
    average = average_of(learner)
    optimizer = torch.optim.AdamW(
        learner.parameters(), peak, betas=(0.9, 0.99), weight_decay=0.01, fused=True
    )
    course = Course(name, plan, {"learner": learner, "average": average, "optimizer": optimizer})
    batch = (plan.batch or 32) // plan.replicas
    fresh = max(1, batch // 8)
    nothing = tokens(CLIPTokenizer.from_pretrained(plan.base / "tokenizer"), [""])[0].to(plan.device)
    scale = AutoencoderKL.load_config(plan.base / "vae")["scaling_factor"]
    with latents(plan, course.step * fresh, captioned) as stream:
        shelf = Shelf(stream, room=24_000, fresh=fresh, at_first=8 * batch)
        for share in course:
            set_rate(optimizer, held_then_cosine(share, course.step, peak, hold=0.4, least=0.01))
            seen = gathered(shelf.batch(batch, course.random), scale, course.noise, plan.device)
            loss = noise_loss(plan, model, seen, nothing, course.noise)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            average_gradients(learner.parameters())
            torch.nn.utils.clip_grad_norm_(learner.parameters(), 1.0)
            optimizer.step()
            if course.step % 5 == 0:
                follow(average, learner, min(0.995, (course.step + 1) / (course.step + 101)))
            course.note(loss=loss.item())
    return average


def noise_loss(
    plan: Plan,
    model: torch.nn.ModuleDict,
    seen: Batch,
    nothing: Tensor,
    noise: torch.Generator,
    **conditions: Any,
) -> Tensor:
    """Return the error of the noise found, weighted by min-SNR (Hang et al., 2023).

    `conditions` are what the UNet is told besides the caption.
    """
    count = len(seen.ids)
    unsaid = (torch.rand(count, generator=noise) < _UNSAID).to(plan.device)
    ids = torch.where(unsaid[:, None], nothing, seen.ids)
    times = torch.randint(0, 1000, (count,), generator=noise)
    signal = scheduler().alphas_cumprod[times].view(-1, 1, 1, 1).to(plan.device)
    added = torch.randn(seen.clean.shape, generator=noise).to(plan.device)
    noisy = signal.sqrt() * seen.clean + (1 - signal).sqrt() * added
    with plan.half_precision():
        found = model["unet"](noisy, times.to(plan.device), model["text"](ids)[0], **conditions).sample
    ratio = (signal / (1 - signal)).flatten()
    error = ((found.float() - added) ** 2 * seen.weight[:, None]).mean((1, 2, 3))
    loss: Tensor = (ratio.clamp(max=_MOST_SIGNAL) / ratio * error).mean()
    return loss


def _write(plan: Plan, average: Any) -> None:
    """Write `base` whole, in half precision, with the autoencoder that is there."""
    pipeline = StableDiffusionPipeline(
        vae=AutoencoderKL.from_pretrained(plan.base / "vae").half(),
        text_encoder=average["text"].eval().half(),
        tokenizer=CLIPTokenizer.from_pretrained(plan.base / "tokenizer"),
        unet=average["unet"].eval().half(),
        scheduler=scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(plan.base)
    for part in ("unet", "vae"):
        without_origin(plan.base / part / "config.json")


def _first_unet(plan: Plan) -> Any:
    unet = new_unet()
    if plan.start is not None:
        unet = UNet2DConditionModel.from_pretrained(plan.start / "base" / "unet").float()
    return for_training(unet.train(), plan.device)


if __name__ == "__main__":
    train(plan_from_command_line("Train the UNet and the text encoder."))
