"""Every family of base models. A new one: a module here, a line below."""

from collections.abc import Callable

import torch

from core.errors import ModelUnusable
from core.families import catalogue
from core.families.catalogue import Base
from core.families.family import Family
from core.families.flux import Flux
from core.families.sd15 import Sd15
from core.families.sdxl import Sdxl

FAMILIES: dict[str, Callable[[Base, torch.device], Family]] = {
    "sd15": Sd15.open,
    "sdxl": Sdxl.open,
    "flux": Flux.open,
}


def open_base(base: Base, device: torch.device) -> Family:
    """Check a base model and load it; raises ModelUnusable with the reason why it cannot be used."""
    catalogue.check(base)
    if base.family not in FAMILIES:
        raise ModelUnusable(base.name, f'there is no family "{base.family}", only {", ".join(FAMILIES)}')
    return FAMILIES[base.family](base, device)
