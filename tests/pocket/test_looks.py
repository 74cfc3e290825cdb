"""A look redraws a picture: it shows the same, in another hand, and the same hand at every size."""

import itertools

import cv2
import numpy as np
import pytest

from pocket.canvas import Pixels
from pocket.cast import HELD_OUT, photos_of
from pocket.drawing import Drawing, draw
from pocket.looks import in_look
from pocket.people import make_person
from pocket.scenes import make_scene
from pocket.unseen_looks import UNSEEN_LOOKS, in_unseen_look
from pocket.wording import LOOKS


@pytest.fixture(scope="module")
def photo() -> Drawing:
    """A good photo, 128 pixels square."""
    [drawing] = photos_of(HELD_OUT + 1, 1)
    return drawing


def everywhere(pixels: Pixels, seed: int = 1) -> dict[str, Pixels]:
    """Return the picture in every look but the photo's own."""
    inked = {look: in_look(pixels, look, seed) for look in LOOKS if look != "photo"}
    return inked | {name: in_unseen_look(pixels, name, seed) for name in UNSEEN_LOOKS}


def brightness(pixels: Pixels) -> np.ndarray:
    """Return the picture in grey, ready for arithmetic."""
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(float)


def details(grey: np.ndarray) -> np.ndarray:
    """Return what is finer than a fortieth of the picture, in one row."""
    return (grey - cv2.GaussianBlur(grey, (0, 0), grey.shape[0] / 40)).ravel()


def shrunk(pixels: Pixels, side: int) -> Pixels:
    """Return the picture at a smaller size."""
    return np.asarray(cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def test_a_photo_stays_as_it_is(photo: Drawing) -> None:
    assert np.array_equal(in_look(photo.pixels, "photo", 3), photo.pixels)


def test_the_same_arguments_give_the_same_picture_and_leave_the_original_alone(photo: Drawing) -> None:
    before = photo.pixels.copy()

    first, again = everywhere(photo.pixels), everywhere(photo.pixels)

    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert np.array_equal(photo.pixels, before)


@pytest.mark.parametrize("size", [48, 75, 128, 300])
def test_every_look_keeps_the_size(size: int) -> None:
    drawing = draw(make_person(2), make_scene(2), size)

    for pixels in everywhere(drawing.pixels).values():
        assert pixels.shape == (size, size, 3)
        assert pixels.dtype == np.uint8


def test_ink_is_made_as_large_as_a_drawing_can_be() -> None:
    assert in_look(draw(make_person(2), make_scene(2), 1024).pixels, "ink", 1).shape == (1024, 1024, 3)


def test_a_look_takes_pictures_that_are_not_square(photo: Drawing) -> None:
    assert {pixels.shape for pixels in everywhere(photo.pixels[:, 20:110]).values()} == {(128, 90, 3)}


@pytest.mark.parametrize("background", ["red", "blue", "yellow"])
def test_ink_has_next_to_no_colour(background: str) -> None:
    drawing = draw(make_person(4), make_scene(4, background=background, light=1.0))

    ink = in_look(drawing.pixels, "ink", 1).astype(int)

    assert np.ptp(drawing.pixels.astype(int), axis=2).mean() > 60
    assert np.ptp(ink, axis=2).max() < 30


@pytest.mark.parametrize("number", range(6))
def test_the_contours_of_a_drawing_are_dark_lines_in_ink(number: int) -> None:
    person, scene = make_person(HELD_OUT + number), make_scene(number, background="yellow", noise=0, blur=0)
    drawing = draw(person, scene)
    steps = cv2.morphologyEx(drawing.pixels, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)).max(2)

    # A line may lie a pixel beside its edge: the hand wavers.
    nearby = cv2.erode(brightness(in_look(drawing.pixels, "ink", 1)), np.ones((3, 3), np.uint8))

    assert (nearby[steps > 90] < 110).mean() > 0.95


def test_ink_leaves_plain_bright_places_to_the_paper() -> None:
    plain = np.full((128, 128, 3), (238, 226, 205), np.uint8)

    assert brightness(in_look(plain, "ink", 1)).min() > 225


def test_the_darker_a_place_the_more_it_is_hatched() -> None:
    grey = np.zeros((128, 128, 3), np.uint8)
    grey[:, :], grey[:16] = 235, 235  # a bright sky, so that the rest is not taken for underexposed
    shades = (205, 150, 105, 85)
    for place, shade in enumerate(shades):
        grey[40:, 32 * place : 32 * place + 32] = shade

    ink = brightness(in_look(grey, "ink", 1))

    means = [ink[50:120, 32 * place + 6 : 32 * place + 26].mean() for place in range(len(shades))]
    assert all(darker < lighter - 8 for lighter, darker in itertools.pairwise(means))


