"""Faces: a pack that finds and recognises them, and the one place where likeness is computed (SPEC section 1)."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from core.artifacts import Embedding, Face, Pixels
from core.errors import ModelUnusable
from core.eyes import EyeModel
from core.onnx_models import session_options

from insightface.app import FaceAnalysis  # isort: skip  (after onnxruntime was told to report to nobody)

_MANIFEST: Final = "manifest.json"
_MANIFEST_VERSION: Final = 2
_THRESHOLDS: Final = "thresholds.json"
_TASKS: Final = ("detection", "recognition")
# Pinned: left alone, insightface looks twice, at 128 and at 640. A detector of a fixed size keeps its own.
_DETECTOR_SIZE: Final = (640, 640)
_THINNEST: Final = 64
_WITHIN: Final = 0.8
_NEAREST: Final = 5
_STRANGERS_BELOW: Final = 99.0
_DEVIATIONS: Final = 3.0


@dataclass(frozen=True)
class Thresholds:
    """What a pack's numbers mean; cosines except `detection`, which is the detector's own score.

    `same_person`: above it two photos show one person. `ambiguous`: below it they show two.
    `lowest_floor`: no profile's floor lies below. `detection`: the least score that counts as a face.
    """

    same_person: float
    ambiguous: float
    lowest_floor: float
    detection: float


class FacePack:
    """A detector and a recogniser, loaded from a folder; never downloaded."""

    def __init__(
        self,
        analysis: FaceAnalysis,
        thresholds: Thresholds,
        recogniser_hash: str,
        eyes: EyeModel | None = None,
    ) -> None:
        self._analysis = analysis
        self._eyes = eyes
        self.thresholds = thresholds
        self.recogniser_hash = recogniser_hash

    @classmethod
    def open(
        cls,
        folder: Path,
        providers: Sequence[str] = ("CPUExecutionProvider",),
        threads: int = 0,
        landmarks: Path | None = None,
    ) -> Self:
        """Load the pack of this folder; `threads` 0 leaves their number to onnxruntime. Raises ModelUnusable.

        The folder holds insightface's manifest version 2 with a SHA-256 for each model, and `thresholds.json`. The
        manifest knows no landmarks; a model of them, which tells whether eyes are closed, is a file of its own.
        """
        hashes = _verified(folder)
        thresholds = _thresholds(folder)
        try:
            analysis = FaceAnalysis(
                name=str(folder.resolve()),
                allowed_modules=list(_TASKS),
                providers=list(providers),
                sess_options=session_options(threads),
            )
        except (ValueError, TypeError, RuntimeError, AssertionError) as error:
            raise ModelUnusable(folder.name, str(error)) from error
        on_processor = list(providers) == ["CPUExecutionProvider"]
        analysis.prepare(
            ctx_id=-1 if on_processor else 0, det_thresh=thresholds.detection, det_size=_DETECTOR_SIZE
        )
        eyes = EyeModel.open(landmarks) if landmarks else None
        return cls(analysis, thresholds, hashes["recognition"], eyes)

    def faces_in(self, pixels: Pixels) -> tuple[Face, ...]:
        """Return every face of the picture, largest first; a strip (64 times as long as wide) has none."""
        if pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
            raise ValueError(f"a picture is (height, width, 3), not {pixels.shape}")
        # insightface shrinks a picture to its detector's size, and fails on one that then has no height.
        if _THINNEST * min(pixels.shape[:2]) < max(pixels.shape[:2]):
            return ()
        found = self._analysis.get(np.ascontiguousarray(pixels[..., ::-1]))
        faces: list[Face] = []
        for face in sorted((_face(one) for one in found), key=_area, reverse=True):
            # Nobody stands within another's face: detectors sometimes see eyes and mouth as a face of their own.
            if all(_overlap(face, larger) < _WITHIN * _area(face) for larger in faces):
                faces.append(face)
        return tuple(faces)

    def eyes_in(self, pixels: Pixels, face: Face) -> float | None:
        """Return how far the eyes of a face are open (`EyeModel.openness`); None where no model tells."""
        return self._eyes.openness(pixels, face.box) if self._eyes else None


def similarity(face: Embedding, photos: Sequence[Embedding]) -> float:
    """Return how much a face is like a person's photos: the median cosine to the five nearest of them."""
    if not len(photos):
        raise ValueError("there is no photo to compare with")
    cosines = np.sort(np.asarray(photos) @ face)[-_NEAREST:]
    return float(np.median(cosines))


