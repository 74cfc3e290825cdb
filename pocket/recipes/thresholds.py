"""What a trained pack's numbers mean, measured on people whom no recipe learns from and who are not of the cast."""

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.artifacts import Embedding
from core.faces import FacePack, Thresholds, leave_one_out, similarity
from pocket.cast import HELD_OUT
from pocket.drawing import draw
from pocket.recipes.course import Plan, plan_from_command_line
from pocket.recipes.nobody import picture_of_nobody
from pocket.recipes.photos import training_photo

log = logging.getLogger(__name__)

# The last before the cast. Recipes learn from the first 100,000.
FIRST_PERSON: Final = 900_000
_PEOPLE: Final = 120
_PHOTOS: Final = 8
_SIDE: Final = 192
_PICTURES_OF_NOBODY_A_PERSON: Final = 4
# Of its photos, each person's are compared with so many others'.
_COMPARED: Final = 2
_FALSE_ACCEPTS: Final = 0.01
_BELOW_LOWEST_FLOOR: Final = 0.97
_DETECTIONS: Final = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)
_FALSE_FACES: Final = 0.002
_RECALL: Final = 0.985

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Seen:
    """What a pack saw: each person's faces, the best score on every photo, and on every picture of nobody."""

    people: list[list[Embedding]]
    on_photos: Values
    on_nobody: Values


def train(plan: Plan) -> None:
    """Measure and write `thresholds.json` of the face pack and, where it is there, of the grader.

    Raises FileNotFoundError without a trained pack.
    """
    for folder in (plan.faces, plan.out / "grader"):
        if (folder / "recogniser.onnx").exists():
            # A pack opens only with thresholds: with the lowest of scores, to see what each would leave.
            _write(folder, Thresholds(same_person=1, ambiguous=1, lowest_floor=1, detection=_DETECTIONS[0]))
            _write(folder, thresholds(_seen(FacePack.open(folder, threads=1), plan.people or _PEOPLE)))
        elif folder == plan.faces:
            raise FileNotFoundError(
                f"{folder / 'recogniser.onnx'} is missing: train pocket.recipes.recogniser first"
            )


def thresholds(seen: Seen) -> Thresholds:
    """Return the thresholds that follow from what a pack saw; of a pack that found nobody, nobody passes."""
    people = [faces for faces in seen.people if len(faces) > 1]
    if len(people) < 2:
        return Thresholds(same_person=1, ambiguous=1, lowest_floor=1, detection=_DETECTIONS[0])
    strangers = to_others(people)
    same_person = float(np.quantile(strangers, 1 - _FALSE_ACCEPTS))
    own = np.concatenate([leave_one_out(faces) for faces in people])
    log.info("thresholds: %.1f %% of own photos accepted", 100 * np.mean(own >= same_person))
    return Thresholds(
        same_person=round(same_person, 3),
        ambiguous=round(min(_border_of_pairs(people), same_person), 3),
        lowest_floor=round(float(np.quantile(strangers, _BELOW_LOWEST_FLOOR)), 3),
        detection=_detection(seen.on_photos, seen.on_nobody),
    )


def to_others(subjects: Sequence[Sequence[Embedding]]) -> Values:
    """Return how like every other subject's pictures the first few of each are."""
    return np.array(
        [
            similarity(one, pictures)
            for own, of_own in enumerate(subjects)
            for other, pictures in enumerate(subjects)
            if own != other
            for one in of_own[:_COMPARED]
        ]
    )


def _seen(pack: FacePack, count: int) -> Seen:
    people, on_photos, on_nobody = [], [], []
    for person in range(FIRST_PERSON, FIRST_PERSON + count):
        faces = []
        for turn in range(_PHOTOS):
            photo = draw(*training_photo(person + turn * HELD_OUT, HELD_OUT), _SIDE)
            found = pack.faces_in(photo.pixels)
            on_photos.append(max((face.score for face in found), default=0.0))
            faces += [found[0].embedding] if found else []
        people.append(faces)
        for number in range(_PICTURES_OF_NOBODY_A_PERSON):
            random = np.random.default_rng((person, number))
            # Among so many people, the numbers that it looks through are validation people's too.
            picture = picture_of_nobody(person + number * HELD_OUT, HELD_OUT, random, _SIDE)
            on_nobody.append(max((face.score for face in pack.faces_in(picture)), default=0.0))
    return Seen(people, np.array(on_photos), np.array(on_nobody))


def _border_of_pairs(people: list[list[Embedding]]) -> float:
    """Return the cosine that tells pairs of one person from pairs of two, with the best balanced accuracy."""
    faces = np.concatenate([np.stack(own) for own in people])
    names = np.repeat(np.arange(len(people)), [len(own) for own in people])
    first, second = np.triu_indices(len(faces), 1)
    cosines, alike = (faces @ faces.T)[first, second], names[first] == names[second]
    borders = np.linspace(-1, 1, 401)
    own, others = np.sort(cosines[alike]), np.sort(cosines[~alike])
    accuracy = 1 - np.searchsorted(own, borders) / len(own) + np.searchsorted(others, borders) / len(others)
    return float(borders[int(accuracy.argmax())])


def _detection(on_photos: Values, on_nobody: Values) -> float:
    """Return the least score at which hardly anything else counts as a face, while faces still do."""
    for score in _DETECTIONS:
        if (on_nobody >= score).mean() <= _FALSE_FACES and (on_photos >= score).mean() >= _RECALL:
            return score
    return _DETECTIONS[0]


def _write(folder: Path, measured: Thresholds) -> None:
    (folder / "thresholds.json").write_text(json.dumps(asdict(measured), indent=2) + "\n")


if __name__ == "__main__":
    train(plan_from_command_line("Measure a face pack's thresholds."))
