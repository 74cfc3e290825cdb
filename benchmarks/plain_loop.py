"""Seconds per training step: ours, and the loop of diffusers' own DreamBooth LoRA example. [step-ratio]

    python -m benchmarks.plain_loop --steps 40 --threads 1

The plain loop does what that example does by default: PEFT layers in single precision, every picture through
the encoder and every prompt through the text encoder in every step, AdamW over separate tensors, the loss
read in every step. Both learn the same photos, with the same class images, from the same weights, with the
same chance in every step; they take turns, so that whatever else the machine does slows both. Of class images both
predict the noise, as the example does; how long our step takes that is held to the base instead is told beside it.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from statistics import median
from typing import Any

import numpy as np
import safetensors.torch
import torch
from diffusers import DDPMScheduler, StableDiffusionPipeline
from torch import Tensor
from torch.nn import functional

from benchmarks.techniques import Step, shown, without
from benchmarks.weights import models_file
from core import schedule
from core.artifacts import Dataset, Pixels
from core.families import catalogue
from core.families.catalogue import Base
from core.families.family import Family
from core.families.sd15 import Sd15
from core.training.chance import Draws, draws, seed_of
from core.training.methods import METHODS
from core.training.plan import Plan
from pocket.cast import photos_of

SUBJECT, OTHERS = 1_000_001, 1_000_100  # nobody that the shipped weights have seen
WARM_UP = 3  # steps that are taken and not counted


@dataclass(frozen=True)
class Comparison:
    """Medians of the seconds a step, and the largest relative difference of the losses at one step.

    `without` are the ratios of our step without each technique, by its name, `held` that of our step held to the base.
    """

    threads: int
    steps: int
    ours_s: float
    plain_s: float
    ratio: float
    loss_difference: float
    without: dict[str, float]
    held: float | None


class PlainLoop:
    """The training loop of diffusers' `train_dreambooth_lora.py` with the text encoder trained too."""

    def __init__(self, base: Base, family: Family, dataset: Dataset, plan: Plan) -> None:
        self._dataset, self._plan = dataset, plan
        pipeline = StableDiffusionPipeline.from_pretrained(
            base.path, local_files_only=True, dtype=torch.float32
        )
        for model in (pipeline.unet, pipeline.text_encoder, pipeline.vae):
            model.requires_grad_(requires_grad=False)
        start = family.trainable(rank=plan.rank, alpha=plan.alpha, seed=seed_of(plan.seed, 0))
        pipeline.load_lora_weights(safetensors.torch.load(family.export(start, step=0).weights))
        self._parameters = [
            parameter.requires_grad_()
            for model in (pipeline.unet, pipeline.text_encoder)
            for name, parameter in model.named_parameters()
            if "lora_" in name
        ]
        rate = schedule.rate_at(schedule.read(plan.learning_rate), 1)
        self._optimiser = torch.optim.AdamW(self._parameters, lr=rate)
        self._noising = DDPMScheduler.from_config(pipeline.scheduler.config)
        self._pipeline = pipeline

    def learn(self, chosen: Draws) -> Tensor:
        """Take one step with what chance chose."""
        plan, dataset, pipeline = self._plan, self._dataset, self._pipeline
        pictures, prompts = shown(dataset, chosen)
        seen = pipeline.vae.encode(torch.stack([_tensor(picture) for picture in pictures])).latent_dist
        latents = (seen.mean + seen.std * chosen.spread) * pipeline.vae.config.scaling_factor
        noisy = self._noising.add_noise(latents, chosen.noise, chosen.timesteps)
        tokens = pipeline.tokenizer(
            prompts, padding="max_length", truncation=True, return_tensors="pt"
        ).input_ids
        text = pipeline.text_encoder(tokens)[0]
        predicted = pipeline.unet(noisy, chosen.timesteps, text, return_dict=False)[0]
        loss = functional.mse_loss(predicted[: plan.batch], chosen.noise[: plan.batch])
        if chosen.class_images:
            prior = functional.mse_loss(predicted[plan.batch :], chosen.noise[plan.batch :])
            loss = loss + plan.prior_weight * prior
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        torch.nn.utils.clip_grad_norm_(self._parameters, 1.0)
        self._optimiser.step()
        self._optimiser.zero_grad()
        loss.item()  # the example shows it in every step
        return loss.detach()


def compare(steps: int, threads: int, *, techniques: bool = False) -> Comparison:
    """Let both loops take so many steps in turn, and ours without each of its techniques too if asked for."""
    torch.set_num_threads(threads)
    with models_file() as models:
        base = catalogue.read(models).bases["pocket"]
        family = Sd15.open(base, torch.device("cpu"))
    settings: dict[str, Any] = {**base.settings("lora"), "prior_target": "noise"}
    plan = Plan(**settings)
    dataset = people()
    plain = PlainLoop(base, family, dataset, plan)
    ours = METHODS["lora"](family, dataset, plan)
    loops: dict[str, Step] = {
        "plain": lambda _, chosen: plain.learn(chosen),
        "ours": lambda step, _: ours.learn(step),
    }
    if techniques:
        held = METHODS["lora"](family, dataset, replace(plan, prior_target="base"))
        loops |= {"held": lambda step, _: held.learn(step), **without(base, family, dataset, plan)}
    shape = family.encode_images(dataset.photos[:1]).mean.shape[1:]
    times: dict[str, list[float]] = {name: [] for name in loops}
    differences = []
    for step in range(1, WARM_UP + steps + 1):
        chosen = draws(
            plan,
            step,
            photos=len(dataset.photos),
            class_images=len(dataset.class_images),
            shape=shape,
            noise_steps=family.noise_steps(),
        )
        losses = {
            name: float(_timed(times[name], partial(loop, step, chosen))) for name, loop in loops.items()
        }
        differences.append(abs(losses["ours"] - losses["plain"]) / losses["plain"])
    seconds = {name: median(spent[WARM_UP:]) for name, spent in times.items()}
    ratios = {name: spent / seconds["plain"] for name, spent in seconds.items()}
    lacking = {name: ratio for name, ratio in ratios.items() if name not in ("ours", "plain", "held")}
    return Comparison(
        threads, steps, seconds["ours"], seconds["plain"], ratios["ours"], max(differences), lacking,
        ratios.get("held"),
    )  # fmt: skip


def people() -> Dataset:
    """Twelve photos of one drawn person, and as class images a photo each of others."""
    caption = "a photo of a sks man"
    photos = tuple(photo.pixels for photo in photos_of(SUBJECT, 12))
    others = tuple(photos_of(OTHERS + number, 1)[0].pixels for number in range(16))
    return Dataset(photos, (caption,) * len(photos), others, "a photo of a man")


def _tensor(picture: Pixels) -> Tensor:
    """Turn one picture into what the encoder takes, (channels, height, width) from -1 to 1."""
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1).float() / 127.5 - 1


def _timed(times: list[float], act: Callable[[], Any]) -> Any:
    """Do something and note the seconds that it took."""
    start = time.perf_counter()
    answer = act()
    times.append(time.perf_counter() - start)
    return answer


def main() -> None:
    """Compare and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    print(json.dumps(asdict(compare(arguments.steps, arguments.threads))))


if __name__ == "__main__":
    main()
