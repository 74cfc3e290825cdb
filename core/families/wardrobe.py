"""The adapters that are ready on one loaded base: kept by name, put on its layers, taken off."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

from core.artifacts import Adapter
from core.errors import ModelUnusable
from core.families import low_rank, words
from core.families.catalogue import Base
from core.families.faceid import read_face
from core.families.family import Trainable
from core.families.low_rank import Factors, Layers, LowRank
from core.families.words import Vectors, Words

# Low-rank changes that belong to the base and not to a person; no adapter's name has angle brackets.
FACEID = "<faceid>"  # worn with every face
FAST = "<fast>"  # the acceleration


@dataclass(frozen=True)
class Worn:
    """What is worn besides low-rank changes: words for the prompt, and at most one face with its strength."""

    words: Mapping[str, Vectors]
    face: Tensor | None  # (width,), of unit length; None at strength 0 too
    strength: float


class Wardrobe:
    """Low-rank changes of frozen layers, new words, faces; what is worn already is not put on again."""

    def __init__(
        self,
        base: Base,
        layers: Layers,
        device: torch.device,
        *,
        widths: Mapping[str, int],
        places: int,
        face_width: int | None = None,
        merges: bool = True,
    ) -> None:
        """Begin empty; `widths` are the text encoders', `places` how many tokens a prompt has room for.

        `merges` adds a change to the weights while it is trained, else it is computed beside them.
        """
        self._base, self._layers, self._device, self._merges = base, layers, device, merges
        self._widths, self._places, self._face_width = widths, places, face_width
        self._changes: dict[str, dict[str, Factors]] = {}
        self._words: dict[str, Vectors] = {}
        self._faces: dict[str, Tensor] = {}
        self._own: set[str] = set()
        self._worn: tuple[tuple[str, float], ...] = ()
        self._worn_weights: dict[str, Tensor] = {}

    def install(self, name: str, adapter: Adapter) -> None:
        """Keep an adapter ready under a name; raises ModelUnusable if it does not fit the family."""
        family = self._base.family
        if adapter.family != family:
            raise ModelUnusable(name, f"it is made for {adapter.family}, and {self._base.name} is {family}")
        match adapter.method:
            case "lora":
                self._install_changes(name, adapter.weights)
            case "textual_inversion" if not self._widths:
                raise ModelUnusable(name, f"{family} learns no new words")
            case "textual_inversion":
                read = words.read_vectors(name, adapter.weights, self._widths, self._places)
                self._drop(name)
                self._words[name] = {encoder: one.to(self._device) for encoder, one in read.items()}
            case "faceid":
                face = read_face(name, adapter.weights, self._face_width)
                self._drop(name)
                self._faces[name] = face.to(self._device)
            case method:
                raise ModelUnusable(name, f"{self._base.name} cannot wear an adapter of the method {method}")

    def keep(self, name: str, changes: Mapping[str, Factors]) -> None:
        """Keep low-rank changes that belong to the base; raises ModelUnusable if they do not fit its layers."""
        for layer, change in changes.items():
            if layer not in self._layers.frozen:
                raise ModelUnusable(self._base.name, f"{name} changes {layer}, which is not there")
            low_rank.check(self._base.name, layer, change, self._layers.frozen[layer])
        self._drop(name)
        self._changes[name] = self._placed(changes)
        self._own.add(name)

    def remove(self, name: str) -> None:
        """Forget an adapter and everything made from it."""
        if name not in self.installed():
            raise KeyError(name)
        self._drop(name)

    def installed(self) -> frozenset[str]:
        """The names of the adapters that are ready."""
        return frozenset(self._changes.keys() | self._words.keys() | self._faces.keys()) - self._own

    @torch.no_grad()
    def wear(self, adapters: Mapping[str, float], *, fast: bool = False) -> Worn:
        """Put these on and all others off, the base's acceleration too if it is to be fast.

        Several low-rank changes add up. Answers what is worn besides; raises ModelUnusable for what cannot be.
        """
        missing = adapters.keys() - self.installed()
        if missing:
            raise ModelUnusable(min(missing), "the adapter is not installed")
        faces = sorted(adapters.keys() & self._faces.keys())
        if len(faces) > 1:
            raise ModelUnusable(faces[1], f"only one face can be worn at a time, and {faces[0]} is one")
        strength = adapters[faces[0]] if faces else 0.0
        changes = {name: how for name, how in adapters.items() if name in self._changes}
        if strength and FACEID in self._changes:
            changes[FACEID] = 1.0
        if fast:
            if FAST not in self._changes:
                raise ModelUnusable(self._base.name, "it has no acceleration: its entry names no `fast` file")
            changes[FAST] = 1.0
        self._put(tuple(sorted(changes.items())))
        known = {name: self._words[name] for name in adapters if name in self._words}
        return Worn(known, self._faces[faces[0]] if strength else None, strength)

    @contextmanager
    def bare(self) -> Iterator[None]:
        """Let the layers use the base's own weights alone."""
        self._layers.put({})
        try:
            yield
        finally:
            self._layers.put(self._worn_weights)

    @contextmanager
    def trying(self, trainable: Trainable) -> Iterator[dict[str, Vectors]]:
        """Let the layers use what is being trained instead of what is worn; yields every word that is known."""
        known = dict(self._words)
        with ExitStack() as stack:
            stack.callback(self._layers.put, self._worn_weights)
            match trainable:
                case LowRank() if self._merges:
                    self._layers.put(self._merged(trainable))
                case LowRank():
                    self._layers.put({})
                    stack.enter_context(self._layers.beside(trainable.scaled(self._layers.dtype)))
                case Words():
                    self._layers.put({})
                    known[words.NEW] = trainable.vectors()
                case _:
                    raise TypeError(f"{self._base.name} cannot train a {type(trainable).__name__}")
            yield known

    def export(self, trainable: Trainable, *, step: int) -> Adapter:
        """Write what is being trained as it is now."""
        match trainable:
            case LowRank():
                method, weights = "lora", low_rank.written(trainable)
            case Words():
                method, weights = "textual_inversion", words.written(trainable)
            case _:
                raise TypeError(f"{self._base.name} cannot write a {type(trainable).__name__}")
        return Adapter(method, self._base.family, self._base.name, weights, step)

    def take(self, trainable: Trainable, adapter: Adapter) -> None:
        """Let what is being trained begin as an adapter ended; raises ModelUnusable if it is of another shape."""
        name = f"step {adapter.step}"
        match trainable:
            case LowRank() if adapter.method == "lora":
                read = low_rank.read(name, adapter.weights, self._layers.frozen)
                low_rank.take(trainable, name, self._placed(read))
            case Words() if adapter.method == "textual_inversion":
                words.take(
                    trainable, name, words.read_vectors(name, adapter.weights, self._widths, self._places)
                )
            case _:
                raise ModelUnusable(name, f"a {type(trainable).__name__} cannot begin as {adapter.method}")

    def _install_changes(self, name: str, weights: bytes) -> None:
        factors = low_rank.read(name, weights, self._layers.frozen)
        self._drop(name)
        self._changes[name] = self._placed(factors)

    def _placed(self, changes: Mapping[str, Factors]) -> dict[str, Factors]:
        return {
            layer: Factors(change.down.to(self._device), change.up.to(self._device))
            for layer, change in changes.items()
        }

    def _put(self, wanted: tuple[tuple[str, float], ...]) -> None:
        """Let the layers use these changes, unless they do already."""
        if wanted != self._worn:
            self._worn_weights = self._changed(wanted)
            self._layers.put(self._worn_weights)
            self._worn = wanted

    def _merged(self, trainable: LowRank) -> dict[str, Tensor]:
        return {
            layer: low_rank.changed(self._layers.frozen[layer], [(factors, trainable.scale)])
            for layer, factors in trainable.factors().items()
        }

    def _changed(self, wanted: tuple[tuple[str, float], ...]) -> dict[str, Tensor]:
        """The weights of every layer that one of these changes, in the layer's own precision."""
        layers = {layer for name, _ in wanted for layer in self._changes[name]}
        weights = {}
        for layer in layers:
            frozen = self._layers.frozen[layer]
            changes = [
                (self._changes[name][layer], how) for name, how in wanted if layer in self._changes[name]
            ]
            weights[layer] = low_rank.changed(frozen, changes).to(frozen.dtype)
        return weights

    def _drop(self, name: str) -> None:
        """Forget what is kept under a name; if it is among what is worn, everything is taken off."""
        if any(name == worn for worn, _ in self._worn):
            self._worn, self._worn_weights = (), {}
            self._layers.put({})
        for kept in (self._changes, self._words, self._faces):
            kept.pop(name, None)
