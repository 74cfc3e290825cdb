"""Every family of base models. A new one: a module here, a line below."""

from importlib import import_module

import torch

from core.errors import ModelUnusable
from core.families import catalogue
from core.families.catalogue import Base
from core.families.family import Family

# By module and class: a family's pipelines take seconds to import, and a studio has bases of one or two.
FAMILIES = {
    "sd15": ("core.families.sd15", "Sd15"),
    "sdxl": ("core.families.sdxl", "Sdxl"),
    "flux": ("core.families.flux", "Flux"),
}


def open_base(base: Base, device: torch.device) -> Family:
    """Check a base model and load it; raises ModelUnusable with the reason why it cannot be used."""
    catalogue.check(base)
    if base.family not in FAMILIES:
        raise ModelUnusable(base.name, f'there is no family "{base.family}", only {", ".join(FAMILIES)}')
    module, name = FAMILIES[base.family]
    family: Family = getattr(import_module(module), name).open(base, device)
    return family
