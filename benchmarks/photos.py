"""[dup-recall] [dup-crop-recall] [dup-false] [intruder-recall] [intruder-false] [fault-recall] [fault-false] Verdicts.

Drawn photos with known faults, copies and strangers, judged as the product judges them.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np

from benchmarks import weights
from benchmarks.people import share
from benchmarks.row import Row, bootstrap, row
from core.artifacts import Pixels
from core.curation import Measured, judge, measure
from core.curation.fingerprints import Print, print_of, repeated
from core.faces import FacePack
from core.verdicts import Verdict
from pocket import faults
from pocket.cast import PEOPLE, photos_of
from pocket.drawing import Drawing, draw
from pocket.filters import with_filter
from pocket.people import make_person
from pocket.scenes import Scene, make_scene

SIDE = 256  # pixels of a photo
SIZE = 128  # the pocket family's training size
COPIED, FULL_COPIED = 40, 200  # photos that are sent again in every way
SETS, PHOTOS = 56, 20  # of one person each: 10,640 pairs
MIXED, FULL_MIXED = 60, 200  # people with a set of ten photos
OWN = 10
INTRUDERS, FULL_INTRUDERS = 5, 10  # for every set
FIRST_SCENE = 60_000_000  # far behind every scene that a training has met

Change = Callable[[Pixels], Pixels]
Catch = tuple[Callable[[Drawing], Pixels], frozenset[Verdict]]


def run(*, full: bool) -> list[Row]:
    """All seven rows; pairs of different photos are always all of them."""
    people = PEOPLE[: FULL_COPIED if full else COPIED]
    sets = PEOPLE[: FULL_MIXED if full else MIXED]
    return [
        *copies(people),
        false_copies(SETS),
        *strangers_and_faults(weights.shipped_pack(), sets, FULL_INTRUDERS if full else INTRUDERS),
    ]


# ── copies


def copies(people: Sequence[int]) -> list[Row]:
    """How many of a photo's copies are found beside it: changed all over, and cropped or turned a little."""
    found: dict[str, list[list[bool]]] = {"dup-recall": [], "dup-crop-recall": []}
    for seed in people:
        scene = make_scene(FIRST_SCENE + seed, noise=0.0, blur=0.0)
        photo = draw(make_person(seed), scene, SIDE).pixels
        for name, changes in (("dup-recall", CHANGED), ("dup-crop-recall", MOVED)):
            found[name].append([_is_found(photo, change(photo)) for change in changes.values()])
    about = {"dup-recall": (0.99, CHANGED), "dup-crop-recall": (0.95, MOVED)}
    return [
        row(name, share(list(itertools.chain(*per_photo))), "share", least=about[name][0],
            n=sum(map(len, per_photo)), interval=bootstrap([share(one) for one in per_photo], _mean),
            peer=", ".join(about[name][1]))
        for name, per_photo in found.items()
    ]  # fmt: skip


def false_copies(sets: int) -> Row:
    """How many groups of copies are seen among different photos of one person.

    Of four sets one wears the same clothes, one stands before the same background, one both, and one neither.
    """
    groups, pairs = 0, 0
    for number in range(sets):
        person, first = make_person(PEOPLE[number]), FIRST_SCENE + 1000 * (number + 1)
        usual = make_scene(first, noise=0.0, blur=0.0)
        scenes = [
            _like(make_scene(first + 1 + place, noise=0.0, blur=0.0), usual, number % 4)
            for place in range(PHOTOS)
        ]
        prints = [print_of(draw(person, scene, SIDE).pixels) for scene in scenes]
        groups += sum(map(len, repeated(prints)))
        pairs += PHOTOS * (PHOTOS - 1) // 2
    return row(
        "dup-false",
        groups,
        "pairs",
        most=0,
        n=pairs,
        peer="of four sets one in the same clothes, one in the same place, one in both",
    )


def _is_found(photo: Pixels, copy: Pixels) -> bool:
    prints: list[Print] = [print_of(photo), print_of(copy)]
    return any(repeated(prints))


def _like(scene: Scene, usual: Scene, kind: int) -> Scene:
    if kind in (0, 2):
        scene = replace(scene, shirt=usual.shirt, collar=usual.collar)
    if kind in (1, 2):
        scene = replace(scene, background=usual.background, backdrop=usual.backdrop, accent=usual.accent)
    return scene


def _recoded(quality: int) -> Change:
    def change(pixels: Pixels) -> Pixels:
        _, written = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        return np.ascontiguousarray(cv2.imdecode(written, cv2.IMREAD_COLOR)[..., ::-1])

    return change


def _scaled(factor: float) -> Change:
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return lambda pixels: np.asarray(
        cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=how), np.uint8
    )


def _toned(gain: Sequence[float], offset: float = 0.0) -> Change:
    return lambda pixels: np.clip(pixels * np.array(gain) + offset, 0, 255).astype(np.uint8)


def _cropped(left: float, top: float, right: float, bottom: float) -> Change:
    def change(pixels: Pixels) -> Pixels:
        height, width = pixels.shape[:2]
        rows = slice(round(top * height), height - round(bottom * height))
        return pixels[rows, round(left * width) : width - round(right * width)]

    return change


