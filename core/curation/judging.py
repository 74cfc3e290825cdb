"""The verdict on each photo of a set (SPEC I4 to I6): first on its own, then as one of many."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage

from core.artifacts import Embedding, Face, Judgement, Verdict
from core.curation.appearance import blur_limit
from core.curation.fingerprints import same_photos
from core.curation.measuring import Measured
from core.curation.pose import pose_of
from core.errors import Refusal
from core.faces import Thresholds, similarity

# Sizes are shares of the family's training size. A face of a quarter of it (128 px where a family trains at 512)
# is enlarged about twice by `crop` and still passes the blur limit; one of an eighth no longer does.
_SHORTEST_SIDE: Final = 0.75
_SMALLEST_FACE: Final = 0.25
# FaceChain's rule: others may stand in the background.
_LARGEST_TO_SECOND: Final = 4.0
# Where the brightest spots of a face (the white of an eye, a tooth) are this dark, no skin was lit. Drawn: 30 at
# most in the dark, 88 at least in good light. The mean would say the same of dark skin.
_DARKEST_HIGHLIGHT: Final = 60.0
# Blown out is a face of which this share has a channel at its end while its darkest spots (pupils, nostrils) are
# this bright. Of 600 good drawn photos (pale skin and white hair among them) 5 are both, of as many blown out 591.
_MOST_CLIPPED: Final = 0.35
_BRIGHTEST_SHADOW: Final = 62.0
# Grey levels in the picture as kept. Drawn grain of 25 levels a channel measures 13 at least; photographs 0.2 to 2.
_MOST_NOISE: Final = 9.0
# In sides of the face: how far its box may lie outside the picture, because detectors draw boxes a little too
# large; and how far its eyes, nose and mouth are from the left and right edges at least, because detectors draw
# the box of half a face inside the picture too. Drawn: whole faces 0.26 and more, halves 0.25 and less in 95 of 100.
_OUTSIDE: Final = 0.03
_NEAREST_EDGE: Final = 0.25
# The yaw, in eye distances, at which a face is half as good as one that looks straight.
_HALF_AS_GOOD: Final = 0.5


def judge(
    photos: Sequence[Measured | Refusal | None],
    size: int,
    thresholds: Thresholds,
    *,
    faces_expected: bool = True,
) -> list[Judgement]:
    """Judge a set of photos for a family that trains at `size` pixels; None and a Refusal are unreadable.

    Without `faces_expected` (pets, styles) no face rule applies. `Judgement.other` counts the photos from 1.
    """
    verdicts = [
        _own_fault(photo, size, faces_expected) if isinstance(photo, Measured) else Verdict.UNREADABLE
        for photo in photos
    ]
    quality = [_quality(photo) if isinstance(photo, Measured) else 0.0 for photo in photos]
    repeats = _repeats(photos, verdicts, quality)
    for place in repeats:
        verdicts[place] = Verdict.DUPLICATE
    if faces_expected:
        for place in _strangers(photos, verdicts, thresholds):
            verdicts[place] = Verdict.OTHER_PERSON
    return [
        Judgement(verdict, repeats[place] + 1 if place in repeats else None, quality[place])
        for place, verdict in enumerate(verdicts)
    ]


def _own_fault(photo: Measured, size: int, faces_expected: bool) -> Verdict:
    if min(photo.width, photo.height) < _SHORTEST_SIDE * size:
        return Verdict.TOO_SMALL
    # Before the face: in the dark, or in grain, none is found, and that is not what is wrong.
    if photo.light.highest < _DARKEST_HIGHLIGHT:
        return Verdict.TOO_DARK
    if photo.light.clipped > _MOST_CLIPPED and photo.light.lowest > _BRIGHTEST_SHADOW:
        return Verdict.TOO_BRIGHT
    if photo.noise > _MOST_NOISE:
        return Verdict.NOISY
    if faces_expected and (fault := _fault_of_faces(photo, size)):
        return fault
    return Verdict.BLURRED if photo.blur > blur_limit(photo.seen_at) else Verdict.ACCEPTED


def _fault_of_faces(photo: Measured, size: int) -> Verdict | None:
    if photo.face is None:
        return Verdict.NO_FACE
    if len(photo.faces) > 1 and _area(photo.faces[0].box) < _LARGEST_TO_SECOND * _area(photo.faces[1].box):
        return Verdict.SEVERAL_FACES
    if photo.face.side < _SMALLEST_FACE * size:
        return Verdict.FACE_TOO_SMALL
    return Verdict.CUT_OFF if _is_cut_off(photo.face, *photo.kept) else None


def _is_cut_off(face: Face, width: int, height: int) -> bool:
    left, top, right, bottom = face.box
    outside = max(-left, -top, right - width, bottom - height)
    room = min(min(x, width - x) for x, _ in face.landmarks)
    return outside > _OUTSIDE * face.side or room < _NEAREST_EDGE * face.side


def _area(box: tuple[float, float, float, float]) -> float:
    left, top, right, bottom = box
    return (right - left) * (bottom - top)


def _quality(photo: Measured) -> float:
    """Return 0 to 1: sharp, large, evenly lit, calm, and looking at the camera."""
    sharp = np.clip(1.5 - photo.blur / blur_limit(photo.seen_at), 0, 1)
    lit = np.clip(1 - abs(photo.light.mean - 128) / 160, 0, 1) * (1 - photo.light.clipped / 2)
    calm = np.clip(1 - photo.noise / (2 * _MOST_NOISE), 0, 1)
    large, frontal = np.clip(min(photo.kept) / (8 * photo.seen_at), 0.3, 1), 1.0
    if photo.face:
        large = np.clip(photo.face.side / (4 * photo.seen_at), 0.3, 1)
        frontal = 1 / (1 + (pose_of(photo.face).yaw / _HALF_AS_GOOD) ** 2)
    return float((sharp * lit * calm * frontal) ** 0.25 * large**0.25)


def _repeats(
    photos: Sequence[Measured | Refusal | None], verdicts: Sequence[Verdict], quality: Sequence[float]
) -> dict[int, int]:
    """Return which place repeats which; of a photo that came twice the better stays, the earlier if equal."""
    sound = [
        (place, photo)
        for place, photo in enumerate(photos)
        if isinstance(photo, Measured) and verdicts[place] is Verdict.ACCEPTED
    ]
    pairs = same_photos([photo.hashes for _, photo in sound], [photo.thumbnail for _, photo in sound])
    alike: dict[int, set[int]] = {}
    for one, other in pairs:
        alike.setdefault(sound[one][0], set()).add(sound[other][0])
        alike.setdefault(sound[other][0], set()).add(sound[one][0])
    repeats: dict[int, int] = {}
    kept: set[int] = set()
    # Re-encoding changes the quality by a hair; that makes no photo better than the one it was made from.
    for place in sorted(alike, key=lambda place: (-round(quality[place], 1), place)):
        if place not in repeats:
            kept.add(place)
            repeats.update({twin: place for twin in alike[place] - kept if twin not in repeats})
    return repeats


def _strangers(
    photos: Sequence[Measured | Refusal | None], verdicts: Sequence[Verdict], thresholds: Thresholds
) -> list[int]:
    """Return the places of the faces that are not the set's person: the largest group in which all are alike."""
    places: list[int] = []
    faces: list[Embedding] = []
    for place, photo in enumerate(photos):
        if isinstance(photo, Measured) and photo.face and verdicts[place] is Verdict.ACCEPTED:
            places.append(place)
            faces.append(photo.face.embedding)
    if len(places) < 2:
        return []
    distances = np.clip(1 - np.stack(faces) @ np.stack(faces).T, 0, 2)
    upper = distances[np.triu_indices(len(faces), 1)]
    group = fcluster(linkage(upper, "complete"), 1 - thresholds.same_person, "distance")
    sizes = np.bincount(group)
    # The first photo of the largest group; of groups of one size, the one that began earlier.
    subject = group[int(np.argmax(sizes[group]))]
    core = [face for face, own in zip(faces, group, strict=True) if own == subject]
    return [
        place
        for place, face, own in zip(places, faces, group, strict=True)
        if own != subject and similarity(face, core) < thresholds.same_person
    ]
