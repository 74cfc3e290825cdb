"""What a set of photos offers to learn from, what would make it better, and what may be expected of it (SPEC I7)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.artifacts import Judgement, Verdict
from core.curation.grading import Measures, enough, grade, of_one, recognised, well_taken
from core.curation.measuring import Measured
from core.curation.pose import pose_of
from core.curation.variety import backgrounds, expressions
from core.errors import Refusal
from core.report import Card, Three

_TURNED: Final = 0.12  # eye distances; about 15 degrees
# The face's share of the picture's shorter side: a portrait, half a figure, a whole one.
_PORTRAIT: Final = 0.4
_WHOLE: Final = 0.2
_DIM: Final = 80.0  # grey levels
_BRIGHT: Final = 180.0
_ENOUGH_BACKGROUNDS: Final = 3
_ENOUGH_EXPRESSIONS: Final = 2
_ENOUGH_LIGHT: Final = 12.0
_TURNED_SHARE: Final = 0.15
_FARTHER_SHARE: Final = 0.1
# What counts as all the variety there is to ask for.
_FULL_LIGHT: Final = 30.0
_FULL_BACKGROUNDS: Final = 5
_FULL_EXPRESSIONS: Final = 4
_FULL_TURNED: Final = 0.3
_FULL_FARTHER: Final = 0.25

ANGLES: Final = ("left", "front", "right")
DISTANCES: Final = ("portrait", "half", "full")
LIGHT: Final = ("dim", "even", "bright")


@dataclass(frozen=True)
class ReportCard:
    """A set in numbers, of those photos that count: `missing` names what to add next and how many of it.

    `angles` counts left, front, right (as the picture has them); `distances` portrait, half, full; `light` dim, even,
    bright; `light_spread` is the standard deviation of the photos' brightness in grey levels. `expected` is the grade.
    """

    verdicts: Mapping[Verdict, int]
    counted: int
    angles: Mapping[str, int]
    distances: Mapping[str, int]
    expressions: int
    light: Mapping[str, int]
    light_spread: float
    backgrounds: int
    missing: Mapping[str, int]
    measures: Measures
    expected: float

    def card(self, least: int, recommended: tuple[int, int]) -> Card:
        """The card as it is told, for a method that wants so many; nothing in it would be of a face."""
        return Card(
            counted=self.counted,
            least=least,
            recommended=recommended,
            angles=_three(self.angles, ANGLES),
            distances=_three(self.distances, DISTANCES),
            light=_three(self.light, LIGHT) or (0, 0, 0),
            expressions=self.expressions,
            backgrounds=self.backgrounds,
            expected=round(self.expected, 1),
            add=self.missing,
        )


def report_card(
    measured: Sequence[Measured | Refusal | None],
    judgements: Sequence[Judgement],
    *,
    counted: Sequence[int] | None = None,
    same_person: float = 0.0,
    least: int = 5,
    recommended: int = 15,
) -> ReportCard:
    """Report on a set for a method that needs `least` photos and does best from `recommended` on.

    `counted` are the places of the photos that count, those that were accepted if it is None. `missing` holds
    "photos" (fewer than `least`), "angles", "backgrounds", "light", "distances", "expressions", "more_photos" (fewer
    than `recommended`), most useful first. `same_person` is the face pack's threshold.
    """
    if counted is None:
        counted = [place for place, one in enumerate(judgements) if one.verdict is Verdict.ACCEPTED]
    places = [place for place in counted if isinstance(measured[place], Measured)]
    photos = [photo for place in places if isinstance(photo := measured[place], Measured)]
    angles = Counter(word for photo in photos if (word := _angle(photo)))
    distances = Counter(word for photo in photos if (word := _distance(photo)))
    lumas = [photo.light.mean for photo in photos]
    spread = float(np.std(lumas)) if lumas else 0.0
    behind, mouths = backgrounds(photos), expressions(photos)
    faces = [photo.face.embedding for photo in photos if photo.face]
    measures = Measures(
        recognised=recognised([photo.recognised for photo in photos if photo.recognised is not None]),
        quality=well_taken(
            [judgements[place].quality for place in places],
            [judgements[place].verdict is not Verdict.ACCEPTED for place in places],
        ),
        unity=of_one(faces, same_person),
        count=enough(len(photos), recommended),
        variety=_variety(angles, distances, mouths, spread, behind),
    )
    return ReportCard(
        verdicts=Counter(judgement.verdict for judgement in judgements),
        counted=len(photos),
        angles=angles,
        distances=distances,
        expressions=mouths,
        light=Counter("dim" if luma < _DIM else "bright" if luma > _BRIGHT else "even" for luma in lumas),
        light_spread=spread,
        backgrounds=behind,
        missing=_missing(len(photos), angles, distances, mouths, behind, spread, least, recommended),
        measures=measures,
        expected=grade(measures),
    )


def _three(counts: Mapping[str, int], words: tuple[str, str, str]) -> Three | tuple[()]:
    first, second, third = (counts.get(word, 0) for word in words)
    return (first, second, third) if first + second + third else ()


def _missing(
    count: int,
    angles: Mapping[str, int],
    distances: Mapping[str, int],
    mouths: int,
    behind: int,
    spread: float,
    least: int,
    recommended: int,
) -> dict[str, int]:
    """What to add, and how many: so many that the set would no longer lack it."""
    # One photo does for a method that learns from one: others are more of the same to it.
    faces, several = sum(angles.values()), count > 1 and least > 1
    wanting = {
        "photos": least - count,
        "angles": _short_of(_TURNED_SHARE, faces, faces - max(angles.values(), default=0)) if several else 0,
        "backgrounds": min(_ENOUGH_BACKGROUNDS, count) - behind if count > 1 else 0,
        "light": 2 if count > 1 and spread < _ENOUGH_LIGHT else 0,
        "distances": _short_of(_FARTHER_SHARE, faces, faces - distances.get("portrait", 0)) if several else 0,
        "expressions": min(_ENOUGH_EXPRESSIONS, faces) - mouths if several and faces else 0,
        "more_photos": recommended - count if count >= least else 0,
    }
    return {code: number for code, number in wanting.items() if number > 0}


def _short_of(share: float, total: int, have: int) -> int:
    """How many more of a kind make it this share of the whole, which grows with them."""
    return int(np.ceil(max(0.0, (share * total - have) / (1 - share)) - 1e-9))


def _variety(
    angles: Mapping[str, int], distances: Mapping[str, int], mouths: int, spread: float, behind: int
) -> float:
    """How much of everything that could differ does, 0 to 1; without faces light and background alone."""
    faces = sum(angles.values())
    shares = [spread / _FULL_LIGHT, (behind - 1) / (_FULL_BACKGROUNDS - 1)]
    if faces:
        shares += [
            (1 - angles.get("front", 0) / faces) / _FULL_TURNED,
            (1 - distances.get("portrait", 0) / faces) / _FULL_FARTHER,
            (mouths - 1) / (_FULL_EXPRESSIONS - 1),
        ]
    return float(np.mean(np.clip(shares, 0, 1)))


def _angle(photo: Measured) -> str | None:
    if photo.face is None:
        return None
    yaw = pose_of(photo.face).yaw
    return "left" if yaw < -_TURNED else "right" if yaw > _TURNED else "front"


def _distance(photo: Measured) -> str | None:
    if photo.face is None:
        return None
    share = photo.face.side / min(photo.kept)
    return "portrait" if share > _PORTRAIT else "full" if share < _WHOLE else "half"
