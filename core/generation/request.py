"""The bounds of what may be asked for."""

from core.errors import StudioError
from core.families.family import DrawRequest, Family

MOST_PICTURES = 32  # in one call: candidates, of which people are given fewer
MOST_PIXELS_A_SIDE = 4  # times the base's own size
LONGEST_PROMPT = 2000  # characters


class PromptRefused(StudioError):
    """A request that is out of bounds: which part, what it was, and what it may be."""

    def __init__(self, part: str, value: object, allowed: str) -> None:
        super().__init__(f"{part} is {value}, it must be {allowed}")
        self.part = part
        self.value = value
        self.allowed = allowed


def checked(family: Family, request: DrawRequest, *, count: int, first_seed: int) -> None:
    """Raise PromptRefused naming the first part of a request that is out of bounds."""
    _between("count", count, 1, MOST_PICTURES)
    _between("seed", first_seed, 0, 2**53)
    _between("steps", request.steps, 1, 100)
    _between("cfg", request.cfg, 0, 20)
    for part, side in (("width", request.width), ("height", request.height)):
        _between(part, side, family.size // 2, family.size * MOST_PIXELS_A_SIDE)
        if side % family.factor:
            raise PromptRefused(part, side, f"a multiple of {family.factor}")
    if request.scheduler not in family.schedulers:
        raise PromptRefused("scheduler", request.scheduler, "one of " + ", ".join(sorted(family.schedulers)))
    for part, text in (("prompt", request.prompt), ("negative", request.negative)):
        if len(text) > LONGEST_PROMPT:
            raise PromptRefused(part, f"{len(text)} characters long", f"at most {LONGEST_PROMPT}")
    for name, strength in request.adapters.items():
        _between(f"the strength of {name}", strength, -2, 2)


def _between(part: str, value: float, least: float, most: float) -> None:
    """Raise PromptRefused unless the value lies between two bounds; not a number lies nowhere."""
    if not least <= value <= most:
        raise PromptRefused(part, value, f"between {least:g} and {most:g}")
