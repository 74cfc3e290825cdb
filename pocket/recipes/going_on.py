"""To go on with a judge of pictures of which only the ONNX file is left, its normalisations folded into its weights."""

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn


def take_up(model: nn.Module, path: Path) -> None:
    """Give a model the weights of the file that `export_onnx` made of one like it.

    A normalisation that was folded into its convolution keeps the convolution's bias and does nothing else; it must
    stay in evaluation (`without_statistics`), because with a batch's own mean and spread it would undo what it took.
    """
    graph = onnx.load(str(path)).graph
    kept = {one.name.removesuffix(".half"): _tensor(one) for one in graph.initializer}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    bends = [node for node in graph.node if node.op_type == "PRelu"]
    state = model.state_dict()
    named = {name: value for name, value in kept.items() if name in state}
    model.load_state_dict({**state, **named})
    of_kind = [one for one in model.modules() if isinstance(one, nn.Conv2d)]
    norms = [one for one in model.modules() if isinstance(one, nn.BatchNorm2d)]
    curves = [one for one in model.modules() if isinstance(one, nn.PReLU)]
    with torch.no_grad():
        for node, convolution, norm in zip(convolutions, of_kind, norms, strict=True):
            convolution.weight.copy_(kept[node.input[1]])
            norm.weight.fill_(1)
            norm.bias.copy_(kept[node.input[2]])
            norm.running_mean.zero_()  # type: ignore[union-attr]
            norm.running_var.fill_(1 - norm.eps)  # type: ignore[union-attr]
        for node, curve in zip(bends, curves, strict=True):
            curve.weight.copy_(kept[node.input[1]].flatten())


def without_statistics(model: nn.Module) -> None:
    """Let a model learn with its normalisations as they are."""
    model.train()
    for one in model.modules():
        if isinstance(one, nn.BatchNorm2d):
            one.eval()


def _tensor(initializer: onnx.TensorProto) -> Tensor:
    return torch.from_numpy(numpy_helper.to_array(initializer).copy()).float()
