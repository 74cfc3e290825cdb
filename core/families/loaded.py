"""What every family does alike with a diffusers pipeline that is loaded once and stays frozen."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from diffusers.utils import logging as diffusers_logging
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers.utils import logging as transformers_logging

from core.artifacts import Adapter, Pixels
from core.errors import ModelUnusable
from core.families import low_rank, words
from core.families.acceleration import read_acceleration
from core.families.catalogue import Base
from core.families.faceid import FaceId
from core.families.family import Batch, DrawRequest, Latents, Targets, Trainable
from core.families.low_rank import Layers, LowRank, Shapes
from core.families.wardrobe import FACEID, FAST, Wardrobe, Worn
from core.families.words import Encoder, Vectors

TOGETHER = 4  # pictures drawn or encoded in one pass; more is no faster on a processor and takes memory
TEXT_LAYERS = ("q_proj", "k_proj", "v_proj", "out_proj")

Rows = list[int] | slice
"""Of a batch."""


@dataclass(frozen=True)
class Said:
    """Encoded prompts as a denoising model takes them."""

    states: Tensor  # (prompts, tokens, width)
    pooled: Tensor | None = None  # (prompts, width)

    def rows(self, rows: Sequence[int]) -> "Said":
        """Some of them, in this order; one may come several times."""
        index = torch.tensor(rows, device=self.states.device)
        return Said(self.states[index], None if self.pooled is None else self.pooled[index])


class Loaded(ABC):
    """A loaded base with the adapters that were installed and those that are worn.

    `model_name` is what the pipeline calls its denoising model, and files its layers; `texts` are the text
    encoders that low-rank changes reach; `encoders` those that new words are put into.
    """

    model_name: ClassVar[str]
    layers: ClassVar[tuple[str, ...]]  # of the denoising model, by the ends of their paths
    attention_layers: ClassVar[tuple[str, ...]]
    texts: ClassVar[tuple[str, ...]]
    samplers: ClassVar[Mapping[str, Any]]

    def __init__(
        self, base: Base, pipeline: Any, device: torch.device, *, merges: bool | None = None
    ) -> None:
        """Take a pipeline; `merges` is whether a change in training is added to the weights, None as is fastest."""
        self.base = base
        self._pipeline, self._device = pipeline, device
        self._model: Any = getattr(pipeline, self.model_name)
        self._merges = device.type == "cpu" if merges is None else merges
        self._texts: dict[str, nn.Module] = dict(_text_models(pipeline, self.texts))
        self._encoders = self._new_word_encoders()
        self._shapes: dict[tuple[str | int, ...], dict[str, Shapes]] = {}
        layers = Layers({self.model_name: self._model, **self._texts})
        self._faceid = FaceId.open(base, self._model) if base.faceid is not None else None
        self._wardrobe = Wardrobe(
            base,
            layers,
            device,
            widths={name: encoder.width for name, encoder in self._encoders.items()},
            places=min((encoder.places for encoder in self._encoders.values()), default=0),
            face_width=self._faceid.width if self._faceid else None,
            merges=self._merges,
        )
        if self._faceid and self._faceid.changes:
            self._wardrobe.keep(FACEID, self._faceid.changes)
        if base.fast is not None:
            self._wardrobe.keep(FAST, read_acceleration(base, layers.frozen, self.model_name))

    @property
    def size(self) -> int:
        """The side of the pictures it trains on, in pixels."""
        return self.base.size or int(self._model.config.sample_size * self.factor)

    @property
    def bucket_step(self) -> int:
        """Of what the sides of other shapes that it trains on are multiples, in pixels; 0: it trains on squares."""
        return self.base.bucket_step

    @property
    def factor(self) -> int:
        """Pixels a side of one latent."""
        return int(self._pipeline.vae_scale_factor)

    @property
    def schedulers(self) -> Collection[str]:
        """The names of the samplers it can draw with."""
        return self.samplers.keys()

    def methods(self) -> frozenset[str]:
        """The methods by which this base can learn or be conditioned here."""
        offered = {"lora": True, "textual_inversion": self._encoders, "faceid": self._faceid}
        return frozenset(method for method, present in offered.items() if present)

    def fits(self, prompt: str) -> bool:
        """Whether the base sees a prompt to its end."""
        return all(encoder.fits(prompt) for encoder in self._encoders.values())

    @torch.no_grad()
    def encode_images(self, pictures: Sequence[Pixels]) -> Latents:
        """Encode pictures of one size; the caller keeps the result."""
        vae = self._pipeline.vae
        scale, shift = vae.config.scaling_factor, getattr(vae.config, "shift_factor", None) or 0.0
        means, deviations = [], []
        for start in range(0, len(pictures), TOGETHER):
            pixels = torch.from_numpy(np.stack(pictures[start : start + TOGETHER])).to(self._device)
            seen = vae.encode((pixels.permute(0, 3, 1, 2) / 127.5 - 1).to(vae.dtype)).latent_dist
            means.append((seen.mean.float() - shift) * scale)
            deviations.append(seen.std.float() * scale)
        return Latents(torch.cat(means), torch.cat(deviations))

    def draw(self, request: DrawRequest, seeds: Sequence[int]) -> list[Pixels]:
        """Draw one picture per seed; the noise of each comes from its own generator on the processor."""
        worn = self._wardrobe.wear(request.adapters, fast=request.fast)
        return self._drawn(request, seeds, worn)

    def install(self, name: str, adapter: Adapter) -> None:
        """Keep an adapter ready under a name; raises ModelUnusable if it does not fit the family."""
        self._wardrobe.install(name, adapter)

    def remove(self, name: str) -> None:
        """Forget an adapter and everything made from it."""
        self._wardrobe.remove(name)

    def installed(self) -> frozenset[str]:
        """The names of the adapters that are ready."""
        return self._wardrobe.installed()

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
        """Make low-rank changes of the denoising model and, if asked for, of the text encoders' attention."""
        layers = self.layers if targets == "all" else self.attention_layers
        shapes = self._shapes_of(self._model, self.model_name, layers, rank)
        for root, model in self._texts.items() if text else ():
            shapes = shapes | self._shapes_of(model, root, TEXT_LAYERS, rank)
        return low_rank.blank(shapes, alpha=alpha, seed=seed, device=self._device, gain=gain)

    def _shapes_of(self, model: nn.Module, root: str, layers: Sequence[str], rank: int) -> dict[str, Shapes]:
        """As peft makes them, which takes a second: every slice that goes on elsewhere asks again."""
        known: tuple[str | int, ...] = (root, rank, *layers)
        if known not in self._shapes:
            self._shapes[known] = low_rank.shapes_of(model, root, layers, rank)
        return self._shapes[known]

    def new_words(self, *, vectors: int, word: str) -> Trainable:
        """Make vectors of every text encoder that start as the embedding of a word."""
        if not self._encoders:
            raise ModelUnusable(self.base.name, f"{self.base.family} learns no new words")
        return words.started(self._encoders, vectors, word, self._device)

    def export(self, trainable: Trainable, *, step: int) -> Adapter:
        """Write the weights of now in the layout of diffusers and peft."""
        return self._wardrobe.export(trainable, step=step)

    def take(self, trainable: Trainable, adapter: Adapter) -> None:
        """Let what is being trained begin as an adapter ended."""
        self._wardrobe.take(trainable, adapter)

    @abstractmethod
    def noise_steps(self) -> int:
        """How many timesteps there are to draw from."""

    @abstractmethod
    def loss(self, trainable: Trainable, batch: Batch) -> Tensor:
        """Compute the denoising loss of a batch."""

    @abstractmethod
    def _said(self, prompts: Sequence[str], known: Mapping[str, Vectors]) -> Said:
        """Encode prompts, each different one once; a known name stands for its vectors."""

    def _told(self, trainable: Trainable, prompts: Sequence[str], known: Mapping[str, Vectors]) -> Said:
        """Encode the prompts of a step, or look them up where nothing that is trained reaches the text."""
        if not isinstance(trainable, LowRank) or trainable.reaches(self._texts):
            return self._said(prompts, known)
        return self._told_once(trainable.told, prompts, known)

    @torch.no_grad()
    def _told_once(self, told: dict[str, Said], prompts: Sequence[str], known: Mapping[str, Vectors]) -> Said:
        """Encode prompts as the frozen text encoders do, each once in a training."""
        for prompt in prompts:
            if prompt not in told:
                # Alone, so that the numbers do not depend on the step that it is met in.
                told[prompt] = self._said([prompt], known)
        found = [told[prompt] for prompt in prompts]
        pooled = [one.pooled for one in found if one.pooled is not None]
        return Said(torch.cat([one.states for one in found]), torch.cat(pooled) if pooled else None)

    def _held(
        self, target: Tensor, trainable: Trainable, batch: Batch, predict: Callable[[Rows, Said], Tensor]
    ) -> Tensor:
        """What is to be predicted of each picture: for those that are held what the base itself `predict`s of them.

        A class is so kept to everything that the base makes of it, not to a few pictures of it that are soon known by
        heart (learning without forgetting, Li and Hoiem 2016).
        """
        rows = [row for row, held in enumerate(batch.held) if held]
        if not rows:
            return target
        told = trainable.told if isinstance(trainable, LowRank) else {}
        with self._wardrobe.bare(), torch.no_grad():
            own = predict(rows, self._told_once(told, [batch.prompts[row] for row in rows], {}))
        return target.index_copy(0, torch.tensor(rows, device=target.device), own.to(target.dtype))

    @abstractmethod
    def _new_word_encoders(self) -> dict[str, Encoder]:
        """The text encoders that new words are put into, by the names that files give them."""

    @abstractmethod
    def _drawn(self, request: DrawRequest, seeds: Sequence[int], worn: Worn) -> list[Pixels]:
        """Draw with what is worn."""


