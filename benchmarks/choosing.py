"""[lora-ratio] [choice-regret] [choice-steps] Which checkpoint the studio keeps, against the best that there was.

Held-out people are learnt by the product's own path for as many steps as the usual fixed default, without ending
early. What the chooser would have seen of that is given to it, checkpoint by checkpoint, until it ends the training.
Then every checkpoint is judged by pictures at seeds and of prompts that the chooser did not see, by a recogniser that
the product does not have.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import numpy as np

from benchmarks import weights
from benchmarks.bench_studio import Bench
from benchmarks.people import adults, faces_of, likenesses
from benchmarks.personal import graded
from benchmarks.profiles import profiles
from benchmarks.row import Row, bootstrap, median_interval, row
from core.artifacts import Picture, Pixels
from core.assessment import Score, best, ending
from core.faces import FacePack, leave_one_out
from core.families.family import usual_request
from core.generation import class_prompt
from core.jobs.checkpoints import score_of
from core.prompts import Prompt
from core.selection import next_round, passes, select
from core.selection.judges.likeness import Likeness
from core.storage.database import reading
from core.storage.tables import Checkpoint, Profile, Version
from core.storage.versions import at_step, checkpoints
from core.subjects import LORA
from core.training.plan import Plan

COUNT, FULL_COUNT = 3, 20
PICTURES, FULL_PICTURES = 24, 64  # a prompt's share of them does for one request of the usual size, or more
STEPS = 400
FIRST_SEED = 50_000
# None of these words is drawn while a profile learns.
PROMPTS = ("sad, green background", "surprised, in the city", "smiling, by the sea", "yellow background")


@dataclass(frozen=True)
class Course:
    """One training to its planned end: what the chooser saw of each checkpoint, and how like the person each truly is.

    `kept` and `ended` are places among the checkpoints: the one that is chosen, and the one after which it stopped.
    """

    scores: list[Score]
    truth: list[float]  # mean likeness of unseen pictures, by the grader
    kept: int
    ended: int
    delivered: list[float]  # what would be of the kept checkpoint's pictures, by the grader
    own: float

    @property
    def regret(self) -> float:
        """How much less like the person the chosen checkpoint is than the best of all."""
        return max(self.truth) - self.truth[self.kept]

    @property
    def steps(self) -> int:
        """How many steps the training would have taken."""
        return self.scores[self.ended].step

    @property
    def ratio(self) -> float:
        """The median delivered picture as a share of what the photos reach; 0 if nothing was delivered."""
        return median(self.delivered) / self.own if self.delivered else 0.0


def run(*, full: bool) -> list[Row]:
    """Learn some people of the cast to the end, or twenty."""
    grader = weights.grader()
    people = adults(FULL_COUNT if full else COUNT)
    with profiles() as studio:
        courses = [
            course(studio, grader, seed, pictures=FULL_PICTURES if full else PICTURES) for seed in people
        ]
    return rows(courses)


def rows(courses: Sequence[Course]) -> list[Row]:
    """The three figures of these trainings."""
    count = len(courses)
    ratios, steps = [one.ratio for one in courses], [one.steps / STEPS for one in courses]
    return [
        row("lora-ratio", median(ratios), "ratio", least=0.92, n=count, interval=median_interval(ratios),
            peer="the photos' leave-one-out, second recogniser, at the chosen checkpoint"),
        row("choice-regret", _regret(courses), "cosine", most=0.02, n=count,
            interval=bootstrap(courses, _regret), peer="the best of all checkpoints"),
        row("choice-steps", median(steps), "ratio", most=0.5, n=count, interval=median_interval(steps),
            peer=f"a fixed {STEPS} steps"),
    ]  # fmt: skip


def course(
    studio: Bench, grader: FacePack, seed: int, *, pictures: int, steps: int = STEPS, every: int | None = None
) -> Course:
    """Learn one person to the end, let the chooser choose, and judge every checkpoint, by default the usual ones."""
    usual = studio.workshop.base.settings(LORA)
    every = every or usual["checkpoint_every"]
    profile = studio.learn(seed, {"steps": steps, "checkpoint_every": every, "patience": 0})
    version = studio.version(profile)
    with reading(studio.studio.engine) as session:
        found = checkpoints(session, version)
    scores = [score_of(one) for one in found]
    kept, ended = chosen(scores, usual)
    photos = studio.photos(seed)
    known = faces_of(grader, photos)
    truth, delivered = [], []
    for place, checkpoint in enumerate(found):
        drawn = unseen(studio, profile, version, checkpoint, pictures)
        truth.append(float(np.mean(likenesses(grader, drawn, known))))
        if place == kept:
            delivered = _delivered(studio, grader, profile, version, drawn, photos)
    found_course = Course(scores, truth, kept, ended, delivered, float(np.mean(leave_one_out(known))))
    told = " ".join(
        f"{score.step}:{score.quality:.0f}/{true:.2f}" for score, true in zip(scores, truth, strict=True)
    )
    print(f"  {seed}: {told}; kept {scores[kept].step}, ended {scores[ended].step}", flush=True)
    return found_course


def chosen(scores: Sequence[Score], usual: Mapping[str, Any]) -> tuple[int, int]:
    """The places of the checkpoint that is kept and of the one that a training with these settings ends with."""
    steps, patience = usual["steps"], usual.get("patience", Plan.patience)
    last = max(steps, usual.get("most_steps", Plan.most_steps))
    within = max(sum(score.step <= last for score in scores), 1)
    ended = next((count for count in range(1, within) if ending(scores[:count], steps, patience)), within)
    seen = scores[:ended]
    return seen.index(best(seen)), ended - 1


def unseen(
    studio: Bench, profile: Profile, version: Version, checkpoint: Checkpoint, count: int
) -> list[Pixels]:
    """So many pictures by one checkpoint, of prompts in turn, at seeds that nothing else uses."""
    family = studio.workshop.family()
    name = studio.workshop.wear(profile, at_step(version, checkpoint))
    subject = f"{family.base.instance_tokens[0]} {studio.words(profile)['class_word']}"
    request = usual_request(family, "", {name: 1.0})
    pictures: list[Pixels] = []
    for number, words in enumerate(PROMPTS):
        prompt = f"{class_prompt(subject)}, {words}"
        seeds = range(FIRST_SEED + number, FIRST_SEED + count, len(PROMPTS))
        pictures += family.draw(replace(request, prompt=prompt), seeds)
    return pictures


def _delivered(
    studio: Bench,
    grader: FacePack,
    profile: Profile,
    version: Version,
    drawn: Sequence[Pixels],
    photos: Sequence[Pixels],
) -> list[float]:
    """The likeness of what the product would deliver of these pictures; 0 for near-copies of a photo."""
    likeness = Likeness(studio.workshop.pack(), studio.workshop.template(profile, version))
    each = len(drawn) // len(PROMPTS)
    delivered: list[Pixels] = []
    for start in range(0, len(drawn), each):
        opinions = [(pixels, likeness.look(pixels)) for pixels in drawn[start : start + each]]
        made = [Picture(pixels, 0, seen.similarity, seen.objection) for pixels, seen in opinions]
        delivered += [one.pixels for one in requested(made, version.floor)]
    return graded(grader, delivered, photos, studio.workshop.family().size)[0]


def requested(made: Sequence[Picture], floor: float | None, asked: int = Prompt.count) -> list[Picture]:
    """What is delivered of these candidates of one prompt, where one request after the other asks for so many.

    A request for which too few candidates are left delivers nothing.
    """
    delivered: list[Picture] = []
    while made:
        count = 0
        while wanted := next_round(asked, count, sum(passes(one, floor) for one in made[:count])):
            count += wanted
        if count > len(made):
            break
        delivered += [one for one in select(made[:count], floor=floor, asked=asked) if not one.dropped]
        made = made[count:]
    return delivered


def _regret(courses: Sequence[Course]) -> float:
    return float(np.mean([one.regret for one in courses]))
