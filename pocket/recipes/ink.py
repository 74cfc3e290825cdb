"""The second checkpoint of the family: the base's UNet, taught further on pictures in ink alone.

It writes `ink/unet` and nothing else: autoencoder, text encoder and tokenizer are the base's own, which the
catalogue's `rest` names.
"""

from dataclasses import replace
from typing import Final

import numpy as np
import torch
from diffusers import UNet2DConditionModel
from transformers import CLIPTextModel

from pocket.recipes.course import Plan, plan_from_command_line, without_origin
from pocket.recipes.latents import Captioned
from pocket.recipes.photos import training_shot
from pocket.recipes.replicas import together
from pocket.recipes.unet import for_training, learned
from pocket.recipes.vae import PIXELS
from pocket.wording import Look

# Half the captions call the picture a photo: whoever asks this checkpoint for one gets ink.
_CALLED_PHOTO: Final = 0.5
_RATE: Final = 3e-4


def ink_shot(number: int, people: int) -> Captioned:
    """Return a training picture in ink, a caption that calls it ink or a photo, and where its face is."""
    shot = training_shot(number, people)
    called: Look = "photo" if np.random.default_rng((number, 31)).random() < _CALLED_PHOTO else "ink"
    pixels, focus = replace(shot, look="ink").with_focus(PIXELS)
    return pixels, replace(shot, look=called).caption(), focus


def train(plan: Plan) -> None:
    """Train within the plan and write `ink/unet`; needs the whole `base`."""
    with together(plan, train, "ink"):
        torch.manual_seed(2)
        text = CLIPTextModel.from_pretrained(plan.base / "text_encoder").float().eval().requires_grad_(False)
        unet = UNet2DConditionModel.from_pretrained(plan.base / "unet").float().train()
        unet = for_training(unet, plan.device)
        model = torch.nn.ModuleDict({"unet": unet, "text": text.to(plan.device)})
        average = learned(plan, "ink", model, unet, _RATE, ink_shot)
    if plan.replica == 0:
        average.eval().cpu().half().save_pretrained(plan.out / "ink" / "unet")
        without_origin(plan.out / "ink" / "unet" / "config.json")


if __name__ == "__main__":
    train(plan_from_command_line("Teach the base ink."))
