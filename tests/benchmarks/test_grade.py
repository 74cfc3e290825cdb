"""The sets that grades are compared on, and what is made of their outcomes."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import grade
from benchmarks.grade import Outcome
from benchmarks.grade_sets import KINDS, OF_EACH, SIDE, Kind, Set, sets
from benchmarks.weights import weights_hash


def outcome(kind: str, number: int, expected: float, score: float) -> Outcome:
    return Outcome(f"{kind}-{number}", kind, expected, {}, score)


def test_no_person_of_the_measured_sets_was_fitted_on() -> None:
    measured, fitted = sets(), sets(for_fitting=True)

    people = [one.seed for one in (*measured, *fitted)]
    assert len(set(people)) == len(people) == 2 * len(KINDS) * OF_EACH
    assert [sum(one.kind == kind for one in measured) for kind in KINDS] == [OF_EACH] * len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_set_is_the_same_whenever_it_is_drawn(kind: Kind) -> None:
    one = next(each for each in sets(1) if each.kind == kind)

    first, again = one.photos()[0], Set(one.kind, one.number, one.seed).photos()[0]

    assert first.shape == (SIDE, SIDE, 3)
    assert np.array_equal(first, again)


def test_the_order_of_grades_and_scores_is_compared_in_all_sets_and_within_two_kinds() -> None:
    found = [outcome("clean", n, 80 + n, 60 + n) for n in range(4)]
    found += [outcome("mild", n, 70 + n, 50 - n) for n in range(4)]
    found += [outcome("bad", n, 10, 5) for n in range(4)]

    rows = {one.id: one for one in grade.rows(found)}

    assert rows["grade-correlation-clean"].value == 1
    assert rows["grade-correlation-mild"].value == -1
    assert not rows["grade-correlation-mild"].holds
    assert rows["grade-correlation"].holds
    assert rows["grade-correlation"].n == 12


def test_equal_grades_say_nothing() -> None:
    assert grade.rows([outcome("clean", n, 80, n) for n in range(3)])[0].value == 0


def test_a_score_is_known_again_if_these_weights_reached_it_by_this_plan(tmp_path: Path) -> None:
    kept = tmp_path / "grade.jsonl"
    here = {"weights": weights_hash(), "plan": grade.PLAN, "name": "clean-1", "score": 9.0}
    others = [
        {**here, "name": name, **made}
        for name, made in (("clean-2", {"weights": "another"}), ("clean-3", {"plan": {"steps": 1}}))
    ]
    assert grade.known(kept) == {}
    kept.write_text("".join(json.dumps(line) + "\n" for line in (*others, here)))

    assert grade.known(kept) == {"clean-1": 9.0}
