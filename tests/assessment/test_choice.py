"""Which checkpoint is kept and when to stop, on courses whose truth is known."""

import numpy as np
import pytest

from core.assessment import THERE, Score, best, ending
from core.assessment.choice import AS_GOOD, CLOSE, FLAT, OVERTRAINED, may_stop, smoothed

OWN, OBEYED = 0.9, 0.8


def score(
    step: int, similarity: float | None, fidelity: float | None = 0.8, copies: float = 0.0, drift: float = 0.0
) -> Score:
    return Score.of(
        step, similarity=similarity, own=OWN, fidelity=fidelity, usual_fidelity=OBEYED, drift=drift, copies=copies
    )  # fmt: skip


def course(*similarities: float) -> list[Score]:
    return [score(50 * number, each) for number, each in enumerate(similarities, 1)]


def test_quality_is_made_of_what_was_measured() -> None:
    assert score(1, OWN).quality == pytest.approx(100)
    assert score(1, OWN / 2).quality == pytest.approx(100 * 0.5**0.6)
    assert score(1, OWN, OBEYED / 2).quality == pytest.approx(100 * 0.5**0.4)
    assert score(1, OWN / 2, None).quality == pytest.approx(50)
    assert score(1, None, OBEYED / 2).quality == pytest.approx(50)
    assert score(1, OWN, copies=0.25).quality == pytest.approx(75)
    assert score(1, OWN, drift=0.1).quality == pytest.approx(90)
    assert score(1, OWN, drift=-0.1).quality == pytest.approx(100)
    assert score(1, -0.2).quality == 0


def test_a_likeness_beyond_the_photos_own_is_worth_no_more_than_theirs() -> None:
    assert score(1, 2 * OWN).quality == score(1, OWN).quality


def test_a_lucky_checkpoint_beside_bad_ones_is_not_chosen() -> None:
    scores = course(0.2, 0.75, 0.2, 0.6, 0.7, 0.7, 0.6)

    assert best(scores).step in (250, 300)


def test_of_equals_the_shortest_training_is_chosen() -> None:
    assert best(course(0.3, 0.8, 0.8, 0.8, 0.8)).step == 150


def test_what_has_no_likeness_keeps_the_last() -> None:
    assert best([score(50, None, None), score(100, None, None)]).step == 100
    assert may_stop([score(50 * number, None, None) for number in range(1, 9)], 2) == ""


def test_without_a_checkpoint_there_is_nothing_to_choose() -> None:
    with pytest.raises(ValueError, match="no checkpoint"):
        best([])


def test_it_goes_on_while_it_rises() -> None:
    scores = course(0.1, 0.3, 0.5, 0.6, 0.7, 0.78)

    assert [may_stop(scores[:count], 2) for count in range(1, 7)] == [""] * 6


def test_it_stops_where_nothing_changes_any_more() -> None:
    scores = course(0.3, 0.6, 0.8, 0.8, 0.8, 0.8)

    reasons = [may_stop(scores[:count], 2) for count in range(1, 7)]

    assert reasons[-1] == FLAT
    assert reasons[:4] == [""] * 4


@pytest.mark.parametrize(
    "worse",
    [{"fidelity": 0.5}, {"copies": 0.4}, {"drift": 0.3}],
    ids=["prompts obeyed less", "photos repeated", "class drifts"],
)
def test_overtraining_is_told_from_a_flat_end(worse: dict[str, float]) -> None:
    scores = [*course(0.3, 0.6, 0.8), *(score(step, 0.8, **worse) for step in (200, 250, 300))]

    assert may_stop(scores, 2) == OVERTRAINED
    assert best(scores).step == 150


def test_a_course_that_goes_on_reports_what_it_would_have_missed() -> None:
    """Over many noisy courses that peak somewhere, stopping early costs next to nothing of the best there is."""
    random = np.random.default_rng(3)
    losses = []
    for _ in range(200):
        peak = random.uniform(100, 300)
        steps = np.arange(25, 401, 25)
        true = 0.75 * (1 - np.exp(-2.5 * steps / peak)) - 0.0006 * np.maximum(0, steps - peak)
        seen = true + random.normal(0, 0.02, len(steps))
        scores = [score(int(step), float(value), None) for step, value in zip(steps, seen, strict=True)]
        end = next((count for count in range(1, len(scores)) if may_stop(scores[:count], 2)), len(scores))
        chosen = best(scores[:end])
        losses.append(true.max() - true[scores.index(chosen)])

    assert np.median(losses) < 0.03
    assert np.quantile(losses, 0.9) < 0.1


def test_it_ends_as_planned_once_it_is_close() -> None:
    scores = course(0.3, 0.6, 0.8, 0.85, 0.87)
    assert best(scores[:4]).quality >= CLOSE

    reasons = [ending(scores[:count], 200, 2) for count in range(6)]

    assert reasons == [""] * 4 + [THERE] * 2


def test_what_is_not_close_yet_goes_on_beyond_the_plan_while_it_rises() -> None:
    rising, stuck = course(0.1, 0.2, 0.3, 0.4, 0.5, 0.6), course(0.2, 0.3, 0.4, 0.4, 0.4, 0.4)
    assert best(rising).quality < CLOSE

    assert [ending(rising[:count], 150, 2) for count in range(7)] == [""] * 7
    assert ending(stuck, 150, 2) == FLAT


@pytest.mark.parametrize(
    ("patience", "similarity"), [(2, None), (0, 0.4)], ids=["likeness is not measured", "no patience"]
)
def test_where_nothing_tells_it_ends_as_planned(patience: int, similarity: float | None) -> None:
    scores = [score(50, similarity), score(100, similarity)]

    assert [ending(scores[:1], 100, patience), ending(scores, 100, patience)] == ["", THERE]


def test_smoothing_keeps_what_is_straight() -> None:
    assert smoothed([5.0, 5.0, 5.0]) == [5.0, 5.0, 5.0]
    assert smoothed([0.0, 4.0, 0.0]) == [pytest.approx(4 / 3), 2.0, pytest.approx(4 / 3)]
    assert AS_GOOD > 0
