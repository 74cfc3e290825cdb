"""What a caption says of a photo: some of what can be seen on it."""

from collections.abc import Mapping
from typing import Final, cast

import numpy as np

from pocket import palette
from pocket.people import KINDS, Person
from pocket.scenes import EXPRESSIONS, FRAMINGS, GARMENTS, HATS, PLACES, Framing, Garment, Place, Scene
from pocket.tailoring import worn
from pocket.wording import OPENINGS, Look

_BEARDS: Final = {
    "none": None,
    "stubble": "stubble",
    "mustache": "a mustache",
    "goatee": "a goatee",
    "full": "a beard",
}
IN_PLACES: Final[Mapping[Place, str]] = {
    "park": "in a park",
    "beach": "at the beach",
    "city": "in the city",
    "room": "in a room",
    "mountains": "in the mountains",
    "night sky": "under a night sky",
    "desert": "in a desert",
    "snow": "in the snow",
}
_FRAMINGS: Final[Mapping[Framing, str | None]] = {
    "portrait": None,
    "half": "half-length",
    "full": "full-length",
}
_GARMENTS: Final[Mapping[Garment, str]] = {garment: garment for garment in GARMENTS} | {
    "stripes": "striped shirt"
}
_SKINS: Final = ("light", "medium", "dark")
# How bright skin is seen to be, of 255.
_LIGHT_SKIN, _DARK_SKIN = 185.0, 125.0
_LUMINANCE: Final = (0.299, 0.587, 0.114)

# Every attribute of a picture that `attributes` tells, with all the values that it can have, in fixed order.
VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "kind": KINDS,
    "hair_colour": ("none", *palette.HAIR),
    "hair_style": ("bald", "buzz", "short", "curly", "bob", "long", "bun", "spiky", "fringe"),
    "glasses": ("none", "round", "square", "sunglasses"),
    "beard": ("none", "stubble", "mustache", "goatee", "beard"),
    "expression": EXPRESSIONS,
    "background": (*palette.THINGS, *PLACES),
    "shirt": tuple(palette.THINGS),
    "garment": tuple(_GARMENTS.values()),
    "hat": ("none", *HATS),
    "framing": FRAMINGS,
    "skin": _SKINS,
}


def describe(person: Person, scene: Scene, seed: int, *, look: Look = "photo", drop: float = 0.35) -> str:
    """Return a caption; the seed decides its opening and which parts, each with chance `drop`, go unsaid."""
    random = np.random.default_rng(seed)
    said = [part for part in _parts(person, scene) if random.random() > drop]
    return ", ".join([f"{OPENINGS[look][random.integers(4)]} {person.kind}", *said])


def attributes(person: Person, scene: Scene) -> dict[str, str]:
    """Return what is true of a picture: for every key of `VALUES` one of its values."""
    is_bald = person.hair.style == "bald"
    shape, beard = person.glasses.shape or "none", person.beard.style
    return {
        "kind": person.kind,
        "hair_colour": "none" if is_bald else person.hair.colour,
        "hair_style": _style(person, scene),
        "glasses": "sunglasses" if shape == "sun" else shape,
        "beard": "beard" if beard == "full" else beard,
        "expression": scene.expression,
        "background": scene.place or scene.background,
        "shirt": scene.shirt,
        "garment": _GARMENTS[worn(person, scene)],
        "hat": scene.hat or "none",
        "framing": scene.framing,
        "skin": _skin(person),
    }


def background_said_of(background: str) -> str:
    """Return what a caption says of a background: a place's words, or its colour."""
    return IN_PLACES.get(cast(Place, background)) or f"{background} background"


def _parts(person: Person, scene: Scene) -> list[str]:
    parts = (
        _hair(person, scene),
        _glasses(person),
        _BEARDS[person.beard.style],
        None if scene.expression == "neutral" else scene.expression,
        _an(f"{scene.hat_colour} {scene.hat}") if scene.hat else None,
        f"{scene.shirt} {_GARMENTS[worn(person, scene)]}",
        IN_PLACES[scene.place] if scene.place else f"{scene.background} background",
        "freckles" if person.freckles else None,
        _FRAMINGS[scene.framing],
    )
    return [part for part in parts if part]


def _hair(person: Person, scene: Scene) -> str:
    style = _style(person, scene)
    return style if style == "bald" else f"{person.hair.colour} {style} hair"


def _style(person: Person, scene: Scene) -> str:
    style = person.hair.style
    # Spikes lie flat under a hat.
    is_short = style in {"short", "side"} or (style == "spiky" and scene.hat is not None)
    return "short" if is_short else style


def _skin(person: Person) -> str:
    brightness = float(np.dot(person.skin, _LUMINANCE))
    return _SKINS[0 if brightness >= _LIGHT_SKIN else 1 if brightness >= _DARK_SKIN else 2]


def _an(thing: str) -> str:
    return f"{'an' if thing[0] in 'aeiou' else 'a'} {thing}"


def _glasses(person: Person) -> str | None:
    shape = person.glasses.shape
    if shape is None:
        return None
    return "sunglasses" if shape == "sun" else f"{shape} glasses"
