"""What a training is given to learn from."""

import numpy as np
import pytest

from core.artifacts import Dataset, Pixels
from core.families.family import Family
from core.jobs.dataset import dataset, plan
from core.storage.tables import Profile, Version
from core.subjects import LORA
from tests.families.pocket_base import opened

WORDS = {"class_word": "man", "trigger": "robin"}
IMAGES = [np.full((128, 128, 3), value, np.uint8) for value in (10, 200)]


@pytest.fixture(scope="module")
def family() -> Family:
    return opened()


def of_photos(
    family: Family, texts: list[str], kind: str = "character", word: str = "man", size: int = 64
) -> Dataset:
    photos: list[Pixels] = [np.zeros((size, size, 3), np.uint8)] * len(texts)
    profile = Profile(handle=1, account_id=1, kind=kind)
    return dataset(family, profile, {**WORDS, "class_word": word}, photos, texts, IMAGES)


def test_class_images_come_at_the_size_that_is_learnt_at(family: Family) -> None:
    small, same = of_photos(family, ["", ""]), of_photos(family, [""], size=128)

    assert [image.shape for image in small.class_images] == [(64, 64, 3)] * 2
    assert [int(image.mean()) for image in small.class_images] == [10, 200]
    assert [one is image for one, image in zip(same.class_images, IMAGES, strict=True)] == [True, True]


def test_what_is_said_of_the_subject_is_said_of_the_class_too(family: Family) -> None:
    found = of_photos(family, ["smiling, red background", "a drawing of robin in a park"])

    assert found.captions == (
        "a photo of a sks man, smiling, red background",
        "a drawing of sks man in a park",
    )
    assert found.class_captions == ("a photo of a man, smiling, red background", "a drawing of man in a park")
    assert (found.subject_prompt, found.class_prompt) == ("a photo of a sks man", "a photo of a man")


def test_without_its_style_nothing_is_said_of_a_picture(family: Family) -> None:
    found = of_photos(family, ["a house", "a tree"], kind="style", word="style")

    assert len(found.captions) == 2
    assert found.class_captions == ()


def test_whoever_asks_for_so_many_steps_gets_so_many(family: Family) -> None:
    profile = Profile(handle=1, account_id=1, kind="character")
    usual = family.base.settings(LORA)

    left_alone, asked = (
        plan(family.base, profile, Version(profile_id=1, base=family.base.name, plan=chosen), "man", 12)
        for chosen in ("", '{"steps": 150}')
    )

    assert usual["most_steps"] > usual["steps"]
    assert left_alone.last_step == usual["most_steps"]
    assert (asked.steps, asked.last_step) == (150, 150)
