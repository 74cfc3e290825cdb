"""Why a training went badly, as codes that the conversation words: cause, remedy and prevention (SPEC T13)."""

from collections.abc import Collection, Mapping
from typing import Final

from core.assessment.scores import POOR_BELOW, Score

# Words that mean so much that a base draws anything for them.
TOO_GENERAL: Final = frozenset(
    {"person", "people", "human", "somebody", "someone", "animal", "pet", "thing", "object"}
)
# Photos of one person that are less alike than this hardly show one person.
_MIXED_BELOW: Final = 0.85
# Of the grade's measures (`core.curation.grading`), of eighty drawn sets: people in the dark or covered have 0.3 of the
# first at most, most 0.08; sets of which many photos were refused and put back 0.27 of the second, others 0.4 and more.
_HARDLY_SEEN: Final = 0.15
_BADLY_TAKEN: Final = 0.3


def diagnose(
    score: Score, *, missing: Collection[str], measures: Mapping[str, float], own: float | None,
    same_person: float, class_word: str,
) -> tuple[str, ...]:  # fmt: skip
    """The likely causes of a poor training, likeliest first; empty for one that is not poor.

    `missing` are the report card's codes and `measures` what its grade is made of, `own` is what the photos reach among
    themselves and `same_person` the pack's threshold of one person's photos. One of: "mixed", "class_word", "poor",
    "too_few", "no_variety", "light", "copied".
    Where nothing of it holds, "photos": they are sharp, many and varied as far as anybody can measure.
    """
    if score.quality >= POOR_BELOW:
        return ()
    causes = {
        "mixed": own is not None and own < _MIXED_BELOW * same_person,
        "class_word": class_word in TOO_GENERAL,
        "poor": measures.get("recognised", 1.0) < _HARDLY_SEEN or measures.get("quality", 1.0) < _BADLY_TAKEN,
        "too_few": bool({"photos", "more_photos"} & set(missing)),
        "no_variety": bool({"angles", "backgrounds"} & set(missing)),
        "light": "light" in missing,
        "copied": score.copies > 0.25,
    }
    return tuple(cause for cause, holds in causes.items() if holds) or ("photos",)
