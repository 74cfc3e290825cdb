"""Textual inversion (Gal et al. 2022): a word of several vectors is learnt, and the base itself stays as it is."""

from dataclasses import replace

from torch import Tensor

from core.artifacts import Dataset
from core.families.family import Family
from core.families.words import Words
from core.training.denoising import Denoising
from core.training.plan import Plan

LONGEST_VECTOR = (
    2.0  # times the longest that the word began with: beyond, a vector drowns the words beside it
)


def textual_inversion(family: Family, dataset: Dataset, plan: Plan) -> Denoising:
    """Train vectors that start as the embedding of `plan.init_word`; captions call them `<new>`.

    No class images: the base does not change, so the class cannot drift. No weight decay, which would pull
    towards a word that means nothing. A photo without its caption teaches a word nothing, and one with the word alone
    teaches it everything that is on it, so none is shown so.
    """
    words = family.new_words(vectors=plan.vectors, word=plan.init_word)
    if not isinstance(words, Words):
        raise TypeError(f"{family.base.name} makes new words as {type(words).__name__}")
    starts = words.vectors().items()
    limits = {name: LONGEST_VECTOR * start.detach().norm(dim=1).max().item() for name, start in starts}

    def settle(_: Tensor) -> None:
        for name, vectors in words.vectors().items():
            vectors.mul_((limits[name] / vectors.norm(dim=1, keepdim=True)).clamp(max=1.0))

    return Denoising(
        family,
        replace(dataset, class_images=()),
        replace(plan, silence=0.0, bare=0.0),
        words,
        weight_decay=0.0,
        settle=settle,
    )
