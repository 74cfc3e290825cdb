"""Every family of base models. A new one: a module here, a line below."""

import torch

from core.errors import ModelUnusable
from core.families import catalogue
from core.families.catalogue import Base
from core.families.family import Family
from core.families.flux import Flux
from core.families.sd15 import Sd15
from core.families.sdxl import Sdxl

FAMILIES: dict[str, type[Sd15] | type[Sdxl] | type[Flux]] = {
    "sd15": Sd15,
    "sdxl": Sdxl,
    "flux": Flux,
}


def open_base(base: Base, device: torch.device) -> Family:
    """Check a base model and load it; raises ModelUnusable with the reason why it cannot be used."""
    catalogue.check(base)
    if base.family not in FAMILIES:
        raise ModelUnusable(base.name, f'there is no family "{base.family}", only {", ".join(FAMILIES)}')
    return FAMILIES[base.family].open(base, device)


def samplers_of(base: Base) -> frozenset[str]:
    """The names of the samplers that a base draws with, without loading it; empty for a family there is not."""
    return frozenset(FAMILIES[base.family].samplers) if base.family in FAMILIES else frozenset()
