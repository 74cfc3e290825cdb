"""Safetensors files, read as strangers' bytes and written; the format: https://github.com/huggingface/safetensors.

Eight bytes say how long the header is, the header is JSON and says where each tensor lies, the rest is numbers.
Nothing in a file is run, and no number of it reserves memory before it was compared with a bound.
"""

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.errors import Unfit, WeightsRefused

MOST_BYTES: Final = 256 << 20
MOST_HEADER_BYTES: Final = 8 << 20  # trainers put every caption's words into it, which are megabytes at times
MOST_TENSORS: Final = 16_384
MOST_SIDES: Final = 4
WIDTHS: Final = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2}  # bytes of a number; others are no weights
# How files begin that a program could hide in: pickles by their protocol, and torch's archives of pickles.
PICKLES: Final = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"PK\x03\x04")


@dataclass(frozen=True)
class Tensor:
    """Numbers as they lie in a file."""

    dtype: str  # a key of WIDTHS
    shape: tuple[int, ...]
    content: bytes


@dataclass(frozen=True)
class Weights:
    """Everything in a file."""

    tensors: Mapping[str, Tensor]
    notes: Mapping[str, str]  # what the format calls `__metadata__`


def read(content: bytes) -> Weights:
    """Read a file that anybody may have made; raises WeightsRefused."""
    if len(content) > MOST_BYTES:
        raise WeightsRefused(Unfit.TOO_LARGE, str(len(content)))
    if content[8:9] not in (b"{", b""):
        raise WeightsRefused(Unfit.PICKLE if content.startswith(PICKLES) else Unfit.NOT_SAFETENSORS)
    if len(content) < 8:
        raise WeightsRefused(Unfit.NOT_SAFETENSORS)
    (length,) = struct.unpack("<Q", content[:8])
    if length > MOST_HEADER_BYTES:
        raise WeightsRefused(Unfit.HEADER_TOO_LARGE, str(length))
    if len(content) < 8 + length:
        raise WeightsRefused(Unfit.TRUNCATED)
    entries = _entries(content[8 : 8 + length])
    notes = entries.pop("__metadata__", {})
    if not isinstance(notes, dict):
        raise WeightsRefused(Unfit.DAMAGED_HEADER, "__metadata__")
    if not entries:
        raise WeightsRefused(Unfit.NO_TENSORS)
    if len(entries) > MOST_TENSORS:
        raise WeightsRefused(Unfit.TOO_MANY_TENSORS, str(len(entries)))
    return Weights(
        _tensors(entries, memoryview(content)[8 + length :]),
        {key: value for key, value in notes.items() if isinstance(value, str)},
    )


def written(weights: Weights) -> bytes:
    """The file of these tensors, which lie in it in the order of their names."""
    header: dict[str, Any] = {"__metadata__": dict(weights.notes)} if weights.notes else {}
    end = 0
    names = sorted(weights.tensors)
    for name in names:
        tensor = weights.tensors[name]
        begin, end = end, end + len(tensor.content)
        header[name] = {"dtype": tensor.dtype, "shape": list(tensor.shape), "data_offsets": [begin, end]}
    words = json.dumps(header, separators=(",", ":")).encode()
    words += b" " * (-len(words) % 8)
    return b"".join(
        [struct.pack("<Q", len(words)), words, *(weights.tensors[name].content for name in names)]
    )


def _entries(header: bytes) -> dict[str, Any]:
    try:
        entries = json.loads(header)
    except (ValueError, RecursionError) as error:
        raise WeightsRefused(Unfit.DAMAGED_HEADER) from error
    if not isinstance(entries, dict):
        raise WeightsRefused(Unfit.DAMAGED_HEADER)
    return entries


def _tensors(entries: Mapping[str, Any], numbers: memoryview) -> dict[str, Tensor]:
    """Cut the numbers up; they must lie end to end, so that nothing is hidden in the file or counted twice."""
    found = {}
    end = 0
    for name, begin, after, entry in sorted(
        ((name, *_place(name, entry), entry) for name, entry in entries.items()), key=lambda one: one[1:3]
    ):
        dtype, shape = _kind(name, entry)
        if begin != end or after - begin != math.prod(shape) * WIDTHS[dtype]:
            raise WeightsRefused(Unfit.DAMAGED_HEADER, name)
        if after > len(numbers):
            raise WeightsRefused(Unfit.TRUNCATED, name)
        found[name] = Tensor(dtype, shape, bytes(numbers[begin:after]))
        end = after
    if end != len(numbers):
        raise WeightsRefused(Unfit.DAMAGED_HEADER)
    return found


def _place(name: str, entry: Any) -> tuple[int, int]:
    offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
    if not isinstance(offsets, list) or len(offsets) != 2 or not all(map(_is_size, offsets)):
        raise WeightsRefused(Unfit.DAMAGED_HEADER, name)
    return offsets[0], offsets[1]


def _kind(name: str, entry: Mapping[str, Any]) -> tuple[str, tuple[int, ...]]:
    dtype, shape = entry.get("dtype"), entry.get("shape")
    if not isinstance(shape, list) or len(shape) > MOST_SIDES or not all(map(_is_size, shape)):
        raise WeightsRefused(Unfit.DAMAGED_HEADER, name)
    if not isinstance(dtype, str) or dtype not in WIDTHS:
        raise WeightsRefused(Unfit.OTHER_NUMBERS, str(dtype))
    return dtype, tuple(shape)


def _is_size(value: object) -> bool:
    return type(value) is int and 0 <= value <= MOST_BYTES
