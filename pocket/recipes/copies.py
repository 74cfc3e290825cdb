"""How a copy of a picture differs from it, to the eye and to the recogniser."""

from typing import Final

import numpy as np
import torch
from insightface.utils.face_align import estimate_norm
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from pocket.animals import Animal
from pocket.recipes.crops import SIDE
from pocket.recipes.photos import Focus, Shot
from pocket.recipes.recogniser import Recogniser

_FACES_A_STEP: Final = 8
# Who it is weighs more than how like the shallow blocks are: a decoder that blurs a face loses the person first.
_WHO: Final = 4.0
# Pixels of the aligned face by which the recogniser looks beside it, so that no pattern fits one alignment alone.
_ASIDE: Final = 2.0

# How a face is aligned: pixels to the recogniser's input (2, 3); zeros without a face.
Alignment = NDArray[np.float32]


def alignment_of(shot: Shot, focus: Focus) -> Alignment:
    """Return how the face of a shot is aligned; animals have none that the recogniser knows."""
    if isinstance(shot.subject, Animal):
        return np.zeros((2, 3), np.float32)
    return np.asarray(estimate_norm(focus.features, SIDE), np.float32)


def difference(copies: Tensor, photos: Tensor) -> Tensor:
    """Return absolute, squared and gradient differences of pictures (count, 3, side, side), one number."""
    apart = copies - photos
    edges = apart.diff(dim=3).abs().mean() + apart.diff(dim=2).abs().mean()
    return apart.abs().mean() + (apart**2).mean() + edges


def face_difference(
    recogniser: Recogniser, copies: Tensor, photos: Tensor, ways: list[Alignment], random: np.random.Generator
) -> Tensor:
    """Return how differently the recogniser sees a few of the faces: its shallow blocks, and who they are."""
    with_faces = [int(place) for place in random.permutation(len(ways)) if ways[place].any()][:_FACES_A_STEP]
    if not with_faces:
        return copies.new_zeros(())
    beside = [_aside(ways[place], random) for place in with_faces]
    grid = torch.stack([_sampled_at(way, copies.shape[-1]) for way in beside]).to(copies.device)
    seen, wanted = (
        _looked_at(recogniser, functional.grid_sample(pictures[with_faces], grid, align_corners=True))
        for pictures in (copies, photos)
    )
    differences = [
        (here - there).abs().mean() / there.abs().mean()
        for here, there in zip(seen[:4], wanted[:4], strict=True)
    ]
    strangers = (1 - functional.cosine_similarity(seen[-1], wanted[-1])).mean()
    return torch.stack(differences).sum() + _WHO * strangers


def _aside(way: Alignment, random: np.random.Generator) -> Alignment:
    """Return an alignment a little beside this one."""
    moved = way.copy()
    moved[:, 2] += random.uniform(-_ASIDE, _ASIDE, 2).astype(np.float32)
    return moved


def _looked_at(recogniser: Recogniser, faces: Tensor) -> list[Tensor]:
    """Return what the recogniser's blocks see, and the embeddings."""
    blocks = recogniser.features(faces)
    return [*blocks, recogniser.numbers(recogniser.whole(blocks[-1]).flatten(1))]


def _sampled_at(way: Alignment, pixels: int) -> Tensor:
    """Return where in a picture, from -1 to 1, each pixel (side, side, 2) of its aligned face lies."""
    whole = np.vstack([way, [0, 0, 1]])
    down, across = np.indices((SIDE, SIDE))
    places = np.stack([across, down, np.ones_like(down)], -1) @ np.linalg.inv(whole)[:2].T
    return torch.from_numpy((places / (pixels - 1) * 2 - 1).astype(np.float32))
