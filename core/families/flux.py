"""FLUX.1 (Black Forest Labs 2024): a transformer that is taught to flow from noise to picture, told by T5 and CLIP."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from diffusers import FlowMatchEulerDiscreteScheduler, FluxPipeline, FluxTransformer2DModel
from torch import Tensor

from core.artifacts import Pixels
from core.errors import ModelUnusable
from core.families.catalogue import Base
from core.families.family import Batch, DrawRequest, Trainable
from core.families.loaded import TOGETHER, Loaded, Rows, Said, open_pipeline, pixels_of, rows_of, weighted
from core.families.wardrobe import Worn
from core.families.words import Encoder, Vectors, emphasised, read_prompt, tokens_of

ATTENTION = ("to_q", "to_k", "to_v", "to_out.0", "add_q_proj", "add_k_proj", "add_v_proj", "to_add_out")
# Of the single blocks the last product is left alone: its name is that of the whole model's last one.
LAYERS = (*ATTENTION, "ff.net.0.proj", "ff.net.2", "ff_context.net.0.proj", "ff_context.net.2", "proj_mlp")
TRAINING_GUIDANCE = 1.0  # a model distilled from guidance learns best as if it had none
MOST_TOKENS, MOST_TOKENS_UNGUIDED = 512, 256  # of T5: FLUX.1-dev's and FLUX.1-schnell's own


class Flux(Loaded):
    """Guidance is a number that the model is told; negative words take a pass of their own, as elsewhere."""

    model_name = "transformer"
    layers = LAYERS
    attention_layers = ATTENTION
    texts = ("text_encoder",)
    samplers: ClassVar[Mapping[str, Any]] = {
        "euler": FlowMatchEulerDiscreteScheduler.from_config,
    }

    def __init__(
        self, base: Base, pipeline: Any, device: torch.device, *, merges: bool | None = None
    ) -> None:
        super().__init__(base, pipeline, device, merges=merges)
        self._flowing = pipeline.scheduler
        self._guided = bool(self._model.config.guidance_embeds)
        self._clip = Encoder(pipeline.tokenizer, pipeline.text_encoder)

    @classmethod
    def open(cls, base: Base, device: torch.device) -> "Flux":
        """Load a base from its folder, never from a network; raises ModelUnusable if it cannot be read."""
        for part in ("faceid", "fast"):
            if getattr(base, part) is not None:
                raise ModelUnusable(base.name, f"the family flux has no use for a {part} file")
        own = {"transformer": FluxTransformer2DModel}
        return cls(base, open_pipeline(FluxPipeline, base, device, own), device)

    @property
    def size(self) -> int:
        """The side of the pictures it trains on, in pixels."""
        return self.base.size or int(self._pipeline.default_sample_size * self._pipeline.vae_scale_factor)

    @property
    def factor(self) -> int:
        """Pixels a side of one place of the transformer, which is two latents wide."""
        return int(self._pipeline.vae_scale_factor) * 2

    def noise_steps(self) -> int:
        """How many timesteps there are to draw from."""
        return int(self._flowing.config.num_train_timesteps)

    def loss(self, trainable: Trainable, batch: Batch) -> Tensor:
        """Compute the loss of flow matching (Lipman et al. 2022): the way from picture to noise, all at once."""
        latents, noise = batch.latents.to(self._device), batch.noise.to(self._device)
        share = (batch.timesteps.to(self._device) + 1) / self.noise_steps()  # of noise, (batch,)
        mixed = _packed(torch.lerp(latents, noise, share[:, None, None, None])).to(self._model.dtype)

        def predict(rows: Rows, said: Said) -> Tensor:
            flowing: Tensor = self._model(
                hidden_states=mixed[rows],
                timestep=share[rows],
                guidance=torch.full_like(share[rows], TRAINING_GUIDANCE) if self._guided else None,
                pooled_projections=said.pooled,
                encoder_hidden_states=said.states,
                txt_ids=torch.zeros(said.states.shape[1], 3, device=self._device),
                img_ids=self._places(latents),
                return_dict=False,
            )[0]
            return flowing

        target = self._held(_packed(noise - latents), trainable, batch, predict)
        with self._wardrobe.trying(trainable) as known:
            flowing = predict(slice(None), self._told(trainable, batch.prompts, known))
        focus = None if batch.focus is None else _packed(batch.focus.to(self._device).expand_as(latents))
        return weighted((flowing.float() - target).square(), batch.importance, focus)

    def _new_word_encoders(self) -> dict[str, Encoder]:
        return {}

    def _drawn(self, request: DrawRequest, seeds: Sequence[int], worn: Worn) -> list[Pixels]:
        with torch.no_grad():
            said = self._said([request.prompt, request.negative], worn.words)
        self._pipeline.scheduler = self.samplers[request.scheduler](self._flowing.config)
        drawn: list[Pixels] = []
        for start in range(0, len(seeds), TOGETHER):
            drawn += self._pass(request, seeds[start : start + TOGETHER], said)
        return drawn

    def _pass(self, request: DrawRequest, seeds: Sequence[int], said: Said) -> list[Pixels]:
        """Draw a few pictures at once."""
        positive, negative = said.rows([0] * len(seeds)), said.rows([1] * len(seeds))
        how: dict[str, Any] = {"guidance_scale": request.cfg}
        if request.negative.strip():
            how = {
                "guidance_scale": TRAINING_GUIDANCE,
                "true_cfg_scale": request.cfg,
                "negative_prompt_embeds": negative.states,
                "negative_pooled_prompt_embeds": negative.pooled,
            }
        return pixels_of(
            self._pipeline(
                prompt_embeds=positive.states,
                pooled_prompt_embeds=positive.pooled,
                num_inference_steps=request.steps,
                width=request.width,
                height=request.height,
                generator=[torch.Generator().manual_seed(seed) for seed in seeds],
                output_type="np",
                **how,
            ).images
        )

    def _said(self, prompts: Sequence[str], known: Mapping[str, Vectors]) -> Said:
        """T5's states, and CLIP's view of each whole prompt."""
        different, rows = rows_of(prompts)
        pooled = self._clip.encoded(different, {}, self._device)[0].pooler_output
        tokenizer = self._pipeline.tokenizer_2
        most = min(MOST_TOKENS if self._guided else MOST_TOKENS_UNGUIDED, tokenizer.model_max_length)
        read = [read_prompt(tokenizer, prompt, {}, most) for prompt in different]
        with torch.no_grad():  # T5 is never trained
            states = self._pipeline.text_encoder_2(tokens_of(read, self._device))[0]
        return Said(emphasised(states, read), pooled).rows(rows)

    def _places(self, latents: Tensor) -> Tensor:
        """Row and column of each place of the transformer, as the pipeline numbers them, (places, 3)."""
        rows, columns = (side // 2 for side in latents.shape[-2:])
        row, column = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
        places = torch.stack([torch.zeros_like(row), row, column], dim=-1).view(-1, 3)
        return places.to(self._device, torch.float32)


def _packed(latents: Tensor) -> Tensor:
    """Latents in squares of two by two: (batch, channels, height, width) to (batch, places, channels * 4)."""
    batch, channels, height, width = latents.shape
    squares = latents.view(batch, channels, height // 2, 2, width // 2, 2).permute(0, 2, 4, 1, 3, 5)
    return squares.reshape(batch, height * width // 4, channels * 4)
