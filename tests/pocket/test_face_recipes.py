"""The recipes of the face pack: what they learn from, and what the trained files are worth to the product."""

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from insightface.app import FaceAnalysis

from core.faces import FacePack
from pocket.cast import HELD_OUT
from pocket.drawing import draw
from pocket.people import make_person
from pocket.recipes import crops, detector, grader, recogniser, thresholds
from pocket.recipes.compositions import SIDE, Face, composition, targets
from pocket.recipes.course import Plan
from pocket.recipes.nobody import picture_of_nobody
from pocket.recipes.photos import training_photo
from pocket.recipes.read_back import recogniser_of
from pocket.recipes.recogniser import SHIPPED, Recogniser
from pocket.recipes.thresholds import Seen
from tests.pocket.drawn_subjects import subjects_made

WEIGHTS = Path(crops.__file__).parents[1] / "weights"
DETECTOR = WEIGHTS / "faces" / "detector.onnx"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the pack's recipes have run for a step or two."""
    plan = Plan(tmp_path_factory.mktemp("trained"), minutes=10, steps=2, workers=0, batch=2, people=3)
    for recipe in (detector, recogniser, grader, thresholds):
        recipe.train(plan)
    return plan.out


def test_both_packs_open_in_the_product_and_in_insightface(trained: Path) -> None:
    for folder, side in (("faces", 112), ("grader", 128)):
        analysis = FaceAnalysis(name=str(trained / folder), providers=["CPUExecutionProvider"])

        assert analysis.models["recognition"].input_size == (side, side)
        assert FacePack.open(trained / folder).thresholds.detection >= 0.5
        assert "MIT" in (trained / folder / "MODEL.LICENSE").read_text()


def test_the_grader_sees_with_the_same_detector_but_other_eyes(trained: Path) -> None:
    ours, graders = (trained / folder / "detector.onnx" for folder in ("faces", "grader"))
    sizes = [
        sum(weight.numel() for weight in torch.load(trained / f"{name}_alone.pt").values())
        for name in ("recogniser", "grader")
    ]

    assert ours.read_bytes() == graders.read_bytes()
    assert sizes[1] > sizes[0]


def test_an_exported_recogniser_answers_as_the_trained_one(trained: Path) -> None:
    for design in (SHIPPED, grader.GRADER):
        model = Recogniser(design)
        model.load_state_dict(torch.load(trained / f"{design.name}_alone.pt", weights_only=True))
        faces = torch.rand(3, 3, design.side, design.side) * 2 - 1

        session = onnxruntime.InferenceSession(trained / design.folder / "recogniser.onnx")
        [exported] = session.run(None, {"input.1": faces.numpy()})

        with torch.no_grad():
            expected = model.eval()(faces).numpy()
        np.testing.assert_allclose(exported, expected, atol=1e-3)


def test_a_recogniser_read_back_from_its_pack_sees_as_it_did() -> None:
    faces = torch.rand(3, 3, crops.SIDE, crops.SIDE) * 2 - 1
    session = onnxruntime.InferenceSession(WEIGHTS / "faces" / "recogniser.onnx")

    read_back = recogniser_of(WEIGHTS / "faces" / "recogniser.onnx")(faces)

    [exported] = session.run(None, {"input.1": faces.numpy()})
    np.testing.assert_allclose(read_back.numpy(), exported, atol=1e-4)


@pytest.mark.parametrize("recipe", [recogniser, grader, thresholds])
def test_without_what_it_needs_a_recipe_says_what_to_train_first(recipe: object, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"train pocket\.recipes\.(detector|recogniser) first"):
        recipe.train(Plan(tmp_path, minutes=1, steps=1, workers=0))  # type: ignore[attr-defined]