def leave_one_out(embeddings: Sequence[Embedding], duplicates: Iterable[tuple[int, int]] = ()) -> list[float]:
    """Return each photo's similarity to the others, without itself and its duplicates, in the photos' order.

    `duplicates` are pairs of places in `embeddings`. Empty when all are one photo: nothing is left to compare with.
    """
    group = _groups(len(embeddings), duplicates)
    if len(set(group)) < 2:
        return []
    return [
        similarity(embedding, [other for place, other in zip(group, embeddings, strict=True) if place != own])
        for own, embedding in zip(group, embeddings, strict=True)
    ]


def floor(
    photos: Sequence[Embedding],
    class_faces: Sequence[Embedding],
    lowest: float,
    duplicates: Iterable[tuple[int, int]] = (),
) -> float:
    """Return the least similarity that passes for a person, between strangers and the person's own photos.

    The larger of `lowest` and the 99th percentile of the class images' similarity, but never above the mean of
    the photos' leave-one-out values less three standard deviations.
    """
    strangers = [similarity(face, photos) for face in class_faces]
    least = max(lowest, float(np.percentile(strangers, _STRANGERS_BELOW))) if strangers else lowest
    own = leave_one_out(photos, duplicates)
    return min(least, float(np.mean(own) - _DEVIATIONS * np.std(own))) if own else least


def _verified(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each task's model after comparing it with the file's."""
    manifest = _document(folder, _MANIFEST)
    if manifest.get("manifest_version") != _MANIFEST_VERSION:
        raise ModelUnusable(folder.name, f"{_MANIFEST} is not of version {_MANIFEST_VERSION}")
    tasks = manifest.get("tasks")
    return {
        task: _verified_model(folder, task, tasks.get(task) if isinstance(tasks, dict) else None)
        for task in _TASKS
    }


def _verified_model(folder: Path, task: str, model: object) -> str:
    match model:
        case {"file": str(file), "sha256": str(expected)}:
            path = folder / file
        case _:
            raise ModelUnusable(folder.name, f"{_MANIFEST} names no file and sha256 for {task}")
    if not path.is_file():
        raise ModelUnusable(folder.name, f"{file} is missing")
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != expected:
        raise ModelUnusable(folder.name, f"{file} has sha256 {found}, not {expected}")
    return found


def _thresholds(folder: Path) -> Thresholds:
    numbers = _document(folder, _THRESHOLDS)
    names = [field.name for field in fields(Thresholds)]
    for name in names:
        if not isinstance(numbers.get(name), int | float):
            raise ModelUnusable(folder.name, f"{_THRESHOLDS} has no number for {name}: {numbers.get(name)!r}")
    return Thresholds(**{name: float(numbers[name]) for name in names})


def _document(folder: Path, name: str) -> dict[str, Any]:
    # insightface takes a folder that is not there for a name to download.
    if not folder.is_dir():
        raise ModelUnusable(folder.name, "there is no such folder")
    try:
        document = json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelUnusable(folder.name, f"{name} cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise ModelUnusable(folder.name, f"{name} is not an object")
    return document


def _face(found: Any) -> Face:
    left, top, right, bottom = (float(edge) for edge in found.bbox)
    return Face(
        box=(left, top, right, bottom),
        landmarks=tuple((float(x), float(y)) for x, y in found.kps),
        score=float(found.det_score),
        embedding=np.asarray(found.normed_embedding, np.float32),
    )


def _area(face: Face) -> float:
    left, top, right, bottom = face.box
    return (right - left) * (bottom - top)


def _overlap(one: Face, other: Face) -> float:
    """Return the area that two boxes share."""
    left, top = (max(one.box[edge], other.box[edge]) for edge in (0, 1))
    right, bottom = (min(one.box[edge], other.box[edge]) for edge in (2, 3))
    return max(0.0, right - left) * max(0.0, bottom - top)


def _groups(count: int, duplicates: Iterable[tuple[int, int]]) -> NDArray[np.int_]:
    """Number each photo's group of duplicates; a duplicate of a duplicate belongs to the same one."""
    group = np.arange(count)
    for one, other in duplicates:
        group[group == group[other]] = group[one]
    return group
