"""In what ways two photos of a subject differ: pose, distance, light, background, face."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.artifacts import Pixels
from core.curation.measuring import Measured
from core.curation.pose import pose_of

# The difference in each that makes two photos clearly different ones.
_YAW: Final = 0.25
_PITCH: Final = 0.15
_SHARE: Final = 0.2
_LUMA: Final = 40.0
_COLOUR: Final = 60.0
_EXPRESSION: Final = 0.5


def background(thumbnail: Pixels) -> NDArray[np.float64]:
    """Return the mean colour of the picture's upper corners, where a portrait has no body: left, then right, (6,)."""
    rows, columns = thumbnail.shape[0] // 3, thumbnail.shape[1] // 5
    corners = (thumbnail[:rows, :columns], thumbnail[:rows, -columns:])
    return np.concatenate([corner.reshape(-1, 3).mean(axis=0) for corner in corners])


def features(photos: Sequence[Measured]) -> NDArray[np.float64]:
    """Return a row for each photo, (photos, numbers); rows one apart are clearly different photos."""
    pose = [pose_of(photo.face) if photo.face else None for photo in photos]
    columns = [
        [at.yaw / _YAW if at else 0.0 for at in pose],
        [at.pitch / _PITCH if at else 0.0 for at in pose],
        [photo.face.side / min(photo.kept) / _SHARE if photo.face else 0.0 for photo in photos],
        [photo.light.mean / _LUMA for photo in photos],
    ]
    colours = np.stack([background(photo.thumbnail) for photo in photos]) / (_COLOUR * np.sqrt(2))
    return np.concatenate([np.array(columns).T, colours, _faces(photos)], axis=1)


def _faces(photos: Sequence[Measured]) -> NDArray[np.float64]:
    """Return what the recogniser sees beyond the person: expression, age, beard; no columns where a face is missing."""
    found = [photo.face.embedding for photo in photos if photo.face]
    if len(found) < len(photos):
        return np.zeros((len(photos), 0))
    embeddings = np.stack(found).astype(np.float64)
    return np.asarray((embeddings - embeddings.mean(axis=0)) / _EXPRESSION, np.float64)
