"""What a training is told of its subject and of the class, and on which pictures."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from core.artifacts import Dataset
from core.families.family import Batch, Family, Trainable
from core.training.methods import METHODS
from core.training.plan import Plan
from tests.families.pocket_base import dataset, opened
from tests.training.test_plan import PLAN

HELD = replace(PLAN, prior_target="base", silence=0.0, samples=0)


@pytest.fixture(scope="module")
def family() -> Family:
    return opened()


@pytest.fixture
def seen(family: Family, monkeypatch: pytest.MonkeyPatch) -> list[Batch]:
    """Every batch that is looked at; nothing is learnt from them."""
    batches: list[Batch] = []

    def nothing(trainable: Trainable, batch: Batch) -> Tensor:
        batches.append(batch)
        return trainable.flat.sum() * 0

    monkeypatch.setattr(family, "loss", nothing)
    return batches


def learn(family: Family, plan: Plan, data: Dataset, seen: list[Batch], steps: int = 60) -> None:
    learner = METHODS["lora"](family, data, plan)
    learner.learn(0)  # it finds out how many can be looked at together
    seen.clear()
    for step in range(1, steps + 1):
        learner.learn(step)


def told(family: Family) -> Dataset:
    subject = dataset(family)
    of_class = tuple(caption.replace("sks ", "") for caption in subject.captions)
    return replace(subject, class_captions=of_class)


def test_on_photos_the_class_is_asked_about_in_the_words_of_their_captions(
    family: Family, seen: list[Batch]
) -> None:
    data = told(family)

    learn(family, HELD, data, seen)

    held = [
        (batch, row)
        for batch in seen
        for row, is_held in enumerate(batch.held)
        if is_held and batch.prompts[row]
    ]
    assert {batch.prompts[row] for batch, row in held} == {data.class_prompt, *data.class_captions}
    for batch, row in held:
        photos = [place for place, is_held in enumerate(batch.held) if not is_held]
        alike = [place for place in photos if batch.latents[place].sub(batch.latents[row]).abs().mean() < 0.3]
        if batch.prompts[row] != data.class_prompt:
            assert any(batch.prompts[place].replace("sks ", "") == batch.prompts[row] for place in alike)


def test_without_such_captions_the_class_is_only_named(family: Family, seen: list[Batch]) -> None:
    learn(family, HELD, dataset(family), seen, steps=20)

    held = {batch.prompts[row] for batch in seen for row, is_held in enumerate(batch.held) if is_held}
    assert held == {"", "a photo of a man"}


def test_whoever_is_held_to_the_noise_sees_class_images_alone(family: Family, seen: list[Batch]) -> None:
    learn(family, replace(HELD, prior_target="noise"), told(family), seen, steps=20)

    assert {batch.prompts[2:] for batch in seen} == {("a photo of a man",) * 2}
    assert not any(any(batch.held) for batch in seen)


def test_of_some_photos_nothing_is_said_but_who_is_on_them(family: Family, seen: list[Batch]) -> None:
    data = replace(told(family), captions=("a photo of a sks man, smiling",) * 3)

    learn(family, replace(HELD, bare=0.25, batch=16), data, seen)

    said = [prompt for batch in seen for prompt in batch.prompts[:16]]
    assert set(said) == {"a photo of a sks man", "a photo of a sks man, smiling"}
    assert said.count("a photo of a sks man") / len(said) == pytest.approx(0.25, abs=0.05)
    assert torch.stack([batch.importance for batch in seen]).sum(1).mean() == pytest.approx(2)
