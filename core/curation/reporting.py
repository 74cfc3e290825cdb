"""What a set of photos offers to learn from, and what would make it better (SPEC I7)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage

from core.artifacts import Judgement, Verdict
from core.curation.measuring import Measured
from core.curation.pose import pose_of
from core.curation.variety import background
from core.errors import Refusal

_TURNED: Final = 0.12  # eye distances; about 15 degrees
_CLOSE: Final = 0.45  # the face's share of the picture's shorter side
_FAR: Final = 0.2
_DIM: Final = 80.0  # grey levels
_BRIGHT: Final = 180.0
_ONE_BACKGROUND: Final = 60.0
_ENOUGH_BACKGROUNDS: Final = 3
_ENOUGH_LIGHT: Final = 12.0
_MOST_FROM_ONE_SIDE: Final = 0.85


@dataclass(frozen=True)
class ReportCard:
    """A set in numbers: `missing` names what to add next, most useful first.

    `angles` counts left, front, right (as the picture has them); `distances` close, middle, far; `light` dim,
    even, bright; `light_spread` is the standard deviation of the photos' brightness in grey levels.
    """

    verdicts: Mapping[Verdict, int]
    accepted: int
    angles: Mapping[str, int]
    distances: Mapping[str, int]
    light: Mapping[str, int]
    light_spread: float
    backgrounds: int
    missing: tuple[str, ...]


def report_card(
    measured: Sequence[Measured | Refusal | None],
    judgements: Sequence[Judgement],
    *,
    least: int = 5,
    recommended: int = 15,
) -> ReportCard:
    """Report on a set for a method that needs `least` photos and does best from `recommended` on.

    `missing` holds: "photos" (fewer than `least`), "more_photos" (fewer than `recommended`), "angles",
    "backgrounds", "light".
    """
    accepted = [
        photo
        for judgement, photo in zip(judgements, measured, strict=True)
        if judgement.verdict is Verdict.ACCEPTED and isinstance(photo, Measured)
    ]
    angles = Counter(word for photo in accepted if (word := _angle(photo)))
    lumas = [photo.light.mean for photo in accepted]
    spread = float(np.std(lumas)) if lumas else 0.0
    backgrounds = _backgrounds(accepted)
    return ReportCard(
        verdicts=Counter(judgement.verdict for judgement in judgements),
        accepted=len(accepted),
        angles=angles,
        distances=Counter(word for photo in accepted if (word := _distance(photo))),
        light=Counter("dim" if luma < _DIM else "bright" if luma > _BRIGHT else "even" for luma in lumas),
        light_spread=spread,
        backgrounds=backgrounds,
        missing=_missing(len(accepted), angles, backgrounds, spread, least, recommended),
    )


def _missing(
    accepted: int, angles: Mapping[str, int], backgrounds: int, spread: float, least: int, recommended: int
) -> tuple[str, ...]:
    faces = sum(angles.values())
    wanting = {
        "photos": accepted < least,
        "angles": faces > 1 and max(angles.values()) > _MOST_FROM_ONE_SIDE * faces,
        "backgrounds": accepted > 1 and backgrounds < min(_ENOUGH_BACKGROUNDS, accepted),
        "light": accepted > 1 and spread < _ENOUGH_LIGHT,
        "more_photos": least <= accepted < recommended,
    }
    return tuple(code for code, wanted in wanting.items() if wanted)


def _angle(photo: Measured) -> str | None:
    if photo.face is None:
        return None
    yaw = pose_of(photo.face).yaw
    return "left" if yaw < -_TURNED else "right" if yaw > _TURNED else "front"


def _distance(photo: Measured) -> str | None:
    if photo.face is None:
        return None
    share = photo.face.side / min(photo.kept)
    return "close" if share > _CLOSE else "far" if share < _FAR else "middle"


def _backgrounds(photos: Sequence[Measured]) -> int:
    """Count the clearly different colours behind the subject."""
    if len(photos) < 2:
        return len(photos)
    colours = np.stack([background(photo.thumbnail) for photo in photos])
    return int(fcluster(linkage(colours, "complete"), _ONE_BACKGROUND, "distance").max())
