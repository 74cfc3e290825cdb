"""[class-drift] [class-drift-...] What a profile does to pictures of its class that are not about its subject."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks import base, weights
from benchmarks.base import Judge, Wish
from benchmarks.bench_studio import Bench
from benchmarks.people import adults, faces_of, likenesses, share
from benchmarks.profiles import profiles
from benchmarks.row import Row, bootstrap, row
from core.artifacts import Embedding, Pixels
from core.faces import FacePack
from core.families.family import usual_request
from core.generation import class_prompt
from core.storage.tables import Profile

COUNT, FULL_COUNT = 2, 10
WITHOUT, FULL_WITHOUT = 1, 3  # people who are learnt once more without prior preservation
PICTURES, FULL_PICTURES = 24, 64


@dataclass(frozen=True)
class Drawn:
    """Pictures of a class at fixed seeds: likeness to the subject, one face or not, what was obeyed, how varied."""

    likeness: float
    one_face: float
    obeyed: float
    diversity: float


@dataclass(frozen=True)
class Drift:
    """The class before training, after it, and after one without prior preservation, if there was."""

    before: Drawn
    after: Drawn
    without: float | None

    @property
    def likeness(self) -> float:
        """How much the likeness to the subject changed, whichever way."""
        return abs(self.after.likeness - self.before.likeness)

    @property
    def one_face(self) -> float:
        """How much the share of pictures with one face changed."""
        return abs(self.after.one_face - self.before.one_face)

    @property
    def obeyed(self) -> float:
        """How much the share of attributes that are there changed."""
        return abs(self.after.obeyed - self.before.obeyed)

    @property
    def diversity(self) -> float:
        """How much the diversity changed, as a share of the base's."""
        return abs(self.after.diversity / self.before.diversity - 1)


def run(*, full: bool) -> list[Row]:
    """Some people, all with prior preservation and the first ones without it too."""
    people = adults(FULL_COUNT if full else COUNT)
    count = FULL_PICTURES if full else PICTURES
    grader, judge = weights.grader(), weights.attributes().of
    drifts = []
    with profiles() as studio:
        for place, seed in enumerate(people):
            again = place < (FULL_WITHOUT if full else WITHOUT)
            drifts.append(drift(studio, grader, judge, seed, count, again=again))
    return rows(drifts)


def rows(drifts: Sequence[Drift]) -> list[Row]:
    """The figures: the mean over people of each one's own change, whichever way it goes."""
    gaps = [one.without - one.after.likeness for one in drifts if one.without is not None]
    figures = {
        "class-drift": ("cosine", 0.05, [one.likeness for one in drifts]),
        "class-drift-one-face": ("points", 5.0, [100 * one.one_face for one in drifts]),
        "class-drift-attributes": ("points", 5.0, [100 * one.obeyed for one in drifts]),
        "class-drift-diversity": ("%", 10.0, [100 * one.diversity for one in drifts]),
    }
    return [
        *(
            row(name, float(np.mean(changes)), unit, most=most, n=len(changes), peer="the base",
                interval=bootstrap(changes, lambda some: float(np.mean(some))))
            for name, (unit, most, changes) in figures.items()
        ),
        row("class-drift-gap", float(np.mean(gaps)) if gaps else float("nan"), "cosine", least=0.20, n=len(gaps),
            peer="without prior preservation"),
    ]  # fmt: skip


def drift(studio: Bench, grader: FacePack, judge: Judge, seed: int, count: int, *, again: bool) -> Drift:
    """Learn a person and compare the class, at the same prompts and seeds, with the base's."""
    profile = studio.learn(seed)
    photos = faces_of(grader, studio.photos(seed))
    before = _drawn(studio, profile, grader, judge, photos, count, {})
    after = _drawn(studio, profile, grader, judge, photos, count, worn(studio, profile))
    without = None
    if again:
        other = studio.learn(seed, {"prior_batch": 0})
        pictures = of_class(studio, profile, count, worn(studio, other))
        without = float(np.mean(likenesses(grader, pictures, photos)))
    print(f"  {seed}: {before.likeness:.2f} -> {after.likeness:.2f}, without prior {without}", flush=True)
    return Drift(before, after, without)


def diversity(faces: Sequence[Embedding]) -> float:
    """The mean distance (1 less the cosine) between two faces; NaN of less than two."""
    if len(faces) < 2:
        return float("nan")
    cosines = np.stack(faces) @ np.stack(faces).T
    return float(1 - cosines[np.triu_indices(len(faces), 1)].mean())


def of_class(studio: Bench, profile: Profile, count: int, adapters: Mapping[str, float]) -> list[Pixels]:
    """Plain pictures of a profile's class at seeds from 1 on, with these adapters worn."""
    family = studio.workshop.family()
    request = usual_request(family, class_prompt(str(studio.words(profile)["class_word"])), adapters)
    return family.draw(request, range(1, count + 1))


def worn(studio: Bench, profile: Profile) -> dict[str, float]:
    """A profile's adapter at full strength."""
    return {studio.workshop.wear(profile, studio.version(profile)): 1.0}


def _drawn(
    studio: Bench,
    profile: Profile,
    grader: FacePack,
    judge: Judge,
    photos: Sequence[Embedding],
    count: int,
    adapters: Mapping[str, float],
) -> Drawn:
    pictures = of_class(studio, profile, count, adapters)
    asked: list[Wish] = base.wishes((str(studio.words(profile)["class_word"]),), count)
    return Drawn(
        likeness=float(np.mean(likenesses(grader, pictures, photos))),
        one_face=share(base.one_face(studio.workshop.pack(), pictures)),
        obeyed=base.mean_share(
            base.obeyed(judge, base.drawn_wishes(studio.workshop.family(), asked, adapters))
        ),
        diversity=diversity(faces_of(grader, pictures)),
    )
