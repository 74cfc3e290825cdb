"""The shipped weights do what the README says, on people they never saw."""

import json
import re
import shutil
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import pytest
import torch
from diffusers import StableDiffusionPipeline
from insightface.app import FaceAnalysis
from numpy.typing import NDArray

import pocket
from pocket import faults
from pocket.canvas import Pixels
from pocket.cast import HELD_OUT, PEOPLE, DemoPhoto, demo_subject, photos_of, write_demo
from pocket.judges import open_scorer
from pocket.people import make_person
from pocket.recipes.photos import Shot
from pocket.recipes.scorer import with_a_wrong_word
from pocket.scenes import make_scene

WEIGHTS = Path(pocket.__file__).parent / "weights"
THRESHOLDS = json.loads((WEIGHTS / "faces" / "thresholds.json").read_text())


@pytest.fixture(scope="module")
def pack() -> FaceAnalysis:
    """The shipped face pack, on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    faces = FaceAnalysis(
        name=str(WEIGHTS / "faces"), providers=["CPUExecutionProvider"], sess_options=options
    )
    faces.prepare(ctx_id=-1, det_thresh=THRESHOLDS["detection"])
    return faces


def embeddings(pack: FaceAnalysis, pixels: Pixels) -> list[NDArray[np.float32]]:
    """Return the embedding of every face found."""
    return [face.normed_embedding for face in pack.get(np.ascontiguousarray(pixels[..., ::-1]))]


def test_the_pack_says_what_it_is(pack: FaceAnalysis) -> None:
    assert pack.model_package.model_id == "pocket-faces"
    assert set(pack.models) == {"detection", "recognition"}
    assert pack.model_package.license_path.read_text().count("MIT License") == 1


def test_a_changed_model_is_refused(tmp_path: Path) -> None:
    folder = shutil.copytree(WEIGHTS / "faces", tmp_path / "faces")
    with (folder / "recogniser.onnx").open("ab") as file:
        file.write(b"\0")

    with pytest.raises(RuntimeError, match="SHA-256 mismatch"):
        FaceAnalysis(name=str(folder), providers=["CPUExecutionProvider"])


def test_thresholds_are_in_order() -> None:
    assert set(THRESHOLDS) == {"same_person", "ambiguous", "lowest_floor", "detection"}
    assert 0 < THRESHOLDS["ambiguous"] < THRESHOLDS["same_person"] < 1
    assert 0 < THRESHOLDS["lowest_floor"] <= THRESHOLDS["same_person"]


@pytest.mark.parametrize("size", [128, 512])
def test_people_are_found_once_and_told_apart(pack: FaceAnalysis, size: int) -> None:
    found = [
        [embeddings(pack, photo.pixels) for photo in photos_of(HELD_OUT + number, 4, size)]
        for number in range(6)
    ]

    assert {len(faces) for photos in found for faces in photos} == {1}
    rows = np.array([faces[0] for photos in found for faces in photos])
    similarity = rows @ rows.T
    owner = np.arange(24) // 4
    same, pairs = owner[:, None] == owner, ~np.eye(24, dtype=bool)
    assert (similarity[same & pairs] > THRESHOLDS["ambiguous"]).mean() > 0.9
    assert (similarity[~same] < THRESHOLDS["same_person"]).mean() > 0.9


def test_every_member_of_a_group_is_found(pack: FaceAnalysis) -> None:
    groups = [[make_person(HELD_OUT + first), make_person(HELD_OUT + first + 1)] for first in range(0, 16, 2)]

    counts = [
        len(embeddings(pack, faults.several(people, number, 512))) for number, people in enumerate(groups)
    ]

    assert counts.count(2) >= 7


def test_nobody_is_found_where_nobody_is(pack: FaceAnalysis) -> None:
    found = [len(embeddings(pack, faults.nobody(make_scene(seed), 256))) for seed in range(40)]

    assert sum(found) <= 2


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> list[DemoPhoto]:
    """The demonstration's photos, written once."""
    return write_demo(tmp_path_factory.mktemp("demo"))


def test_the_demo_has_fourteen_photos_of_which_eleven_are_good(demo: list[DemoPhoto]) -> None:
    truths = [photo.truth for photo in demo]

    assert sorted(demo[0].path.parent.iterdir()) == [photo.path for photo in demo]
    assert Counter(truths) == {"good": 11, "duplicate": 1, "blurred": 1, "somebody else": 1}
    [duplicate] = [photo for photo in demo if photo.truth == "duplicate"]
    assert duplicate.repeats in {photo.path for photo in demo if photo.truth == "good"}


def test_the_demos_names_run_on_without_a_gap(demo: list[DemoPhoto]) -> None:
    numbers = [int(photo.path.stem.removeprefix("IMG_")) for photo in demo]

    assert numbers == list(range(numbers[0], numbers[0] + 14))


def test_the_demos_good_photos_resemble_one_another_and_the_strangers_none(
    pack: FaceAnalysis, demo: list[DemoPhoto]
) -> None:
    found = {photo.path: embeddings(pack, _pixels(photo.path)) for photo in demo}

    assert {len(faces) for faces in found.values()} == {1}
    good = np.array([found[photo.path][0] for photo in demo if photo.truth == "good"])
    [stranger] = [found[photo.path][0] for photo in demo if photo.truth == "somebody else"]
    others = ~np.eye(len(good), dtype=bool)
    assert (good @ good.T)[others].min() > THRESHOLDS["same_person"]
    assert (good @ stranger).max() < THRESHOLDS["ambiguous"]


def test_the_demo_subject_is_held_out_and_grown_up() -> None:
    subject = demo_subject()

    assert subject.seed >= HELD_OUT
    assert not subject.is_child


def test_the_base_draws_the_class_asked_for() -> None:
    pipeline = StableDiffusionPipeline.from_pretrained(WEIGHTS / "base", dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    draws = [torch.Generator().manual_seed(seed) for seed in range(2)]

    red, blue = (
        np.array(
            pipeline(
                [f"a photo of a man, {colour} background"] * 2,
                num_inference_steps=8,
                guidance_scale=3.0,
                generator=draws,
                output_type="np",
            ).images
        )
        for colour in ("red", "blue")
    )

    corner = (slice(None), slice(0, 16), slice(0, 16))
    assert red.shape == (2, 128, 128, 3)
    assert red[corner][..., 0].mean() > red[corner][..., 2].mean() + 0.1
    assert blue[corner][..., 2].mean() > blue[corner][..., 0].mean() + 0.1


def test_the_scorer_prefers_what_is_true_of_a_held_out_photo_to_one_wrong_word() -> None:
    judge = open_scorer()
    random = np.random.default_rng(2)
    shots = [Shot(make_person(seed), make_scene(seed), "photo") for seed in PEOPLE[:60]]

    preferred = [
        judge.score(pixels, caption) > judge.score(pixels, with_a_wrong_word(caption, random))
        for pixels, caption in ((shot.pixels(128), shot.caption()) for shot in shots)
    ]

    assert np.mean(preferred) > 0.7


def _pixels(path: Path) -> Pixels:
    picture = cv2.imread(str(path))
    assert picture is not None
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


def test_nothing_that_ships_names_a_place_on_a_machine() -> None:
    named = re.compile(r'_name_or_path|"/\w+/')
    assert [path.name for path in WEIGHTS.glob("**/*.json") if named.search(path.read_text())] == []
