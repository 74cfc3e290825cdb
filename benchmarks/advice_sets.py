"""Photos for a dialogue about photos: a set as nobody should send it, and what its owner adds when asked for more."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from core.artifacts import Pixels
from pocket import faults
from pocket.drawing import draw
from pocket.people import make_person
from pocket.scenes import PLACES, Scene, make_scene, make_varied_scene

SIDE: Final = 512
FIRST_SCENE: Final = 70_000
# What the bot asks for, by a word that it asks with, and what photo an owner takes of themselves then.
_ASKED: Final = ("turned", "place", "light", "farther", "expression", "more")
_DIM, _BRIGHT = 0.6, 1.14
_EXPRESSIONS: Final = ("smiling", "laughing", "surprised", "sad")
_ADVICE: Final = re.compile(r"Best next: (.+?)\.(?:\n|$)")
_AMONG: Final = re.compile(r"(\d+) more photos?, among them (.+)")
_PART: Final = re.compile(r"(\d+) (.+?)(?:,(?: and)? (?=\d)|$)")


def bad_set(seed: int, stranger: int) -> list[Pixels]:
    """Ten photos: four of one moment, one of them again, two out of focus, one in the dark, two of somebody else."""
    person, first = make_person(seed), _calm(FIRST_SCENE)
    moment = [
        draw(person, _at_the_same_moment(first, _calm(FIRST_SCENE + step)), SIDE).pixels
        for step in range(1, 5)
    ]
    again = np.asarray(cv2.resize(moment[1], None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA), np.uint8)
    others = [draw(person, _calm(FIRST_SCENE + step), SIDE).pixels for step in range(10, 13)]
    strangers = [
        draw(make_person(stranger), _calm(FIRST_SCENE + step), SIDE).pixels for step in range(20, 22)
    ]
    blurred, shaken = faults.blurred(others[0]), faults.motion_blurred(others[1])
    dark = faults.too_dark(others[2], 0.3)
    one, other = strangers
    return [moment[0], moment[1], blurred, one, again, moment[2], shaken, other, moment[3], dark]


def asked_for(panel: str) -> list[tuple[int, str]]:
    """What the bot's message about the photos asks for next: how many of what, by a word of `_ASKED`.

    Raises `ValueError` for advice that nobody here could follow.
    """
    advice = _ADVICE.search(panel)
    if advice is None:
        return []
    among = _AMONG.fullmatch(advice[1])
    wishes = [(int(count), _kind(words)) for count, words in _PART.findall(among[2] if among else advice[1])]
    plain = int(among[1]) - sum(count for count, _ in wishes) if among else 0
    return [*wishes, (plain, "more")] if plain else wishes


def _kind(words: str) -> str:
    named = next((word for word in _ASKED if word in words), None)
    if named is None:
        raise ValueError(f"nobody knows how to take {words!r}")
    return named


def taken(seed: int, wishes: list[tuple[int, str]], first: int) -> list[Pixels]:
    """The photos that the owner takes to fulfil these wishes, from scene `first` on."""
    person = make_person(seed)
    scenes = (
        scene
        for place, (count, wish) in enumerate(wishes)
        for scene in _scenes(wish, count, first + 100 * place)
    )
    return [draw(person, scene, SIDE).pixels for scene in scenes]


def _scenes(wish: str, count: int, first: int) -> Iterator[Scene]:
    for number in range(count):
        scene = _calm(first + number)
        match wish:
            case "turned":
                yield replace(scene, yaw=0.45 if number % 2 else -0.45)
            case "place":
                yield replace(scene, place=PLACES[(first + number) % len(PLACES)])
            case "light":
                yield replace(scene, light=_DIM if number % 2 else _BRIGHT)
            case "farther":
                half = make_varied_scene(first + number, framing="half", hat=None, noise=0.0, blur=0.0)
                yield replace(half, openness=1.0)
            case "expression":
                yield replace(scene, expression=_EXPRESSIONS[number % len(_EXPRESSIONS)], intensity=1.0)
            case _:
                yield scene


def _calm(seed: int) -> Scene:
    return make_scene(seed, 0.6, noise=0.0, blur=0.0, openness=1.0)


def _at_the_same_moment(first: Scene, scene: Scene) -> Scene:
    """The scene with all that photos of one moment have in common with the first."""
    return replace(
        scene, background=first.background, backdrop=first.backdrop, accent=first.accent, shirt=first.shirt,
        collar=first.collar, light=first.light, yaw=0.0, expression="neutral",
    )  # fmt: skip
