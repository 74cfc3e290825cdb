"""Stable Diffusion 1.x and whatever else has its layout; every size is read from the model itself."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from diffusers import DDPMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor2_0
from diffusers.utils import logging as diffusers_logging
from torch import Tensor
from transformers.utils import logging as transformers_logging

from core.artifacts import Adapter, Pixels
from core.errors import ModelUnusable
from core.families import low_rank
from core.families.catalogue import Base
from core.families.family import Batch, DrawRequest, Latents
from core.families.low_rank import Factors, Layers, Trainable
from core.families.precision import AttentionProcessor, attention_for_training, half_precision
from core.families.schedulers import SCHEDULERS

UNET_LAYERS = (
    "to_q", "to_k", "to_v", "to_out.0", "proj_in", "proj_out",
    "conv1", "conv2", "conv_shortcut", "ff.net.0.proj", "ff.net.2",
)  # fmt: skip
TEXT_LAYERS = ("q_proj", "k_proj", "v_proj", "out_proj")
TOGETHER = 4  # pictures drawn or encoded in one pass; more is no faster on a processor and takes memory


class Sd15:
    """A loaded base: frozen, with the adapters that were installed and the one that is worn."""

    def __init__(self, base: Base, pipeline: Any, device: torch.device) -> None:
        self.base = base
        self._pipeline = pipeline
        self._device = device
        self._noising = DDPMScheduler.from_config(pipeline.scheduler.config)
        self._scheduler_config = pipeline.scheduler.config
        # Files name the text encoder's layers with a prefix that newer versions of transformers dropped.
        self._text = (
            "text_encoder" if hasattr(pipeline.text_encoder, "text_model") else "text_encoder.text_model"
        )
        self._layers = Layers({"unet": pipeline.unet, self._text: pipeline.text_encoder})
        self._adapters: dict[str, dict[str, Factors]] = {}
        self._attention: AttentionProcessor | None = None
        self._worn: tuple[tuple[str, float], ...] = ()
        self._worn_weights: dict[str, Tensor] = {}

    @classmethod
    def open(cls, base: Base, device: torch.device) -> "Sd15":
        """Load a base from its folder, never from a network; raises ModelUnusable if it cannot be read."""
        diffusers_logging.disable_progress_bar()
        transformers_logging.disable_progress_bar()
        how = {
            "local_files_only": True,
            "use_safetensors": True,
            "dtype": torch.bfloat16 if device.type == "cuda" else torch.float32,
        }
        try:
            own: dict[str, Any] = {}
            if base.rest is not None:
                own["unet"] = UNet2DConditionModel.from_pretrained(base.path / "unet", **how)
            pipeline = StableDiffusionPipeline.from_pretrained(base.rest or base.path, **how, **own)
        except (OSError, ValueError) as error:
            raise ModelUnusable(base.name, str(error)) from error
        pipeline.set_progress_bar_config(disable=True)
        for model in (pipeline.unet, pipeline.text_encoder, pipeline.vae):
            model.requires_grad_(requires_grad=False).eval()
        return cls(base, pipeline.to(device), device)

    @property
    def size(self) -> int:
        """The side of the pictures it trains on, in pixels."""
        return int(self._pipeline.unet.config.sample_size * self.factor)

    @property
    def factor(self) -> int:
        """Pixels a side of one latent."""
        return int(self._pipeline.vae_scale_factor)

    @property
    def schedulers(self) -> Collection[str]:
        """The names of the samplers it can draw with."""
        return SCHEDULERS.keys()

    @torch.no_grad()
    def encode_images(self, pictures: Sequence[Pixels]) -> Latents:
        """Encode pictures of one size; the caller keeps the result."""
        vae = self._pipeline.vae
        means, deviations = [], []
        for start in range(0, len(pictures), TOGETHER):
            pixels = (
                torch.from_numpy(np.stack(pictures[start : start + TOGETHER]))
                .to(self._device)
                .permute(0, 3, 1, 2)
            )
            seen = vae.encode((pixels / 127.5 - 1).to(vae.dtype)).latent_dist
            means.append(seen.mean.float() * vae.config.scaling_factor)
            deviations.append(seen.std.float() * vae.config.scaling_factor)
        return Latents(torch.cat(means), torch.cat(deviations))

    def draw(self, request: DrawRequest, seeds: Sequence[int]) -> list[Pixels]:
        """Draw one picture per seed; the noise of each comes from its own generator on the processor."""
        self._wear(request.adapters)
        self._attend(AttnProcessor2_0)
        pipeline = self._pipeline
        pipeline.scheduler = SCHEDULERS[request.scheduler](self._scheduler_config)
        drawn: list[Pixels] = []
        for start in range(0, len(seeds), TOGETHER):
            some = seeds[start : start + TOGETHER]
            pictures = pipeline(
                prompt=[request.prompt] * len(some),
                negative_prompt=[request.negative] * len(some),
                num_inference_steps=request.steps,
                guidance_scale=request.cfg,
                width=request.width,
                height=request.height,
                generator=[torch.Generator().manual_seed(seed) for seed in some],
                output_type="np",
            ).images
            drawn.extend(np.round(pictures * 255).astype(np.uint8))
        return drawn

    def install(self, name: str, adapter: Adapter) -> None:
        """Keep an adapter ready under a name; raises ModelUnusable if it does not fit the base."""
        if adapter.base != self.base.name:
            raise ModelUnusable(name, f"it sits on {adapter.base}, not on {self.base.name}")
        factors = low_rank.read(name, adapter.weights, self._layers.frozen)
        self._forget_worn(name)
        self._adapters[name] = {
            layer: Factors(change.down.to(self._device), change.up.to(self._device))
            for layer, change in factors.items()
        }

    def remove(self, name: str) -> None:
        """Forget an adapter and everything made from it."""
        self._forget_worn(name)
        del self._adapters[name]

    def installed(self) -> frozenset[str]:
        """The names of the adapters that are ready."""
        return frozenset(self._adapters)

    def trainable(self, *, rank: int, alpha: float, seed: int) -> Trainable:
        """Make new adapter weights for the UNet's layers and the text encoder's attention."""
        shapes = low_rank.shapes_of(self._pipeline.unet, "unet", UNET_LAYERS, rank)
        shapes |= low_rank.shapes_of(self._pipeline.text_encoder, self._text, TEXT_LAYERS, rank)
        return low_rank.blank(shapes, alpha=alpha, seed=seed, device=self._device)

    def noise_steps(self) -> int:
        """How many timesteps there are to draw from."""
        return int(self._noising.config.num_train_timesteps)

    def loss(self, trainable: Trainable, batch: Batch) -> Tensor:
        """Compute the denoising loss of a batch, whatever the base predicts: the noise or the velocity."""
        latents, noise = batch.latents.to(self._device), batch.noise.to(self._device)
        timesteps = batch.timesteps.to(self._device)
        noisy = self._noising.add_noise(latents, noise, timesteps)
        weights = {
            layer: low_rank.changed(self._layers.frozen[layer], [(factors, trainable.scale)])
            for layer, factors in trainable.factors().items()
        }
        self._layers.put(weights)
        self._attend(attention_for_training(self._device.type))
        try:
            with half_precision(self._device.type):
                text = self._encode_prompts(batch.prompts)
                predicted = self._pipeline.unet(noisy, timesteps, text, return_dict=False)[0]
        finally:
            self._layers.put(self._worn_weights)
        velocity = self._noising.config.prediction_type == "v_prediction"
        target = self._noising.get_velocity(latents, noise, timesteps) if velocity else noise
        errors = (predicted.float() - target).square().flatten(1).mean(1)  # (batch,)
        loss: Tensor = (errors * batch.importance.to(self._device)).sum()
        return loss

    def export(self, trainable: Trainable, *, step: int) -> Adapter:
        """Write the weights of now in the layout of diffusers and peft."""
        return Adapter(method="lora", base=self.base.name, weights=low_rank.written(trainable), step=step)

    def _attend(self, kind: AttentionProcessor) -> None:
        """Let the UNet's attention be computed in this way."""
        if self._attention is not kind:
            self._pipeline.unet.set_attn_processor(kind())
            self._attention = kind

    def _encode_prompts(self, prompts: tuple[str, ...]) -> Tensor:
        """Encode each different prompt once, (prompts, tokens, width)."""
        different = list(dict.fromkeys(prompts))
        tokenizer = self._pipeline.tokenizer
        tokens = tokenizer(
            different,
            padding="max_length",
            max_length=tokenizer.model_max_length,
            truncation=True,
            return_tensors="pt",
        ).input_ids.to(self._device)
        encoded: Tensor = self._pipeline.text_encoder(tokens)[0]
        return encoded[torch.tensor([different.index(prompt) for prompt in prompts], device=self._device)]

    @torch.no_grad()
    def _wear(self, adapters: Mapping[str, float]) -> None:
        """Put adapters on, several add up; what is worn already is left as it is."""
        wanted = tuple(sorted(adapters.items()))
        if wanted == self._worn:
            return
        for name in adapters:
            if name not in self._adapters:
                raise ModelUnusable(name, "the adapter is not installed")
        layers = {layer for name in adapters for layer in self._adapters[name]}
        self._worn_weights = {
            layer: low_rank.changed(
                self._layers.frozen[layer],
                [
                    (self._adapters[name][layer], weight)
                    for name, weight in wanted
                    if layer in self._adapters[name]
                ],
            ).to(self._layers.frozen[layer].dtype)
            for layer in layers
        }
        self._layers.put(self._worn_weights)
        self._worn = wanted

    def _forget_worn(self, name: str) -> None:
        """Take off everything if this adapter is among what is worn."""
        if any(name == worn for worn, _ in self._worn):
            self._worn, self._worn_weights = (), {}
            self._layers.put({})
