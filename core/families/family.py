"""What a family of base models must do: everything the stages need, nothing of how it is computed.

family.install("anna", adapter)
pictures = family.draw(usual_request(family, "a photo of a sks woman", {"anna": 1.0}), seeds=[1, 2])

trainable = family.trainable(rank=16, alpha=16, seed=0)  # or family.new_words(vectors=4, word="man")
family.loss(trainable, batch).backward()
adapter = family.export(trainable, step=1)
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from torch import Tensor, nn

from core.artifacts import Adapter, Pixels
from core.families.catalogue import Base


@dataclass(frozen=True)
class Latents:
    """Pictures as the base model's encoder sees them: a normal distribution each, already scaled."""

    mean: Tensor  # (pictures, channels, height, width)
    deviation: Tensor


@dataclass(frozen=True)
class Batch:
    """What one training step looks at; `importance` is each picture's share of the loss, `focus` each place's in it.

    Of those that are `held` not the noise is to be predicted but whatever the base itself predicts with nothing on it.
    """

    latents: Tensor  # (batch, channels, height, width)
    noise: Tensor  # as latents
    timesteps: Tensor  # (batch,)
    prompts: tuple[str, ...]
    importance: Tensor  # (batch,)
    focus: Tensor | None = None  # (batch, 1, height, width), 1 on average in each picture; None: all alike
    held: tuple[bool, ...] = ()  # empty: none is


@dataclass(frozen=True)
class DrawRequest:
    """How to draw; `adapters` are the installed ones to wear, by name, with their strength.

    A textual inversion is used by standing in the prompt as `<NAME>`; its strength counts for nothing.
    `fast` draws with the base's own acceleration: its sampler whatever `scheduler` says, and no guidance
    whatever `cfg` says, which is part of it.
    """

    prompt: str
    negative: str
    steps: int
    cfg: float
    width: int  # pixels
    height: int
    scheduler: str
    adapters: Mapping[str, float] = field(default_factory=dict)
    fast: bool = False


Targets = Literal["all", "attention"]
"""Which of the denoising model's layers a low-rank change reaches."""


class Trainable(Protocol):
    """Weights while they are trained: low-rank changes, or new words."""

    @property
    def flat(self) -> nn.Parameter:
        """Everything there is to train, end to end: the optimiser and a checkpoint handle this one tensor."""


class Family(Protocol):
    """A base model that is loaded once and stays frozen; adapters are put on it and taken off."""

    @property
    def base(self) -> Base:
        """The catalogue's entry of what is loaded."""

    @property
    def size(self) -> int:
        """The side of the pictures it trains on, in pixels."""

    @property
    def bucket_step(self) -> int:
        """Of what the sides of other shapes that it trains on are multiples, in pixels; 0: it trains on squares."""

    @property
    def factor(self) -> int:
        """Pixels a side of one latent: the sides of a picture are multiples of it."""

    @property
    def schedulers(self) -> Collection[str]:
        """The names of the samplers it can draw with."""

    def methods(self) -> frozenset[str]:
        """The methods by which this base can learn or be conditioned here."""

    def fits(self, prompt: str) -> bool:
        """Whether the base sees a prompt to its end; what is too long for its text encoders is cut off unseen."""

    def encode_images(self, pictures: Sequence[Pixels]) -> Latents:
        """Encode pictures of one size; the caller keeps the result."""

    def draw(self, request: DrawRequest, seeds: Sequence[int]) -> list[Pixels]:
        """Draw one picture per seed; a seed's picture does not depend on the other seeds' presence.

        Raises ModelUnusable for adapters that cannot be worn so, or `fast` on a base without acceleration.
        """

    def install(self, name: str, adapter: Adapter) -> None:
        """Keep an adapter ready under a name; raises ModelUnusable if it does not fit the family."""

    def remove(self, name: str) -> None:
        """Forget an adapter and everything made from it."""

    def installed(self) -> frozenset[str]:
        """The names of the adapters that are ready."""

    def trainable(
        self,
        *,
        rank: int,
        alpha: float,
        seed: int,
        text: bool = True,
        targets: Targets = "all",
        gain: float = 1.0,
    ) -> Trainable:
        """Make low-rank changes that change nothing yet, of the text encoder too; the seed decides their start.

        `export` writes them `gain` times as strong as they are while they learn, and `take` reads them so.
        """

    def new_words(self, *, vectors: int, word: str) -> Trainable:
        """Make vectors that start as the embedding of a word; prompts call them `<new>` while they are trained.

        Raises ValueError if a prompt has no room for so many, or the word has no token.
        """

    def loss(self, trainable: Trainable, batch: Batch) -> Tensor:
        """Compute the denoising loss of a batch, ready for `backward`, weighted by importance."""

    def noise_steps(self) -> int:
        """How many timesteps there are to draw from."""

    def export(self, trainable: Trainable, *, step: int) -> Adapter:
        """Write the weights of now as a file that other tools read too."""

    def take(self, trainable: Trainable, adapter: Adapter) -> None:
        """Let what is being trained begin as an adapter ended; raises ModelUnusable if it is of another shape."""


def usual_request(
    family: Family, prompt: str, adapters: Mapping[str, float] | None = None, *, fast: bool = False
) -> DrawRequest:
    """Draw a prompt the way the base model's catalogue entry recommends."""
    base = family.base
    return DrawRequest(
        prompt=prompt,
        negative="",
        steps=base.fast_steps if fast else base.steps,
        cfg=base.cfg,
        width=family.size,
        height=family.size,
        scheduler=base.scheduler,
        adapters=adapters or {},
        fast=fast,
    )


def class_request(family: Family, prompt: str) -> DrawRequest:
    """Draw a class as its images are drawn, by which a training keeps what the base knows of it."""
    usual, own = usual_request(family, prompt), family.base.class_drawing
    return usual if own is None else replace(usual, steps=own.steps, cfg=own.cfg, scheduler=own.scheduler)
