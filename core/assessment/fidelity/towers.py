"""Prompt fidelity by two small ONNX models, one for pictures and one for texts, whose angle is a chance.

The folder holds `scorer_pictures.onnx` (batch, 3, side, side) from -1 to 1, `scorer_texts.onnx` (batch, length) of
token numbers, both to vectors of length 1, and `scorer.json` with `scale` and `bias` of the logistic function.
"""

import json
from collections.abc import Mapping
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray
from transformers import CLIPTokenizer

from core.artifacts import Pixels
from core.errors import ModelUnusable
from core.faces import onnx_session
from core.families.catalogue import Scorer


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
        said = _answer(self._texts, encoded.input_ids.astype(np.int64))
        angle = float(_answer(self._pictures, self._as_input(pixels)) @ said)
        return float(1 / (1 + np.exp(-(self._scale * angle + self._bias))))

    def _as_input(self, pixels: Pixels) -> NDArray[np.float32]:
        smoothing = cv2.INTER_AREA if min(pixels.shape[:2]) > self._side else cv2.INTER_LINEAR
        small = cv2.resize(pixels, (self._side, self._side), interpolation=smoothing)
        return ((small.astype(np.float32) - 127.5) / 127.5).transpose(2, 0, 1)[None]


def _answer(session: Any, batch: NDArray[Any]) -> NDArray[np.float32]:
    return np.asarray(session.run(None, {"input.1": batch})[0][0], np.float32)
