"""A subject without a face (a pet, a thing, a style) as numbers: pictures of one get numbers close to one another.

An embedder is a folder with `embedder.onnx`, from pictures (batch, 3, side, side) between -1 and 1 to vectors
(batch, dimensions) of length 1, and `embedder.json` with the numbers of `Closeness`.
"""

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

from core.artifacts import Embedding, Pixels
from core.errors import ModelUnusable
from core.onnx_models import NO_MODEL, answer, as_input, onnx_session


@dataclass(frozen=True)
class Closeness:
    """What an embedder's cosines mean: a picture's likeness to a set is the median of its five largest.

    `same_subject`: above it a picture shows what the set shows. `ambiguous`: below it the picture shows something else.
    """

    same_subject: float
    ambiguous: float


class Embedder:
    """An embedder of pictures, on the processor; loaded from a folder, never downloaded."""

    def __init__(self, session: Any, closeness: Closeness) -> None:
        self._session = session
        self._input = session.get_inputs()[0]
        self.closeness = closeness

    @classmethod
    def open(cls, folder: Path, threads: int = 1) -> Self:
        """Load the embedder of this folder. Raises ModelUnusable."""
        try:
            session = onnx_session(folder / "embedder.onnx", threads)
            document = json.loads((folder / "embedder.json").read_text(encoding="utf-8"))
            numbers = {one.name: float(document[one.name]) for one in fields(Closeness)}
        except KeyError as missing:
            raise ModelUnusable(folder.name, f"embedder.json has no number for {missing}") from missing
        except (OSError, TypeError, ValueError, *NO_MODEL) as error:
            raise ModelUnusable(folder.name, str(error)) from error
        return cls(session, Closeness(**numbers))

    def of(self, pixels: Pixels) -> Embedding:
        """Return what is seen in the middle of a picture (height, width, 3), as (dimensions,), of length 1."""
        side = int(self._input.shape[2])
        height, width = pixels.shape[:2]
        edge = min(height, width)
        row, column = (height - edge) // 2, (width - edge) // 2
        return answer(self._session, as_input(pixels[row : row + edge, column : column + edge], side))
