"""Textual inversion (Gal et al. 2022): new words of a text encoder, made, put into prompts, written, read.

In a prompt that reaches a family `<NAME>` stands for the vectors known under NAME: each takes one of the prompt's
places, and there the encoder sees the vector instead of a token's embedding. The encoder itself is never changed.
`(words:1.2)` is emphasis: the strength of the states of these words.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from core.errors import ModelUnusable
from core.prompts import pieces
from core.subjects import MOST_VECTORS

NEW = "new"  # what a prompt calls the words that are being learnt
_STANDS_FOR = re.compile(r"<([^<>]+)>")
_FILLER = 0  # the token where a vector stands; the encoder never sees its embedding

Vectors = Mapping[str, Tensor]
"""The vectors of one new word by text encoder (`clip_l`, `clip_g`), each (vectors, width)."""


@dataclass(frozen=True)
class Encoder:
    """A text encoder with its tokenizer, as transformers has them."""

    tokenizer: Any
    model: Any

    @property
    def width(self) -> int:
        """How many numbers a token's embedding has."""
        return int(self.model.get_input_embeddings().weight.shape[1])

    @property
    def places(self) -> int:
        """How many tokens of a prompt it sees, besides those that begin and end it."""
        return int(self.tokenizer.model_max_length) - 2

    def fits(self, prompt: str) -> bool:
        """Whether it sees a prompt to its end; a new word counts as the most vectors that one is learnt with."""
        parts = _STANDS_FOR.split("".join(words for words, _ in pieces(prompt)))
        said = [self.tokenizer(part, add_special_tokens=False, verbose=False) for part in parts[::2]]
        tokens = sum(len(one.input_ids) for one in said)
        return tokens + MOST_VECTORS * (len(parts) // 2) <= self.places

    def encoded(
        self, prompts: Sequence[str], known: Mapping[str, Tensor], device: torch.device, **how: Any
    ) -> tuple[Any, list["Reading"]]:
        """Encode prompts, in which each known name stands for its vectors, (vectors, width); and how they read."""
        counts = {name: len(vectors) for name, vectors in known.items()}
        read = [read_prompt(self.tokenizer, prompt, counts) for prompt in prompts]
        with standing(self.model, read, known):
            return self.model(tokens_of(read, device), **how), read


@dataclass(frozen=True)
class Words:
    """New words while they are learnt: the vectors of every text encoder end to end in one tensor."""

    flat: nn.Parameter  # (numbers,), single precision
    shapes: Mapping[str, tuple[int, int]]  # by text encoder: vectors, width

    def vectors(self) -> dict[str, Tensor]:
        """View the flat tensor as vectors by text encoder; gradients flow back to the flat tensor."""
        parts = torch.split(self.flat, [count * width for count, width in self.shapes.values()])
        shapes = self.shapes.items()
        return {name: part.view(shape) for (name, shape), part in zip(shapes, parts, strict=True)}


@dataclass(frozen=True)
class Reading:
    """A prompt as a text encoder takes it."""

    tokens: tuple[int, ...]  # as many as the encoder has places
    places: tuple[tuple[int, str, int], ...]  # where a vector stands: position, name, which of its vectors
    strengths: tuple[float, ...]  # of the state at each token


def read_prompt(tokenizer: Any, prompt: str, known: Mapping[str, int], length: int | None = None) -> Reading:
    """Read a prompt; `known` is how many vectors each name stands for, `length` the tokenizer's own if None.

    Raises ModelUnusable for a name that is not known. What has no place any more is cut off, as the tokenizer does.
    """
    length = length or tokenizer.model_max_length
    first = [] if tokenizer.bos_token_id is None else [tokenizer.bos_token_id]  # T5 has none
    room = length - len(first) - 1
    tokens: list[int] = []
    places: list[tuple[int, str, int]] = []
    strengths: list[float] = []
    said = pieces(prompt)
    for words, strength in said:
        # Every second part is what stood in angle brackets.
        for number, part in enumerate(_STANDS_FOR.split(words if len(said) == 1 else words.strip())):
            if number % 2 == 0:
                tokens += tokenizer(
                    part, add_special_tokens=False, truncation=True, max_length=room
                ).input_ids
                continue
            if part not in known:
                raise ModelUnusable(part, "the prompt needs it, and it is not installed or not worn")
            places += [(len(tokens) + vector + len(first), part, vector) for vector in range(known[part])]
            tokens += [_FILLER] * known[part]
        strengths += [strength] * (len(tokens) - len(strengths))
    tokens = [*first, *tokens[:room], tokenizer.eos_token_id]
    rest = length - len(tokens)
    strengths = [*[1.0] * len(first), *strengths[:room], *[1.0] * (1 + rest)]
    return Reading(
        (*tokens, *[tokenizer.pad_token_id] * rest),
        tuple(place for place in places if place[0] < length - 1),
        tuple(strengths),
    )


def tokens_of(read: Sequence[Reading], device: torch.device) -> Tensor:
    """The tokens of several prompts, (prompts, tokens)."""
    return torch.tensor([one.tokens for one in read], device=device)


def emphasised(states: Tensor, read: Sequence[Reading]) -> Tensor:
    """Multiply each word's state by its strength and restore the prompt's mean, as A1111's emphasis does.

    `states` is (prompts, tokens, width).
    """
    strengths = [one.strengths for one in read]
    if all(strength == 1 for one in strengths for strength in one):
        return states
    mean = states.mean((1, 2), keepdim=True)
    changed = states * torch.tensor(strengths, device=states.device, dtype=states.dtype)[..., None]
    # Where nothing of a prompt is emphasised its states come through to the bit.
    plain = torch.tensor([set(one) == {1.0} for one in strengths], device=states.device)[:, None, None]
    return torch.where(plain, states, changed * (mean / changed.mean((1, 2), keepdim=True)))


@contextmanager
def standing(encoder: Any, read: Sequence[Reading], known: Mapping[str, Tensor]) -> Iterator[None]:
    """Let the encoder see the known vectors, each (vectors, width), at the places of these prompts."""
    found = [(row, *place) for row, reading in enumerate(read) for place in reading.places]
    if not found:
        yield
        return
    rows, columns, _, _ = zip(*found, strict=True)
    vectors = torch.stack([known[name][number] for _, _, name, number in found])

    def seen(_: nn.Module, __: Any, embedded: Tensor) -> Tensor:
        where = (torch.tensor(rows, device=embedded.device), torch.tensor(columns, device=embedded.device))
        return embedded.index_put(where, vectors.to(embedded.dtype))

    hook = encoder.get_input_embeddings().register_forward_hook(seen)
    try:
        yield
    finally:
        hook.remove()


def started(encoders: Mapping[str, Encoder], vectors: int, word: str, device: torch.device) -> Words:
    """Make new words that start as the tokens of `word`, spread over the vectors.

    Raises ValueError for a number of vectors or a word that cannot be.
    """
    shapes, starts = {}, []
    for name, encoder in encoders.items():
        if not 1 <= vectors <= encoder.places:
            raise ValueError(f"{vectors} vectors: a prompt has places for 1 to {encoder.places}")
        tokens = encoder.tokenizer(word, add_special_tokens=False).input_ids
        if not tokens:
            raise ValueError(f"the word to start from is {word!r}, which has no token")
        embeddings = encoder.model.get_input_embeddings().weight.detach()
        chosen = [tokens[vector * len(tokens) // vectors] for vector in range(vectors)]
        starts.append(embeddings[chosen].float().flatten())
        shapes[name] = (vectors, encoder.width)
    return Words(nn.Parameter(torch.cat(starts).to(device)), shapes)


def take(words: Words, name: str, vectors: Mapping[str, Tensor]) -> None:
    """Let the vectors be those of a file; raises ModelUnusable unless there are as many."""
    for encoder, mine in words.vectors().items():
        if vectors[encoder].shape != mine.shape:
            raise ModelUnusable(
                name, f"{encoder} is {tuple(vectors[encoder].shape)}, not {tuple(mine.shape)}"
            )
        with torch.no_grad():
            mine.copy_(vectors[encoder])


def written(words: Words) -> bytes:
    """Write the vectors as a safetensors file in single precision, a tensor for each text encoder."""
    state = {name: vectors.detach().float().cpu().contiguous() for name, vectors in words.vectors().items()}
    weights: bytes = safetensors.torch.save(state, metadata={"format": "pt"})
    return weights


def read_vectors(name: str, weights: bytes, widths: Mapping[str, int], most: int) -> dict[str, Tensor]:
    """Read the vectors of a safetensors file; raises ModelUnusable unless they fit encoders of these widths.

    `most` is how many vectors a prompt has places for.
    """
    try:
        state = safetensors.torch.load(weights)
    except SafetensorError as error:
        raise ModelUnusable(name, f"not a safetensors file: {error}") from error
    if state.keys() != widths.keys():
        found, needed = (", ".join(sorted(keys)) or "nothing" for keys in (state, widths))
        raise ModelUnusable(name, f"it has vectors for {found}, the family's text encoders are {needed}")
    if len({len(vectors) if vectors.ndim else 0 for vectors in state.values()}) != 1:
        raise ModelUnusable(name, "it has more vectors for one text encoder than for another")
    for encoder, vectors in state.items():
        if vectors.ndim != 2 or vectors.shape[1] != widths[encoder] or not 1 <= len(vectors) <= most:
            expected = f"1 to {most} vectors of {widths[encoder]}"
            raise ModelUnusable(name, f"{encoder} is {tuple(vectors.shape)}, it must be {expected}")
        if not vectors.isfinite().all():
            raise ModelUnusable(name, f"{encoder} holds numbers that are not finite")
    return {encoder: vectors.float() for encoder, vectors in state.items()}