def test_black_hair_is_filled_with_ink() -> None:
    seed = next(seed for seed in range(99) if _long_black_hair(seed))
    drawing = draw(make_person(seed), make_scene(1, hardness=0.0, background="yellow", noise=0, blur=0))
    hair = drawing.pixels.max(2) < 40

    ink = brightness(in_look(drawing.pixels, "ink", 1))

    assert hair.mean() > 0.05
    assert np.median(ink[hair]) < 45


@pytest.mark.parametrize("number", range(4))
def test_pupils_are_darker_than_what_is_around_the_eyes_in_ink(number: int) -> None:
    scene = make_scene(number, hardness=0.3, openness=1.0, expression="neutral", light=1.0, noise=0, blur=0)
    seeds = [s for s in range(HELD_OUT, HELD_OUT + 60) if make_person(s).glasses.shape is None]
    drawing = draw(make_person(seeds[number]), scene)

    ink = brightness(in_look(drawing.pixels, "ink", 1))

    for x, y in drawing.landmarks[:2].round().astype(int):
        eye = ink[y - 3 : y + 4, x - 5 : x + 6]
        assert eye.min() < 60
        assert np.ptp(eye) > 120


@pytest.mark.parametrize(
    ("look", "at_least"), [("ink", 0.7), ("watercolour", 0.85), ("poster", 0.7), ("mosaic", 0.6)]
)
def test_lines_grow_with_the_size(look: str, at_least: float) -> None:
    scene = make_scene(4, noise=0.0, blur=0.0)
    one, other = (everywhere(draw(make_person(3), scene, size).pixels)[look] for size in (128, 256))

    small, large = brightness(one), brightness(shrunk(other, 128))

    assert np.abs(small - large).mean() < 10
    # Lines, tiles and grain lie in the same places, as wide as before.
    assert np.corrcoef(details(small), details(large))[0, 1] > at_least


def test_the_seed_moves_the_hand_but_not_the_picture(photo: Drawing) -> None:
    one, other = (in_look(photo.pixels, "ink", seed) for seed in (1, 2))

    assert not np.array_equal(one, other)
    assert np.abs(brightness(shrunk(one, 16)) - brightness(shrunk(other, 16))).mean() < 10


@pytest.mark.parametrize("name", UNSEEN_LOOKS)
def test_every_seed_of_an_unseen_look_is_a_style_of_its_own(photo: Drawing, name: str) -> None:
    styles = [in_unseen_look(photo.pixels, name, seed).astype(int) for seed in range(4)]

    unlike = [np.abs(one - other).mean() for one in styles for other in styles if one is not other]

    assert min(unlike) > 4


@pytest.mark.parametrize("name", UNSEEN_LOOKS)
def test_an_unseen_look_still_shows_the_picture(photo: Drawing, name: str) -> None:
    before = brightness(shrunk(photo.pixels, 32)).ravel()

    for seed in range(3):
        after = brightness(shrunk(in_unseen_look(photo.pixels, name, seed), 32)).ravel()
        assert np.corrcoef(before, after)[0, 1] > 0.7


def test_a_poster_has_few_colours(photo: Drawing) -> None:
    poster = in_unseen_look(photo.pixels, "poster", 1).reshape(-1, 3)

    _, counts = np.unique(poster, axis=0, return_counts=True)

    assert np.sort(counts)[-6:].sum() > 0.7 * len(poster)


def test_the_base_meets_no_unseen_look() -> None:
    assert len(UNSEEN_LOOKS) == 3
    assert not set(UNSEEN_LOOKS) & set(LOOKS)


def test_an_unknown_look_is_refused_by_name(photo: Drawing) -> None:
    with pytest.raises(ValueError, match=r"'oil'; there are watercolour, poster, mosaic"):
        in_unseen_look(photo.pixels, "oil", 1)
    with pytest.raises(ValueError, match=r"'mosaic'; there are photo, ink"):
        in_look(photo.pixels, "mosaic", 1)  # type: ignore[arg-type]  # what a caller may do


def _long_black_hair(seed: int) -> bool:
    hair = make_person(seed).hair
    return hair.colour == "black" and hair.style == "long"
