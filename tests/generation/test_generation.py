from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest

from core.families.family import Family, usual_request
from core.generation import class_image_seeds, class_images, class_prompt, generate
from core.generation.request import PromptRefused
from tests.families.pocket_base import opened, request


@pytest.fixture
def family() -> Family:
    return opened()


def test_candidates_carry_their_seeds(family: Family) -> None:
    candidates = generate(family, request(family), count=3, first_seed=2**40)

    assert [candidate.seed for candidate in candidates] == [2**40, 2**40 + 1, 2**40 + 2]
    assert {candidate.pixels.shape for candidate in candidates} == {(64, 64, 3)}


def test_the_same_request_gives_the_same_pictures(family: Family) -> None:
    first, second = (generate(family, request(family), count=2, first_seed=9) for _ in range(2))

    assert all(np.array_equal(one.pixels, other.pixels) for one, other in zip(first, second, strict=True))


def test_an_aspect_ratio_is_kept(family: Family) -> None:
    wide = replace(request(family), width=160, height=96)

    assert generate(family, wide, count=1, first_seed=0)[0].pixels.shape == (96, 160, 3)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"steps": 0}, "steps"),
        ({"steps": 101}, "steps"),
        ({"cfg": 20.5}, "cfg"),
        ({"cfg": float("nan")}, "cfg"),
        ({"width": 130}, "width"),
        ({"height": 8}, "height"),
        ({"height": 4096}, "height"),
        ({"scheduler": "magic"}, "scheduler"),
        ({"prompt": "a" * 2001}, "prompt"),
        ({"negative": "a" * 2001}, "negative"),
        ({"adapters": {"anna": 3.0}}, "the strength of anna"),
    ],
)
def test_what_is_out_of_bounds_is_named(family: Family, change: dict[str, Any], part: str) -> None:
    with pytest.raises(PromptRefused) as refused:
        generate(family, replace(request(family), **change), count=1, first_seed=0)
    assert refused.value.part == part


@pytest.mark.parametrize(("count", "seed", "part"), [(0, 0, "count"), (33, 0, "count"), (1, -1, "seed")])
def test_a_count_or_seed_out_of_bounds_is_named(family: Family, count: int, seed: int, part: str) -> None:
    with pytest.raises(PromptRefused) as refused:
        generate(family, request(family), count=count, first_seed=seed)
    assert refused.value.part == part


def test_a_class_image_is_the_same_whoever_asks_for_it_and_with_which_others(family: Family) -> None:
    first = class_images(family, "man", [3])[0]

    among_others = class_images(family, "man", [1, 2, 3])

    assert np.abs(first.astype(int) - among_others[2].astype(int)).max() <= 1
    assert not np.array_equal(among_others[0], among_others[1])
    assert not np.array_equal(first, class_images(family, "woman", [3])[0])


def test_a_class_is_drawn_as_its_base_has_it(family: Family) -> None:
    how = family.base.class_drawing

    assert how is not None
    assert how.scheduler != family.base.scheduler
    asked = replace(usual_request(family, class_prompt("man")), **asdict(how))
    assert np.array_equal(
        class_images(family, "man", [3])[0], family.draw(asked, class_image_seeds("man", [3]))[0]
    )


def test_a_class_prompt_names_the_class_alone() -> None:
    assert class_prompt("woman") == "a photo of a woman"
