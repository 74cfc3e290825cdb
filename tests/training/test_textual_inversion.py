from dataclasses import replace

import numpy as np
import pytest
import safetensors.torch
import torch

from core.families.family import Family, usual_request
from core.training.loop import Run, Sampled, Stepped
from tests.families.pocket_base import dataset, opened
from tests.training.test_plan import PLAN

WORDS = replace(PLAN, method="textual_inversion", learning_rate="0.02:2, 0.005")


@pytest.fixture
def family() -> Family:
    return opened()


def begun(family: Family, plan: object = WORDS) -> Run:
    return Run.start(family, dataset(family, method="textual_inversion"), plan)  # type: ignore[arg-type]


def ended(run: Run) -> list[Stepped | Sampled]:
    units = []
    while not run.finished:
        units.append(run.advance())
    return units  # type: ignore[return-value]  # memory does not run out here


def vectors(run: Run) -> torch.Tensor:
    found: torch.Tensor = safetensors.torch.load(run.adapter().weights)["clip_l"]
    return found


@pytest.fixture(scope="module")
def undisturbed() -> bytes:
    """Where a run of WORDS ends that nothing interrupts."""
    run = begun(opened())
    ended(run)
    return run.save()


@pytest.mark.parametrize("units", range(1, 6))
def test_a_run_that_was_stopped_anywhere_ends_with_the_same_bits(
    family: Family, undisturbed: bytes, units: int
) -> None:
    stopped = begun(family)
    for _ in range(units):
        stopped.advance()

    resumed = Run.resume(family, dataset(family, method="textual_inversion"), WORDS, stopped.save())
    ended(resumed)

    assert resumed.save() == undisturbed


def test_a_word_begins_as_its_first_word_and_every_vector_learns(family: Family) -> None:
    run = begun(family)
    before = vectors(run)
    ended(run)

    after = vectors(run)

    assert before.shape == after.shape == (2, before.shape[1])
    assert torch.equal(before[0], before[1])  # both are "man"
    assert (after != before).any(dim=1).all()
    assert not torch.equal(after[0], after[1])


def test_what_was_learnt_is_drawn_where_it_stands_in_the_prompt(family: Family) -> None:
    run = begun(family)
    sampled = ended(run)[-1]

    family.install("ana", run.adapter())
    asked = usual_request(family, "a photo of <ana>", {"ana": 1.0})
    drawn, plain = (
        family.draw(request, [1])[0] for request in (asked, replace(asked, prompt="a photo of a man"))
    )
    family.remove("ana")

    assert isinstance(sampled, Sampled)
    assert np.array_equal(drawn, sampled.candidates[0].pixels)
    assert not np.array_equal(drawn, plain)
    assert (run.adapter().method, run.adapter().family) == ("textual_inversion", "sd15")


def test_class_images_and_photos_without_their_captions_change_nothing(family: Family) -> None:
    plain, other = begun(family), begun(family, replace(WORDS, silence=0.5, bare=0.5, prior_weight=7.0))
    for run in (plain, other):
        ended(run)

    assert vectors(plain).equal(vectors(other))


def test_a_vector_stays_within_twice_its_first_length_whatever_the_rate(family: Family) -> None:
    run = begun(family, replace(WORDS, learning_rate=1.0, samples=0))
    longest = vectors(run).norm(dim=1).max()

    ended(run)

    assert vectors(run).norm(dim=1).max() <= 2 * longest * 1.0001
