"""Every fault makes a good photo bad in its own way, and leaves the original alone."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from pocket import faults
from pocket.canvas import Pixels
from pocket.cast import HELD_OUT, photos_of
from pocket.drawing import Drawing
from pocket.people import make_person
from pocket.scenes import make_scene


@pytest.fixture(scope="module")
def photo() -> Drawing:
    """A good photo, 256 pixels square."""
    [drawing] = photos_of(HELD_OUT + 1, 1, 256)
    return drawing


def sharpness(pixels: Pixels) -> float:
    """Return the variance of the Laplacian of the grey picture."""
    return float(cv2.Laplacian(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.CV_64F).var())


def test_a_blurred_photo_has_lost_its_detail(photo: Drawing) -> None:
    assert sharpness(faults.blurred(photo.pixels)) < sharpness(photo.pixels) / 10


def test_blur_is_relative_to_the_size_of_the_picture(photo: Drawing) -> None:
    large = np.asarray(cv2.resize(photo.pixels, (1024, 1024), interpolation=cv2.INTER_CUBIC), np.uint8)

    shrunk = cv2.resize(faults.blurred(large), (256, 256), interpolation=cv2.INTER_AREA)

    assert np.abs(shrunk.astype(int) - faults.blurred(photo.pixels)).mean() < 2


def test_a_noisy_photo_has_grain_everywhere(photo: Drawing) -> None:
    grain = faults.noisy(photo.pixels, seed=1).astype(int) - photo.pixels

    assert grain.std() > 20
    assert abs(grain.mean()) < 10


def test_noise_depends_on_its_seed_alone(photo: Drawing) -> None:
    first, again, other = (faults.noisy(photo.pixels, seed) for seed in (1, 1, 2))

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_dark_photo_is_nearly_black(photo: Drawing) -> None:
    assert faults.too_dark(photo.pixels).mean() < 30


def test_a_blown_out_photo_is_mostly_white(photo: Drawing) -> None:
    assert (faults.blown_out(photo.pixels).max(2) == 255).mean() > 0.6


def test_a_tiny_photo_is_small(photo: Drawing) -> None:
    assert faults.tiny(photo.pixels).shape == (48, 48, 3)


def test_a_filtered_photo_has_few_tones_and_one_hue(photo: Drawing) -> None:
    middle = (slice(96, 160), slice(96, 160))

    before, after = (len(np.unique(p[middle][..., 0])) for p in (photo.pixels, faults.filtered(photo.pixels)))

    assert after < before
    assert faults.filtered(photo.pixels)[middle].mean((0, 1)).argmax() == 0


def test_an_occluded_face_shows_neither_eyes_nor_nose(photo: Drawing) -> None:
    pixels = faults.occluded(photo)

    for x, y in photo.landmarks[:3].astype(int):
        assert tuple(pixels[y, x]) == (40, 40, 44)


def test_a_cut_off_face_keeps_the_share_asked_for(photo: Drawing) -> None:
    left, right = photo.box[0], photo.box[2]

    pixels = faults.cut_off(photo, seen=0.4)

    shift = round(256 - left - 0.4 * (right - left))
    assert np.array_equal(pixels[:, shift:], photo.pixels[:, : 256 - shift])


@pytest.mark.parametrize("count", [2, 3, 4])
def test_several_people_are_drawn_apart(count: int) -> None:
    people = [make_person(HELD_OUT + number) for number in range(count)]

    pixels = faults.several(people, scene_seed=1, size=256)

    assert pixels.shape == (256, 256, 3)
    assert (pixels == 128).all(2).mean() == pytest.approx(1 - count / 4, abs=0.02)


@pytest.mark.parametrize("count", [0, 1, 5])
def test_a_group_has_two_to_four_people(count: int) -> None:
    with pytest.raises(ValueError, match=f"not {count}"):
        faults.several([make_person(1)] * count, scene_seed=1)


def test_nobody_is_a_picture_of_the_background_alone() -> None:
    assert faults.nobody(make_scene(1, backdrop="plain", noise=0.0), 64).std((0, 1)).max() < 40


@pytest.mark.parametrize(
    "fault", [faults.blurred, faults.too_dark, faults.blown_out, faults.tiny, faults.filtered]
)
def test_a_fault_leaves_the_original_alone(photo: Drawing, fault: Callable[[Pixels], Pixels]) -> None:
    before = photo.pixels.copy()

    changed = fault(photo.pixels)

    assert changed.dtype == np.uint8
    assert np.array_equal(photo.pixels, before)
