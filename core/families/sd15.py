"""Stable Diffusion 1.x and whatever else has its layout; every size is read from the model itself."""

from collections.abc import Mapping, Sequence

import torch
from diffusers import StableDiffusionPipeline, UNet2DConditionModel

from core.families.catalogue import Base
from core.families.loaded import Said, open_pipeline, rows_of
from core.families.unet import UNetFamily
from core.families.words import Encoder, Vectors, emphasised


class Sd15(UNetFamily):
    """One text encoder, whose last states the UNet looks at."""

    texts = ("text_encoder",)

    @classmethod
    def open(cls, base: Base, device: torch.device) -> "Sd15":
        """Load a base from its folder, never from a network; raises ModelUnusable if it cannot be read."""
        # Who may see what is for the judges of pictures to say.
        checker = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
        own = {"unet": UNet2DConditionModel}
        return cls(base, open_pipeline(StableDiffusionPipeline, base, device, own, **checker), device)

    def _new_word_encoders(self) -> dict[str, Encoder]:
        return {"clip_l": Encoder(self._pipeline.tokenizer, self._pipeline.text_encoder)}

    def _said(self, prompts: Sequence[str], known: Mapping[str, Vectors]) -> Said:
        different, rows = rows_of(prompts)
        vectors = {name: of["clip_l"] for name, of in known.items()}
        told, read = self._encoders["clip_l"].encoded(different, vectors, self._device)
        return Said(emphasised(told[0], read)).rows(rows)
