"""Files as strangers send them."""

import json
import pickle
import struct
import zipfile
from collections.abc import Mapping
from io import BytesIO

import numpy as np

from core.exchange.tensors import Tensor, Weights, written

LAYER = "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k"
KOHYA = "lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn2_to_k"


def tensor(numbers: object, dtype: str = "F32") -> Tensor:
    """Numbers as a tensor of a file."""
    kinds = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}
    array = np.asarray(numbers, "<f4")
    if dtype == "BF16":
        return Tensor(dtype, array.shape, (array.view("<u4") >> 16).astype("<u2").tobytes())
    return Tensor(dtype, array.shape, array.astype(kinds[dtype]).tobytes())


def file_of(tensors: Mapping[str, Tensor], **notes: str) -> bytes:
    """A file with these tensors and notes."""
    return written(Weights(tensors, notes))


def lora(name: str = KOHYA, inputs: int = 96, outputs: int = 128, rank: int = 2, alpha: float = 1.0) -> bytes:
    """A LoRA of one layer, as kohya's trainer writes it."""
    numbers = np.random.default_rng(0).normal(0, 0.1, (2, rank, max(inputs, outputs)))
    return file_of(
        {
            f"{name}.lora_down.weight": tensor(numbers[0, :, :inputs]),
            f"{name}.lora_up.weight": tensor(numbers[1, :, :outputs].T),
            f"{name}.alpha": tensor(alpha),
        }
    )


def headed(header: object, numbers: bytes = b"") -> bytes:
    """A file with a header that says anything."""
    words = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(words)) + words + numbers


def gigabyte_header() -> bytes:
    """A header that claims a gigabyte."""
    return struct.pack("<Q", 1 << 30) + b'{"lora'


class Trap:
    """What a pickle does when it is opened."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (_spring, ("sprung",))


sprung: list[str] = []


def _spring(what: str) -> None:
    sprung.append(what)


def pickled() -> bytes:
    """A pickle that would run a program."""
    return pickle.dumps({"state_dict": Trap()})


def torch_archive() -> bytes:
    """The same in the archive that torch writes."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("archive/data.pkl", pickled())
    return out.getvalue()