def test_a_third_of_the_compositions_show_nobody_and_many_faces_are_small() -> None:
    found = [composition(number)[1] for number in range(60)]
    without = sum(not (target[:, 0] > 0).any() for target in found)
    # The first cells are those of the finest stride, which answers for faces of up to 32 pixels.
    small = sum(bool((target[: (SIDE // 8) ** 2, 0] > 0).any()) for target in found)

    assert 10 <= without <= 32
    assert small >= 6


def test_targets_lie_where_the_face_is() -> None:
    drawing = draw(make_person(3), training_photo(3, 10)[1], SIDE)
    rows = targets([Face(drawing.box.astype(float), drawing.landmarks.astype(float))])
    cells = SIDE // 32
    coarse = rows[-(cells**2) :].reshape(cells, cells, 16)
    y, x = np.argwhere(coarse[..., 0] > 0)[0]
    corner = np.array([x, y]) * 32

    np.testing.assert_allclose(corner - coarse[y, x, 2:4] * 32, drawing.box[:2], atol=1e-3)
    np.testing.assert_allclose(coarse[y, x, 6:16].reshape(5, 2) * 32 + corner, drawing.landmarks, atol=1e-3)


def test_crops_follow_the_detectors_landmarks() -> None:
    found, true = (
        [crops.crop(number, 30, detector)[0].astype(int) for number in range(8)]
        for detector in (DETECTOR, None)
    )
    apart = np.array([[np.abs(one - other).mean() for other in true] for one in found])

    assert {crop.shape for crop in found} == {(112, 112, 3)}
    # Other landmarks, yet of the same face.
    assert (np.diag(apart) > 0.5).sum() >= 4
    assert (apart.argmin(1) == np.arange(8)).sum() >= 6


def test_the_graders_crops_show_more_beside_the_face() -> None:
    crop, seed = crops.crop(5, 30, side=128)

    assert crop.shape == (128, 128, 3)
    assert seed == 5


def test_pictures_of_nobody_are_pictures_of_the_size_asked() -> None:
    random = np.random.default_rng(0)

    pictures = [picture_of_nobody(64 * number, 1000, random, 160) for number in range(30)]

    assert {(picture.shape, picture.dtype) for picture in pictures} == {((160, 160, 3), np.dtype(np.uint8))}
    assert len({picture.tobytes() for picture in pictures}) == 30


def test_thresholds_are_measured_on_people_who_are_neither_learned_nor_cast(trained: Path) -> None:
    with subjects_made() as seeds:
        thresholds.train(Plan(trained, minutes=1, people=2))

    assert min(seeds) >= thresholds.FIRST_PERSON
    assert max(seeds) < HELD_OUT


def test_thresholds_are_in_order_however_badly_people_are_told_apart() -> None:
    random = np.random.default_rng(0)
    for closeness in (0.0, 0.1, 0.5, 3.0):
        people = [
            [_unit(centre * closeness + random.normal(size=512)) for _ in range(6)]
            for centre in random.normal(size=(12, 512))
        ]

        found = thresholds.thresholds(Seen(people, np.ones(72), np.zeros(72)))

        assert found.ambiguous <= found.same_person
        assert found.lowest_floor <= found.same_person
        assert found.detection == 0.5


def test_who_finds_nobody_accepts_nobody(trained: Path) -> None:
    found = thresholds.thresholds(Seen([[], []], np.zeros(4), np.zeros(4)))

    assert (found.same_person, found.ambiguous, found.lowest_floor) == (1, 1, 1)


def test_a_score_that_animals_reach_counts_as_no_face() -> None:
    people = [[_unit(centre) for _ in range(3)] for centre in np.random.default_rng(1).normal(size=(4, 512))]
    nobody = np.array([0.58] * 2 + [0.0] * 98)

    assert thresholds.thresholds(Seen(people, np.ones(100), nobody)).detection == 0.6
    # But not at the price of faces.
    assert thresholds.thresholds(Seen(people, np.full(100, 0.55), nobody)).detection == 0.5


def test_measured_thresholds_are_what_the_file_says(trained: Path) -> None:
    written = json.loads((trained / "faces" / "thresholds.json").read_text())

    assert set(written) == {"same_person", "ambiguous", "lowest_floor", "detection"}
    assert written["ambiguous"] <= written["same_person"]


def _unit(values: np.ndarray) -> np.ndarray:
    return np.asarray(values / np.linalg.norm(values), np.float32)
