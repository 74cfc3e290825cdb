import json

import numpy as np
import pytest

from core.artifacts import Pixels
from core.curation import Measured, measure
from core.curation.appearance import blur, noise
from core.curation.fingerprints import perceptual_hash
from core.curation.pose import pose_of
from core.faces import FacePack
from pocket.cast import HELD_OUT
from pocket.drawing import draw
from pocket.people import make_person
from pocket.scenes import make_scene
from tests.curation.conftest import SIZE, SUBJECT, drawings


def steps(width: int) -> Pixels:
    """A picture of vertical bars whose edges are `width` pixels wide."""
    ramp = np.clip((np.arange(128) % 32 - 16) / width, -0.5, 0.5) * 200 + 128
    return np.repeat(np.tile(ramp, (128, 1))[..., None], 3, axis=2).astype(np.uint8)


def test_what_was_measured_survives_json(good: list[Measured]) -> None:
    for photo in good[:2]:
        again = Measured.from_json(photo.to_json())

        assert json.loads(again.to_json()) == json.loads(photo.to_json())
        assert np.array_equal(again.faces[0].embedding, photo.faces[0].embedding)
        assert np.array_equal(again.thumbnail, photo.thumbnail)
        assert again.hashes == photo.hashes


def test_what_was_measured_without_a_face_survives_json() -> None:
    photo = measure(np.zeros((40, 60, 3), np.uint8), None, SIZE)

    assert Measured.from_json(photo.to_json()) == photo


@pytest.mark.parametrize("shape", [(1, 1), (1, 2000), (3000, 2), (31, 33)])
def test_odd_shapes_can_be_measured(pack: FacePack, shape: tuple[int, int]) -> None:
    photo = measure(np.full((*shape, 3), 99, np.uint8), pack, SIZE)

    assert photo.kept == (shape[1], shape[0])
    assert photo.faces == ()


def test_wider_edges_are_more_blurred_whatever_the_contrast() -> None:
    blurs = [blur(steps(width)) for width in (1, 4, 8, 16)]

    assert blurs == sorted(blurs)
    assert blur((steps(4) // 3).astype(np.uint8)) == pytest.approx(blur(steps(4)), abs=0.05)


def test_one_colour_is_not_sharp() -> None:
    assert blur(np.full((64, 64, 3), 7, np.uint8)) == 1


@pytest.mark.parametrize("levels", [5.0, 15.0])
def test_noise_is_measured_in_grey_levels_and_edges_are_none(levels: float) -> None:
    grain = np.random.default_rng(0).normal(0, levels, (128, 128, 1))
    grainy = np.clip(steps(1).astype(float) * 0.5 + 60 + grain, 0, 255).astype(np.uint8)

    assert noise(steps(1)) < 1
    assert noise(grainy) == pytest.approx(levels, rel=0.15)


def test_a_mirrored_photo_has_the_mirrored_hash(good: list[Measured], pack: FacePack) -> None:
    mirrored = np.ascontiguousarray(drawings(SUBJECT, 1)[0].pixels[:, ::-1])

    assert perceptual_hash(mirrored) == good[0].hashes[1] != good[0].hashes[0]


def test_a_turned_head_has_another_yaw(pack: FacePack) -> None:
    yaws = []
    for yaw in (-0.5, 0.0, 0.5):
        scene = make_scene(3, yaw=yaw, pitch=0.0, roll=0.0, noise=0.0, blur=0.0)
        [face] = pack.faces_in(draw(make_person(HELD_OUT + 1), scene, 512).pixels)
        yaws.append(pose_of(face).yaw)

    assert yaws[0] < yaws[1] < yaws[2]
