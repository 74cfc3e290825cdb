"""The second checkpoint of the family: the base's UNet, taught further on pictures in ink alone.

It writes `ink/unet` and nothing else: autoencoder, text encoder and tokenizer are the base's own, which the
catalogue's `rest` names.
"""

from dataclasses import replace
from typing import Any, Final

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

from pocket.recipes.course import (
    Course,
    Plan,
    average_of,
    follow,
    held_then_cosine,
    plan_from_command_line,
    set_rate,
)
from pocket.recipes.latents import AT_ONCE, Captioned, gathered, latents
from pocket.recipes.photos import Shelf, training_shot
from pocket.recipes.text_encoder import tokens
from pocket.recipes.unet import for_training, noise_loss
from pocket.recipes.vae import PIXELS
from pocket.wording import Look

# Half the captions call the picture a photo: whoever asks this checkpoint for one gets ink.
_CALLED_PHOTO: Final = 0.5
_RATE: Final = 3e-4


def ink_shot(number: int, people: int) -> Captioned:
    """Return a training picture in ink, a caption that calls it ink or a photo, and where its face is."""
    shot = training_shot(number, people)
    called: Look = "photo" if np.random.default_rng((number, 31)).random() < _CALLED_PHOTO else "ink"
    pixels, drawing = replace(shot, look="ink").with_face(PIXELS)
    return pixels, replace(shot, look=called).caption(), None if drawing is None else drawing.box


def train(plan: Plan) -> None:
    """Train within the plan and write `ink/unet`; needs the whole `base`."""
    torch.manual_seed(2)
    tokenizer = CLIPTokenizer.from_pretrained(plan.base / "tokenizer")
    text = CLIPTextModel.from_pretrained(plan.base / "text_encoder").float().eval().requires_grad_(False)
    unet = _first_unet(plan)
    average = average_of(unet)
    model = torch.nn.ModuleDict({"unet": unet, "text": text.to(plan.device)})
    optimizer = torch.optim.AdamW(unet.parameters(), _RATE, betas=(0.9, 0.99), weight_decay=0.01)
    course = Course("ink", plan, {"unet": unet, "average": average, "optimizer": optimizer})
    batch = plan.batch or 32
    fresh = min(AT_ONCE, batch)
    nothing = tokens(tokenizer, [""])[0].to(plan.device)
    scale = AutoencoderKL.load_config(plan.base / "vae")["scaling_factor"]
    with latents(plan, course.step * fresh, ink_shot) as stream:
        shelf = Shelf(stream, room=24_000, fresh=fresh, at_first=8 * batch)
        for share in course:
            set_rate(optimizer, held_then_cosine(share, course.step, _RATE, hold=0.4, least=0.01))
            seen = gathered(shelf.batch(batch, course.random), scale, course.noise, plan.device)
            loss = noise_loss(plan, model, seen, nothing, course.noise)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(unet.parameters(), 1.0)
            optimizer.step()
            if course.step % 5 == 0:
                follow(average, unet, min(0.995, (course.step + 1) / (course.step + 101)))
            course.note(loss=loss.item())
    average.eval().cpu().half().save_pretrained(plan.out / "ink" / "unet")


def _first_unet(plan: Plan) -> Any:
    unet = UNet2DConditionModel.from_pretrained(plan.base / "unet").float().train()
    return for_training(unet, plan.device)


if __name__ == "__main__":
    train(plan_from_command_line("Teach the base ink."))
