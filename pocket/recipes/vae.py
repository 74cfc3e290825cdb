"""The autoencoder: 128 pixels square to 16 x 16 x 4 latents and back."""

from typing import Any, Final

import torch
from diffusers import AutoencoderKL
from torch import Tensor
from torch.nn import functional

from pocket.canvas import Pixels
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
from pocket.recipes.crops import SIDE
from pocket.recipes.photos import Shelf, drawn, training_photo
from pocket.recipes.recogniser import Recogniser

PIXELS: Final = 128
_WIDTHS: Final = (8, 16, 48, 96)
_FACE_LOSS_FROM: Final = 1500
_FACE_LOSS_EVERY: Final = 4
_FACE_LOSS_PICTURES: Final = 4


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


def photo(number: int) -> Pixels:
    """Return the pixels of a training photo."""
    return draw(*training_photo(number), PIXELS).pixels


def as_input(photos: list[Pixels]) -> Tensor:
    """Return photos as a batch (count, 3, side, side) from -1 to 1."""
    pixels = torch.stack([torch.from_numpy(picture) for picture in photos])
    return pixels.permute(0, 3, 1, 2).float() / 127.5 - 1


def train(plan: Plan) -> None:
    """Train within the plan and write `base/vae`; the trained recogniser helps to judge its copies."""
    torch.manual_seed(0)
    vae = new_vae()
    average = average_of(vae)
    optimizer = torch.optim.AdamW(vae.parameters(), 2e-3, betas=(0.9, 0.95), weight_decay=0.0)
    course = Course("vae", plan, {"model": vae, "average": average, "optimizer": optimizer})
    recogniser = _trained_recogniser(plan)
    batch = plan.batch or 12
    with drawn(photo, plan.workers, first=course.step * batch) as stream:
        shelf = Shelf(stream, room=4000, fresh=batch, at_first=2 * batch)
        for share in course:
            set_rate(optimizer, held_then_cosine(share, course.step, 2e-3, hold=0.2, least=0.005))
            photos = as_input(shelf.batch(batch, course.random))
            mirror = torch.rand(batch, 1, 1, 1, generator=course.noise) < 0.5
            photos = torch.where(mirror, photos.flip(3), photos)
            with torch.autocast("cpu", torch.bfloat16):
                latents = vae.encode(photos).latent_dist
                noise = torch.randn(latents.mean.shape, generator=course.noise)
                copies = vae.decode(latents.mean + noise * latents.std).sample
            loss = _loss(copies.float(), photos, latents)
            if course.step > _FACE_LOSS_FROM and course.step % _FACE_LOSS_EVERY == 0:
                loss = loss + 0.15 * _face_loss(recogniser, copies.float(), photos)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
            optimizer.step()
            if course.step % 5 == 0:
                follow(average, vae, min(0.998, (course.step + 1) / (course.step + 201)))
            course.note(loss=loss.item())
    average.eval().half().save_pretrained(plan.base / "vae")


def _trained_recogniser(plan: Plan) -> Recogniser:
    weights = plan.out / "recogniser_alone.pt"
    if not weights.exists():
        raise FileNotFoundError(
            f"{weights} is missing: train pocket.recipes.recogniser into {plan.out} first"
        )
    recogniser = Recogniser()
    recogniser.load_state_dict(torch.load(weights, weights_only=True))
    return recogniser.eval().requires_grad_(False)


def _loss(copies: Tensor, photos: Tensor, latents: Any) -> Tensor:
    """Return absolute, squared and gradient differences, and a trace of the divergence from plain noise."""
    difference = copies - photos
    edges = difference.diff(dim=3).abs().mean() + difference.diff(dim=2).abs().mean()
    mean, variance = latents.mean.float(), latents.var.float()
    divergence = 0.5 * (mean**2 + variance - 1 - latents.logvar.float()).mean()
    loss: Tensor = difference.abs().mean() + (difference**2).mean() + edges + 5e-5 * divergence
    return loss


def _face_loss(recogniser: Recogniser, copies: Tensor, photos: Tensor) -> Tensor:
    """Return how differently the recogniser's first blocks see the middles of the pictures."""
    seen, wanted = (recogniser.features(_middles(batch)) for batch in (copies, photos))
    differences = [
        (here - there).abs().mean() / there.abs().mean()
        for here, there in zip(seen[:4], wanted[:4], strict=True)
    ]
    return torch.stack(differences).sum()


def _middles(pictures: Tensor) -> Tensor:
    top, bottom, left, right = PIXELS // 16, PIXELS * 7 // 8, PIXELS * 3 // 32, PIXELS * 29 // 32
    middles = pictures[:_FACE_LOSS_PICTURES, :, top:bottom, left:right]
    return functional.interpolate(middles, size=SIDE, mode="bilinear")


if __name__ == "__main__":
    train(plan_from_command_line("Train the autoencoder."))
