"""[face-auc] [face-tar] [face-recall] [face-false] The shipped face pack on held-out people, and where nobody is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np
from numpy.typing import NDArray

from benchmarks import weights
from benchmarks.people import share
from benchmarks.row import Row, bootstrap, row
from core.artifacts import Embedding, Face, Pixels
from core.faces import FacePack
from core.families.family import Family, usual_request
from core.generation import class_prompt
from pocket.animal_drawing import draw_animal
from pocket.animals import make_animal
from pocket.cast import ANIMALS, PEOPLE
from pocket.drawing import draw, draw_background
from pocket.people import make_person
from pocket.scenes import make_scene

SIDE = 128  # pixels: what the base draws, and the hardest for a detector
PHOTOS, FULL_PHOTOS = 4, 8
NOBODY = 500
DRAWN_BY_THE_BASE = 100  # of them
FALSE_ACCEPTS = 1e-3
FOUND_AT = 0.5  # intersection over union
FIRST_SCENE = 50_000_000  # far behind every scene that a training has met
RESAMPLES = 200


@dataclass(frozen=True)
class Seen:
    """What the pack saw on a person's photos: the faces that are theirs, and on how many they were found."""

    faces: list[Embedding]
    found: list[bool]


def run(*, full: bool) -> list[Row]:
    """All 200 people; half as many photos each unless everything is asked for."""
    pack = weights.shipped_pack()
    with weights.models_file() as models:
        family = weights.base(models)
    return measure(pack, family, PEOPLE, FULL_PHOTOS if full else PHOTOS, NOBODY, DRAWN_BY_THE_BASE)


def measure(
    pack: FacePack, family: Family, people: Sequence[int], photos: int, nobody: int, by_base: int
) -> list[Row]:
    """The four rows, of so many people, photos each, and pictures of nobody."""
    seen = [_seen(pack, seed, photos) for seed in people]
    pairs = Pairs([one.faces for one in seen])
    found = [share(one.found) for one in seen]
    false = [len(pack.faces_in(pixels)) for pixels in islice(_of_nobody(family, by_base), nobody)]
    even = np.ones(len(seen))
    return [
        row("face-auc", pairs.auc(even), "share", least=0.995, n=len(seen), interval=pairs.interval(pairs.auc),
            peer=f"{photos} photos each, through the shipped detector"),
        row("face-tar", pairs.accepted(even), "share", least=0.90, n=len(seen),
            interval=pairs.interval(pairs.accepted), peer="one false accept in a thousand"),
        row("face-recall", share([one for each in seen for one in each.found]), "share", least=0.98,
            n=sum(len(each.found) for each in seen), interval=bootstrap(found, lambda some: float(np.mean(some)))),
        row("face-false", sum(false) * NOBODY / max(len(false), 1), "faces in 500", most=2, n=len(false),
            peer="animals, backgrounds, cats and dogs of the base"),
    ]  # fmt: skip


class Pairs:
    """Every pair of faces, most similar first; people can be weighed, so that they can be drawn anew."""

    def __init__(self, people: Sequence[Sequence[Embedding]]) -> None:
        faces = np.concatenate([np.stack(one) for one in people if len(one)])
        whose = np.repeat(np.arange(len(people)), [len(one) for one in people])
        first, second = np.triu_indices(len(faces), 1)
        order = np.argsort(-(faces @ faces.T)[first, second], kind="stable")
        self._one, self._other = whose[first[order]], whose[second[order]]
        self._same = self._one == self._other
        self._people = len(people)

    def auc(self, counts: NDArray[np.float64]) -> float:
        """The chance that a pair of one person is more similar than a pair of two people."""
        same, different = self._weighed(counts)
        return float((different * same.cumsum()).sum() / (same.sum() * different.sum()))

    def accepted(self, counts: NDArray[np.float64]) -> float:
        """The share of pairs of one person that are accepted where one of a thousand others is."""
        same, different = self._weighed(counts)
        last = int(np.searchsorted(different.cumsum(), FALSE_ACCEPTS * different.sum(), side="right"))
        return float(same[:last].sum() / same.sum())

    def interval(self, figure: Callable[[NDArray[np.float64]], float]) -> tuple[float, float] | None:
        """The 95 % interval by drawing people anew."""

        def of(places: Sequence[int]) -> float:
            return figure(np.bincount(places, minlength=self._people).astype(float))

        return bootstrap(range(self._people), of, RESAMPLES)

    def _weighed(self, counts: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """How often each pair occurs: as one of the same person, as one of two people."""
        one, other = counts[self._one], counts[self._other]
        return np.where(self._same, one, 0.0), np.where(self._same, 0.0, one * other)


def overlap(face: Face, box: NDArray[np.float32]) -> float:
    """Intersection over union of a found box and the true one."""
    left, top, right, bottom = (
        np.maximum(face.box[:2], box[:2]).tolist() + np.minimum(face.box[2:], box[2:]).tolist()
    )
    shared = max(0.0, right - left) * max(0.0, bottom - top)
    areas = sum((edges[2] - edges[0]) * (edges[3] - edges[1]) for edges in (face.box, box.tolist()))
    return float(shared / (areas - shared))


def _seen(pack: FacePack, seed: int, photos: int) -> Seen:
    person = make_person(seed)
    faces, found = [], []
    for number in range(photos):
        photo = draw(person, make_scene(FIRST_SCENE + seed * 64 + number), SIDE)
        theirs = [face for face in pack.faces_in(photo.pixels) if overlap(face, photo.box) >= FOUND_AT]
        faces += [face.embedding for face in theirs[:1]]
        found.append(bool(theirs))
    return Seen(faces, found)


def _of_nobody(family: Family, by_base: int) -> Iterator[Pixels]:
    """Cats and dogs of the base, then animals and empty backgrounds by turns."""
    for word in ("cat", "dog"):
        yield from family.draw(usual_request(family, class_prompt(word)), range(1, by_base // 2 + 1))
    for number, seed in enumerate(cycle(ANIMALS)):
        scene = make_scene(FIRST_SCENE + number)
        yield draw_animal(make_animal(seed), scene, SIDE)
        yield draw_background(make_scene(FIRST_SCENE - 1 - number), SIDE)
