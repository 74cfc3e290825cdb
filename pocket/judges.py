"""The judges of pictures that need no face: what a picture shows, what it resembles, whether it does as it was told.

Used by benchmarks only, on the processor. They learned on the renderer's own pictures and say nothing about others.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from core.assessment.fidelity.towers import Towers
from core.faces import onnx_session
from core.families.catalogue import Scorer
from pocket.animal_captions import ANIMAL_VALUES, parts_said_of_animal
from pocket.animals import ANIMAL_KINDS
from pocket.canvas import Pixels
from pocket.captions import VALUES, parts_said_of
from pocket.wording import OPENINGS, Look

_WEIGHTS: Final = Path(__file__).parent / "weights"
JUDGES: Final = _WEIGHTS / "judges"
# Pen and ink show none of these.
COLOURS: Final = frozenset({"hair_colour", "background", "shirt", "skin", "coat", "eyes", "collar"})
_SIDE: Final = 128

Numbers = NDArray[np.float32]


class Attributes:
    """Tells the attributes of a picture that the renderer knows: `captions.VALUES`, `ANIMAL_VALUES`, and its look."""

    def __init__(self, session: Any, heads: Mapping[str, list[str]]) -> None:
        self._session = session
        self._heads = heads

    @classmethod
    def open(cls, folder: Path = JUDGES) -> Self:
        """Load the judge of this folder. Raises FileNotFoundError without one."""
        return cls(_session(folder / "attributes.onnx"), _document(folder / "attributes.json"))

    def of(self, pixels: Pixels) -> dict[str, str]:
        """Return what a picture (height, width, 3) shows: `look`, `kind`, and every attribute of such a subject.

        Of an ink drawing no colours are told.
        """
        weights = _answer(self._session, _as_input(pixels))
        found, first = {}, 0
        for name, values in self._heads.items():
            found[name] = values[int(weights[first : first + len(values)].argmax())]
            first += len(values)
        told = ANIMAL_VALUES if found["kind"] in ANIMAL_KINDS else VALUES
        unseen = COLOURS if found["look"] == "ink" else frozenset()
        return {name: value for name, value in found.items() if name in {"look", *told} - unseen}

    def caption(self, pixels: Pixels) -> str:
        """Return a caption in the words of the captions that the base learned."""
        found = self.of(pixels)
        look: Look = "ink" if found["look"] == "ink" else "photo"
        parts = parts_said_of_animal if found["kind"] in ANIMAL_KINDS else parts_said_of
        return ", ".join([f"{OPENINGS[look][0]} {found['kind']}", *parts(found)])


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
        return _answer(self._session, _as_input(pixels))


def open_scorer(folder: Path = JUDGES, tokenizer: Path = _WEIGHTS / "base" / "tokenizer") -> Towers:
    """Load the judge of prompts of this folder with the base's tokenizer. Raises ModelUnusable without either."""
    return Towers.open(Scorer("pocket", "towers", folder, "MIT", {}, tokenizer))


def _session(path: Path) -> Any:
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: train pocket.recipes.{path.stem} first")
    return onnx_session(path)


def _document(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _answer(session: Any, batch: NDArray[Any]) -> Numbers:
    return np.asarray(session.run(None, {"input.1": batch})[0][0], np.float32)


def _as_input(pixels: Pixels) -> Numbers:
    if pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        raise ValueError(f"a picture is (height, width, 3), not {pixels.shape}")
    smoothing = cv2.INTER_AREA if min(pixels.shape[:2]) > _SIDE else cv2.INTER_LINEAR
    small = cv2.resize(pixels, (_SIDE, _SIDE), interpolation=smoothing)
    return ((small.astype(np.float32) - 127.5) / 127.5).transpose(2, 0, 1)[None]
