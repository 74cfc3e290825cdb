"""Captions by a BLIP model in transformers' format (Li et al., 2022)."""

from typing import Any, Self

import torch
from transformers import BlipForConditionalGeneration, BlipProcessor

from core.artifacts import Pixels
from core.captioning.beside import beside_subject
from core.errors import ModelUnusable
from core.families.catalogue import Captioner

MOST_TOKENS = 40
BEAMS = 3  # as its makers caption with


class Blip:
    """One short sentence about a picture."""

    def __init__(self, model: Any, processor: Any, device: torch.device) -> None:
        self._model = model
        self._processor = processor
        self._device = device

    @classmethod
    def open(cls, entry: Captioner, device: torch.device) -> Self:
        """Load the model of an entry's folder."""
        try:
            model = BlipForConditionalGeneration.from_pretrained(
                entry.path, local_files_only=True, use_safetensors=True
            )
            processor = BlipProcessor.from_pretrained(entry.path, local_files_only=True)
        except (OSError, ValueError, ImportError) as error:
            raise ModelUnusable(entry.name, str(error)) from error
        return cls(model.eval().to(device), processor, device)

    @torch.no_grad()
    def caption(self, pixels: Pixels, *, subject: bool) -> str:
        """Say what is on a picture, with or without its subject."""
        given = self._processor(images=pixels, return_tensors="pt").to(self._device)
        tokens = self._model.generate(**given, max_new_tokens=MOST_TOKENS, num_beams=BEAMS)
        text = str(self._processor.decode(tokens[0], skip_special_tokens=True)).strip()
        return text if subject else beside_subject(text)
