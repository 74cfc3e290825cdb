"""How far a face's eyes are open, by a model of 106 landmarks as insightface has them (`2d106det.onnx`).

The format was exercised with models that were made for tests; insightface's own was not run.
"""

from pathlib import Path
from typing import Any, Final

import numpy as np

from core.artifacts import Edges, Pixels
from core.errors import ModelUnusable
from core.onnx_models import NO_MODEL, onnx_session

# After onnxruntime was told to report to nobody.
from insightface.app.common import Face as FoundFace  # isort: skip
from insightface.model_zoo.landmark import Landmark  # isort: skip

_LANDMARKS: Final = 106
# The lids, the corners and the pupil of each eye, of 106 places of a face.
_EYES: Final = (slice(33, 43), slice(87, 97))


class EyeModel:
    """A model of landmarks, on the processor; loaded from a file, never downloaded."""

    def __init__(self, landmarks: Any) -> None:
        self._landmarks = landmarks

    @classmethod
    def open(cls, file: Path) -> "EyeModel":
        """Load the model of this file. Raises ModelUnusable."""
        try:
            model = Landmark(str(file), session=onnx_session(file))
        except (OSError, ValueError, AssertionError, *NO_MODEL) as error:
            raise ModelUnusable(file.name, str(error)) from error
        if (model.lmk_dim, model.lmk_num) != (2, _LANDMARKS):
            raise ModelUnusable(file.name, f"it finds {model.lmk_num} landmarks, not {_LANDMARKS}")
        return cls(model)

    def openness(self, pixels: Pixels, box: Edges) -> float:
        """Return how high the eyes of the face in this box are open, as a share of their width, both together.

        About 0.3 for open eyes; after the aspect ratio of Soukupová and Čech, Real-time eye blink detection using
        facial landmarks, 2016, with the eye's longest line as its width whatever the order of its landmarks.
        """
        face = FoundFace(bbox=np.array(box, np.float32))
        places = np.asarray(self._landmarks.get(np.ascontiguousarray(pixels[..., ::-1]), face), np.float64)
        return float(np.mean([_aspect(places[eye]) for eye in _EYES]))


def _aspect(eye: np.ndarray) -> float:
    """How high places (count, 2) lie across their longest direction, as a share of its length."""
    middle = eye - eye.mean(axis=0)
    _values, directions = np.linalg.eigh(middle.T @ middle)
    across, along = np.ptp(middle @ directions, axis=0)
    return float(across / max(along, 1e-6))
