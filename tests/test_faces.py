import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import pocket
from core.artifacts import Embedding
from core.errors import ModelUnusable
from core.faces import FacePack, floor, leave_one_out, similarity
from pocket import faults
from pocket.cast import HELD_OUT, photos_of
from pocket.people import make_person
from pocket.scenes import make_scene

PACK = Path(pocket.__file__).parent / "weights" / "faces"


@pytest.fixture(scope="module")
def pack() -> FacePack:
    return FacePack.open(PACK, threads=1)


def at(*degrees: float) -> list[Embedding]:
    """Faces on a circle: their cosines are those of the angles between them."""
    return [np.array([np.cos(a), np.sin(a)], np.float32) for a in np.radians(degrees)]


def cosine(degrees: float) -> float:
    return float(np.cos(np.radians(degrees)))


def test_similarity_is_the_median_cosine_to_the_five_nearest() -> None:
    [face], photos = at(0), at(10, 20, 30, 40, 50, 170, 180)

    assert similarity(face, photos) == pytest.approx(cosine(30))


def test_similarity_takes_all_photos_when_there_are_fewer_than_five() -> None:
    [face], photos = at(0), at(10, 90)

    assert similarity(face, photos) == pytest.approx((cosine(10) + cosine(90)) / 2, abs=1e-6)


def test_similarity_to_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="no photo"):
        similarity(at(0)[0], [])


def test_a_photo_is_not_compared_with_itself() -> None:
    assert leave_one_out(at(0, 60)) == pytest.approx([0.5, 0.5])


def test_a_photo_is_not_compared_with_its_duplicates_nor_theirs() -> None:
    values = leave_one_out(at(0, 1, 2, 60), duplicates=[(0, 1), (1, 2)])

    assert values[:3] == pytest.approx([cosine(60), cosine(59), cosine(58)], abs=1e-6)
    assert values[3] == pytest.approx(cosine(59), abs=1e-6)


@pytest.mark.parametrize(("count", "duplicates"), [(0, []), (1, []), (2, [(0, 1)])])
def test_one_photo_alone_has_nothing_to_be_left_out_of(
    count: int, duplicates: Sequence[tuple[int, int]]
) -> None:
    assert leave_one_out(at(0, 1)[:count], duplicates) == []


def test_the_floor_is_at_least_the_packs_lowest() -> None:
    assert floor(at(0, 1, 2), at(90, 120), lowest=0.38) == 0.38


def test_the_floor_lies_above_nearly_all_strangers() -> None:
    photos, strangers = at(0, 1, 2), at(*np.linspace(50, 90, 101))

    value = floor(photos, strangers, lowest=0.1)

    assert value == pytest.approx(np.percentile([similarity(face, photos) for face in strangers], 99))
    assert sum(similarity(face, photos) > value for face in strangers) == 1


def test_the_floor_never_lies_above_the_persons_own_photos() -> None:
    photos = at(0, 30, 60, 90)
    own = leave_one_out(photos)

    assert floor(photos, at(45), lowest=0.38) == pytest.approx(np.mean(own) - 3 * np.std(own))


def test_one_photo_has_a_floor_from_its_strangers() -> None:
    assert floor(at(0), at(60), lowest=0.38) == pytest.approx(0.5)
    assert floor(at(0), [], lowest=0.38) == 0.38


def test_the_only_face_is_found_where_it_was_drawn(pack: FacePack) -> None:
    for drawing in photos_of(HELD_OUT + 1, 4, 512):
        [face] = pack.faces_in(drawing.pixels)

        assert np.abs(np.array(face.box) - drawing.box).max() < 0.15 * face.side
        assert np.abs(np.array(face.landmarks) - drawing.landmarks).mean() < 0.08 * face.side
        assert np.linalg.norm(face.embedding) == pytest.approx(1, abs=1e-4)


