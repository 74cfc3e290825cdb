"""A dataset in groups of one shape, encoded once: what a step looks at together has one shape."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.artifacts import Dataset, Edges, Pixels
from core.families.family import Family, Latents


@dataclass(frozen=True)
class Bucket:
    """Photos of one shape, by their places in the dataset.

    `latents` and `focus` hold the photos, the photos mirrored, and the class images cut to the same shape; `focus` is
    how much each place counts, (pictures, 1, height, width), None where all places do alike.
    """

    photos: tuple[int, ...]
    latents: Latents
    focus: Tensor | None


def buckets(family: Family, dataset: Dataset, face_weight: float) -> list[Bucket]:
    """Group a dataset's photos by shape, in the order in which the shapes occur, and encode them."""
    places: dict[tuple[int, ...], list[int]] = {}
    for place, photo in enumerate(dataset.photos):
        places.setdefault(photo.shape, []).append(place)
    return [_bucket(family, dataset, face_weight, one) for one in places.values()]


def _bucket(family: Family, dataset: Dataset, face_weight: float, places: Sequence[int]) -> Bucket:
    photos = [dataset.photos[place] for place in places]
    mirrored = [np.ascontiguousarray(photo[:, ::-1]) for photo in photos]
    height, width = photos[0].shape[:2]
    class_images = [_shaped(image, width, height) for image in dataset.class_images]
    latents = family.encode_images([*photos, *mirrored, *class_images])
    faces = [dataset.faces[place] if dataset.faces else None for place in places]
    if face_weight == 1 or not any(faces):
        return Bucket(tuple(places), latents, None)
    shape = latents.mean.shape[-2:]
    seen = [focused(face, shape, face_weight) for face in faces]
    plain = [torch.ones(1, *shape)] * len(class_images)
    return Bucket(tuple(places), latents, torch.stack([*seen, *(one.flip(-1) for one in seen), *plain]))


def focused(face: Edges | None, shape: Sequence[int], weight: float) -> Tensor:
    """How much each place of a picture counts, (1, height, width): `weight` times as much on its face, 1 on average.

    The face is the ellipse in its box.
    """
    height, width = shape
    if face is None:
        return torch.ones(1, height, width)
    left, top, right, bottom = face
    across = ((torch.arange(width) + 0.5) / width - (left + right) / 2) / max((right - left) / 2, 1e-6)
    down = ((torch.arange(height) + 0.5) / height - (top + bottom) / 2) / max((bottom - top) / 2, 1e-6)
    inside = across[None, :].square() + down[:, None].square() <= 1
    seen = torch.where(inside, weight, 1.0)
    return (seen / seen.mean())[None]


def _shaped(image: Pixels, width: int, height: int) -> Pixels:
    """A square class image in another shape: its middle, brought to the size."""
    side = image.shape[0]
    if (width, height) == (side, side):
        return image
    across = side if width >= height else round(side * width / height)
    down = side if height >= width else round(side * height / width)
    left, top = (side - across) // 2, (side - down) // 2
    part = torch.from_numpy(image[top : top + down, left : left + across].copy()).permute(2, 0, 1)[None]
    grown = torch.nn.functional.interpolate(
        part.float(), (height, width), mode="bicubic", align_corners=False, antialias=True
    )
    return np.asarray(grown[0].permute(1, 2, 0).round().clamp(0, 255).byte().numpy(), np.uint8)
