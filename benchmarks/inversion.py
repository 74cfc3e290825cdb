"""[ti-ratio] [ti-transfer] A person as one new word: how like them it draws on its own base, and on the base in ink."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from benchmarks import weights
from benchmarks.bench_studio import Bench
from benchmarks.people import adults, faces_of
from benchmarks.personal import WORDS, graded
from benchmarks.profiles import profiles
from benchmarks.row import Row, median_interval, row
from core.faces import FacePack, leave_one_out
from core.storage.tables import Profile
from core.subjects import TEXTUAL_INVERSION

COUNT, FULL_COUNT = 3, 20


@dataclass(frozen=True)
class Word:
    """How like a person what was delivered is, by the grader, and the photos among themselves.

    `elsewhere` is what the second base delivered; None without a second base.
    """

    delivered: list[float]
    own: float
    elsewhere: list[float] | None = None

    @property
    def ratio(self) -> float:
        """The median picture as a share of what the photos reach; 0 if nothing was delivered."""
        return _middle(self.delivered) / self.own

    @property
    def transfer(self) -> float:
        """The median picture of the second base as a share of the first one's; 0 if either delivered nothing."""
        here = _middle(self.delivered)
        return _middle(self.elsewhere or []) / here if here > 0 else 0.0


def run(*, full: bool) -> list[Row]:
    """Some people of the cast, or twenty; the transfer only where the second base is there."""
    grader = weights.grader()
    second = weights.INK
    try:
        weights.ink()
    except weights.WeightsMissing as missing:
        print(f"  without ti-transfer: {missing}", flush=True)
        second = ""
    with profiles() as studio:
        words = [word(studio, grader, seed, second) for seed in adults(FULL_COUNT if full else COUNT)]
    return rows(words)


def rows(words: Sequence[Word]) -> list[Row]:
    """The figures of these people."""
    ratios = [one.ratio for one in words]
    found = [
        row("ti-ratio", median(ratios), "ratio", least=0.60, n=len(ratios), interval=median_interval(ratios),
            peer="the photos' leave-one-out, second recogniser"),
    ]  # fmt: skip
    if any(one.elsewhere is not None for one in words):
        transfers = [one.transfer for one in words]
        found.append(
            row("ti-transfer", median(transfers), "ratio", least=0.80, n=len(transfers),
                interval=median_interval(transfers), peer="what is delivered on its own base")
        )  # fmt: skip
    return found


def word(studio: Bench, grader: FacePack, seed: int, second: str) -> Word:
    """Learn a person as a word and ask for four pictures on each base."""
    profile = studio.learn(seed, method=TEXTUAL_INVERSION)
    photos = faces_of(grader, studio.photos(seed))
    here = _delivered(studio, grader, profile, seed, WORDS)
    elsewhere = _delivered(studio, grader, profile, seed, f"{WORDS} --base {second}") if second else None
    found = Word(here, float(np.mean(leave_one_out(photos))), elsewhere)
    print(f"  {seed}: {found.ratio:.2f} of own, {found.transfer:.2f} of that elsewhere", flush=True)
    return found


def _delivered(studio: Bench, grader: FacePack, profile: Profile, seed: int, words: str) -> list[float]:
    pictures = [studio.pixels(profile, one) for one in studio.draw(profile, words) if not one.dropped]
    return graded(grader, pictures, studio.photos(seed), studio.workshop.family().size)[0]


def _middle(values: Sequence[float]) -> float:
    return median(values) if values else 0.0
