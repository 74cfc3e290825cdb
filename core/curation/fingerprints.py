"""Is this the same photo again: re-encoded, resized, filtered, mirrored, cropped a little, or the next of a burst?"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.fft import dctn

from core.artifacts import Pixels
from core.curation.appearance import luma, resized

_DETAIL: Final = 64
_THUMBNAIL: Final = 32
_FREQUENCIES: Final = 16
# How far the edges of two photos correlate, once one is cropped or turned so that they match best. Drawn: 0.98 and more
# of a photo and its copy, whatever the tone, a crop of up to 6 % or a turn of 2 degrees; 0.90 and less of photos of
# one person in the same clothes or before the same background; 0.95 to 0.99 within a burst.
_SAME: Final = 0.975
_NEAR: Final = 0.945
# A filter that smooths skin leaves the edges of a photo less alike than its hash, of which 24 of 256 bits change at
# most. Different photographs are 82 bits and more apart (24 531 pairs), different drawn ones 32 and more (10 640).
_NEAR_HASH: Final = 28
_LEAST_WITH_HASH: Final = 0.8
# In pixels of a photo 64 wide: what is finer is noise, what is coarser is light and colour.
_FINE: Final = 0.8
_COARSE: Final = 2.4
_VIEW: Final = 32
_MARGIN: Final = 2
_ALONG: Final = ((1.0, 0.0), *itertools.product((0.97, 0.94), (0.0, 0.5, 1.0)))
_LARGER_CROPS: Final = (0.92, 0.89, 0.86)
_TURNS: Final = (0.0, -2.0, 2.0)


@dataclass(frozen=True)
class Print:
    """What copies of a photo are searched by; as personal as a small photo.

    `hashes` are those of the picture and of its mirror image; `thumbnail` is (32, 32, 3), `detail` the brightness as
    (64, 64).
    """

    hashes: tuple[int, int]
    thumbnail: Pixels = field(repr=False, compare=False)
    detail: Pixels | None = field(repr=False, compare=False)


def print_of(pixels: Pixels) -> Print:
    """Return a picture's print."""
    small = resized(pixels, _DETAIL, _DETAIL)
    return Print(
        hashes=(perceptual_hash(small), perceptual_hash(np.ascontiguousarray(small[:, ::-1]))),
        thumbnail=resized(pixels, _THUMBNAIL, _THUMBNAIL),
        detail=np.asarray(np.round(luma(small)), np.uint8),
    )


def perceptual_hash(pixels: Pixels) -> int:
    """Return 256 bits that a photo keeps when it is re-encoded, resized or filtered.

    The signs of the lowest frequencies about their median: Zauner, Implementation and benchmarking of perceptual
    image hash functions, 2010, with 16 x 16 frequencies.
    """
    spectrum = dctn(luma(resized(pixels, _DETAIL, _DETAIL)))[:_FREQUENCIES, :_FREQUENCIES].ravel()
    bits = np.packbits(spectrum > np.median(spectrum))
    return int.from_bytes(bits.tobytes(), "big")


def same_photos(prints: Sequence[Print]) -> list[tuple[int, int]]:
    """Return the pairs of places, lower first, that hold one photo twice."""
    return repeated(prints)[0]


def repeated(prints: Sequence[Print]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return the pairs of places, lower first, that hold one photo twice, and those that hold nearly one photo."""
    if len(prints) < 2:
        return [], []
    details = [_detail(one) for one in prints]
    views = np.stack([_views(detail) for detail in details])  # (photos, views, pixels)
    whole = views[:, 0]
    mirrored = np.stack([_views(np.ascontiguousarray(detail[:, ::-1]))[0] for detail in details])
    edges = (views @ np.concatenate([whole, mirrored]).T).max(axis=1)  # (photos, photos and mirrored ones)
    alike = np.maximum(edges[:, : len(prints)], edges[:, len(prints) :])
    alike = np.maximum(alike, alike.T)
    same, near = [], []
    for one, other in itertools.combinations(range(len(prints)), 2):
        if alike[one, other] >= _SAME:
            same.append((one, other))
        elif alike[one, other] >= _NEAR or (
            alike[one, other] >= _LEAST_WITH_HASH and _distance(prints[one], prints[other]) <= _NEAR_HASH
        ):
            near.append((one, other))
    return same, near


def _distance(one: Print, other: Print) -> int:
    return min((one.hashes[0] ^ other.hashes[which]).bit_count() for which in (0, 1))


def _detail(one: Print) -> Pixels:
    """The brightness of a photo; of one whose print is older, as its thumbnail has it."""
    if one.detail is not None:
        return one.detail
    return np.asarray(np.round(luma(resized(one.thumbnail, _DETAIL, _DETAIL))), np.uint8)


def _views(detail: Pixels) -> NDArray[np.float32]:
    """Return the edges of the whole picture, then of crops and turns of it, (views, pixels).

    Each has mean 0 and length 1, so that a product is a correlation.
    """
    bright = detail.astype(np.float32)
    edges = cv2.GaussianBlur(bright, (0, 0), _FINE) - cv2.GaussianBlur(bright, (0, 0), _COARSE)
    columns, rows_of = _places()
    seen = cv2.remap(edges, columns, rows_of, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    rows = seen.reshape(-1, (_VIEW - 2 * _MARGIN) ** 2)
    rows = rows - rows.mean(axis=1, keepdims=True)
    # A picture of one colour is like no other.
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1.0), np.float32)


@cache
def _places() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Where in a picture (64, 64) each pixel of each view lies: columns, then rows, both (views * side, side)."""
    inside = np.arange(_MARGIN, _VIEW - _MARGIN) + 0.5
    columns, rows = [], []
    middle = (_DETAIL - 1) / 2
    for (wide, across), (high, down), turn in _crops():
        step_x, step_y = _DETAIL * wide / _VIEW, _DETAIL * high / _VIEW
        x = inside * step_x + _DETAIL * (1 - wide) * across - 0.5 - middle
        y = (inside * step_y + _DETAIL * (1 - high) * down - 0.5 - middle)[:, None]
        cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
        columns.append(cos * x - sin * y + middle)
        rows.append(sin * x + cos * y + middle)
    return np.concatenate(columns).astype(np.float32), np.concatenate(rows).astype(np.float32)


def _crops() -> Iterator[tuple[tuple[float, float], tuple[float, float], float]]:
    """Yield (share of the width, where), (share of the height, where), turn in degrees; the whole picture first."""
    yield from itertools.product(_ALONG, _ALONG, _TURNS)
    for share, across_at, down_at in itertools.product(_LARGER_CROPS, (0.0, 0.5, 1.0), (0.0, 0.5, 1.0)):
        yield (share, across_at), (share, down_at), 0.0
