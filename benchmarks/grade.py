"""[grade-correlation] [grade-correlation-clean] [grade-correlation-mild] The expected grade, and what training reaches.

Sets of drawn people are looked at and learnt by the product's own path. Bad sets are learnt as they are, as if their
owner had put back whatever was refused; of the others that is done where too few photos are good. Each set's score is
kept in a file as it comes, so that a run that was stopped goes on; the grade is told anew in every run, so that it is
that of the formula as it is. `--full` measures all sixty.
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
    """A set's expected grade with the measures it is made of, and the score that training then reached."""

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
    """What is expected of these sets, and what became of each, learnt once for the measured weights and this plan."""
    scores, found = known(kept), []
    kept.parent.mkdir(parents=True, exist_ok=True)
    with bench() as studio, kept.open("a") as file:
        for each in wanted:
            card = looked_at(studio, each)
            if each.name not in scores:
                scores[each.name] = score = studio.version(studio.train(each.name, PLAN)).quality or 0.0
                file.write(json.dumps({**_made_with(), "name": each.name, "score": score}) + "\n")
                file.flush()
            found.append(Outcome(each.name, each.kind, card["expected"], card["measures"], scores[each.name]))
            print(
                f"  {each.name}: {card['expected']:.0f} expected, {scores[each.name]:.0f} reached", flush=True
            )
    return found


def looked_at(studio: Bench, each: Set) -> dict[str, Any]:
    """Send one set and put back of it what its owner would; answers what the report card says."""
    draft = studio.draft(each.seed, each.photos(), user=each.name)
    draft = studio.put_back(draft, each.name, always=each.kind == "bad")
    card: dict[str, Any] = studio.words(draft)["card"]
    return card


def _row(name: str, found: Sequence[Outcome], least: float) -> Row:
    return row(name, _correlation(found), "Spearman", least=least, n=len(found),
               interval=bootstrap(found, _correlation), peer="trainings as recommended")  # fmt: skip


def _correlation(found: Sequence[Outcome]) -> float:
    """The rank correlation of grades and scores; 0 where either is the same everywhere."""
    grades, scores = [one.expected for one in found], [one.score for one in found]
    if len(set(grades)) < 2 or len(set(scores)) < 2:
        return 0.0
    return float(np.asarray(spearmanr(grades, scores).statistic))


def known(kept: Path) -> dict[str, float]:
    """The scores in a file that these weights reached by this plan, by the sets' names."""
    here = _made_with()
    lines = [json.loads(line) for line in kept.read_text().splitlines()] if kept.is_file() else []
    return {
        line["name"]: line["score"]
        for line in lines
        if all(line.get(name) == value for name, value in here.items())
    }


def _made_with() -> dict[str, Any]:
    return {"weights": weights_hash(), "plan": PLAN}


if __name__ == "__main__":  # the sets that the weights of the formula were found on
    for one in outcomes(sets(int(sys.argv[1]), for_fitting=True), KEPT.with_name("grade-fitting.jsonl")):
        print(json.dumps(asdict(one)))
