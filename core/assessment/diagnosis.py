"""Why a training went badly, as codes that the conversation words: cause, remedy and prevention (SPEC T13)."""

from collections.abc import Collection
from typing import Final

from core.assessment.scores import POOR_BELOW, Score

# Words that mean so much that a base draws anything for them.
TOO_GENERAL: Final = frozenset(
    {"person", "people", "human", "somebody", "someone", "animal", "pet", "thing", "object"}
)
# Photos of one person that are less alike than this hardly show one person.
_MIXED_BELOW: Final = 0.85


def diagnose(
    score: Score, *, missing: Collection[str], own: float | None, same_person: float, class_word: str
) -> tuple[str, ...]:
    """The likely causes of a poor training, likeliest first; empty for one that is not poor.

    `missing` are the report card's codes, `own` is what the photos reach among themselves and `same_person` the
    pack's threshold of one person's photos. One of: "mixed", "class_word", "too_few", "no_variety", "light", "copied".
    Where nothing of it holds, "photos": they are sharp, many and varied as far as anybody can measure.
    """
    if score.quality >= POOR_BELOW:
        return ()
    causes = {
        "mixed": own is not None and own < _MIXED_BELOW * same_person,
        "class_word": class_word in TOO_GENERAL,
        "too_few": bool({"photos", "more_photos"} & set(missing)),
        "no_variety": bool({"angles", "backgrounds"} & set(missing)),
        "light": "light" in missing,
        "copied": score.copies > 0.25,
    }
    return tuple(cause for cause, holds in causes.items() if holds) or ("photos",)
