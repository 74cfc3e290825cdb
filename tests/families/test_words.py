"""Textual inversion on the shipped base: learnt, written, worn, and the same in a plain diffusers pipeline."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch

from core.artifacts import Adapter, Pixels
from core.errors import ModelUnusable
from core.families.family import Batch, Family
from core.families.words import Reading, emphasised, read_prompt
from tests.families.pocket_base import batch, opened, picture, request
from tests.families.test_sd15 import furthest, plain_picture, plain_pipeline


@pytest.fixture
def family() -> Family:
    return opened()


def learnt(family: Family, seed: int = 1, vectors: int = 3) -> Adapter:
    """New words that change pictures visibly, as if they had been trained."""
    words = family.new_words(vectors=vectors, word="woman")
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        words.flat.add_(torch.randn(words.flat.shape, generator=generator))
    return family.export(words, step=seed)


def drawn_with(family: Family, prompt: str, names: tuple[str, ...]) -> Pixels:
    return family.draw(replace(request(family, dict.fromkeys(names, 1.0)), prompt=prompt), [5])[0]


def about_new_words(family: Family) -> Batch:
    return replace(batch(family), prompts=("a photo of <new>", "a photo of a man"))


def test_new_words_start_as_their_word_whatever_chance_says(family: Family) -> None:
    torch.manual_seed(1)
    first = family.new_words(vectors=2, word="woman")
    torch.manual_seed(2)
    second = family.new_words(vectors=2, word="woman")

    family.install("she", family.export(family.new_words(vectors=1, word="woman"), step=0))
    drawn = drawn_with(family, "a photo of a <she>", ("she",))
    family.remove("she")

    assert torch.equal(first.flat, second.flat)
    assert np.array_equal(drawn, drawn_with(family, "a photo of a woman", ()))


def test_learning_lowers_the_loss_and_leaves_the_base_as_it_was(family: Family) -> None:
    before = picture(family)
    words = family.new_words(vectors=2, word="man")
    optimiser = torch.optim.AdamW([words.flat], lr=0.01)
    losses = []
    for _ in range(6):
        loss = family.loss(words, about_new_words(family))
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it so
        optimiser.step()
        optimiser.zero_grad()
        losses.append(loss.item())

    assert losses[-1] < losses[0]
    assert np.array_equal(picture(family), before)


def test_a_prompt_without_them_teaches_new_words_nothing(family: Family) -> None:
    words = family.new_words(vectors=2, word="man")

    loss = family.loss(words, batch(family))

    assert not loss.requires_grad


@pytest.mark.parametrize("vectors", [1, 3])
def test_a_plain_pipeline_loads_the_words_and_draws_the_same(
    family: Family, tmp_path: Path, vectors: int
) -> None:
    adapter = learnt(family, vectors=vectors)
    (tmp_path / "words.safetensors").write_bytes(adapter.weights)
    plain = plain_pipeline()

    plain.load_textual_inversion(tmp_path, weight_name="words.safetensors", token="<robin>")
    theirs = plain_picture(plain, prompt="a photo of <robin>, smiling")
    family.install("robin", adapter)
    ours = drawn_with(family, "a photo of <robin>, smiling", ("robin",))
    family.remove("robin")

    assert furthest(ours, theirs) <= 2
    assert furthest(ours, drawn_with(family, "a photo of woman, smiling", ())) > 20


def test_words_stand_beside_low_rank_changes_and_other_words(family: Family) -> None:
    for number, name in enumerate(("one", "two"), 1):
        family.install(name, learnt(family, number))
    names = ("one", "two")
    drawn = [
        drawn_with(family, prompt, names)
        for prompt in ("a photo of <one>", "a photo of <two>", "a photo of <one> and <two>", "a photo")
    ]
    plain = drawn_with(family, "a photo", ())
    for name in names:
        family.remove(name)

    assert len({pixels.tobytes() for pixels in drawn}) == 4
    assert np.array_equal(drawn[-1], plain)


def test_words_that_are_not_worn_cannot_stand_in_a_prompt(family: Family) -> None:
    family.install("one", learnt(family))

    with pytest.raises(ModelUnusable, match="one: the prompt needs it"):
        drawn_with(family, "a photo of <one>", ())
    family.remove("one")
    with pytest.raises(ModelUnusable, match="one: the adapter is not installed"):
        drawn_with(family, "a photo of <one>", ("one",))


@pytest.mark.parametrize(("vectors", "word", "reason"), [(0, "man", "0 vectors"), (76, "man", "1 to 75"),
                                                          (2, " ", "no token")])  # fmt: skip
def test_words_that_cannot_be_begun_are_refused(family: Family, vectors: int, word: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        family.new_words(vectors=vectors, word=word)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"clip_g": torch.zeros(2, 96)}, "vectors for clip_g, the family's text encoders are clip_l"),
        ({"clip_l": torch.zeros(2, 96), "clip_g": torch.zeros(2, 96)}, "vectors for clip_g, clip_l"),
        ({}, "vectors for nothing"),
        ({"clip_l": torch.zeros(2, 768)}, r"clip_l is \(2, 768\), it must be 1 to 75 vectors of 96"),
        ({"clip_l": torch.zeros(96)}, r"clip_l is \(96,\)"),
        ({"clip_l": torch.zeros(0, 96)}, r"clip_l is \(0, 96\)"),
        ({"clip_l": torch.zeros(2, 96) / 0}, "not finite"),
    ],
)
def test_words_that_do_not_fit_are_refused(
    family: Family, state: dict[str, torch.Tensor], reason: str
) -> None:
    weights = safetensors.torch.save(state)

    with pytest.raises(ModelUnusable, match=reason):
        family.install("odd", replace(learnt(family), weights=weights))
    assert "odd" not in family.installed()


@pytest.mark.parametrize("prompt", ["", "A photo of a  woman, smiling!", "a red hat " * 60])
def test_a_prompt_without_words_is_read_as_the_tokenizer_reads_it(prompt: str) -> None:
    tokenizer: Any = plain_pipeline().tokenizer

    read = read_prompt(tokenizer, prompt, {})

    usual = tokenizer(prompt, padding="max_length", max_length=77, truncation=True).input_ids
    assert list(read.tokens) == usual
    assert read.places == ()


def test_words_past_the_end_of_a_prompt_are_cut_off() -> None:
    tokenizer: Any = plain_pipeline().tokenizer

    read = read_prompt(tokenizer, "hat " * 74 + "<one>", {"one": 4})

    assert len(read.tokens) == 77
    assert read.places == ((75, "one", 0),)


def test_emphasis_is_read_with_the_words_it_is_of() -> None:
    tokenizer: Any = plain_pipeline().tokenizer

    read = read_prompt(tokenizer, r"a (red:1.5) hat \(new\), <one>", {"one": 2})
    plain = read_prompt(tokenizer, "a red hat (new), <one>", {"one": 2})

    red = len(tokenizer("red", add_special_tokens=False).input_ids)
    assert read.tokens == plain.tokens
    assert read.places == plain.places
    assert read.strengths[:2] == (1.0, 1.0)
    assert read.strengths[2 : 2 + red] == (1.5,) * red
    assert set(read.strengths[2 + red :]) == {1.0}
    assert len(read.strengths) == len(read.tokens)


def test_emphasis_multiplies_the_states_of_its_words_and_restores_the_mean() -> None:
    states = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(0)) + 1
    read = [Reading((1, 2, 3), (), (1.0, 1.5, 1.0)), Reading((1, 2, 3), (), (1.0, 1.0, 1.0))]

    seen = emphasised(states, read)

    assert torch.allclose(seen[0].mean(), states[0].mean())
    assert torch.allclose(seen[0, 1] / seen[0, 0], 1.5 * states[0, 1] / states[0, 0])
    assert torch.equal(seen[1], states[1])


def test_emphasis_changes_the_picture_and_none_does_not(family: Family) -> None:
    plain, strong, weak, one = (
        drawn_with(family, f"a photo of a man, {words}", ())
        for words in ("red hat", "(red hat:1.6)", "(red hat:0.4)", "(red hat:1.0)")
    )

    assert len({pixels.tobytes() for pixels in (plain, strong, weak)}) == 3
    assert np.array_equal(plain, one)


def test_emphasis_in_training_is_emphasis_in_drawing(family: Family) -> None:
    trainable = family.trainable(rank=4, alpha=4, seed=3)
    losses = [
        family.loss(trainable, replace(batch(family), prompts=(prompt, "a photo of a man"))).item()
        for prompt in ("a photo of a (sks:1.0) man", "a photo of a sks man", "a photo of a (sks:1.8) man")
    ]

    assert losses[0] == losses[1] != losses[2]
