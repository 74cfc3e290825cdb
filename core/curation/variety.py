"""In what ways two photos of a subject differ: pose, distance, light, background, expression, face."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

from core.artifacts import Pixels
from core.curation.measuring import Measured
from core.curation.pose import pose_of

# The difference in each that makes two photos clearly different ones.
_YAW: Final = 0.25
_PITCH: Final = 0.15
_SHARE: Final = 0.2
_LUMA: Final = 40.0
_COLOUR: Final = 60.0
_FACE: Final = 0.5
# Mouths one apart are clearly different ones. Drawn people (400 pairs of one expression, 1,500 of two): the median
# is 0.5 and 0.8; the places of a mouth's corners alone tell a drawn one's expressions no better than chance.
_MOUTH: Final = 0.31
_MOUTH_WIDTH: Final = 0.12  # eye distances
_MOUTH_ROWS, _MOUTH_COLUMNS = 5, 7


def background(thumbnail: Pixels) -> NDArray[np.float64]:
    """Return the mean colour of the picture's upper corners, where a portrait has no body: left, then right, (6,)."""
    rows, columns = thumbnail.shape[0] // 3, thumbnail.shape[1] // 5
    corners = (thumbnail[:rows, :columns], thumbnail[:rows, -columns:])
    return np.concatenate([corner.reshape(-1, 3).mean(axis=0) for corner in corners])


def backgrounds(photos: Sequence[Measured]) -> int:
    """Count the clearly different colours behind the subject."""
    return _kinds(np.stack([background(photo.thumbnail) for photo in photos]) / _COLOUR if photos else None)


def expressions(photos: Sequence[Measured]) -> int:
    """Count the clearly different mouths: closed, smiling, open; photos without a face have none."""
    mouths = [_mouth(photo) for photo in photos if photo.face]
    return _kinds(np.stack(mouths) if mouths else None)


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


def _kinds(rows: NDArray[np.float64] | None) -> int:
    """Count the groups in which no two rows are more than one apart."""
    if rows is None or len(rows) < 2:
        return 0 if rows is None else len(rows)
    return int(fcluster(linkage(rows, "complete"), 1.0, "distance").max())


def _mouth(photo: Measured) -> NDArray[np.float64]:
    """Return the mouth's width, and how light and dark lie on it, as numbers of which one apart is clearly another."""
    if photo.face is None:
        raise ValueError("without a face there is no mouth")
    corners = np.array(photo.face.landmarks[3:5])
    eyes = np.array(photo.face.landmarks[:2])
    width = _apart(corners) / max(_apart(eyes), 1.0)
    rows, columns = photo.thumbnail.shape[:2]
    scale = np.array((columns / photo.kept[0], rows / photo.kept[1]))
    across, down = corners.mean(axis=0) * scale
    left, __, right, __ = photo.face.box
    reach = 0.22 * (right - left) * scale[0]
    where = np.meshgrid(
        np.linspace(across - reach, across + reach, _MOUTH_COLUMNS, dtype=np.float32),
        np.linspace(down - 0.6 * reach, down + 0.8 * reach, _MOUTH_ROWS, dtype=np.float32),
    )
    grey = photo.thumbnail.astype(np.float32).mean(axis=2)
    seen = cv2.remap(grey, where[0], where[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    shades = (seen - seen.mean()) / (photo.light.deviation + 1) / (_MOUTH * np.sqrt(seen.size))
    return np.append(shades.ravel(), width / _MOUTH_WIDTH / 2).astype(np.float64)


def _apart(points: NDArray[np.float64]) -> float:
    return float(np.linalg.norm(points[1] - points[0]))


def _faces(photos: Sequence[Measured]) -> NDArray[np.float64]:
    """Return what the recogniser sees beyond the person: expression, age, beard; no columns where a face is missing."""
    found = [photo.face.embedding for photo in photos if photo.face]
    if len(found) < len(photos):
        return np.zeros((len(photos), 0))
    embeddings = np.stack(found).astype(np.float64)
    return np.asarray((embeddings - embeddings.mean(axis=0)) / _FACE, np.float64)