def _turned(degrees: float, kept: float) -> Change:
    """Turned about its middle; of the turned one this share of each side is kept."""

    def change(pixels: Pixels) -> Pixels:
        height, width = pixels.shape[:2]
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
        turned = cv2.warpAffine(pixels, turn, (width, height), borderMode=cv2.BORDER_REFLECT)
        edge = (1 - kept) / 2
        return _cropped(edge, edge, edge, edge)(np.asarray(turned, np.uint8))

    return change


CHANGED: Mapping[str, Change] = {
    "recoded at 40": _recoded(40),
    "recoded at 20": _recoded(20),
    "halved": _scaled(0.5),
    "enlarged": _scaled(1.5),
    "brighter": _toned((1.15, 1.15, 1.15), 8),
    "darker": _toned((0.8, 0.8, 0.8)),
    "more contrast": _toned((1.25, 1.25, 1.25), -32),
    "warm": _toned((1.1, 1.0, 0.85)),
    "sepia": lambda pixels: with_filter(pixels, "sepia", 0.6),
    "cold": lambda pixels: with_filter(pixels, "cold vignette", 0.6),
    "monochrome": lambda pixels: with_filter(pixels, "monochrome", 0.6),
    "smooth skin": lambda pixels: with_filter(pixels, "smooth skin"),
    "mirrored": lambda pixels: np.ascontiguousarray(pixels[:, ::-1]),
    "mirrored and recoded": lambda pixels: _recoded(50)(np.ascontiguousarray(pixels[:, ::-1])),
}
MOVED: Mapping[str, Change] = {
    "3 % off every side": _cropped(0.03, 0.03, 0.03, 0.03),
    "off two sides": _cropped(0.03, 0.03, 0.0, 0.0),
    "off the bottom": _cropped(0.0, 0.0, 0.0, 0.03),
    "off left and right": _cropped(0.03, 0.0, 0.03, 0.0),
    "turned by 2 degrees": _turned(2, 1.0),
    "turned by -2 degrees": _turned(-2, 1.0),
    "turned by 2 degrees and cropped": _turned(2, 0.93),
    "turned by -2 degrees and cropped": _turned(-2, 0.93),
}


# ── strangers and faults


def strangers_and_faults(pack: FacePack, people: Sequence[int], intruders: int) -> list[Row]:
    """One photo of ten shows somebody else; and every person's first photo with each fault."""
    sets: list[list[Measured]] = []
    caught: list[list[bool]] = []
    for place, seed in enumerate(people):
        drawings = photos_of(seed, OWN, SIDE, first_scene=FIRST_SCENE + 50 * place)
        sets.append([measure(one.pixels, pack, SIZE) for one in drawings])
        caught.append(
            [
                judge([measure(fault(drawings[0]), pack, SIZE)], SIZE, pack.thresholds)[0].verdict in verdicts
                for fault, verdicts in FAULTS.values()
            ]
        )
    said = [[one.verdict for one in judge(photos, SIZE, pack.thresholds)] for photos in sets]
    named = [_named(pack, sets, place, intruders) for place in range(len(sets))]
    strange = [[one is Verdict.OTHER_PERSON for one in verdicts] for verdicts in said]
    refused = [[one not in UNFAULTED for one in verdicts] for verdicts in said]
    return [
        _row("intruder-recall", named, least=0.99, peer=f"one of {OWN} photos"),
        _row("intruder-false", strange, most=0.01),
        _row("fault-recall", caught, least=0.99, peer=", ".join(FAULTS)),
        _row("fault-false", refused, most=0.01),
    ]


def _named(pack: FacePack, sets: Sequence[Sequence[Measured]], place: int, intruders: int) -> list[bool]:
    """Whether each of so many others is named, standing at different places of a person's set."""
    found = []
    for number in range(1, intruders + 1):
        at = (place + number) % OWN
        other = sets[(place + 7 * number) % len(sets)][at]
        photos = [other if one == at else photo for one, photo in enumerate(sets[place])]
        found.append(judge(photos, SIZE, pack.thresholds)[at].verdict is Verdict.OTHER_PERSON)
    return found


def _row(
    name: str, per_person: Sequence[Sequence[bool]], *, least: float | None = None, most: float | None = None,
    peer: str = "",
) -> Row:  # fmt: skip
    return row(
        name, share(list(itertools.chain(*per_person))), "share", least=least, most=most, peer=peer,
        n=sum(map(len, per_person)), interval=bootstrap([share(one) for one in per_person], _mean),
    )  # fmt: skip


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


# What is said of photos beside one another is no fault of theirs.
UNFAULTED = frozenset(
    {Verdict.ACCEPTED, Verdict.DUPLICATE, Verdict.NEAR_DUPLICATE, Verdict.OTHER_PERSON, Verdict.OTHER_SUBJECT}
)
_BLURRED = frozenset({Verdict.BLURRED, Verdict.SLIGHTLY_BLURRED})
FAULTS: Mapping[str, Catch] = {
    "out of focus": (lambda drawing: faults.blurred(drawing.pixels), _BLURRED),
    "smeared": (lambda drawing: faults.motion_blurred(drawing.pixels), _BLURRED),
    "too dark": (lambda drawing: faults.too_dark(drawing.pixels), frozenset({Verdict.TOO_DARK})),
    "blown out": (lambda drawing: faults.blown_out(drawing.pixels), frozenset({Verdict.TOO_BRIGHT})),
    "too small": (lambda drawing: faults.tiny(drawing.pixels), frozenset({Verdict.TOO_SMALL})),
}
