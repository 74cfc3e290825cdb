"""Stable Diffusion XL (Podell et al. 2023): two text encoders, and a UNet that is told a picture's size."""

from collections.abc import Mapping, Sequence

import torch
from diffusers import StableDiffusionXLPipeline, UNet2DConditionModel
from torch import Tensor

from core.families.catalogue import Base
from core.families.loaded import Said, open_pipeline, rows_of
from core.families.unet import UNetFamily
from core.families.words import Encoder, Vectors, emphasised


class Sdxl(UNetFamily):
    """The last but one states of both text encoders, and what the second makes of the whole prompt."""

    texts = ("text_encoder", "text_encoder_2")

    @classmethod
    def open(cls, base: Base, device: torch.device) -> "Sdxl":
        """Load a base from its folder, never from a network; raises ModelUnusable if it cannot be read."""
        own = {"unet": UNet2DConditionModel}
        pipeline = open_pipeline(StableDiffusionXLPipeline, base, device, own, add_watermarker=False)
        return cls(base, pipeline, device)

    def _new_word_encoders(self) -> dict[str, Encoder]:
        pipeline = self._pipeline
        return {
            "clip_l": Encoder(pipeline.tokenizer, pipeline.text_encoder),
            "clip_g": Encoder(pipeline.tokenizer_2, pipeline.text_encoder_2),
        }

    def _said(self, prompts: Sequence[str], known: Mapping[str, Vectors]) -> Said:
        different, rows = rows_of(prompts)
        states, pooled = [], None
        for name, encoder in self._encoders.items():
            vectors = {word: of[name] for word, of in known.items()}
            told, read = encoder.encoded(different, vectors, self._device, output_hidden_states=True)
            states.append(emphasised(told.hidden_states[-2], read))
            pooled = told[0]
        said = Said(torch.cat(states, dim=-1), pooled)
        return self._silenced(said, different).rows(rows)

    def _silenced(self, said: Said, prompts: Sequence[str]) -> Said:
        """Zeros for an empty prompt where the base was trained so: it is then what guidance leads away from."""
        if "" not in prompts or said.pooled is None or not self._pipeline.config.force_zeros_for_empty_prompt:
            return said
        spoken = torch.tensor([bool(prompt) for prompt in prompts], device=self._device)
        return Said(said.states * spoken[:, None, None], said.pooled * spoken[:, None])

    def _added(self, said: Said, latents: Tensor) -> dict[str, Tensor]:
        height, width = (side * self.factor for side in latents.shape[-2:])
        sizes = [height, width, 0, 0, height, width]  # of the original, where it was cropped, of the target
        times = torch.tensor([sizes] * len(latents), device=self._device, dtype=said.states.dtype)
        assert said.pooled is not None  # noqa: S101  # `_said` gives it
        return {"text_embeds": said.pooled, "time_ids": times}

    def _pooled(self, said: Said, negative: Said) -> dict[str, Tensor]:
        assert said.pooled is not None  # noqa: S101  # `_said` gives it
        assert negative.pooled is not None  # noqa: S101
        return {"pooled_prompt_embeds": said.pooled, "negative_pooled_prompt_embeds": negative.pooled}
