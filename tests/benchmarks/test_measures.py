"""Each benchmark whole, on two people and models of two steps: what it returns are its rows."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import safetensors.torch
from PIL import Image

from benchmarks import (
    autoencoder,
    base,
    choosing,
    decoding,
    drift,
    faceid,
    faces,
    inversion,
    personal,
    pictures,
    sheet,
)
from benchmarks.bench_studio import Bench, bench
from benchmarks.people import adults, faces_of
from benchmarks.row import Row
from benchmarks.weights import SHIPPED
from core.artifacts import Pixels
from core.faces import FacePack
from core.subjects import FACEID, TEXTUAL_INVERSION
from pocket.captions import attributes
from pocket.cast import PEOPLE, photos_of
from pocket.people import make_person
from pocket.scenes import make_scene
from tests.families.pocket_base import opened
from tests.families.test_faceid import random_state
from tests.jobs.workplace import write_models


@pytest.fixture(scope="module")
def pack() -> FacePack:
    return FacePack.open(SHIPPED / "faces", threads=1)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench(
        write_models(tmp_path_factory.mktemp("models"), lowest_floor=-1.0, checkpoint_every=12),
        photo_size=256,
    ) as opened_studio:
        yield opened_studio


def named(rows: list[Row]) -> set[str]:
    assert not any(math.isnan(one.value) for one in rows)
    return {one.id for one in rows}


def all_black(_: Pixels) -> Mapping[str, str]:
    """Says the same of every picture."""
    return {"hair_colour": "black", "glasses": "none", "background": "red", "expression": "neutral"}


def test_faces(pack: FacePack) -> None:
    rows = faces.measure(pack, opened(), PEOPLE[:2], photos=2, nobody=6, by_base=2)

    assert named(rows) == {"face-auc", "face-tar", "face-recall", "face-false"}
    assert {one.id: one.n for one in rows} == {
        "face-auc": 2,
        "face-tar": 2,
        "face-recall": 4,
        "face-false": 6,
    }


def test_decoding() -> None:
    rows = {one.id: one for one in decoding.measure(8)}

    assert named(list(rows.values())) == {"decode-mutants", "decode-failures"}
    assert rows["decode-mutants"].value == rows["decode-failures"].n == 8


def test_the_autoencoder(pack: FacePack) -> None:
    rows = autoencoder.measure(pack, pack, PEOPLE[:2], photos=3)

    assert named(rows) == {"vae-gate", "vae-gate-graded", "vae-psnr"}
    found = {one.id: one.value for one in rows}
    assert found["vae-gate"] == found["vae-gate-graded"]
    assert 20 < found["vae-psnr"] < 60


def test_the_base(pack: FacePack) -> None:
    rows = base.measure(opened(), pack, all_black, pictures=4, drawings=4)

    assert named(rows) == {"base-one-face", "base-attributes", "attributes-classifier"}


def test_a_judge_is_right_about_the_drawings_of_which_it_is() -> None:
    people = PEOPLE[:6]

    told = base.recognised(all_black, people, 1)

    truth = [attributes(make_person(seed), make_scene(base.FIRST_SCENE + seed * 64)) for seed in people]
    expected = [one["background"] == "red" for one in truth]
    assert [one["background"] for one in told] == expected
    assert [one["glasses"] for one in told] == [one["glasses"] == "none" for one in truth]


def test_a_single_photo(pack: FacePack, tmp_path: Path) -> None:
    adapter = tmp_path / "faceid.safetensors"
    safetensors.torch.save_file(random_state(), adapter)
    with bench(write_models(tmp_path, lowest_floor=-1.0, faceid=adapter), photo_size=256) as opened_studio:
        [seed] = adults(1)
        people = [faceid.known(opened_studio, pack, seed)]
        times = faceid.timed(opened_studio, opened_studio.learn(seed, method=FACEID, photos=1), count=1)

    rows = faceid.rows(people, times)

    assert named(rows) == {"faceid-ratio", "faceid-time"}
    assert len(times) == 1


def test_whole_profiles(studio: Bench, pack: FacePack) -> None:
    people = adults(2)
    enrolled = personal.enrolment(pack, people, 1)

    rows = personal.rows([personal.learnt_and_drawn(studio, pack, seed, enrolled) for seed in people])

    assert named(rows) >= {"train-seconds", "likeness-ratio", "likeness-gain", "candidates-per-delivered"}


def test_choosing(studio: Bench, pack: FacePack) -> None:
    found = choosing.course(studio, pack, adults(9)[8], pictures=4, steps=8, every=4)

    assert named(choosing.rows([found])) == {"lora-ratio", "choice-regret", "choice-steps"}
    assert [score.step for score in found.scores] == [4, 8]
    assert len(found.truth) == 2
    assert found.regret >= 0


def test_a_new_word(studio: Bench, pack: FacePack) -> None:
    [seed] = adults(1)

    found = inversion.word(studio, pack, seed, second="")

    assert named(inversion.rows([found])) == {"ti-ratio"}
    assert studio.learn(seed, method=TEXTUAL_INVERSION).method == TEXTUAL_INVERSION


def test_drift(studio: Bench, pack: FacePack) -> None:
    [seed] = adults(1)

    found = drift.drift(studio, pack, all_black, seed, 4, again=True)

    assert found.without is not None
    assert 0 <= found.before.obeyed < 1
    assert found.before.diversity != found.after.diversity


def test_a_photo_again_is_a_near_copy_and_another_is_not(pack: FacePack) -> None:
    photos = [photo.pixels for photo in photos_of(PEOPLE[1], 4, 256)]
    [other] = [photo.pixels for photo in photos_of(PEOPLE[1], 1, 128, first_scene=70)]

    seen = [personal.as_seen(pack, photo, 128) for photo in photos]

    assert personal.near_copy(seen[2] // 2 + 60, seen)
    assert not personal.near_copy(other, seen)


def test_the_subject_is_first_where_it_is_enrolled(pack: FacePack) -> None:
    people = PEOPLE[:6]
    enrolled = {seed: faces_of(pack, [one.pixels for one in photos_of(seed, 3)]) for seed in people}
    [photo] = photos_of(people[1], 1, first_scene=500)

    assert personal.is_first(pack, photo.pixels, people[1], enrolled)
    assert not personal.is_first(pack, photo.pixels, people[2], enrolled)


def test_the_sheet_has_a_line_for_every_title(studio: Bench) -> None:
    lines = [*sheet.of_the_base(studio.workshop.family(), 2), *sheet.of_a_profile(studio, adults(3)[2], 2)]

    canvas = sheet.compose(lines, 2)

    # Of what so short a training draws, not all has a face and is delivered.
    assert [len(line.pictures) for line in lines[:6]] == [2] * 6
    assert len(lines) == 7
    assert canvas.size == (
        2 * (sheet.CELL + sheet.GAP) + sheet.GAP,
        7 * (sheet.TITLE + sheet.CELL + sheet.GAP) + sheet.GAP,
    )


def test_the_pictures_of_a_training_are_a_grid_a_curve_and_a_pair(studio: Bench, tmp_path: Path) -> None:
    written = pictures.draw(studio, adults(1)[0], tmp_path, {"checkpoint_every": 6})

    assert [one.name for one in written] == ["grid.jpg", "curve.png", "prior.jpg"]
    for file in written:
        with Image.open(file) as picture:
            assert min(picture.size) > 300
            assert len(picture.convert("L").getcolors(256) or []) > 3