def open_pipeline(
    kind: Any, base: Base, device: torch.device, denoiser: Mapping[str, Any], **settings: Any
) -> Any:
    """Load a frozen pipeline from a base's folder, never from a network.

    `denoiser` is the denoising model's class by its name: a base that has only that takes all else from its
    `rest`. Raises ModelUnusable if something cannot be read.
    """
    diffusers_logging.disable_progress_bar()
    transformers_logging.disable_progress_bar()
    how = {
        "local_files_only": True,
        "use_safetensors": True,
        "dtype": torch.float32 if device.type == "cpu" else torch.bfloat16,
    }
    try:
        own = {
            name: part.from_pretrained(base.path / name, **how)
            for name, part in (denoiser if base.rest else {}).items()
        }
        pipeline = kind.from_pretrained(base.rest or base.path, **how, **own, **settings)
    except (OSError, ValueError) as error:
        raise ModelUnusable(base.name, str(error)) from error
    pipeline.set_progress_bar_config(disable=True)
    for model in pipeline.components.values():
        if isinstance(model, nn.Module):
            model.requires_grad_(requires_grad=False).eval()
    return pipeline.to(device)


def pixels_of(pictures: NDArray[Any]) -> list[Pixels]:
    """Pictures as a pipeline gives them, numbers from 0 to 1, as pixels."""
    return list(np.round(pictures * 255).astype(np.uint8))


def weighted(errors: Tensor, importance: Tensor, focus: Tensor | None = None) -> Tensor:
    """The sum of the pictures' mean squared errors by importance; `errors` is (batch, ...), squared.

    `focus` says how much each place counts; its shape is that of `errors`, or can be spread over it.
    """
    if focus is not None:
        errors = errors * focus.to(errors.device)
    total: Tensor = (errors.flatten(1).mean(1) * importance.to(errors.device)).sum()
    return total


def rows_of(prompts: Sequence[str]) -> tuple[list[str], list[int]]:
    """The different prompts, so that each is encoded once, and where each prompt's is among them."""
    different = list(dict.fromkeys(prompts))
    return different, [different.index(prompt) for prompt in prompts]


def _text_models(pipeline: Any, names: Sequence[str]) -> list[tuple[str, nn.Module]]:
    """Text encoders by the name that files give their layers: older versions of transformers had one level more."""
    models = [(name, getattr(pipeline, name)) for name in names]
    return [(name if hasattr(model, "text_model") else f"{name}.text_model", model) for name, model in models]
