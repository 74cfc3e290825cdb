"""[faceid-ratio] [faceid-time] A face from a single photo, without training, by the bot's own path."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from benchmarks import weights
from benchmarks.bench_studio import Bench
from benchmarks.people import adults, faces_of
from benchmarks.personal import WORDS, graded
from benchmarks.profiles import profiles
from benchmarks.row import Row, median_interval, row
from core.faces import FacePack, leave_one_out
from core.families.family import usual_request
from core.generation import class_prompt
from core.jobs.commission import FACEID_CFG
from core.storage.tables import Profile
from core.subjects import FACEID

COUNT, FULL_COUNT = 12, 60
TIMED, FULL_TIMED = 8, 24  # pairs of pictures


@dataclass(frozen=True)
class Known:
    """How like a person what was delivered from one photo is, and the photos among themselves, by the grader."""

    delivered: list[float]
    own: float

    @property
    def ratio(self) -> float:
        """The median picture as a share of what the photos reach; 0 if nothing was delivered."""
        return median(self.delivered) / self.own if self.delivered else 0.0


def run(*, full: bool) -> list[Row]:
    """Grown-up people of the cast, four pictures each."""
    weights.faceid()
    grader = weights.grader()
    with profiles() as studio:
        people = [known(studio, grader, seed) for seed in adults(FULL_COUNT if full else COUNT)]
        profile = learnt(studio, adults(1)[0])
        times = timed(studio, profile, FULL_TIMED if full else TIMED)
    return rows(people, times)


def rows(people: Sequence[Known], times: Sequence[tuple[float, float]]) -> list[Row]:
    """The two figures; `times` are the seconds of a picture with a face and of one without."""
    ratios, slower = [one.ratio for one in people], [face / plain for face, plain in times]
    return [
        row("faceid-ratio", median(ratios), "ratio", least=0.60, n=len(ratios), interval=median_interval(ratios),
            peer="the photos' leave-one-out, second recogniser, from one photo"),
        row("faceid-time", median(slower), "ratio", most=2, n=len(slower), interval=median_interval(slower),
            peer=f"a plain picture, {median(plain for _, plain in times):.2f} s"),
    ]  # fmt: skip


def known(studio: Bench, grader: FacePack, seed: int) -> Known:
    """Give the bot one photo of a person, ask for four pictures, and grade what is delivered."""
    profile = learnt(studio, seed)
    photos = studio.photos(seed)
    pictures = [studio.pixels(profile, one) for one in studio.draw(profile, WORDS) if not one.dropped]
    likenesses, _ = graded(grader, pictures, photos, studio.workshop.family().size)
    found = Known(likenesses, float(np.mean(leave_one_out(faces_of(grader, photos)))))
    print(f"  {seed}: {len(found.delivered)} delivered, {found.ratio:.2f} of own", flush=True)
    return found


def learnt(studio: Bench, seed: int) -> Profile:
    """The profile of a person's first photo, also of one who wears dark glasses on it and is warned of that."""
    return studio.learn(seed, method=FACEID, photos=1, insist=True)


def timed(studio: Bench, profile: Profile, count: int) -> list[tuple[float, float]]:
    """The seconds of so many pictures with a face and of as many without, in turn, by the same settings."""
    family = studio.workshop.family()
    name = studio.workshop.wear(profile, studio.version(profile))
    plain = replace(
        usual_request(family, class_prompt(str(studio.words(profile)["class_word"]))), cfg=FACEID_CFG
    )
    times = []
    for seed in range(count + 1):
        seconds = []
        for request in (replace(plain, adapters={name: 1.0}), plain):
            began = time.perf_counter()
            family.draw(request, [seed])
            seconds.append(time.perf_counter() - began)
        times.append((seconds[0], seconds[1]))
    return times[1:]  # the first pair warms up
