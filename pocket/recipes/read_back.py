"""The recogniser of a pack as a torch module again, through which other recipes can learn.

The exporter folds every normalisation after a convolution into it; here it stands in the normalisation's bias, so
that one class describes both.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import onnx
import torch
from torch import Tensor

from pocket.recipes.recogniser import Recogniser

_HALF: Final = ".half"


def recogniser_of(path: Path) -> Recogniser:
    """Return the shipped design with the weights of a `recogniser.onnx`, at rest.

    Raises FileNotFoundError without the file.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: train pocket.recipes.recogniser first")
    graph = onnx.load(str(path)).graph
    numbers = {
        weight.name.removesuffix(_HALF): torch.from_numpy(onnx.numpy_helper.to_array(weight).copy()).float()
        for weight in graph.initializer
    }
    recogniser = Recogniser()
    state = _neutral(recogniser)
    for node in graph.node:
        state.update(_weights_of(node, numbers))
    recogniser.load_state_dict(state)
    return recogniser.eval().requires_grad_(requires_grad=False)


def _neutral(recogniser: Recogniser) -> dict[str, Tensor]:
    """Return the state in which every normalisation leaves its input as it is."""
    state = dict(recogniser.state_dict())
    for name, module in recogniser.named_modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            state[f"{name}.running_var"] = torch.full_like(state[f"{name}.running_var"], 1 - module.eps)
    return state


def _weights_of(node: Any, numbers: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return what one node of the graph says of the module that it came from."""
    own = [numbers[name] for name in node.input if name in numbers]
    match node.op_type:
        case "Conv":
            place = _place(node.output[0])
            parent, number = place.rsplit(".", 1)
            return {f"{place}.weight": own[0], f"{parent}.{int(number) + 1}.bias": own[1]}
        case "PRelu":
            return {f"{_place(node.output[0])}.weight": own[0].flatten()}
        case "MatMul":
            return {f"{_place(node.output[0])}.weight": own[0].T}
        case "BatchNormalization":
            return {name: numbers[name] for name in node.input if name in numbers}
        case _:
            return {}


def _place(output: str) -> str:
    """Return the module that an output is named after: `/blocks.0/path/path.2/PRelu_output_0` is `blocks.0.path.2`."""
    parts = output.strip("/").split("/")[:-1]
    following = [*parts[1:], ""]
    return ".".join(
        part for part, after in zip(parts, following, strict=True) if not after.startswith(f"{part}.")
    )
