"""Prompt fidelity by two small ONNX models, one for pictures and one for texts, whose angle is a chance.

The folder holds `scorer_pictures.onnx` (batch, 3, side, side) from -1 to 1, `scorer_texts.onnx` (batch, length) of
token numbers, both to vectors of length 1, and `scorer.json` with `scale` and `bias` of the logistic function.
"""

import json
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from transformers import CLIPTokenizer

from core.artifacts import Pixels
from core.errors import ModelUnusable
from core.families.catalogue import Scorer
from core.onnx_models import answer, as_input, onnx_session


class Towers:
    """Tells how likely it is that a text is true of a picture, rather than nearly true."""

    def __init__(self, pictures: Any, texts: Any, tokenizer: Any, numbers: Mapping[str, float]) -> None:
        self._pictures = pictures
        self._texts = texts
        self._tokenizer = tokenizer
        self._scale, self._bias = numbers["scale"], numbers["bias"]
        self._side = int(pictures.get_inputs()[0].shape[2])
        self._length = int(texts.get_inputs()[0].shape[1])

    @classmethod
    def open(cls, entry: Scorer) -> Self:
        """Load both towers of an entry's folder and the tokenizer that it names."""
        if entry.tokenizer is None:
            raise ModelUnusable(entry.name, "the configuration names no tokenizer for it")
        try:
            return cls(
                onnx_session(entry.path / "scorer_pictures.onnx"),
                onnx_session(entry.path / "scorer_texts.onnx"),
                CLIPTokenizer.from_pretrained(entry.tokenizer, local_files_only=True),
                json.loads((entry.path / "scorer.json").read_text(encoding="utf-8")),
            )
        except (OSError, ValueError) as error:
            raise ModelUnusable(entry.name, str(error)) from error

    def score(self, pixels: Pixels, text: str) -> float:
        """Say from 0 to 1 how likely a text is true of a picture."""
        encoded = self._tokenizer(
            text, padding="max_length", max_length=self._length, truncation=True, return_tensors="np"
        )
        said = answer(self._texts, encoded.input_ids.astype(np.int64))
        angle = float(answer(self._pictures, as_input(pixels, self._side)) @ said)
        return float(1 / (1 + np.exp(-(self._scale * angle + self._bias))))
