"""Every family of base models. A new one: a module here, a line below."""

from importlib import import_module
from typing import Any

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
    offered = samplers_of(base)
    for drawing in (base, base.class_drawing):
        if drawing and drawing.scheduler not in offered:
            only = ", ".join(sorted(offered))
            raise ModelUnusable(base.name, f'{base.family} has no sampler "{drawing.scheduler}", only {only}')
    family: Family = _family_of(base).open(base, device)
    return family


def samplers_of(base: Base) -> frozenset[str]:
    """The names of the samplers that a base draws with, without loading it; empty for a family there is not."""
    return frozenset(_family_of(base).samplers) if base.family in FAMILIES else frozenset()


def _family_of(base: Base) -> Any:
    module, name = FAMILIES[base.family]
    return getattr(import_module(module), name)
