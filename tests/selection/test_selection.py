import numpy as np
import pytest

from core.artifacts import Picture
from core.selection import next_round, passes, select


def a_picture(seed: int, similarity: float | None = None, dropped: str = "") -> Picture:
    return Picture(np.zeros((8, 8, 3), np.uint8), seed, similarity, dropped)


def told(pictures: list[Picture]) -> list[tuple[int, str]]:
    return [(picture.seed, picture.dropped) for picture in pictures]


def test_the_most_similar_are_delivered_most_similar_first() -> None:
    made = [a_picture(1, 0.5), a_picture(2, 0.9), a_picture(3, 0.7)]

    assert told(select(made, floor=0.4, asked=2)) == [(2, ""), (3, ""), (1, "less_similar")]


def test_nothing_below_the_floor_is_delivered_even_when_too_few_pass() -> None:
    made = [a_picture(1, 0.39), a_picture(2, 0.4)]

    assert told(select(made, floor=0.4, asked=2)) == [(2, ""), (1, "below_floor")]


def test_a_judges_objection_stands_whatever_the_similarity() -> None:
    made = [a_picture(1, 0.9, "several_faces"), a_picture(2, None, "no_face"), a_picture(3, 0.5)]

    assert told(select(made, floor=0.4, asked=3)) == [(3, ""), (1, "several_faces"), (2, "no_face")]


def test_without_a_filter_the_first_ones_are_delivered_in_their_order() -> None:
    made = [a_picture(1), a_picture(2, None, "unsafe"), a_picture(3), a_picture(4)]

    selected = told(select(made, floor=None, asked=2))

    assert selected[:2] == [(1, ""), (3, "")]
    assert sorted(selected[2:]) == [(2, "unsafe"), (4, "less_similar")]


def test_every_candidate_is_answered_for_exactly_once() -> None:
    random = np.random.default_rng(0)
    made = [
        a_picture(seed, float(random.random()), str(random.choice(["", "", "several_faces"])))
        for seed in range(40)
    ]

    selected = select(made, floor=0.5, asked=6)

    delivered = [picture for picture in selected if not picture.dropped]
    dropped = [picture for picture in selected if picture.dropped]
    assert sorted(picture.seed for picture in selected) == list(range(40))
    assert selected[:6] == delivered
    assert all(passes(picture, 0.5) for picture in delivered)
    assert min(picture.similarity or 0 for picture in delivered) >= max(
        picture.similarity or 0 for picture in dropped if picture.dropped == "less_similar"
    )


@pytest.mark.parametrize(("asked", "first"), [(1, 3), (2, 4), (3, 5), (4, 6), (5, 8), (8, 12)])
def test_the_first_round_makes_half_as_many_again_but_two_at_least(asked: int, first: int) -> None:
    assert next_round(asked, 0, 0) == first


def test_a_further_round_makes_what_is_missing_and_one_more() -> None:
    assert next_round(4, made=6, passed=2) == 3


def test_no_more_are_made_once_enough_pass() -> None:
    assert next_round(4, made=6, passed=4) == 0
    assert next_round(4, made=6, passed=6) == 0
    assert next_round(0, made=0, passed=0) == 0


@pytest.mark.parametrize("asked", [1, 4, 8])
def test_making_more_ends_at_the_bound_when_nothing_ever_passes(asked: int) -> None:
    made = 0
    while wanted := next_round(asked, made, passed=0):
        made += wanted

    assert made == 3 * asked + 4


def test_without_a_filter_only_what_was_asked_for_is_made() -> None:
    assert next_round(4, 0, 0, filtered=False) == 4
    assert next_round(4, 4, 4, filtered=False) == 0
    assert next_round(4, 4, 3, filtered=False) == 1
