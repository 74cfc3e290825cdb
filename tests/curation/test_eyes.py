"""Closed eyes, told by a model of 106 landmarks: insightface's own reader, and models that always see the same face."""

from pathlib import Path

import numpy as np
import onnx
import pytest

import pocket
from core.artifacts import Verdict
from core.curation import judge, measure
from core.errors import ModelUnusable
from core.eyes import EyeModel
from core.faces import FacePack
from core.families.catalogue import check, read, sha256_of
from tests.curation.conftest import SIZE, SUBJECT, drawings

PACK = Path(pocket.__file__).parent / "weights" / "faces"
PLACES = 106


def a_model(file: Path, height: float, places: int = PLACES) -> Path:
    """A model that sees, on any picture, eyes of this height as a share of their width."""
    seen = np.zeros((places, 2), np.float32)
    turn = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    lids = np.stack([0.2 * np.cos(turn), 0.2 * height * np.sin(turn)], 1)
    for first, middle in ((33, -0.3), (87, 0.3)):
        seen[first : first + 10] = (middle, -0.2)
        seen[first : first + 8] += lids
    graph = onnx.helper.make_graph(
        [
            onnx.helper.make_node("GlobalAveragePool", ["data"], ["mean"]),
            onnx.helper.make_node("Flatten", ["mean"], ["flat"]),
            onnx.helper.make_node("MatMul", ["flat", "nothing"], ["zero"]),
            onnx.helper.make_node("Add", ["zero", "seen"], ["fc1"]),
        ],
        "eyes",
        [onnx.helper.make_tensor_value_info("data", onnx.TensorProto.FLOAT, [1, 3, 192, 192])],
        [onnx.helper.make_tensor_value_info("fc1", onnx.TensorProto.FLOAT, [1, 2 * places])],
        [
            onnx.numpy_helper.from_array(np.zeros((3, 2 * places), np.float32), "nothing"),
            onnx.numpy_helper.from_array(seen.reshape(1, -1), "seen"),
        ],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, str(file))
    return file


@pytest.mark.parametrize(("height", "verdict"), [(0.4, Verdict.ACCEPTED), (0.05, Verdict.EYES_CLOSED)])
def test_closed_eyes_are_named_where_a_model_tells(tmp_path: Path, height: float, verdict: Verdict) -> None:
    pack = FacePack.open(PACK, threads=1, landmarks=a_model(tmp_path / "2d106det.onnx", height))
    [drawing] = drawings(SUBJECT, 1)

    seen = measure(drawing.pixels, pack, SIZE)

    assert seen.eyes == pytest.approx(height, abs=0.02)
    assert judge([seen], SIZE, pack.thresholds)[0].verdict is verdict


def test_openness_is_a_share_of_the_eyes_width(tmp_path: Path) -> None:
    model = EyeModel.open(a_model(tmp_path / "2d106det.onnx", 0.3))
    picture = np.zeros((64, 64, 3), np.uint8)

    assert model.openness(picture, (10, 10, 50, 50)) == pytest.approx(0.3, abs=0.02)


def test_without_a_model_nothing_is_said_of_eyes(pack: FacePack) -> None:
    [drawing] = drawings(SUBJECT, 1)

    assert measure(drawing.pixels, pack, SIZE).eyes is None


def test_a_file_that_is_no_model_of_landmarks_is_refused(tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense.onnx"
    nonsense.write_bytes(b"nonsense")

    for file in (nonsense, tmp_path / "absent.onnx", a_model(tmp_path / "more.onnx", 0.3, places=200)):
        with pytest.raises(ModelUnusable, match=file.name):
            EyeModel.open(file)


def test_landmarks_are_configured_beside_a_pack_and_vouched_for(tmp_path: Path) -> None:
    file = a_model(tmp_path / "2d106det.onnx", 0.3)
    words = f'[packs.drawn]\npath = "{PACK.resolve()}"\nlandmarks = "2d106det.onnx"\nlicence = "MIT"\n'
    models = tmp_path / "models.toml"

    models.write_text(f'{words}[packs.drawn.sha256]\nlandmarks = "{sha256_of(file)}"\n')
    check(read(models).packs["drawn"])
    models.write_text(f'{words}[packs.drawn.sha256]\nlandmarks = "{"0" * 64}"\n')
    with pytest.raises(ModelUnusable, match="landmarks has the sha256"):
        check(read(models).packs["drawn"])
    detector = sha256_of(PACK / "detector.onnx")
    models.write_text(f'{words}[packs.drawn.sha256]\n"detector.onnx" = "{detector}"\n')
    with pytest.raises(ModelUnusable, match="names no sha256 of its landmarks file"):
        check(read(models).packs["drawn"])
