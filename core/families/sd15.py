"""Stable Diffusion 1.x and whatever else has its layout; every size is read from the model itself."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from diffusers import DDPMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor2_0
from diffusers.utils import logging as diffusers_logging
from numpy.typing import NDArray
from torch import Tensor
from transformers.utils import logging as transformers_logging

from core.artifacts import Adapter, Pixels
from core.errors import ModelUnusable
from core.families import low_rank, words
from core.families.acceleration import read_acceleration
from core.families.catalogue import Base
from core.families.faceid import FaceId, conditions
from core.families.family import Batch, DrawRequest, Latents, Targets, Trainable
from core.families.low_rank import Layers
from core.families.precision import AttentionProcessor, attention_for_training, half_precision
from core.families.schedulers import FAST as FAST_SCHEDULER, SCHEDULERS
from core.families.wardrobe import FACEID, FAST, Wardrobe, Worn
from core.families.words import Vectors

UNET_ATTENTION = ("to_q", "to_k", "to_v", "to_out.0")
UNET_LAYERS = (
    *UNET_ATTENTION, "proj_in", "proj_out",
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
        layers = Layers({"unet": pipeline.unet, self._text: pipeline.text_encoder})
        self._faceid = FaceId.open(base, pipeline.unet) if base.faceid is not None else None
        self._wardrobe = Wardrobe(
            base,
            layers,
            device,
            widths={"clip_l": pipeline.text_encoder.config.hidden_size},
            places=pipeline.tokenizer.model_max_length - 2,
            face_width=self._faceid.width if self._faceid else None,
        )
        if self._faceid and self._faceid.changes:
            self._wardrobe.keep(FACEID, self._faceid.changes)
        if base.fast is not None:
            self._wardrobe.keep(FAST, read_acceleration(base, layers.frozen))
        self._attention: AttentionProcessor | None = None

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
        if request.fast:
            request = replace(request, cfg=1.0, scheduler=FAST_SCHEDULER)
        worn = self._wardrobe.wear(request.adapters, fast=request.fast)
        with torch.no_grad():
            text = self._encode_prompts([request.prompt, request.negative], worn.words)
        self._pipeline.scheduler = SCHEDULERS[request.scheduler](self._scheduler_config)
        drawn: list[Pixels] = []
        with self._attending(worn):
            for start in range(0, len(seeds), TOGETHER):
                drawn.extend(self._drawn(request, seeds[start : start + TOGETHER], text, worn.face))
        return drawn

    def _drawn(
        self, request: DrawRequest, seeds: Sequence[int], text: Tensor, face: Tensor | None
    ) -> NDArray[np.uint8]:
        """Draw a few pictures in one pass, (pictures, height, width, 3)."""
        count = len(seeds)
        looked_at = (
            {} if face is None
            else {"ip_adapter_image_embeds": conditions(face, count, guided=request.cfg > 1)}
        )  # fmt: skip
        pictures = self._pipeline(
            prompt_embeds=text[:1].expand(count, -1, -1),
            negative_prompt_embeds=text[1:].expand(count, -1, -1),
            num_inference_steps=request.steps,
            guidance_scale=request.cfg,
            width=request.width,
            height=request.height,
            generator=[torch.Generator().manual_seed(seed) for seed in seeds],
            output_type="np",
            **looked_at,
        ).images
        return np.round(pictures * 255).astype(np.uint8)

    @contextmanager
    def _attending(self, worn: Worn) -> Iterator[None]:
        """Let the UNet attend to the text and, if one is worn, to a face."""
        if self._faceid is None or worn.face is None:
            self._attend(AttnProcessor2_0)
            yield
            return
        self._attention = AttnProcessor2_0  # what it leaves behind
        with self._faceid.on(worn.strength):
            yield

    def install(self, name: str, adapter: Adapter) -> None:
        """Keep an adapter ready under a name; raises ModelUnusable if it does not fit the family."""
        self._wardrobe.install(name, adapter)

    def remove(self, name: str) -> None:
        """Forget an adapter and everything made from it."""
        self._wardrobe.remove(name)

    def installed(self) -> frozenset[str]:
        """The names of the adapters that are ready."""
        return self._wardrobe.installed()

    def methods(self) -> frozenset[str]:
        """The methods by which this base can learn or be conditioned here."""
        return frozenset({"lora", "textual_inversion"} | ({"faceid"} if self._faceid else set()))

    def trainable(
        self, *, rank: int, alpha: float, seed: int, text: bool = True, targets: Targets = "all"
    ) -> Trainable:
        """Make low-rank changes of the UNet's layers and, if asked for, of the text encoder's attention."""
        layers = UNET_LAYERS if targets == "all" else UNET_ATTENTION
        shapes = low_rank.shapes_of(self._pipeline.unet, "unet", layers, rank)
        if text:
            shapes |= low_rank.shapes_of(self._pipeline.text_encoder, self._text, TEXT_LAYERS, rank)
        return low_rank.blank(shapes, alpha=alpha, seed=seed, device=self._device)

    def new_words(self, *, vectors: int, word: str) -> Trainable:
        """Make vectors of the text encoder that start as the embedding of a word."""
        encoders = {"clip_l": (self._pipeline.tokenizer, self._pipeline.text_encoder)}
        return words.started(encoders, vectors, word, self._device)

    def noise_steps(self) -> int:
        """How many timesteps there are to draw from."""
        return int(self._noising.config.num_train_timesteps)

    def loss(self, trainable: Trainable, batch: Batch) -> Tensor:
        """Compute the denoising loss of a batch, whatever the base predicts: the noise or the velocity."""
        latents, noise = batch.latents.to(self._device), batch.noise.to(self._device)
        timesteps = batch.timesteps.to(self._device)
        noisy = self._noising.add_noise(latents, noise, timesteps)
        self._attend(attention_for_training(self._device.type))
        with self._wardrobe.trying(trainable) as known, half_precision(self._device.type):
            text = self._encode_prompts(batch.prompts, known)
            predicted = self._pipeline.unet(noisy, timesteps, text, return_dict=False)[0]
        velocity = self._noising.config.prediction_type == "v_prediction"
        target = self._noising.get_velocity(latents, noise, timesteps) if velocity else noise
        errors = (predicted.float() - target).square().flatten(1).mean(1)  # (batch,)
        loss: Tensor = (errors * batch.importance.to(self._device)).sum()
        return loss

    def export(self, trainable: Trainable, *, step: int) -> Adapter:
        """Write the weights of now in the layout of diffusers and peft."""
        return self._wardrobe.export(trainable, step=step)

    def _attend(self, kind: AttentionProcessor) -> None:
        """Let the UNet's attention be computed in this way."""
        if self._attention is not kind:
            self._pipeline.unet.set_attn_processor(kind())
            self._attention = kind

    def _encode_prompts(self, prompts: Sequence[str], known: Mapping[str, Vectors]) -> Tensor:
        """Encode each different prompt once, (prompts, tokens, width)."""
        different = list(dict.fromkeys(prompts))
        vectors = {name: of["clip_l"] for name, of in known.items()}
        counts = {name: len(of) for name, of in vectors.items()}
        read = [words.read_prompt(self._pipeline.tokenizer, prompt, counts) for prompt in different]
        encoder = self._pipeline.text_encoder
        with words.standing(encoder, read, vectors):
            encoded: Tensor = encoder(torch.tensor([one.tokens for one in read], device=self._device))[0]
        return encoded[torch.tensor([different.index(prompt) for prompt in prompts], device=self._device)]
