"""The words that captions and prompts share: what a picture is called in each look."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

# The looks that the base learns; those of `unseen_looks` it never meets.
Look = Literal["photo", "ink"]
LOOKS: Final[tuple[Look, ...]] = get_args(Look)

OPENINGS: Final[Mapping[Look, tuple[str, ...]]] = {
    "photo": ("a photo of a", "a portrait of a", "a picture of a", "photo of one"),
    "ink": ("an ink drawing of a", "an ink sketch of a", "a pen drawing of a", "ink drawing of one"),
}
