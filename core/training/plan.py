"""How a training goes: everything that is decided before its first step."""

from dataclasses import dataclass
from math import isfinite
from typing import Final, Literal, get_args

from core import schedule
from core.bounds import BOUNDS, SIZE_STEP

Targets = Literal["all", "attention"]
"""Which of the denoising model's layers a LoRA changes."""

PriorTarget = Literal["noise", "base"]
"""What is predicted of class images: the noise that is in them, or what the base itself predicts."""

_FIRST_SAMPLE_SEED: Final = 1


@dataclass(frozen=True)
class Plan:
    """The settings of one training run; raises ValueError naming the first that is out of bounds."""

    steps: int
    checkpoint_every: int  # steps
    learning_rate: float | str  # a number, or a schedule such as "0.005:200, 0.001"
    rank: int  # of a LoRA, as alpha, targets and text_encoder are
    alpha: float
    batch: int  # photos that are looked at together
    prior_batch: int  # class images beside them; unused where the dataset has none
    prior_weight: float  # of the loss on class images, beside 1 for the photos
    silence: float  # share of photos that are shown without their caption, for classifier-free guidance
    samples: int  # pictures a prompt at each checkpoint
    most_steps: int = 0  # how far one that is not there after `steps` may go on; 0: no further
    prior_target: PriorTarget = "noise"
    bare: float = 0.0  # share of photos of which nothing is said but who is on them
    seed: int = 0
    method: str = "lora"
    accumulate: int = 1  # batches that one step learns from, one after the other
    targets: Targets = "all"
    text_encoder: bool = True  # whether a LoRA changes the text encoder too
    gain: float = 1.0  # how much stronger a LoRA is kept than it was learnt
    face_weight: float = 1.0  # how much a place on a face counts beside one that is not, in the loss
    vectors: int = 1  # of a textual inversion
    init_word: str = ""  # whose meaning a textual inversion starts from; one word, or several
    sample_prompts: tuple[str, ...] = ()  # the photos' shortest caption where empty
    class_seeds: tuple[int, ...] = ()  # at which the class is drawn at each checkpoint: does it drift?
    size: int = 0  # the side of what is learnt from, in pixels; 0: the base's own
    patience: int = 2  # checkpoints without a better one after which it ends early; 0: never

    def __post_init__(self) -> None:
        bounds = dict(BOUNDS)
        if isinstance(self.learning_rate, str):
            schedule.read(self.learning_rate, self.steps)
        else:
            bounds["learning_rate"] = (schedule.LEAST_RATE, schedule.MOST_RATE)
        for name, (least, most) in bounds.items():
            value = getattr(self, name)
            if not (isfinite(value) and least <= value <= most):
                raise ValueError(f"{name} is {value}, it must lie between {least:g} and {most:g}")
        if self.size % SIZE_STEP:
            raise ValueError(f"size is {self.size}, it must be a multiple of {SIZE_STEP}")
        for name, known in (("targets", Targets), ("prior_target", PriorTarget)):
            if (value := getattr(self, name)) not in get_args(known):
                raise ValueError(f'{name} is "{value}", it must be {" or ".join(get_args(known))}')

    @property
    def last_step(self) -> int:
        """After which it ends, whatever it has become."""
        return max(self.steps, self.most_steps)

    def has_checkpoint(self, step: int) -> bool:
        """Whether there is a checkpoint after so many steps: every so many, and wherever it may end."""
        return step % self.checkpoint_every == 0 or step in (self.steps, self.last_step)

    @property
    def sample_seeds(self) -> range:
        """At which each sample prompt is drawn at every checkpoint, and by the base for comparison."""
        return range(_FIRST_SAMPLE_SEED, _FIRST_SAMPLE_SEED + self.samples)

    def planned(self, step: int) -> int:
        """How many steps it takes as it stands after so many: beyond the planned ones, to the next checkpoint."""
        if step <= self.steps:
            return self.steps
        return min(-(-step // self.checkpoint_every) * self.checkpoint_every, self.last_step)

    @property
    def photos_a_step(self) -> int:
        """How many photos one step learns from."""
        return self.batch * self.accumulate

    @property
    def class_images_a_step(self) -> int:
        """How many class images one step learns from, where there are any."""
        return self.prior_batch * self.accumulate
