"""The autoencoder: 128 pixels square to 16 x 16 x 4 latents and back."""

from functools import partial
from typing import Any, Final

import torch
from diffusers import AutoencoderKL
from torch import Tensor

from pocket.canvas import Pixels
from pocket.recipes.copies import Alignment, alignment_of, difference, face_difference
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
from pocket.recipes.photos import POPULATION, Shelf, drawn, training_shot
from pocket.recipes.read_back import recogniser_of

PIXELS: Final = 128
_WIDTHS: Final = (8, 16, 48, 96)
_RATE: Final = 2e-3
# A copy is a blur at first, in which nobody can be recognised.
_FACE_LOSS_FROM: Final = 1500
# What the recogniser's view of a copy weighs beside the pixels', and the latents' divergence from noise.
FACE: Final = 0.15
_TRACE: Final = 5e-5
_MEASURED: Final = 512

# A picture, and how its face is aligned.
Sample = tuple[Pixels, Alignment]


def new_vae() -> Any:
    """Return an untrained autoencoder with 1.5 million parameters."""
    return AutoencoderKL(
        in_channels=3,
        out_channels=3,
        down_block_types=["DownEncoderBlock2D"] * len(_WIDTHS),
        up_block_types=["UpDecoderBlock2D"] * len(_WIDTHS),
        block_out_channels=_WIDTHS,
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=4,
        sample_size=PIXELS,
        scaling_factor=1.0,
        mid_block_add_attention=True,
    )


def picture(number: int, people: int = POPULATION) -> Sample:
    """Return a training picture, and how its face is aligned."""
    shot = training_shot(number, people)
    pixels, focus = shot.with_focus(PIXELS)
    return pixels, alignment_of(shot, focus)


def as_input(photos: list[Pixels]) -> Tensor:
    """Return photos as a batch (count, 3, side, side) from -1 to 1."""
    pixels = torch.stack([torch.from_numpy(photo) for photo in photos])
    return pixels.permute(0, 3, 1, 2).float() / 127.5 - 1


def train(plan: Plan) -> None:
    """Train within the plan and write `base/vae`; the trained recogniser helps to judge its copies.

    Latents belong to their encoder: one that the plan starts with stays as it is, and so does their scale, which a
    UNet has learnt; only the decoder learns. A new one rests from half-way, so that the decoder ends on latents that
    no longer move. Raises FileNotFoundError without a recogniser.
    """
    torch.manual_seed(0)
    vae = _first_vae(plan).to(plan.device)
    average = average_of(vae)
    optimizer = torch.optim.AdamW(vae.parameters(), _RATE, betas=(0.9, 0.95), weight_decay=0.0)
    course = Course("vae", plan, {"model": vae, "average": average, "optimizer": optimizer})
    recogniser = recogniser_of(plan.faces / "recogniser.onnx").to(plan.device)
    batch = plan.batch or 12
    peak = _RATE if plan.start is None else _RATE / 2
    draw_one = partial(picture, people=plan.people or POPULATION)
    with drawn(draw_one, plan.workers, first=course.step * batch) as stream:
        shelf = Shelf(stream, room=8000, fresh=max(1, batch // 4), at_first=2 * batch)
        for share in course:
            set_rate(optimizer, held_then_cosine(share, course.step, peak, hold=0.2, least=0.005))
            if share >= 0.5 or plan.start is not None:
                vae.encoder.requires_grad_(requires_grad=False)
                vae.quant_conv.requires_grad_(requires_grad=False)
            samples = shelf.batch(batch, course.random)
            photos = as_input([pixels for pixels, _ in samples]).to(plan.device)
            with plan.half_precision():
                latents = vae.encode(photos).latent_dist
                noise = torch.randn(latents.mean.shape, generator=course.noise).to(plan.device)
                copies = vae.decode(latents.mean + noise * latents.std).sample.float()
            loss = difference(copies, photos) + _TRACE * _divergence(latents)
            if course.step >= _FACE_LOSS_FROM or plan.start is not None:
                ways = [way for _, way in samples]
                loss = loss + FACE * face_difference(recogniser, copies, photos, ways, course.random)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
            optimizer.step()
            if course.step % 5 == 0:
                follow(average, vae, min(0.998, (course.step + 1) / (course.step + 201)))
            course.note(loss=loss.item())
    if plan.start is None:
        average.register_to_config(scaling_factor=_scale(plan, average.eval()))
    average.cpu().half().save_pretrained(plan.base / "vae")
    without_origin(plan.base / "vae" / "config.json")


def _first_vae(plan: Plan) -> Any:
    if plan.start is None:
        return new_vae()
    return AutoencoderKL.from_pretrained(plan.start / "base" / "vae").float().train()


def _scale(plan: Plan, vae: Any) -> float:
    """Return what makes the latents of the first pictures vary by one."""
    count = min(_MEASURED, 16 * (plan.batch or 32))
    pictures = [picture(number, plan.people or POPULATION)[0] for number in range(count)]
    with torch.no_grad():
        means = [
            vae.encode(as_input(pictures[first : first + 8]).to(plan.device)).latent_dist.mean
            for first in range(0, count, 8)
        ]
    return 1 / torch.cat(means).std().item()


def _divergence(latents: Any) -> Tensor:
    """Return how far the latents' distribution is from plain noise."""
    mean, variance = latents.mean.float(), latents.var.float()
    divergence: Tensor = 0.5 * (mean**2 + variance - 1 - latents.logvar.float()).mean()
    return divergence


if __name__ == "__main__":
    train(plan_from_command_line("Train the autoencoder."))
