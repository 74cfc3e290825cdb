"""Prompt fidelity by a CLIP model in transformers' format (Radford et al., 2021; CLIPScore, Hessel et al., 2021)."""

from typing import Any, Self

import torch
from transformers import CLIPModel, CLIPProcessor

from core.artifacts import Pixels
from core.errors import ModelUnusable
from core.families.catalogue import Scorer

# CLIPScore's own: cosines of matching pictures and texts lie between 0 and 0.4.
_STRETCH = 2.5


class Clip:
    """The cosine between what a picture shows and what a text says, stretched to 0 to 1 as CLIPScore does."""

    def __init__(self, model: Any, processor: Any) -> None:
        self._model = model
        self._processor = processor

    @classmethod
    def open(cls, entry: Scorer) -> Self:
        """Load the model of an entry's folder, on the processor."""
        try:
            model = CLIPModel.from_pretrained(entry.path, local_files_only=True, use_safetensors=True)
            processor = CLIPProcessor.from_pretrained(entry.path, local_files_only=True)
        except (OSError, ValueError) as error:
            raise ModelUnusable(entry.name, str(error)) from error
        return cls(model.eval(), processor)

    @torch.no_grad()
    def score(self, pixels: Pixels, text: str) -> float:
        """Say from 0 to 1 how well a picture shows what a text says."""
        given = self._processor(
            text=[text], images=pixels, return_tensors="pt", padding=True, truncation=True
        )
        found = self._model(**given)
        cosine = torch.nn.functional.cosine_similarity(found.image_embeds, found.text_embeds)
        return min(max(_STRETCH * cosine.item(), 0.0), 1.0)
