"""What a checkpoint's pictures are worth, in four measures and one number made of them (SPEC T6).

    quality = 100 * likeness ** 0.6 * fidelity ** 0.4 * (1 - copies) * (1 - drift)

`likeness` is the similarity as a share of what the photos reach among themselves, `fidelity` how well the prompts
are obeyed as a share of how well the untrained base obeys them, `copies` the share of pictures that repeat a photo,
`drift` by how much plain class pictures have become more like the subject. A measure that cannot be taken (no face,
no judge of prompts) is left out, and the other exponents are scaled up to a sum of one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from core.artifacts import Embedding, Pixels
from core.assessment.fidelity import Fidelity
from core.curation.appearance import resized
from core.curation.fingerprints import Print, print_of, same_photos
from core.faces import FacePack, similarity

# Below it a training counts as poor (SPEC T13): half of the way to photos that are like one another, prompts obeyed.
POOR_BELOW: Final = 50.0
_LIKENESS, _FIDELITY = 0.6, 0.4
_SIDE: Final = 128  # pixels; a copy is a copy at this size


@dataclass(frozen=True)
class Score:
    """One checkpoint in numbers; None is what could not be measured. `quality` is 0 to 100."""

    step: int
    similarity: float | None
    fidelity: float | None
    drift: float | None
    copies: float
    quality: float

    @classmethod
    def of(
        cls, step: int, *, similarity: float | None, own: float | None, fidelity: float | None,
        usual_fidelity: float | None, drift: float | None, copies: float,
    ) -> Self:  # fmt: skip
        """Make the number of the measures; `own` and `usual_fidelity` are what they are measured against."""
        likeness = _share(similarity, own)
        obeyed = _share(fidelity, usual_fidelity)
        parts = [
            (part, weight)
            for part, weight in ((likeness, _LIKENESS), (obeyed, _FIDELITY))
            if part is not None
        ]
        total = sum(weight for _, weight in parts)
        mean = float(np.prod([part ** (weight / total) for part, weight in parts])) if parts else 1.0
        kept = (1 - copies) * (1 - min(max(drift or 0.0, 0.0), 1.0))
        return cls(step, similarity, fidelity, drift, copies, 100 * mean * kept)


class Examiner:
    """Knows the subject's photos, and what pictures were like before any training; scores checkpoints.

    `photos` are the crops that are trained on, (side, side, 3); `embeddings` their faces by `pack`, which need not be
    the pack that filters (SPEC S5), empty where likeness does not go by faces. `class_pictures` are plain pictures of
    the class at seeds that every checkpoint's are drawn at again.
    """

    def __init__(
        self, pack: FacePack, fidelity: Fidelity | None, *, photos: Sequence[Pixels],
        embeddings: Sequence[Embedding], own: float | None, class_pictures: Sequence[Pixels],
        usual: Sequence[tuple[Pixels, str]] = (),
    ) -> None:  # fmt: skip
        self._pack = pack
        self._judge = fidelity
        self._photos = [_print_of(photo) for photo in photos]
        self._embeddings = embeddings
        self._own = own
        self._class_before = [self.likeness(picture) for picture in class_pictures]
        self._usual_fidelity = self._obeyed(usual)

    def likeness(self, pixels: Pixels) -> float | None:
        """A picture's similarity to the subject; None without a face, or where likeness does not go by faces."""
        faces = self._pack.faces_in(pixels) if self._embeddings else ()
        return similarity(faces[0].embedding, self._embeddings) if faces else None

    def examine(
        self, step: int, samples: Sequence[tuple[Pixels, str]], class_pictures: Sequence[Pixels]
    ) -> tuple[Score, list[float | None]]:
        """Score a checkpoint by its samples, each with the prompt's plain words; answers each one's likeness too."""
        likenesses = [self.likeness(pixels) for pixels, _ in samples]
        mean = float(np.mean([one or 0.0 for one in likenesses])) if self._embeddings and likenesses else None
        score = Score.of(
            step,
            similarity=mean,
            own=self._own,
            fidelity=self._obeyed(samples),
            usual_fidelity=self._usual_fidelity,
            drift=self._drift(class_pictures),
            copies=self._copies([pixels for pixels, _ in samples]),
        )
        return score, likenesses

    def _obeyed(self, pictures: Sequence[tuple[Pixels, str]]) -> float | None:
        if self._judge is None or not pictures:
            return None
        return float(np.mean([self._judge.score(pixels, text) for pixels, text in pictures]))

    def _drift(self, class_pictures: Sequence[Pixels]) -> float | None:
        """How much more like the subject the class has become, by the same seeds then and now."""
        pairs = zip(self._class_before, map(self.likeness, class_pictures), strict=False)
        changes = [now - before for before, now in pairs if before is not None and now is not None]
        return float(np.mean(changes)) if changes else None

    def _copies(self, pictures: Sequence[Pixels]) -> float:
        """The share of pictures that are one of the photos again, by the search for duplicates among photos."""
        if not pictures or not self._photos:
            return 0.0
        every = [*self._photos, *(_print_of(picture) for picture in pictures)]
        pairs = same_photos(every)
        first = len(self._photos)
        return len({other for one, other in pairs if one < first <= other}) / len(pictures)


def _share(value: float | None, of: float | None) -> float | None:
    """A measure as a share of what it can be, 0 to 1; None where there is nothing to measure against."""
    if value is None or not of or of <= 0:
        return None
    return min(max(value / of, 0.0), 1.0)


def _print_of(picture: Pixels) -> Print:
    return print_of(resized(picture, _SIDE, _SIDE))
