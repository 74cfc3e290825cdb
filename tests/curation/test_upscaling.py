"""Parts of photos that are too small are made larger by a model, where one is configured."""

from pathlib import Path

import numpy as np
import onnx
import pytest

from core.curation import cut
from core.curation.cropping import Frame
from core.curation.upscaling import Upscaler
from core.errors import ModelUnusable

SMALL = Frame(0, 0, 8, 8, 32, 32)


def model(folder: Path, factor: float, channels: int = 3) -> Path:
    """A model that repeats pixels and makes them darker by half, so that its work is seen."""
    helper = onnx.helper
    kind = onnx.TensorProto.FLOAT
    scales = helper.make_tensor("scales", kind, [4], [1.0, 1.0, factor, factor])
    half = helper.make_tensor("half", kind, [1], [0.5])
    nodes = [
        helper.make_node("Resize", ["in", "", "scales"], ["large"], mode="nearest"),
        helper.make_node("Mul", ["large", "half"], ["out"]),
    ]
    shape = [1, channels, None, None]
    inputs, outputs = (helper.make_tensor_value_info(name, kind, shape) for name in ("in", "out"))
    graph = helper.make_graph(nodes, "up", [inputs], [outputs], [scales, half])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    path = folder / "up.onnx"
    onnx.save(made, path)
    return path


def test_a_small_part_goes_through_the_model_and_then_to_its_size(tmp_path: Path) -> None:
    upscaler = Upscaler.open("up", model(tmp_path, 2))

    grown = cut(np.full((8, 8, 3), 200, np.uint8), SMALL, upscaler)

    assert upscaler.factor == 2
    assert grown.shape == (32, 32, 3)
    assert (grown == 100).all()


def test_a_part_that_is_large_enough_does_not(tmp_path: Path) -> None:
    upscaler = Upscaler.open("up", model(tmp_path, 4))

    assert (cut(np.full((40, 40, 3), 200, np.uint8), Frame(0, 0, 40, 40, 32, 32), upscaler) == 200).all()


def test_without_a_model_lanczos_does_it() -> None:
    assert (cut(np.full((8, 8, 3), 200, np.uint8), SMALL) == 200).all()


@pytest.mark.parametrize(("factor", "channels"), [(1, 3), (8, 3), (2, 1)])
def test_a_model_of_other_shapes_is_refused(tmp_path: Path, factor: float, channels: int) -> None:
    with pytest.raises(ModelUnusable):
        Upscaler.open("up", model(tmp_path, factor, channels))


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "up.onnx"
    path.write_bytes(b"no model")

    with pytest.raises(ModelUnusable):
        Upscaler.open("up", path)
