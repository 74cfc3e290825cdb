"""The names of vectors in files of textual inversions: ours, which are those of SDXL everywhere, and A1111's.

https://github.com/AUTOMATIC1111/stable-diffusion-webui/blob/master/modules/textual_inversion/textual_inversion.py
"""

from collections.abc import Mapping
from typing import Final

from core.exchange.tensors import Tensor

FIRST, SECOND = "clip_l", "clip_g"  # the text encoders of a family; the second is SDXL's
ALONE: Final = "emb_params"  # A1111's, where there is one text encoder


def theirs(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Our vectors under the names that other tools look for."""
    return dict(tensors) if SECOND in tensors else {ALONE: tensors[FIRST]}


def ours(tensors: Mapping[str, Tensor]) -> dict[str, Tensor] | None:
    """Vectors of a file from elsewhere by our names; None when it holds something else.

    diffusers names a single tensor by the word that it stands for, and it may be one vector without a first side.
    """
    if tensors.keys() <= {FIRST, SECOND} and FIRST in tensors:
        found = dict(tensors)
    elif len(tensors) == 1:
        found = {FIRST: next(iter(tensors.values()))}
    else:
        return None
    found = {name: _rows(tensor) for name, tensor in found.items()}
    return found if all(len(tensor.shape) == 2 for tensor in found.values()) else None


def _rows(tensor: Tensor) -> Tensor:
    if len(tensor.shape) == 1:
        return Tensor(tensor.dtype, (1, *tensor.shape), tensor.content)
    return tensor
