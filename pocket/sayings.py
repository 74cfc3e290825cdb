"""In which words the attributes of drawn people and animals are said, as `attributes.json` ships them.

The words are those of the captions that the base learned (`captions`, `animal_captions`). `python -m pocket.sayings`
prints the file: other words need no other network, whose outputs are in the order of `HEADS`.
"""

import json
import sys
from collections.abc import Mapping
from typing import Any, Final

from core.captioning.sayings import Sayings
from pocket.animal_captions import ANIMAL_VALUES
from pocket.animals import ANIMAL_KINDS
from pocket.captions import VALUES, background_said_of
from pocket.people import KINDS
from pocket.scenes import HATS
from pocket.wording import LOOKS, OPENINGS

# Pen and ink show none of these.
COLOURS: Final = frozenset({"hair_colour", "background", "shirt", "skin", "coat", "eyes", "collar"})

# In the order of the network's outputs; `kind` and `background` are people's and animals' alike.
HEADS: Final[Mapping[str, tuple[str, ...]]] = {
    "look": LOOKS,
    **{
        name: tuple(dict.fromkeys((*VALUES.get(name, ()), *ANIMAL_VALUES.get(name, ()))))
        for name in dict.fromkeys((*VALUES, *ANIMAL_VALUES))
    },
}
SURE: Final = 0.6  # the least chance at which a caption says a value
_HAIRY: Final = [style for style in VALUES["hair_style"] if style != "bald"]


def document() -> dict[str, Any]:
    """Everything of `attributes.json`: the heads, and how their values are said.

    Hair, glasses, beard, coat, ears and eyes are the person's or animal's own and the same on all of their photos;
    what they wear, do and stand before is not.
    """
    return {
        "heads": {name: list(values) for name, values in HEADS.items()},
        "subject": "kind",
        "sure": SURE,
        "opening": {"head": "look", "words": {look: words[0] for look, words in OPENINGS.items()}},
        "shows": [
            {"when": {"kind": list(KINDS)}, "heads": list(VALUES)},
            {"when": {"kind": list(ANIMAL_KINDS)}, "heads": list(ANIMAL_VALUES)},
        ],
        "hides": [{"when": {"look": ["ink"]}, "heads": sorted(COLOURS)}],
        "words": _words(),
        "parts": [
            {"say": ["bald"], "own": True, "when": {"hair_style": ["bald"]}},
            {
                "say": ["{hair_colour} {hair_style} hair", "{hair_style} hair"],
                "own": True,
                "when": {"hair_style": _HAIRY},
            },
            {"say": ["{glasses}"], "own": True},
            {"say": ["{beard}"], "own": True},
            {"say": ["{coat} {pattern}", "{coat} coat", "{pattern}"], "own": True},
            {"say": ["{ears} ears"], "own": True},
            {"say": ["{eyes} eyes"], "own": True},
            {"say": ["{expression}"], "own": False},
            {"say": ["{hat}"], "own": False},
            {"say": ["{shirt} {garment}", "{garment}"], "own": False},
            {"say": ["{collar} collar"], "own": False},
            {"say": ["{background}"], "own": False},
            {"say": ["{framing}"], "own": False},
        ],
    }


def written() -> str:
    """The text of `attributes.json`."""
    return json.dumps(document(), indent=2) + "\n"


def _words() -> dict[str, dict[str, str]]:
    """The values that are not said as they are called; an empty one is not said."""
    return {
        "hair_colour": {"none": ""},
        "glasses": {"none": "", "round": "round glasses", "square": "square glasses"},
        "beard": {"none": "", "mustache": "a mustache", "goatee": "a goatee", "beard": "a beard"},
        "pattern": {"plain": ""},
        "expression": {"neutral": ""},
        "hat": {"none": "", **{hat: f"{'an' if hat[0] in 'aeiou' else 'a'} {hat}" for hat in HATS}},
        "collar": {"none": ""},
        "background": {value: background_said_of(value) for value in HEADS["background"]},
        "framing": {"portrait": "", "half": "half-length", "full": "full-length"},
    }


SAYINGS: Final = Sayings.read(document())

if __name__ == "__main__":
    sys.stdout.write(written())
