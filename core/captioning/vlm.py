"""Captions by a model that answers questions about pictures, in transformers' image-text-to-text format."""

from typing import Any, Self

import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor

from core.artifacts import Pixels
from core.captioning.beside import beside_subject
from core.errors import ModelUnusable
from core.families.catalogue import Captioner

MOST_TOKENS = 80
BESIDE = (
    "Describe this photo in one short line of comma-separated phrases: the pose, the facial expression, the clothes, "
    "the setting, the light, and how close the camera is. Do not mention who it is, nor age, hair, skin, eyes or beard."
)
EVERYTHING = (
    "Describe this picture's content in one short line of comma-separated phrases. Do not mention its style."
)


class Vlm:
    """As many words as it is asked for; its prompt is the configuration's where that has one."""

    def __init__(self, model: Any, processor: Any, device: torch.device, prompt: str = "") -> None:
        self._model = model
        self._processor = processor
        self._device = device
        self._prompt = prompt

    @classmethod
    def open(cls, entry: Captioner, device: torch.device) -> Self:
        """Load the model of an entry's folder, in the precision of its file where that is an accelerator's."""
        precision = "auto" if device.type != "cpu" else torch.float32
        try:
            model = AutoModelForImageTextToText.from_pretrained(
                entry.path, local_files_only=True, use_safetensors=True, dtype=precision
            )
            processor = AutoProcessor.from_pretrained(entry.path, local_files_only=True)
        except (OSError, ValueError, ImportError) as error:
            raise ModelUnusable(entry.name, str(error)) from error
        if not getattr(processor, "chat_template", None):
            raise ModelUnusable(entry.name, "its processor has no chat template, so it cannot be asked")
        return cls(model.eval().to(device), processor, device, entry.prompt)

    @torch.no_grad()
    def caption(self, pixels: Pixels, *, subject: bool) -> str:
        """Answer the usual question about a picture, or the configured one."""
        asked = EVERYTHING if subject else self._prompt or BESIDE
        content = [
            {"type": "image", "image": Image.fromarray(pixels)},
            {"type": "text", "text": asked},
        ]
        given = self._processor.apply_chat_template(
            [{"role": "user", "content": content}],
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
        ).to(self._device, self._model.dtype)
        tokens = self._model.generate(**given, max_new_tokens=MOST_TOKENS, do_sample=False)
        answered = tokens[0, given["input_ids"].shape[1] :]
        text = str(self._processor.decode(answered, skip_special_tokens=True)).strip()
        return text if subject else beside_subject(text)
