"""Nobody's first drawing waits for anybody's second, and the position that is told is the one that comes."""

import pytest

from benchmarks.fair_wait import crowd, largest_difference, serve


@pytest.mark.parametrize(("greedy", "others"), [(12, 9), (1, 20), (30, 1)])
def test_people_who_wait_are_served_in_rounds(greedy: int, others: int) -> None:
    with crowd(greedy, others) as studio:
        order, wrong = serve(studio)

    assert len(order) == greedy + others
    assert len(set(order[: 1 + others])) == 1 + others
    assert largest_difference(order) <= 1
    assert wrong <= 1  # two workers take two at a time


def test_the_measure_sees_a_second_that_comes_before_a_first() -> None:
    assert largest_difference([1, 1, 2, 1]) == 2
    assert largest_difference([1, 2, 1, 1]) == 1
