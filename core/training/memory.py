"""How many pictures fit into memory together: what is free, and what a training step holds for each of them."""

from collections.abc import Callable
from math import ceil
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

SHARE: Final = 0.8  # of what is free; the rest is for whoever else is there, and for gaps between tensors
BACKWARD: Final = 1.5  # times what the forward pass holds, while gradients pass through
_MEMINFO: Final = Path("/proc/meminfo")
_LIMIT, _USED = Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")


def free(device: torch.device) -> int | None:
    """Bytes that a device has left for this process; None where nothing tells."""
    if device.type == "cuda":
        unused, _ = torch.cuda.mem_get_info(device)
        return unused + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    if device.type != "cpu" or not _MEMINFO.is_file():
        return None
    fields = dict(line.split(":", 1) for line in _MEMINFO.read_text().splitlines())
    available = int(fields["MemAvailable"].split()[0]) * 1024
    # A container may have less than the machine.
    if _LIMIT.is_file() and (limit := _LIMIT.read_text().strip()).isdecimal():
        available = min(available, int(limit) - int(_USED.read_text()))
    return max(available, 0)


def held(forward: Callable[[], Tensor]) -> int:
    """Bytes that a forward pass keeps for its backward pass, weights among them."""
    kept: dict[int, int] = {}

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        result = forward()  # kept to the end, so that no address is given out twice
    del result
    return sum(kept.values())


def fitting(wanted: int, loss: Callable[[int], Tensor], device: torch.device) -> int:
    """How many pictures, 1 to `wanted`, can be looked at at once; `loss` computes that of so many."""
    room = free(device) if wanted > 1 else None
    if room is None:
        return wanted
    # What the second picture adds is what each takes: weights are there once.
    each = held(lambda: loss(2)) - held(lambda: loss(1))
    return max(1, min(wanted, int(room * SHARE / max(each * BACKWARD, 1))))


def divided(rows: list[int], most: int) -> list[list[int]]:
    """Rows in as few parts of at most so many as there can be, alike in size."""
    size = ceil(len(rows) / ceil(len(rows) / most))
    return [rows[start : start + size] for start in range(0, len(rows), size)]
