"""What a training is given to learn from."""

from pathlib import Path

import numpy as np

from core.families.catalogue import read
from core.jobs.dataset import dataset
from core.storage.tables import Profile


def test_class_images_come_at_the_size_that_is_learnt_at() -> None:
    base = read(Path("models.toml")).bases["pocket"]
    photos = [np.zeros((64, 64, 3), np.uint8)] * 2
    images = [np.full((128, 128, 3), value, np.uint8) for value in (10, 200)]

    profile = Profile(handle=1, account_id=1, kind="character")

    found = dataset(base, profile, "man", photos, images)

    assert [image.shape for image in found.class_images] == [(64, 64, 3)] * 2
    assert [int(image.mean()) for image in found.class_images] == [10, 200]
    large = [np.zeros((128, 128, 3), np.uint8)]
    same = dataset(base, profile, "man", large, images)
    assert [one is image for one, image in zip(same.class_images, images, strict=True)] == [True, True]
