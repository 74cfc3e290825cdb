"""Photos of several shapes, and faces that count for more, in one training."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.families.family import Family
from core.training.buckets import buckets, focused
from core.training.chance import which
from core.training.loop import Run, Stepped
from tests.families.pocket_base import dataset, opened
from tests.training.test_plan import PLAN

FACE = (0.25, 0.25, 0.75, 0.75)


@pytest.fixture
def family() -> Family:
    return opened()


def test_a_place_on_the_face_counts_for_more_and_all_of_it_for_as_much() -> None:
    seen = focused(FACE, (16, 16), 3.0)

    assert seen.mean() == pytest.approx(1.0)
    assert seen[0, 8, 8] == pytest.approx(3 * float(seen[0, 0, 0]))
    assert seen[0, 4, 4] == seen[0, 0, 0]  # the corner of the box is not of the ellipse


def test_a_picture_without_a_face_counts_alike_everywhere() -> None:
    assert (focused(None, (4, 6), 3.0) == 1).all()


def test_photos_are_grouped_by_shape_and_mirrored_with_their_faces(family: Family) -> None:
    data = dataset(family)
    flat = np.ascontiguousarray(data.photos[0][: family.size // 2])
    faces = ((0.0, 0.0, 0.5, 1.0), *(None,) * len(data.photos[1:]), FACE)
    data = replace(data, photos=(*data.photos, flat), captions=(*data.captions, "flat"), faces=faces)

    square, other = buckets(family, data, 2.0)

    assert (square.photos, other.photos) == (tuple(range(len(data.photos) - 1)), (len(data.photos) - 1,))
    assert other.latents.mean.shape[-1] == 2 * other.latents.mean.shape[-2]
    assert square.focus is not None
    count = len(square.photos)
    assert torch.equal(square.focus[0].flip(-1), square.focus[count])
    assert (square.focus[2 * count :] == 1).all()  # class images
    assert len(other.latents.mean) == 2 + len(data.class_images)


def test_a_weight_of_one_changes_nothing(family: Family) -> None:
    data = replace(dataset(family), faces=(FACE,) * len(dataset(family).photos))

    [bucket] = buckets(family, data, 1.0)

    assert bucket.focus is None


def test_a_set_of_two_shapes_is_learnt(family: Family) -> None:
    data = dataset(family)
    photos = (*data.photos[:1], np.ascontiguousarray(data.photos[1][: family.size // 2]))
    data = replace(data, photos=photos, captions=data.captions[:2], faces=(FACE, None))
    run = Run.start(family, data, replace(PLAN, steps=3, checkpoint_every=3, samples=0, face_weight=2.0))

    losses: list[float] = []
    while not run.finished:
        unit = run.advance()
        losses += [unit.loss] if isinstance(unit, Stepped) and unit.loss else []

    assert len(losses) == 2  # of the first and the last step
    assert np.isfinite(losses).all()


def test_every_photo_is_as_likely_whatever_its_shape() -> None:
    counts = np.bincount([which(0, step, [9, 1]) for step in range(1000)])

    assert counts[1] / 1000 == pytest.approx(0.1, abs=0.03)
    assert {which(0, step, [4]) for step in range(9)} == {0}
