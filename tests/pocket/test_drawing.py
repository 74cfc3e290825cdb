"""The renderer keeps drawing the very people that the shipped weights learned from."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from pocket.captions import describe
from pocket.drawing import Drawing, draw, draw_background
from pocket.people import KINDS, Kind, make_person
from pocket.scenes import EXPRESSIONS, Expression, make_scene

# Recorded from the renderer that drew the training pictures; thumbnails are 8 x 8.
GOLDEN = json.loads((Path(__file__).parent / "golden_drawings.json").read_text())


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: f"{golden['person']}-{golden['scene']}")
def test_a_drawing_is_the_one_the_weights_learned_from(golden: dict[str, Any]) -> None:
    drawing = draw(make_person(golden["person"]), make_scene(golden["scene"]), golden["size"])

    # OpenCV may smooth edges differently on another processor; a face that moved by a pixel differs by more.
    assert np.abs(thumbnail(drawing) - np.array(golden["thumbnail"])).max() < 0.5
    assert drawing.box == pytest.approx(golden["box"], abs=0.01)
    assert drawing.landmarks.ravel() == pytest.approx(golden["landmarks"], abs=0.01)


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: f"{golden['person']}-{golden['scene']}")
def test_a_caption_is_the_one_the_weights_learned_from(golden: dict[str, Any]) -> None:
    person, scene = make_person(golden["person"]), make_scene(golden["scene"])

    assert describe(person, scene, golden["scene"]) == golden["caption"]


@given(person=st.integers(0, 2**40), scene=st.integers(0, 2**40))
@settings(max_examples=25, deadline=None)
def test_every_seed_gives_a_whole_face_in_the_picture(person: int, scene: int) -> None:
    drawing = draw(make_person(person), make_scene(scene), 64)

    left, top, right, bottom = drawing.box
    middle = (left + right) / 2, (top + bottom) / 2
    assert drawing.pixels.shape == (64, 64, 3)
    assert 0 < middle[0] < 64
    assert 0 < middle[1] < 64
    assert ((drawing.landmarks > 0) & (drawing.landmarks < 64)).all()


def test_landmarks_are_where_the_face_has_them() -> None:
    drawing = draw(make_person(1), make_scene(1, hardness=0.0))

    left_eye, right_eye, nose, left_corner, right_corner = drawing.landmarks
    assert left_eye[0] < nose[0] < right_eye[0]
    assert left_corner[0] < nose[0] < right_corner[0]
    assert left_eye[1] < nose[1] < left_corner[1]


def test_the_same_seeds_draw_the_same_picture() -> None:
    first, second = (draw(make_person(5), make_scene(9)) for _ in range(2))

    assert np.array_equal(first.pixels, second.pixels)


def test_one_size_is_the_other_enlarged() -> None:
    scene = make_scene(4, noise=0.0)

    small, large = draw(make_person(3), scene, 128), draw(make_person(3), scene, 512)

    shrunk = cv2.resize(large.pixels, (128, 128), interpolation=cv2.INTER_AREA)
    assert np.abs(shrunk.astype(int) - small.pixels).mean() < 6
    assert large.landmarks / 4 == pytest.approx(small.landmarks, abs=0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_is_of_the_kind_asked_for(kind: Kind) -> None:
    assert {make_person(seed, kind).kind for seed in range(20)} == {kind}


def test_an_unknown_kind_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'dog'"):
        make_person(1, "dog")  # type: ignore[arg-type]


def test_a_scene_takes_fields_given_and_leaves_the_rest_to_the_seed() -> None:
    plain = make_scene(8)

    posed = make_scene(8, yaw=0.5, expression="laughing")

    assert (posed.yaw, posed.expression) == (0.5, "laughing")
    assert (posed.light, posed.background) == (plain.light, plain.background)


def test_a_scene_refuses_fields_it_does_not_have() -> None:
    with pytest.raises(TypeError, match="weather"):
        make_scene(8, weather="rain")


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_expression_changes_the_face(expression: Expression) -> None:
    person = make_person(11)
    faces = {other: draw(person, make_scene(2, expression=other)).pixels for other in EXPRESSIONS}

    same = [other for other, pixels in faces.items() if np.array_equal(pixels, faces[expression])]

    assert same == [expression]


def test_a_background_has_the_scenes_colours_but_no_face() -> None:
    scene = make_scene(3, backdrop="plain", noise=0.0, light_fall=0.0)

    pixels = draw_background(scene)

    assert pixels.std((0, 1)).max() < 1


def thumbnail(drawing: Drawing) -> np.ndarray:
    """Return the mean colour of each of 8 x 8 fields."""
    side = drawing.pixels.shape[0] // 8
    return np.asarray(drawing.pixels.reshape(8, side, 8, side, 3).mean((1, 3)))