def test_several_faces_come_largest_first(pack: FacePack) -> None:
    group = faults.several([make_person(HELD_OUT + n) for n in range(3)], 5, 512)

    faces = pack.faces_in(group)

    assert len(faces) == 3
    areas = [(right - left) * (bottom - top) for left, top, right, bottom in (face.box for face in faces)]
    assert areas == sorted(areas, reverse=True)


def test_eyes_and_mouth_are_no_face_within_the_face(pack: FacePack) -> None:
    # The detector alone sees two on these: the face, and its middle.
    photos = photos_of(HELD_OUT + 406, 6, 512, first_scene=406 * 50)

    assert [len(pack.faces_in(photo.pixels)) for photo in photos] == [1] * 6


def test_nobody_has_no_face(pack: FacePack) -> None:
    assert pack.faces_in(faults.nobody(make_scene(10), 512)) == ()


def test_one_person_resembles_himself_and_nobody_else(pack: FacePack) -> None:
    def faces(person: int, count: int) -> list[Embedding]:
        return [pack.faces_in(photo.pixels)[0].embedding for photo in photos_of(person, count, 512)]

    photos = faces(HELD_OUT + 1, 6)

    assert min(leave_one_out(photos)) > pack.thresholds.same_person
    for other in range(2, 6):
        assert similarity(faces(HELD_OUT + other, 1)[0], photos) < pack.thresholds.same_person


def test_a_strip_has_no_face(pack: FacePack) -> None:
    assert pack.faces_in(np.zeros((1, 2048, 3), np.uint8)) == ()


@pytest.mark.parametrize("shape", [(10, 10), (10, 10, 4), (0, 10, 3)])
def test_what_is_no_picture_is_an_error(pack: FacePack, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"\(height, width, 3\)"):
        pack.faces_in(np.zeros(shape, np.uint8))


def test_a_pack_is_known_by_its_recognisers_hash(pack: FacePack) -> None:
    manifest = json.loads((PACK / "manifest.json").read_text())

    assert pack.recogniser_hash == manifest["tasks"]["recognition"]["sha256"]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    shutil.copytree(PACK, folder)
    return folder


def reason(folder: Path) -> str:
    with pytest.raises(ModelUnusable) as error:
        FacePack.open(folder)
    return error.value.reason


def test_a_pack_that_is_not_there_is_never_downloaded(tmp_path: Path) -> None:
    assert reason(tmp_path / "buffalo_l") == "there is no such folder"


def test_a_pack_without_a_manifest_is_refused(copy: Path) -> None:
    (copy / "manifest.json").unlink()

    assert "manifest.json cannot be read" in reason(copy)


def test_a_manifest_of_another_version_is_refused(copy: Path) -> None:
    (copy / "manifest.json").write_text('{"manifest_version": 1}')

    assert reason(copy) == "manifest.json is not of version 2"


@pytest.mark.parametrize("task", ["detection", "recognition"])
def test_a_model_without_a_hash_is_refused(copy: Path, task: str) -> None:
    manifest = json.loads((copy / "manifest.json").read_text())
    del manifest["tasks"][task]["sha256"]
    (copy / "manifest.json").write_text(json.dumps(manifest))

    assert reason(copy) == f"manifest.json names no file and sha256 for {task}"


def test_a_missing_model_is_refused(copy: Path) -> None:
    (copy / "recogniser.onnx").unlink()

    assert reason(copy) == "recogniser.onnx is missing"


def test_an_altered_model_is_refused(copy: Path) -> None:
    with (copy / "detector.onnx").open("ab") as model:
        model.write(b"\0")

    assert reason(copy).startswith("detector.onnx has sha256 ")


def test_a_pack_without_all_its_thresholds_is_refused(copy: Path) -> None:
    (copy / "thresholds.json").write_text('{"same_person": 0.4, "ambiguous": 0.3, "detection": 0.5}')

    assert reason(copy) == "thresholds.json has no number for lowest_floor: None"
