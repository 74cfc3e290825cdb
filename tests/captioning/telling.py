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
    size = [1, 3, 8, 8]
    pooled = helper.make_node("ReduceMean", ["input.1"], ["mean"], axes=[1, 2, 3], keepdims=0)
    flat = helper.make_node("Mul", ["mean", "zero"], ["nothing"])
    shaped = helper.make_node("Unsqueeze", ["nothing"], ["row"], axes=[1])
    added = helper.make_node("Add", ["row", "values"], ["weights"])
    graph = helper.make_graph(
        [pooled, flat, shaped, added],
        "told",
        [helper.make_tensor_value_info("input.1", TensorProto.FLOAT, size)],
        [helper.make_tensor_value_info("weights", TensorProto.FLOAT, [1, len(values)])],
        [
            numpy_helper.from_array(np.zeros(1, np.float32), "zero"),
            numpy_helper.from_array(np.array([values], np.float32), "values"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=8)
    onnx.save(model, folder / "attributes.onnx")
    (folder / "attributes.json").write_text(json.dumps(DOCUMENT))
