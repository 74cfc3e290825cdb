"""Filters, covers and company: each does what it is named for, and says the truth about it."""

import numpy as np
import pytest

from pocket import faults
from pocket.cast import HELD_OUT, photos_of
from pocket.company import PLACES, Company, Place, accompanied
from pocket.covers import COVERS, Cover, covered
from pocket.drawing import Drawing, draw
from pocket.filters import FILTERS, Filter, with_filter
from pocket.people import make_person
from pocket.scenes import make_scene


@pytest.fixture(scope="module")
def photo() -> Drawing:
    """A good photo, 128 pixels square."""
    [drawing] = photos_of(HELD_OUT + 1, 1)
    return drawing


def pair(place: Place, seed: int = 3, *, person: int = 3, companion: int = 30) -> Company:
    """Two held-out people in one photo."""
    scene = make_scene(seed, noise=0.0, blur=0.0, hardness=0.5)
    return accompanied(make_person(HELD_OUT + person), make_person(HELD_OUT + companion), scene, place)


def test_motion_blurs_along_its_path_and_hardly_across_it() -> None:
    columns = np.zeros((64, 64, 3), np.uint8)
    columns[:, ::8] = 255

    along, across = (faults.motion_blurred(columns, angle=angle) for angle in (0.0, np.pi / 2))

    assert along.std() < columns.std() / 3
    assert across.std() > 0.95 * columns.std()


def test_motion_blur_keeps_the_light(photo: Drawing) -> None:
    assert faults.motion_blurred(photo.pixels, 1.0).mean() == pytest.approx(photo.pixels.mean(), abs=2)


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_changes_the_picture_as_much_as_it_is_told(photo: Drawing, name: Filter) -> None:
    before = photo.pixels.copy()

    none, half, all_of_it = (
        np.abs(with_filter(photo.pixels, name, strength).astype(int) - before).mean()
        for strength in (0.0, 0.5, 1.0)
    )

    assert none == 0
    assert 1 < half < all_of_it
    assert np.array_equal(photo.pixels, before)


def test_smooth_skin_has_no_freckles_left() -> None:
    seed = next(seed for seed in range(99) if make_person(seed).freckles)
    drawing = draw(make_person(seed), make_scene(1, hardness=0.0, noise=0.0, blur=0.0, light_fall=0.0), 256)
    left, top, right, _ = drawing.box.astype(int)
    cheeks = (
        slice(int(drawing.landmarks[2, 1]) - 8, int(drawing.landmarks[2, 1]) + 8),
        slice(left + 15, right - 15),
    )

    rough, smooth = (
        np.abs(np.diff(pixels[cheeks].astype(float), axis=1)).mean()
        for pixels in (drawing.pixels, with_filter(drawing.pixels, "smooth skin"))
    )

    assert top < cheeks[0].start
    assert smooth < 0.75 * rough


def test_a_vignette_is_cold_and_dark_in_the_corners() -> None:
    grey = with_filter(np.full((64, 64, 3), 128, np.uint8), "cold vignette").astype(int)

    assert grey[32, 32, 2] > grey[32, 32, 0] + 40
    assert grey[0, 0].mean() < 0.6 * grey[32, 32].mean()


def test_an_unknown_filter_is_refused_by_name(photo: Drawing) -> None:
    with pytest.raises(ValueError, match="'dog ears'; there are sepia"):
        with_filter(photo.pixels, "dog ears")  # type: ignore[arg-type]  # what a caller may do


@pytest.mark.parametrize("cover", COVERS)
def test_a_cover_hides_part_of_the_face_and_nothing_far_from_it(photo: Drawing, cover: Cover) -> None:
    changed = (covered(photo, cover, seed=1) != photo.pixels).any(2)

    left, top, right, bottom = photo.box.astype(int)
    assert 0.1 < changed[top:bottom, left:right].mean() < 0.8
    assert not changed[: max(top - 10, 0)].any()


