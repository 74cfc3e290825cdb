"""The things that flow through the studio: photo, dataset, adapter, candidate, picture.

Stages take them and return them; none of them knows a database, a queue or a chat.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.verdicts import Verdict as Verdict

Pixels = NDArray[np.uint8]
"""A picture, (height, width, 3), RGB, sRGB."""

Edges = tuple[float, float, float, float]
"""A part of a picture: left, top, right, bottom."""

Embedding = NDArray[np.float32]
"""A face as a recogniser sees it, (dimensions,), of unit length."""


@dataclass(frozen=True)
class Face:
    """One face that the detector found, in the picture's own pixels."""

    box: Edges  # left, top, right, bottom
    landmarks: tuple[tuple[float, float], ...]  # eyes, nose, corners of the mouth; the person's right first
    score: float
    embedding: Embedding

    @property
    def side(self) -> float:
        """The longer side of the box in pixels."""
        left, top, right, bottom = self.box
        return max(right - left, bottom - top)


@dataclass(frozen=True)
class Judgement:
    """A verdict on one photo of a set; `other` is the number of the photo it duplicates.

    `subject` numbers the people, or the things, that the set shows, the one with most photos first; 0 is one that
    stands alone or was not compared.
    """

    verdict: Verdict
    other: int | None = None
    quality: float = 0.0  # 0..1, comparable within one set
    subject: int = 0


@dataclass(frozen=True)
class Dataset:
    """What a training learns from; class images are (size, size, 3) at the family's training size.

    Photos are too, except on a base that learns other shapes of as many pixels. `faces` says of each photo where its
    face lies, left, top, right, bottom as shares of its sides, None where there is none; empty says nothing. So do
    empty `class_captions`, which say of each photo what its caption does, but of the class instead of the subject.
    """

    photos: tuple[Pixels, ...]
    captions: tuple[str, ...]  # one per photo, the trigger already replaced by instance token and class word
    class_images: tuple[Pixels, ...]  # empty without prior preservation
    class_prompt: str
    faces: tuple[Edges | None, ...] = ()
    class_captions: tuple[str, ...] = ()
    subject_prompt: str = ""  # of the subject, and no more; empty: not known


@dataclass(frozen=True)
class Adapter:
    """Trained weights as the bytes of a safetensors file, and what they sit on."""

    method: str  # lora, textual_inversion, faceid
    family: str  # it runs on every base of it
    base: str  # the base model it was trained on
    weights: bytes = field(repr=False)
    step: int = 0


@dataclass(frozen=True)
class Candidate:
    """One generated picture before anybody looked at it."""

    pixels: Pixels
    seed: int


@dataclass(frozen=True)
class Picture:
    """A candidate with its likeness; `dropped` says why it is not delivered, empty if it is."""

    pixels: Pixels
    seed: int
    similarity: float | None  # None: no face found, or the filter is off
    dropped: str = ""
