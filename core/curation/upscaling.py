"""Small photos made larger by a model that the operator configures; without one Lanczos does it."""

from pathlib import Path
from typing import Any, Final

import numpy as np

from core.artifacts import Pixels
from core.errors import ModelUnusable
from core.onnx_models import onnx_session

_FACTORS: Final = (2, 3, 4)
_TRIED: Final = 16  # pixels of the picture that a model is tried on when it is opened


class Upscaler:
    """A super-resolution model as ONNX: (1, 3, height, width) in RGB from 0 to 1, and two to four times as large out.

    Real-ESRGAN, SwinIR and their like are exported so.
    """

    def __init__(self, name: str, session: Any) -> None:
        self._session = session
        self._input = session.get_inputs()[0].name
        seen = self._ran(name, np.zeros((_TRIED, _TRIED, 3), np.uint8)).shape
        self.factor = seen[2] // _TRIED
        if seen[:2] != (1, 3) or self.factor not in _FACTORS or seen[2:] != (self.factor * _TRIED,) * 2:
            raise ModelUnusable(name, f"it makes {seen} of (1, 3, {_TRIED}, {_TRIED})")

    @classmethod
    def open(cls, name: str, path: Path) -> "Upscaler":
        """Load the ONNX file; raises ModelUnusable if it is none, or of other shapes."""
        try:
            session = onnx_session(path)
        except Exception as error:  # onnxruntime has an exception of its own for every fault, without a base
            raise ModelUnusable(name, str(error)) from error
        return cls(name, session)

    def __call__(self, pixels: Pixels) -> Pixels:
        """Make a picture larger by the model's factor."""
        large = self._ran("upscaler", pixels)[0].transpose(1, 2, 0)
        return np.asarray(np.round(np.clip(large, 0, 1) * 255), np.uint8)

    def _ran(self, name: str, pixels: Pixels) -> np.ndarray:
        seen = (pixels.astype(np.float32) / 255).transpose(2, 0, 1)[None]
        try:
            return np.asarray(self._session.run(None, {self._input: seen})[0])
        except Exception as error:  # as above
            raise ModelUnusable(name, str(error)) from error
