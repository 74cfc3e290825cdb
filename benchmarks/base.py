"""[base-one-face] [base-attributes] [attributes-classifier] Whether the base draws one face, and what was asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks import weights
from benchmarks.autoencoder import open_autoencoder, reconstructed
from benchmarks.people import share
from benchmarks.row import Row, bootstrap, row
from core.artifacts import Pixels
from core.faces import FacePack
from core.families.family import Family, usual_request
from core.generation import class_prompt
from pocket import palette
from pocket.captions import attributes
from pocket.cast import PEOPLE
from pocket.drawing import draw
from pocket.people import KINDS, make_person
from pocket.scenes import EXPRESSIONS, make_scene

PICTURES, FULL_PICTURES = 100, 400
DRAWINGS, FULL_DRAWINGS = 200, 600
FIRST_SCENE = 60_000_000  # far behind every scene that a training has met
# What is asked for and judged, by the names that captions and judges share.
JUDGED = ("hair_colour", "glasses", "background", "expression")
GLASSES = ("round glasses", "square glasses", "sunglasses")

Judge = Callable[[Pixels], Mapping[str, str]]
"""What a picture shows, by attribute, without those that it has not; `Attributes.of` of core.captioning is one."""


@dataclass(frozen=True)
class Wish:
    """A prompt, and what its picture must show."""

    prompt: str
    truth: Mapping[str, str]


def run(*, full: bool) -> list[Row]:
    """All from the base alone, with nothing worn."""
    with weights.models_file() as models:
        family = weights.base(models)
    return measure(
        family, weights.shipped_pack(), weights.attributes().of,
        FULL_PICTURES if full else PICTURES, FULL_DRAWINGS if full else DRAWINGS,
    )  # fmt: skip


def measure(family: Family, pack: FacePack, judge: Judge, pictures: int, drawings: int) -> list[Row]:
    """The three rows, of so many pictures for each of the first two and drawings for the classifier."""
    alone = [
        one
        for kind in KINDS
        for one in one_face(
            pack, family.draw(usual_request(family, class_prompt(kind)), range(pictures // len(KINDS)))
        )
    ]
    shown = obeyed(judge, drawn_wishes(family, wishes(("man", "woman"), pictures)))
    told = recognised(judge, PEOPLE[: max(1, drawings // 2)], 2)
    return [
        row("base-one-face", share(alone), "share", least=0.95, n=len(alone), interval=bootstrap(alone, share)),
        row("base-attributes", mean_share(shown), "share", least=0.80, n=len(shown),
            interval=bootstrap(shown, mean_share), peer=by_attribute(shown)),
        row("attributes-classifier", mean_share(told), "share", least=0.95, n=len(told),
            interval=bootstrap(told, mean_share), peer=by_attribute(told)),
    ]  # fmt: skip


def wishes(kinds: Sequence[str], count: int, extra: str = "") -> list[Wish]:
    """Prompts that ask for all four attributes at once, each value as often as another; `extra` precedes the kind."""
    random = np.random.default_rng(1)
    made = []
    for number in range(count):
        kind = kinds[number % len(kinds)]
        hair = str(random.choice(list(palette.HAIR)))
        glasses = str(random.choice(GLASSES))
        ground = str(random.choice(list(palette.THINGS)))
        look = str(random.choice([one for one in EXPRESSIONS if one != "neutral"]))
        cut = "long" if kind in ("woman", "girl") else "short"
        prompt = class_prompt(f"{extra} {kind}".strip())
        made.append(
            Wish(
                f"{prompt}, {hair} {cut} hair, {glasses}, {look}, {ground} background",
                {
                    "hair_colour": hair,
                    "glasses": glasses.removesuffix(" glasses"),
                    "background": ground,
                    "expression": look,
                },
            )
        )
    return made


def drawn_wishes(
    family: Family, asked: Sequence[Wish], adapters: Mapping[str, float] | None = None
) -> list[tuple[Pixels, Wish]]:
    """One picture for each wish, at the same seeds whatever is worn."""
    usual = usual_request(family, "", adapters)
    return [
        (family.draw(replace(usual, prompt=wish.prompt), [number])[0], wish)
        for number, wish in enumerate(asked)
    ]


def one_face(pack: FacePack, pictures: Sequence[Pixels]) -> list[bool]:
    """Whether each picture has exactly one face."""
    return [len(pack.faces_in(pixels)) == 1 for pixels in pictures]


def obeyed(judge: Judge, pictures: Sequence[tuple[Pixels, Wish]]) -> list[dict[str, bool]]:
    """For each picture, which of the attributes asked for are there."""
    return [_agreement(judge(pixels), wish.truth) for pixels, wish in pictures]


def recognised(judge: Judge, people: Sequence[int], photos: int) -> list[dict[str, bool]]:
    """For copies of held-out drawings, which attributes the judge is right about."""
    vae = open_autoencoder()
    right = []
    for seed in people:
        person = make_person(seed)
        scenes = [make_scene(FIRST_SCENE + seed * 64 + number) for number in range(photos)]
        copies = reconstructed(vae, [draw(person, scene).pixels for scene in scenes])
        right += [
            _agreement(judge(copy), attributes(person, scene))
            for copy, scene in zip(copies, scenes, strict=True)
        ]
    return right


def mean_share(found: Sequence[Mapping[str, bool]]) -> float:
    """The share of all attributes of all pictures."""
    return share([one for each in found for one in each.values()])


def by_attribute(found: Sequence[Mapping[str, bool]]) -> str:
    """Each attribute's own share, in words."""
    return ", ".join(f"{name} {share([each[name] for each in found]):.2f}" for name in JUDGED)


def _agreement(seen: Mapping[str, str], truth: Mapping[str, str]) -> dict[str, bool]:
    return {name: seen.get(name) == truth[name] for name in JUDGED}
