"""A captioner of attributes that tells what it is made to tell, by the real code."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tests.captioning.test_sayings import DOCUMENT


def tell(folder: Path, weights: Mapping[str, str], unsure: frozenset[str] = frozenset()) -> None:
    """A classifier that always tells these values, and its words; of some it is not sure."""
    values = [
        (0.1 if name in unsure else 9.0) * (value == weights[name])
        for name, known in DOCUMENT["heads"].items()
        for value in known
    ]
    _write(folder, values, [0.0] * len(values))


def tell_of_the_left(folder: Path) -> None:
    """A classifier that tells a cap where the left half is bright, none where it is dark, and else always the same."""
    told = [(name, value) for name, known in DOCUMENT["heads"].items() for value in known]
    values = [9.0 * (value in {"man", "photo", "red"}) for _, value in told]
    _write(folder, values, [9.0 * (one == ("hat", "cap")) for one in told])


def _write(folder: Path, values: list[float], of_the_left: list[float]) -> None:
    """Write a model that answers these values, and so much more times the brightness (-1 to 1) of the left half."""
    size = [1, 3, 8, 8]
    left = helper.make_node("Slice", ["input.1", "from", "to", "across"], ["left"])
    pooled = helper.make_node("ReduceMean", ["left"], ["mean"], axes=[1, 2, 3], keepdims=1)
    flat = helper.make_node("Reshape", ["mean", "one"], ["brightness"])
    shaped = helper.make_node("Mul", ["brightness", "more"], ["row"])
    added = helper.make_node("Add", ["row", "values"], ["weights"])
    graph = helper.make_graph(
        [left, pooled, flat, shaped, added],
        "told",
        [helper.make_tensor_value_info("input.1", TensorProto.FLOAT, size)],
        [helper.make_tensor_value_info("weights", TensorProto.FLOAT, [1, len(values)])],
        [
            numpy_helper.from_array(np.array([0]), "from"),
            numpy_helper.from_array(np.array([4]), "to"),
            numpy_helper.from_array(np.array([3]), "across"),
            numpy_helper.from_array(np.array([1, 1]), "one"),
            numpy_helper.from_array(np.array([of_the_left], np.float32), "more"),
            numpy_helper.from_array(np.array([values], np.float32), "values"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=8)
    onnx.save(model, folder / "attributes.onnx")
    (folder / "attributes.json").write_text(json.dumps(DOCUMENT))
