"""What families with a UNet do alike: noise, guidance, faces, few steps."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any, ClassVar

import torch
from diffusers import DDPMScheduler
from diffusers.models.attention_processor import Attention, AttnProcessor, AttnProcessor2_0
from torch import Tensor

from core.artifacts import Pixels
from core.families.attention import PlainAttention, is_plain
from core.families.catalogue import Base
from core.families.faceid import conditions
from core.families.family import Batch, DrawRequest, Trainable
from core.families.loaded import TOGETHER, Loaded, Rows, Said, pixels_of, weighted
from core.families.precision import attention_for_training, half_precision
from core.families.schedulers import FAST, SCHEDULERS
from core.families.wardrobe import Worn

AttentionProcessor = type[AttnProcessor] | type[AttnProcessor2_0] | type[PlainAttention]
UNET_ATTENTION = ("to_q", "to_k", "to_v", "to_out.0")
UNET_LAYERS = (
    *UNET_ATTENTION, "proj_in", "proj_out",
    "conv1", "conv2", "conv_shortcut", "ff.net.0.proj", "ff.net.2",
)  # fmt: skip


class UNetFamily(Loaded):
    """A base with a UNet that predicts the noise or the velocity."""

    model_name = "unet"
    layers = UNET_LAYERS
    attention_layers = UNET_ATTENTION
    samplers: ClassVar[Mapping[str, Any]] = SCHEDULERS

    def __init__(
        self, base: Base, pipeline: Any, device: torch.device, *, merges: bool | None = None
    ) -> None:
        super().__init__(base, pipeline, device, merges=merges)
        self._scheduler_config = pipeline.scheduler.config
        self._noising = DDPMScheduler.from_config(pipeline.scheduler.config)
        self._attention: AttentionProcessor | None = None
        attentions = [one for one in self._model.modules() if isinstance(one, Attention)]
        plain = not self._merges and all(is_plain(one) for one in attentions)
        self._learning: AttentionProcessor = PlainAttention if plain else attention_for_training(device.type)

    def noise_steps(self) -> int:
        """How many timesteps there are to draw from."""
        return int(self._noising.config.num_train_timesteps)

    def loss(self, trainable: Trainable, batch: Batch) -> Tensor:
        """Compute the denoising loss of a batch, whatever the base predicts: the noise or the velocity."""
        latents, noise = batch.latents.to(self._device), batch.noise.to(self._device)
        timesteps = batch.timesteps.to(self._device)
        noisy = self._noising.add_noise(latents, noise, timesteps).to(self._model.dtype)
        self._attend(self._learning)

        def predict(rows: Rows, said: Said) -> Tensor:
            added = self._added(said, latents[rows])
            predicted: Tensor = self._model(
                noisy[rows], timesteps[rows], said.states, added_cond_kwargs=added, return_dict=False
            )[0]
            return predicted

        velocity = self._noising.config.prediction_type == "v_prediction"
        target = self._noising.get_velocity(latents, noise, timesteps) if velocity else noise
        # Where changes are merged weights are in single precision, else everything is in half.
        with half_precision(self._device.type) if self._merges else nullcontext():
            target = self._held(target, trainable, batch, predict)
            with self._wardrobe.trying(trainable) as known:
                predicted = predict(slice(None), self._told(trainable, batch.prompts, known))
        return weighted((predicted.float() - target).square(), batch.importance, batch.focus)

    def _added(self, said: Said, latents: Tensor) -> dict[str, Tensor]:
        """What else the UNet is told of a batch in training."""
        return {}

    def _pooled(self, said: Said, negative: Said) -> dict[str, Tensor]:
        """What else the pipeline is told of prompts."""
        return {}

    def _drawn(self, request: DrawRequest, seeds: Sequence[int], worn: Worn) -> list[Pixels]:
        if request.fast:
            request = replace(request, cfg=1.0, scheduler=FAST)
        with torch.no_grad():
            said = self._said([request.prompt, request.negative], worn.words)
        self._pipeline.scheduler = SCHEDULERS[request.scheduler](self._scheduler_config)
        drawn: list[Pixels] = []
        with self._attending(worn):
            for start in range(0, len(seeds), TOGETHER):
                drawn += self._pass(request, seeds[start : start + TOGETHER], said, worn.face)
        return drawn

    def _pass(
        self, request: DrawRequest, seeds: Sequence[int], said: Said, face: Tensor | None
    ) -> list[Pixels]:
        """Draw a few pictures at once."""
        count = len(seeds)
        positive, negative = said.rows([0] * count), said.rows([1] * count)
        how: dict[str, Any] = self._pooled(positive, negative)
        if face is not None:
            how["ip_adapter_image_embeds"] = conditions(face, count, guided=request.cfg > 1)
        return pixels_of(
            self._pipeline(
                prompt_embeds=positive.states,
                negative_prompt_embeds=negative.states,
                num_inference_steps=request.steps,
                guidance_scale=request.cfg,
                width=request.width,
                height=request.height,
                generator=[torch.Generator().manual_seed(seed) for seed in seeds],
                output_type="np",
                **how,
            ).images
        )

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

    def _attend(self, kind: AttentionProcessor) -> None:
        """Let the UNet's attention be computed in this way."""
        if self._attention is not kind:
            self._model.set_attn_processor(kind())
            self._attention = kind
