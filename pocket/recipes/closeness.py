"""What an embedder's numbers mean, measured on animals and styles that are neither learnt from nor held out."""

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import numpy as np

from core.artifacts import Embedding
from core.curation.embedding import Closeness, Embedder
from core.faces import leave_one_out
from pocket.animal_drawing import draw_animal
from pocket.animals import make_animal
from pocket.canvas import Pixels
from pocket.drawing import draw
from pocket.people import make_person
from pocket.recipes.course import Plan, plan_from_command_line
from pocket.recipes.thresholds import to_others
from pocket.recipes.trunk import SIDE
from pocket.scenes import make_varied_scene
from pocket.unseen_looks import UNSEEN_LOOKS, in_unseen_look

log = logging.getLogger(__name__)

# The last before the cast. Recipes learn from the first 100,000.
FIRST_SUBJECT: Final = 900_000
_SUBJECTS: Final = 120
_PICTURES: Final = 8
_ANIMALS_TO_A_STYLE: Final = 3
_FALSE_ACCEPTS: Final = 0.01
# A picture of the subject itself is doubted no oftener.
_OWN_BELOW: Final = 0.01


def train(plan: Plan) -> None:
    """Measure and write `judges/embedder.json`. Raises FileNotFoundError without a trained embedder."""
    folder = plan.out / "judges"
    if not (folder / "embedder.onnx").exists():
        raise FileNotFoundError(f"{folder / 'embedder.onnx'} is missing: train pocket.recipes.embedder first")
    # An embedder opens only with its numbers.
    _write(folder, Closeness(same_subject=1, ambiguous=1))
    embedder = Embedder.open(folder)
    count = max(2, plan.people // 5) if plan.people else _SUBJECTS
    seen = [
        [embedder.of(picture) for picture in _pictures(subject)]
        for subject in range(FIRST_SUBJECT, FIRST_SUBJECT + count)
    ]
    _write(folder, closeness(seen))


def closeness(seen: Sequence[Sequence[Embedding]]) -> Closeness:
    """Return what follows from what an embedder saw, by subject: at least two pictures of each of two subjects."""
    others = to_others(seen)
    own = np.concatenate([leave_one_out(pictures) for pictures in seen])
    same = float(np.quantile(others, 1 - _FALSE_ACCEPTS))
    ambiguous = float(np.quantile(own, _OWN_BELOW))
    if ambiguous > same:  # they are well apart: the border lies between
        same = ambiguous = (same + ambiguous) / 2
    log.info(
        "closeness: %.1f %% of other subjects' pictures are told, %.1f %% of own ones doubted",
        100 * np.mean(others < ambiguous),
        100 * np.mean(own < ambiguous),
    )
    return Closeness(same_subject=round(same, 3), ambiguous=round(ambiguous, 3))


def _pictures(subject: int) -> list[Pixels]:
    """One animal in different scenes, or different people in one style."""
    scenes = [
        make_varied_scene(subject * _PICTURES + turn, framing="portrait", hat=None, noise=0.0, blur=0.0)
        for turn in range(_PICTURES)
    ]
    if subject % (_ANIMALS_TO_A_STYLE + 1):
        return [draw_animal(make_animal(subject), scene, SIDE) for scene in scenes]
    look = UNSEEN_LOOKS[subject // (_ANIMALS_TO_A_STYLE + 1) % len(UNSEEN_LOOKS)]
    photos = (draw(make_person(subject + turn), scene, SIDE).pixels for turn, scene in enumerate(scenes))
    return [in_unseen_look(photo, look, subject) for photo in photos]


def _write(folder: Path, measured: Closeness) -> None:
    (folder / "embedder.json").write_text(json.dumps(asdict(measured), indent=2) + "\n")


if __name__ == "__main__":
    train(plan_from_command_line("Measure what an embedder's numbers mean."))
