"""How a training goes: everything that is decided before its first step."""

from dataclasses import dataclass
from math import isfinite


@dataclass(frozen=True)
class Plan:
    """The settings of one training run; raises ValueError naming the first that is out of bounds."""

    steps: int
    checkpoint_every: int  # steps
    learning_rate: float
    rank: int
    alpha: float
    batch: int  # photos a step
    prior_batch: int  # class images a step; unused where the dataset has none
    prior_weight: float  # of the loss on class images, beside 1 for the photos
    silence: float  # share of photos that are shown without their caption, for classifier-free guidance
    samples: int  # pictures a prompt at each checkpoint
    seed: int = 0
    method: str = "lora"
    sample_prompts: tuple[str, ...] = ()  # the photos' shortest caption where empty
    class_seeds: tuple[
        int, ...
    ] = ()  # at each checkpoint the class is drawn at these, to see whether it drifts

    def __post_init__(self) -> None:
        bounds: dict[str, tuple[float, float]] = {
            "steps": (1, 100_000),
            "checkpoint_every": (1, 100_000),
            "learning_rate": (1e-7, 1.0),
            "rank": (1, 256),
            "alpha": (1e-3, 1024),
            "batch": (1, 64),
            "prior_batch": (0, 64),
            "prior_weight": (0, 100),
            "silence": (0, 0.5),
            "samples": (0, 64),
            "seed": (0, 2**53),
        }
        for name, (least, most) in bounds.items():
            value = getattr(self, name)
            if not (isfinite(value) and least <= value <= most):
                raise ValueError(f"{name} is {value}, it must lie between {least:g} and {most:g}")
