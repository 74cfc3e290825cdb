"""Is this the same photo again: re-encoded, resized, mirrored, cropped a little, or the next of a burst?"""

import itertools
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.fft import dctn

from core.artifacts import Pixels
from core.curation.appearance import luma, resized

_HASHED: Final = 64
_FREQUENCIES: Final = 16
_THUMBNAIL: Final = 32
_COMPARED: Final = 24
# Measured on 24 531 pairs of photographs: duplicates up to 64 of 256 bits apart, different photos from 82 on.
_SAME_HASH: Final = 64
# Drawn photos of one person are simple: 1 % of different ones have hashes that near. Their colours differ:
# of 2 700 pairs one correlates above 0.94 with a near hash; duplicates, brightened ones too, do.
_ALIKE: Final = 0.94
# Allowing for a crop of up to 15 %: crops of 3 and 5 % reach 0.97 to 0.99; of 2 700 different pairs none does.
_ALIKE_CROPPED: Final = 0.972
# Faces are nearly symmetric: a different photo is likelier to resemble the mirror image of one.
_ALIKE_MIRRORED: Final = 0.985
_MIRRORED_HASH: Final = 32
_CROPS: Final = tuple(
    (share, down, across)
    for share in (1.0, 0.95, 0.9, 0.85)
    for down, across in (itertools.product((0.0, 0.5, 1.0), repeat=2) if share < 1 else ((0.0, 0.0),))
)


def perceptual_hash(pixels: Pixels) -> int:
    """Return 256 bits that a photo keeps when it is re-encoded, resized or filtered.

    The signs of the lowest frequencies about their median: Zauner, Implementation and benchmarking of perceptual
    image hash functions, 2010, with 16 x 16 frequencies.
    """
    spectrum = dctn(luma(resized(pixels, _HASHED, _HASHED)))[:_FREQUENCIES, :_FREQUENCIES].ravel()
    bits = np.packbits(spectrum > np.median(spectrum))
    return int.from_bytes(bits.tobytes(), "big")


def thumbnail(pixels: Pixels) -> Pixels:
    """Return the whole picture, squeezed into (32, 32, 3)."""
    return resized(pixels, _THUMBNAIL, _THUMBNAIL)


def same_photos(hashes: Sequence[tuple[int, int]], thumbnails: Sequence[Pixels]) -> list[tuple[int, int]]:
    """Return the pairs of places, lower first, that hold one photo twice; `hashes` are (as it is, mirrored)."""
    if not thumbnails:
        return []
    views = np.stack([_views(picture) for picture in thumbnails])  # (photos, crops, numbers)
    turned = np.stack([_views(np.ascontiguousarray(picture[:, ::-1]))[0] for picture in thumbnails])
    whole = views[:, 0]
    crops = (views @ whole.T).max(axis=1)
    alike, cropped, mirrored = whole @ whole.T, np.maximum(crops, crops.T), turned @ whole.T
    return [
        (one, other)
        for one, other in itertools.combinations(range(len(hashes)), 2)
        if cropped[one, other] >= _ALIKE_CROPPED
        or mirrored[one, other] >= _ALIKE_MIRRORED
        or (alike[one, other] >= _ALIKE and _distance(hashes[one][0], hashes[other][0]) <= _SAME_HASH)
        or (mirrored[one, other] >= _ALIKE and _distance(hashes[one][0], hashes[other][1]) <= _MIRRORED_HASH)
    ]


def _distance(one: int, other: int) -> int:
    return (one ^ other).bit_count()


def _views(picture: Pixels) -> NDArray[np.float32]:
    """Return the picture and its crops, each of mean 0 and length 1, so that a product is a correlation."""
    rows = np.stack([_crop(picture, *where) for where in _CROPS]).reshape(len(_CROPS), -1)
    rows = rows - rows.mean(axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-3), np.float32)


def _crop(picture: Pixels, share: float, down: float, across: float) -> NDArray[np.float32]:
    side = _THUMBNAIL * share
    step = side / _COMPARED
    left, top = ((_THUMBNAIL - side) * at + step / 2 - 0.5 for at in (across, down))
    return np.asarray(
        cv2.warpAffine(
            picture.astype(np.float32),
            np.array([[step, 0, left], [0, step, top]], np.float32),
            (_COMPARED, _COMPARED),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.float32,
    )
