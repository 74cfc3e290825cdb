"""The judges of pictures that need no face: what a picture shows, what it resembles, whether it does as it was told.

Used by benchmarks, on the processor; that of attributes also captions photos (`core.captioning`). They learned on the
renderer's own pictures and say nothing about others.
"""

import json
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from core.assessment.fidelity.towers import Towers
from core.captioning.attributes import Attributes
from core.captioning.sayings import Sayings
from core.families.catalogue import Scorer
from core.onnx_models import answer, as_input, onnx_session
from pocket.canvas import Pixels

_WEIGHTS: Final = Path(__file__).parent / "weights"
JUDGES: Final = _WEIGHTS / "judges"
_SIDE: Final = 128

Numbers = NDArray[np.float32]


def open_attributes(folder: Path = JUDGES) -> Attributes:
    """Load the teller of attributes of this folder. Raises FileNotFoundError without one, ValueError without its words.

    It tells those of `sayings.HEADS`, of an ink drawing no colours.
    """
    session, words = _session(folder / "attributes.onnx"), folder / "attributes.json"
    return Attributes(session, Sayings.read(json.loads(words.read_text(encoding="utf-8"))))


class Embedder:
    """Gives pictures of one animal, or in one style, numbers close to one another."""

    def __init__(self, session: Any) -> None:
        self._session = session

    @classmethod
    def open(cls, folder: Path = JUDGES) -> Self:
        """Load the judge of this folder. Raises FileNotFoundError without one."""
        return cls(_session(folder / "embedder.onnx"))

    def of(self, pixels: Pixels) -> Numbers:
        """Return the embedding (128,) of a picture (height, width, 3); of length 1, so that products are cosines."""
        return answer(self._session, as_input(pixels, _SIDE))


def open_scorer(folder: Path = JUDGES, tokenizer: Path = _WEIGHTS / "base" / "tokenizer") -> Towers:
    """Load the judge of prompts of this folder with the base's tokenizer. Raises ModelUnusable without either."""
    return Towers.open(Scorer("pocket", "towers", folder, "MIT", {}, tokenizer))


def _session(path: Path) -> Any:
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: train pocket.recipes.{path.stem} first")
    return onnx_session(path)