@pytest.mark.parametrize("cover", ["mask", "scarf"])
def test_mask_and_scarf_hide_the_mouth_and_leave_the_eyes(cover: Cover) -> None:
    for drawing in photos_of(HELD_OUT + 4, 4):
        changed = (covered(drawing, cover, seed=2) != drawing.pixels).any(2)
        eyes, corners = drawing.landmarks[:2].astype(int), drawing.landmarks[3:].astype(int)
        assert all(changed[y, x] for x, y in corners)
        assert not any(changed[y - 1 : y + 2, x - 1 : x + 2].any() for x, y in eyes)


def test_a_sticker_hides_the_eyes_and_leaves_the_mouth() -> None:
    for drawing in photos_of(HELD_OUT + 4, 4):
        changed = (covered(drawing, "sticker", seed=2) != drawing.pixels).any(2)
        eyes, corners = drawing.landmarks[:2].astype(int), drawing.landmarks[3:].astype(int)
        assert all(changed[y - 1 : y + 2, x - 1 : x + 2].all() for x, y in eyes)
        assert not any(changed[y, x] for x, y in corners)


def test_a_hand_hides_the_mouth_or_one_eye(photo: Drawing) -> None:
    hidden = set()
    for seed in range(8):
        changed = (covered(photo, "hand", seed) != photo.pixels).any(2)
        left_eye, right_eye, _, *corners = (bool(changed[y, x]) for x, y in photo.landmarks.astype(int))
        hidden.add((left_eye or right_eye, all(corners)))
        assert not (left_eye and right_eye)

    assert hidden == {(True, False), (False, True)}


def test_a_cover_depends_on_its_seed_alone(photo: Drawing) -> None:
    first, again, other = (covered(photo, "scarf", seed) for seed in (1, 1, 2))

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_an_unknown_cover_is_refused_by_name(photo: Drawing) -> None:
    with pytest.raises(ValueError, match="'helmet'; there are mask"):
        covered(photo, "helmet", 1)  # type: ignore[arg-type]  # what a caller may do


@pytest.mark.parametrize("place", PLACES)
def test_company_is_the_same_for_the_same_arguments_and_holds_two_faces(place: Place) -> None:
    first, again = pair(place), pair(place)

    assert np.array_equal(first.pixels, again.pixels)
    assert first.boxes.shape == (2, 4)
    assert first.landmarks.shape == (2, 5, 2)
    assert first.visible[0] == 1


@pytest.mark.parametrize("seed", range(3))
def test_those_beside_one_another_are_both_whole(seed: int) -> None:
    assert pair("beside", seed).visible.min() > 0.97


@pytest.mark.parametrize("seed", range(3))
def test_who_is_behind_is_smaller_and_partly_hidden(seed: int) -> None:
    company = pair("behind", seed)

    widths = company.boxes[:, 2] - company.boxes[:, 0]
    assert widths[1] < 0.9 * widths[0]
    assert 0.4 < company.visible[1] < 1


@pytest.mark.parametrize("seed", range(3))
def test_who_is_at_the_edge_is_cut_by_it(seed: int) -> None:
    company = pair("at the edge", seed)

    left, _, right, _ = company.boxes[1]
    inside = (min(right, 128) - max(left, 0)) / (right - left)
    assert 0.05 < company.visible[1] < 0.8
    assert company.visible[1] <= inside + 0.05


@pytest.mark.parametrize("place", PLACES)
def test_the_boxes_are_where_the_faces_are(place: Place) -> None:
    """Another person changes the first box, another companion the second, and never the person in front."""
    pixels, boxes = (company := pair(place)).pixels.astype(int), company.boxes.astype(int).clip(0, 128)
    another_person = np.abs(pair(place, person=8).pixels - pixels).max(2) > 12
    another_companion = np.abs(pair(place, companion=41).pixels - pixels).max(2) > 12

    (left, top, right, bottom), (left_2, top_2, right_2, bottom_2) = boxes

    assert another_person[top:bottom, left:right].mean() > 0.3
    assert another_companion[top_2:bottom_2, left_2:right_2].mean() > 0.3
    assert not any(another_companion[y, x] for x, y in company.landmarks[0].astype(int))


def test_an_unknown_place_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'above'; there are beside"):
        pair("above")  # type: ignore[arg-type]  # what a caller may do
