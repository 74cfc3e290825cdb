from dataclasses import replace

import numpy as np
import pytest

from core.artifacts import Face, Judgement, Verdict
from core.curation import Measured, centre_crop, choose, crop, judge
from core.curation.cropping import face_frame, middle_frame
from core.faces import FacePack
from tests.curation.conftest import SIZE, SUBJECT, drawings

ACCEPTED = Judgement(Verdict.ACCEPTED, quality=0.9)


def in_front_of(photo: Measured, colour: tuple[int, int, int], luma: float = 120.0) -> Measured:
    return replace(
        photo,
        thumbnail=np.full((32, 32, 3), colour, np.uint8),
        light=replace(photo.light, mean=luma),
    )


def a_face(left: float, top: float, side: float) -> Face:
    return Face((left, top, left + 0.8 * side, top + side), (), 0.9, np.zeros(4, np.float32))


def test_all_accepted_photos_are_chosen_when_they_are_few(good: list[Measured], pack: FacePack) -> None:
    judgements = judge([None, *good, good[0]], SIZE, pack.thresholds)

    assert choose(judgements, [None, *good, good[0]]) == tuple(range(1, 12))


def test_the_chosen_ones_show_everything_there_is(good: list[Measured]) -> None:
    red, green, blue = (250, 0, 0), (0, 250, 0), (0, 0, 250)
    photos = [*(in_front_of(good[0], red) for _ in range(6)), in_front_of(good[0], green)]
    photos += [in_front_of(good[0], blue), in_front_of(good[0], red, luma=220.0)]

    chosen = choose([ACCEPTED] * 9, photos, most=4)

    assert chosen[1:] == (6, 7, 8)


def test_of_photos_alike_the_best_is_chosen(good: list[Measured]) -> None:
    judgements = [Judgement(Verdict.ACCEPTED, quality=quality) for quality in (0.5, 0.9, 0.6)]

    assert choose(judgements, [good[0]] * 3, most=1) == (1,)


def test_no_more_are_chosen_than_wanted_and_none_twice(good: list[Measured]) -> None:
    chosen = choose([ACCEPTED] * 11, good, most=5)

    assert len(set(chosen)) == len(chosen) == 5
    assert list(chosen) == sorted(chosen)


def test_beyond_enough_only_photos_nearly_as_good_are_chosen(good: list[Measured]) -> None:
    judgements = [Judgement(Verdict.ACCEPTED, quality=0.5 if place > 7 else 0.9) for place in range(11)]

    assert choose(judgements, good, most=11, enough=6) == tuple(range(8))


def test_a_face_unlike_the_others_is_left_out_first(good: list[Measured]) -> None:
    [face] = good[4].faces
    turned = np.roll(face.embedding, 5)
    odd = replace(good[4], faces=(replace(face, embedding=turned),))
    photos = [good[0]] * 4 + [odd]

    assert choose([ACCEPTED] * 5, photos, most=1) == (0,)
    assert 4 not in choose([ACCEPTED] * 5, [*good[:4], odd], most=2)


def test_photos_without_faces_can_be_chosen_from(good: list[Measured]) -> None:
    assert len(choose([ACCEPTED] * 11, [replace(photo, faces=()) for photo in good], most=3)) == 3


def test_a_face_fills_about_half_of_its_crop() -> None:
    field = np.zeros((1000, 1600, 3), np.uint8)
    field[400:600, 700:860] = 255

    cut = crop(field, a_face(700, 400, 200), 128)

    rows, columns = (cut[..., 0] > 128).any(axis=1), (cut[..., 0] > 128).any(axis=0)
    assert cut.shape == (128, 128, 3)
    assert 0.4 <= rows.mean() <= 0.6
    assert abs(np.flatnonzero(rows).mean() / 127 - 0.48) < 0.03
    assert abs(np.flatnonzero(columns).mean() / 127 - 0.5) < 0.03


@pytest.mark.parametrize("corner", [(-30.0, -30.0), (500.0, 500.0)])
def test_a_crop_never_leaves_the_picture(corner: tuple[float, float]) -> None:
    field = np.full((600, 600, 3), 77, np.uint8)

    assert (crop(field, a_face(*corner, 150), 64) == 77).all()


def test_a_drawn_photo_is_cropped_to_what_the_base_learned_from(good: list[Measured], pack: FacePack) -> None:
    for drawing, photo in zip(drawings(SUBJECT, 11), good, strict=True):
        [face] = pack.faces_in(crop(drawing.pixels, photo.faces[0], SIZE))

        assert 0.45 <= face.side / SIZE <= 0.9


@pytest.mark.parametrize(
    ("kept", "size"),
    [
        ((4000, 4000), (512, 512)),
        ((4032, 3024), (576, 448)),
        ((3024, 4032), (448, 576)),
        ((1920, 1080), (640, 384)),
        ((9000, 1000), (640, 384)),
    ],
)
def test_a_bucket_has_the_pictures_shape_and_no_more_pixels(
    kept: tuple[int, int], size: tuple[int, int]
) -> None:
    frame = middle_frame(kept, 512, 64)

    assert (frame.width, frame.height) == size
    assert frame.width % 64 == frame.height % 64 == 0
    assert frame.width * frame.height <= 512 * 512
    cut_shape = (frame.right - frame.left) / (frame.bottom - frame.top)
    assert cut_shape == pytest.approx(frame.width / frame.height, rel=0.01)
    assert 0 <= frame.left < frame.right <= kept[0]
    assert 0 <= frame.top < frame.bottom <= kept[1]


def test_a_frame_knows_where_the_face_lies_in_what_is_cut() -> None:
    frame = face_frame((1600, 1000), a_face(700, 400, 200), 128)

    left, top, right, bottom = frame.within(a_face(700, 400, 200))

    assert (left + right) / 2 == pytest.approx(0.5, abs=0.01)
    assert (top + bottom) / 2 == pytest.approx(0.48, abs=0.01)
    assert bottom - top == pytest.approx(0.55, abs=0.01)
    assert frame.shares((1600, 1000)) == (
        frame.left / 1600,
        frame.top / 1000,
        frame.right / 1600,
        frame.bottom / 1000,
    )


@pytest.mark.parametrize("shape", [(40, 90), (700, 300), (64, 64)])
def test_a_picture_without_a_face_is_cropped_in_the_middle(shape: tuple[int, int]) -> None:
    height, width = shape
    field = np.zeros((height, width, 3), np.uint8)
    field[height // 2 - 8 : height // 2 + 8, width // 2 - 8 : width // 2 + 8] = 255

    cut = centre_crop(field, 64)

    assert cut.shape == (64, 64, 3)
    assert cut[32, 32, 0] > 250
