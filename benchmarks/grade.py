"""[grade-correlation] [grade-correlation-clean] [grade-correlation-mild] The expected grade, and what training reaches.

Sets of drawn people are looked at and learnt by the product's own path. Bad sets are learnt as they are, as if their
owner had put back whatever was refused; of the others that is done where too few photos are good. Each set's result is
kept in a file as it comes, so that a run that was stopped goes on. `--full` measures all sixty.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.stats import spearmanr

from benchmarks.bench_studio import Bench, bench
from benchmarks.grade_sets import OF_EACH, Set, sets
from benchmarks.row import Row, bootstrap, row
from benchmarks.weights import weights_hash

SAMPLE: Final = 2  # sets of each kind, unless everything is asked for
# The usual training to its end, judged once, by three times as many pictures: of eight the score is off by six points.
PLAN: Final = {"checkpoint_every": 200, "samples": 6, "patience": 0}
KEPT: Final = Path("benchmarks/partial/grade.jsonl")


@dataclass(frozen=True)
class Outcome:
    """A set's expected grade with the measures it is made of, and the score that training then reached, all as kept."""

    name: str
    kind: str
    expected: float
    measures: dict[str, float]
    score: float


def run(*, full: bool) -> list[Row]:
    """Learn the sets that are not learnt yet, and compare."""
    return rows(outcomes(sets(OF_EACH if full else SAMPLE), KEPT))


def rows(found: Sequence[Outcome]) -> list[Row]:
    """The three figures of these sets."""
    clean, mild = ([one for one in found if one.kind == kind] for kind in ("clean", "mild"))
    return [
        _row("grade-correlation", found, 0.6),
        _row("grade-correlation-clean", clean, 0.3),
        _row("grade-correlation-mild", mild, 0.3),
    ]


def outcomes(wanted: Sequence[Set], kept: Path) -> list[Outcome]:
    """What became of these sets, each learnt once for the measured weights and by this plan."""
    known = {one.name: one for one in _read(kept)}
    missing = [one for one in wanted if one.name not in known]
    if missing:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with bench() as studio, kept.open("a") as file:
            for each in missing:
                known[each.name] = one = outcome(studio, each)
                file.write(json.dumps({**_made_with(), **asdict(one)}) + "\n")
                file.flush()
                print(f"  {one.name}: {one.expected:.0f} expected, {one.score:.0f} reached", flush=True)
    return [known[each.name] for each in wanted]


def outcome(studio: Bench, each: Set) -> Outcome:
    """Look at one set, grade it, learn it."""
    draft = studio.draft(each.seed, each.photos(), user=each.name)
    draft = studio.put_back(draft, each.name, always=each.kind == "bad")
    card = studio.words(draft)["card"]
    profile = studio.train(each.name, PLAN)
    score = studio.version(profile).quality
    return Outcome(each.name, each.kind, card["expected"], card["measures"], score or 0.0)


def _row(name: str, found: Sequence[Outcome], least: float) -> Row:
    return row(name, _correlation(found), "Spearman", least=least, n=len(found),
               interval=bootstrap(found, _correlation), peer="trainings as recommended")  # fmt: skip


def _correlation(found: Sequence[Outcome]) -> float:
    """The rank correlation of grades and scores; 0 where either is the same everywhere."""
    grades, scores = [one.expected for one in found], [one.score for one in found]
    if len(set(grades)) < 2 or len(set(scores)) < 2:
        return 0.0
    return float(np.asarray(spearmanr(grades, scores).statistic))


def _read(kept: Path) -> list[Outcome]:
    if not kept.is_file():
        return []
    here = _made_with()
    lines = [json.loads(line) for line in kept.read_text().splitlines()]
    return [
        Outcome(**{name: value for name, value in line.items() if name not in here})
        for line in lines
        if all(line.get(name) == value for name, value in here.items())
    ]


def _made_with() -> dict[str, Any]:
    return {"weights": weights_hash(), "plan": PLAN}


if __name__ == "__main__":  # the sets that the weights of the formula were found on
    for one in outcomes(sets(int(sys.argv[1]), for_fitting=True), KEPT.with_name("grade-fitting.jsonl")):
        print(json.dumps(asdict(one)))
