"""Everything that `pocket/weights` holds, made from nothing in one run that may be stopped and goes on."""

import dataclasses
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from pocket.recipes import (
    attributes,
    closeness,
    decoder,
    detector,
    embedder,
    faceid,
    fast,
    grader,
    ink,
    recogniser,
    scorer,
    text_encoder,
    thresholds,
    tokenizer,
    unet,
    vae,
)
from pocket.recipes.course import Plan

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Part:
    """One recipe, the minutes on two processor cores that it is worth, and whether replicas can share it."""

    train: Callable[[Plan], None]
    minutes: float
    shared: bool = False


# In the order in which they need one another.
PARTS: Final[Mapping[str, Part]] = {
    "detector": Part(detector.train, 20),
    "recogniser": Part(recogniser.train, 30),
    "grader": Part(grader.train, 20),
    "thresholds": Part(thresholds.train, 1),
    "tokenizer": Part(tokenizer.train, 0.2),
    "vae": Part(vae.train, 90),
    "text_encoder": Part(text_encoder.train, 1.5),
    "unet": Part(unet.train, 300, shared=True),
    "decoder": Part(decoder.train, 60),
    "attributes": Part(attributes.train, 12),
    "embedder": Part(embedder.train, 6),
    "closeness": Part(closeness.train, 1),
    "scorer": Part(scorer.train, 12),
    "ink": Part(ink.train, 40, shared=True),
    "faceid": Part(faceid.train, 40),
    "fast": Part(fast.train, 30),
}


def make(plan: Plan, minutes: float | None = None, part: str | None = None) -> None:
    """Make one part or all, into `plan.out`; what is there already goes on where it was.

    `minutes` bound the part named, or all parts together, each by what it is worth; without, each takes its own
    time.
    """
    chosen = PARTS if part is None else {part: PARTS[part]}
    worth = sum(each.minutes for each in chosen.values())
    for name, each in chosen.items():
        allowed = each.minutes if minutes is None else minutes * each.minutes / worth
        log.info("%s: at most %.1f minutes", name, allowed)
        replicas = plan.replicas if each.shared else 1
        each.train(dataclasses.replace(plan, minutes=allowed, replicas=replicas))
