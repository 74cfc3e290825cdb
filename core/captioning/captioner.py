"""Who says what is on a photo. To add one: a module beside this one and its line below; nothing else changes.

A captioner is opened from an entry of `models.toml` and loads nothing when it is imported.
"""

from collections.abc import Callable, Mapping
from typing import Final, Protocol

import torch

from core.artifacts import Pixels
from core.captioning.attributes import Attributes
from core.captioning.blip import Blip
from core.captioning.vlm import Vlm
from core.errors import ModelUnusable
from core.families.catalogue import Captioner, check


class Describer(Protocol):
    """Says what is on photos."""

    def caption(self, pixels: Pixels, *, subject: bool) -> str:
        """Say what is on a photo (height, width, 3) beside its subject: setting, clothes, light, expression.

        With `subject` it is said as well: of a style everything that is shown has to be.
        """


CAPTIONERS: Final[Mapping[str, Callable[[Captioner, torch.device], Describer]]] = {
    "attributes": Attributes.open,
    "blip": Blip.open,
    "vlm": Vlm.open,
}


def open_captioner(entry: Captioner, device: torch.device) -> Describer:
    """Check a captioner and load it; raises ModelUnusable with the reason why it cannot be used."""
    check(entry)
    if entry.kind not in CAPTIONERS:
        raise ModelUnusable(
            entry.name, f'there is no captioner of kind "{entry.kind}", only {", ".join(CAPTIONERS)}'
        )
    return CAPTIONERS[entry.kind](entry, device)
