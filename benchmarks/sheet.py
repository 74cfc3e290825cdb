"""`python -m benchmarks.sheet`: what the pocket studio draws, on one sheet, `docs/pocket-sheet.jpg`.

People, attributes, animals and ink as the base draws them; below, for three held-out people, photos, what the base
answers to their prompt, and what it answers when the studio has learnt them.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageDraw, ImageFont

from benchmarks import weights
from benchmarks.bench_studio import Bench
from benchmarks.people import adults
from benchmarks.personal import WORDS, untrained
from benchmarks.profiles import profiles
from core.artifacts import Pixels
from core.families.catalogue import read
from core.families.family import Family, usual_request
from core.sheets import BACKGROUND, INK
from pocket.cast import photos_of
from pocket.people import KINDS, make_person

SHEET: Final = Path("docs/pocket-sheet.jpg")
COLUMNS: Final = 8
CELL, GAP, TITLE = 192, 6, 34  # pixels
PROFILES: Final = 3
ATTRIBUTES: Final = (
    "woman, red curly hair, round glasses",
    "man, bald, a beard, sunglasses",
    "woman, blonde long hair, laughing",
    "man, black short hair, a mustache, sad",
    "girl, brown bun hair, smiling",
    "boy, red spiky hair, freckles",
    "woman, gray bob hair, blue background",
    "man, white short hair, square glasses, yellow background",
)
ANIMALS: Final = ("ginger tabby", "black tuxedo", "white coat", "gray coat")


@dataclass(frozen=True)
class Line:
    """A title and its pictures."""

    title: str
    pictures: list[Pixels]


def main() -> int:
    """Draw, learn and compose."""
    with weights.models_file() as models, profiles(models) as studio:
        lines = [*of_the_base(studio.workshop.family(), COLUMNS)]
        if weights.INK in read(models).bases:
            people = [f"a photo of a {KINDS[place % len(KINDS)]}" for place in range(COLUMNS)]
            lines.append(
                Line(
                    "Photos, as the checkpoint in ink has them",
                    _drawn(weights.base(models, weights.INK), people),
                )
            )
        for seed in adults(PROFILES):
            lines += of_a_profile(studio, seed, COLUMNS)
    compose(lines).save(SHEET, "JPEG", quality=85, optimize=True)
    print(SHEET)
    return 0


def of_the_base(family: Family, columns: int) -> Iterator[Line]:
    """What the base draws for plain prompts and for detailed ones."""
    people = [f"a photo of a {KINDS[place % len(KINDS)]}" for place in range(columns)]
    yield Line("People of the base", _drawn(family, people))
    yield Line(
        "Asked for by attribute", _drawn(family, [f"a photo of a {each}" for each in ATTRIBUTES[:columns]])
    )
    animals = [
        f"a photo of a {'cat' if place % 2 else 'dog'}, {ANIMALS[place // 2 % 4]}" for place in range(columns)
    ]
    yield Line("Cats and dogs", _drawn(family, animals))
    ink = [f"an ink drawing of a {(*KINDS, 'cat', 'dog')[place % 6]}" for place in range(columns)]
    yield Line("In ink", _drawn(family, ink))


def of_a_profile(studio: Bench, seed: int, columns: int, plan: dict[str, Any] | None = None) -> list[Line]:
    """A held-out person before and after the studio has learnt them, from a conversation on."""
    kind = make_person(seed).kind
    profile = studio.learn(seed, plan)
    made = studio.draw(profile, f"{WORDS} --n {columns}")
    kept = [one for one in made if not one.dropped]
    mean = sum(one.similarity or 0.0 for one in kept) / max(len(kept), 1)
    return [
        Line(
            f"A {kind} whom the base has never seen: photos",
            [one.pixels for one in photos_of(seed, columns, 256)],
        ),
        Line("The same prompt, untrained", untrained(studio, profile, columns)),
        Line(f"Trained, as delivered: likeness {mean:.2f}", [studio.pixels(profile, one) for one in kept]),
    ]


def compose(lines: Sequence[Line], columns: int = COLUMNS) -> Image.Image:
    """All lines below one another, a title above each."""
    height = TITLE + CELL + GAP
    canvas = Image.new("RGB", (columns * (CELL + GAP) + GAP, len(lines) * height + GAP), BACKGROUND)
    pen, font = ImageDraw.Draw(canvas), ImageFont.load_default(size=TITLE * 0.6)
    for number, line in enumerate(lines):
        top = number * height
        pen.text((GAP, top + TITLE / 2 + GAP / 2), line.title, INK, font, anchor="lm")
        for place, pixels in enumerate(line.pictures[:columns]):
            picture = Image.fromarray(pixels).resize((CELL, CELL), Image.Resampling.LANCZOS)
            canvas.paste(picture, (GAP + place * (CELL + GAP), top + TITLE))
    return canvas


def _drawn(family: Family, prompts: Sequence[str]) -> list[Pixels]:
    usual = usual_request(family, "")
    return [family.draw(replace(usual, prompt=prompt), [seed])[0] for seed, prompt in enumerate(prompts, 1)]


if __name__ == "__main__":
    sys.exit(main())
