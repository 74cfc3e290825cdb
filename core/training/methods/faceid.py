"""FaceID (Ye et al. 2023): nothing is trained, because the base's own adapter draws whoever an embedding stands for."""

from collections.abc import Sequence

import numpy as np
import safetensors.numpy

from core.artifacts import Adapter, Embedding
from core.errors import TrainingFailed
from core.families.family import Family
from core.subjects import FACEID


def faceid(family: Family, faces: Sequence[Embedding]) -> Adapter:
    """Make a person's faces, one or more, an adapter; raises TrainingFailed where that cannot be."""
    if FACEID not in family.methods():
        raise TrainingFailed("no_faceid", family.base.name)
    if not faces:
        raise TrainingFailed("no_faces")
    rows = np.stack(faces).astype(np.float32)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    weights: bytes = safetensors.numpy.save({"faces": unit}, metadata={"format": "pt"})
    return Adapter(FACEID, family.base.family, family.base.name, weights)
