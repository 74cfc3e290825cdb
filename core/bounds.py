"""Between what the numbers of a training may lie. Pure: who asks for one is told before a worker is."""

from collections.abc import Mapping
from math import isfinite

MOST_TOGETHER = 64  # pictures that one forward pass looks at
MOST_IN_A_STEP = 256  # photos, over all batches of a step
SIZE_STEP = 64  # pixels: every family's encoder and denoising model divide by less
SMALLEST_SHARE = 0.5  # of the base's own size; below that what it knows of pictures no longer holds

BOUNDS: Mapping[str, tuple[float, float]] = {
    "steps": (1, 100_000),
    "most_steps": (0, 100_000),
    "checkpoint_every": (1, 100_000),
    "rank": (1, 256),
    "alpha": (1e-3, 1024),
    "batch": (1, MOST_TOGETHER),
    "prior_batch": (0, MOST_TOGETHER),
    "prior_weight": (0, 100),
    "silence": (0, 0.5),
    "bare": (0, 1),
    "patience": (0, 100),
    "samples": (0, 64),
    "seed": (0, 2**53),
    "accumulate": (1, MOST_IN_A_STEP),
    "gain": (0.1, 4),
    "face_weight": (1, 10),
    "size": (0, 4096),
    "vectors": (1, 75),  # CLIP reads 75 tokens of a prompt
}


def sizes_for(own: int) -> list[int]:
    """The sides, in pixels, at which a base of this size can be taught; its own alone if it has no other."""
    least = -(-int(own * SMALLEST_SHARE) // SIZE_STEP) * SIZE_STEP
    return [*range(max(least, SIZE_STEP), own + 1, SIZE_STEP)] or [own]


def lies_within(name: str, value: float) -> bool:
    """Whether a number is one that its setting may have."""
    least, most = BOUNDS[name]
    return isfinite(value) and least <= value <= most
