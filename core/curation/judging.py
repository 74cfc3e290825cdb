"""The verdict on each photo of a set (SPEC I4 to I6): first on its own, then as one of many."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from core.artifacts import Embedding, Face, Judgement, Verdict
from core.curation.appearance import blur_limit
from core.curation.embedding import Closeness
from core.curation.fingerprints import repeated
from core.curation.identity import are_rivals, subjects
from core.curation.measuring import Measured
from core.curation.pose import pose_of
from core.errors import Refusal
from core.faces import Thresholds, similarity
from core.verdicts import SOFT

# Sizes are shares of the family's training size. A face of a quarter of it (128 px where a family trains at 512)
# is enlarged about twice by `crop` and still passes the blur limit; one of an eighth no longer does.
_SHORTEST_SIDE: Final = 0.75
_SMALLEST_FACE: Final = 0.25
# FaceChain's rule: others may stand in the background.
_LARGEST_TO_SECOND: Final = 4.0
# Where the brightest spots of a face (the white of an eye, a tooth) are this dark, no skin was lit. Drawn: 30 at
# most in the dark, 88 at least in good light. The mean would say the same of dark skin.
_DARKEST_HIGHLIGHT: Final = 60.0
# Below this, colours that are missing were lost in the dark and not to a filter.
_DIM_HIGHLIGHT: Final = 88.0
# Blown out is a face of which this share has a channel at its end while its darkest spots (pupils, nostrils) are
# this bright, and its brightest ones white: of rosy skin red alone may be at its end.
_MOST_CLIPPED: Final = 0.35
_BRIGHTEST_SHADOW: Final = 62.0
_LEAST_WHITE: Final = 235.0
# Grey levels in the picture as kept. Drawn grain of 25 levels a channel measures 13 at least; photographs 0.2 to 2.
_MOST_NOISE: Final = 9.0
# In sides of the face: how far its box may lie outside the picture, because detectors draw boxes a little too
# large; and how far its eyes, nose and mouth are from the left and right edges at least, because detectors draw
# the box of half a face inside the picture too. Drawn: whole faces 0.26 and more, halves 0.25 and less in 95 of 100.
_OUTSIDE: Final = 0.03
_NEAREST_EDGE: Final = 0.25
# Over the limit of blur by so much more a photo shows too little to be learnt from; below it less than it might.
_A_LITTLE: Final = 0.04
# From the darkest spots of a face, or of a picture, to its brightest: photographs 100 and more, drawn ones 70; a
# quarter of the contrast leaves 56 at most.
_LEAST_CONTRAST: Final = 50.0
# Drawn photos 4 and more; sepia 3 at most, black and white 0.
_LEAST_HUES: Final = 3.5
# Skin is redder than blue: drawn 0.13 and more. Less than none only a filter makes.
_LEAST_WARMTH: Final = 0.0
# In eye distances, about 40 degrees of a photographed face: the far eye begins to go. (Drawn noses are short: faces
# turned by 50 degrees measure 0.27, and are hardly found any further.)
_MOST_YAW: Final = 0.45
# Of an eye's width. Open eyes have about 0.3, and blinking is told at 0.2 from the mean of two heights (Soukupová and
# Čech, 2016); this is of the largest one, and of eyes that are closed rather than narrow.
_LEAST_OPEN: Final = 0.16
# So many photos with a covered face are no accident.
_SEVERAL: Final = 3
# A covered face is less like its owner's others, but seldom as unlike as this share of the border between two people:
# of 96 drawn ones behind masks and stickers two are. Dark glasses hide less of who that is: of 38 drawn owners one is
# as unlike as the second share, of 38 strangers 37; it was chosen on these, the best of five.
_QUITE_UNLIKE: Final = 0.25
_UNLIKE_IN_GLASSES: Final = 0.65
# The yaw, in eye distances, at which a face is half as good as one that looks straight.
_HALF_AS_GOOD: Final = 0.5


def judge(
    photos: Sequence[Measured | Refusal | None],
    size: int,
    thresholds: Thresholds,
    *,
    faces_expected: bool = True,
    closeness: Closeness | None = None,
    owners: Sequence[str] = (),
) -> list[Judgement]:
    """Judge a set of photos for a family that trains at `size` pixels; None and a Refusal are unreadable.

    Without `faces_expected` (pets, styles) no face rule applies, and subjects are told apart by `closeness`, if at
    all. `owners` says of each photo whether its owner kept or removed it: nothing is compared with a removed one, and a
    kept one is never less than what it is compared with. `Judgement.other` counts the photos from 1.
    """
    said = [*owners, *[""] * (len(photos) - len(owners))]
    verdicts = [
        _own_fault(photo, size, faces_expected) if isinstance(photo, Measured) else Verdict.UNREADABLE
        for photo in photos
    ]
    if _wears_it(verdicts):
        verdicts = [Verdict.ACCEPTED if one is Verdict.COVERED else one for one in verdicts]
    quality = [_quality(photo) if isinstance(photo, Measured) else 0.0 for photo in photos]
    sound = [
        place
        for place, verdict in enumerate(verdicts)
        if said[place] != "removed"
        and (verdict is Verdict.ACCEPTED or (verdict in SOFT and said[place] == "kept"))
    ]
    found = {place: photo for place in sound if isinstance(photo := photos[place], Measured)}
    rank = {place: quality[place] + (said[place] == "kept") for place in found}
    repeats = _repeats(found, rank)
    for place, (verdict, _) in repeats.items():
        verdicts[place] = verdict
    compared = {place: photo for place, photo in found.items() if place not in repeats}
    vouched = [said[place] == "kept" for place in compared]
    numbers = _shown(compared, vouched, thresholds if faces_expected else closeness)
    for place, number in numbers.items():
        if number != 1 and verdicts[place] is Verdict.ACCEPTED:
            verdicts[place] = Verdict.OTHER_PERSON if faces_expected else Verdict.OTHER_SUBJECT
    own = [face.embedding for place in numbers if numbers[place] == 1 and (face := compared[place].face)]
    covered = {
        place: photo
        for place, photo in enumerate(photos)
        if verdicts[place] is Verdict.COVERED and said[place] != "kept"
        if isinstance(photo, Measured)
    }
    for place in _strangers_behind(covered, own, thresholds):
        verdicts[place] = Verdict.OTHER_PERSON
    return [
        Judgement(
            verdict,
            repeats[place][1] + 1 if place in repeats else None,
            quality[place],
            numbers.get(_original(place, repeats), 0),
        )
        for place, verdict in enumerate(verdicts)
    ]


def divided(judgements: Sequence[Judgement]) -> tuple[tuple[int, ...], ...]:
    """Return the photos of each subject, counted from 1, where a set is about several; empty where it is about one."""
    groups: dict[int, list[int]] = {}
    for number, judgement in enumerate(judgements, 1):
        if judgement.subject:
            groups.setdefault(judgement.subject, []).append(number)
    sizes = [sum(judgements[one - 1].other is None for one in groups[subject]) for subject in sorted(groups)]
    return tuple(tuple(groups[subject]) for subject in sorted(groups)) if are_rivals(sizes) else ()


def _strangers_behind(
    covered: Mapping[int, Measured], own: Sequence[Embedding], thresholds: Thresholds
) -> list[int]:
    """Return the places of covered faces that are so unlike the set's own that they are somebody else's."""
    if len(own) < _SEVERAL:
        return []
    return [
        place
        for place, photo in covered.items()
        if photo.face
        and similarity(photo.face.embedding, own)
        < thresholds.ambiguous * (_UNLIKE_IN_GLASSES if photo.glasses else _QUITE_UNLIKE)
    ]


def _wears_it(verdicts: Sequence[Verdict]) -> bool:
    """Whether what covers the face belongs to it, as dark glasses may: most of several photos show it."""
    covered = verdicts.count(Verdict.COVERED)
    return covered >= _SEVERAL and covered > verdicts.count(Verdict.ACCEPTED)


def _own_fault(photo: Measured, size: int, faces_expected: bool) -> Verdict:
    """What is wrong with a photo by itself: what is final first, because no owner can overrule it."""
    if min(photo.width, photo.height) < _SHORTEST_SIDE * size:
        return Verdict.TOO_SMALL
    # Before the face: in the dark, or in grain, none is found, and that is not what is wrong.
    if photo.light.highest < _DARKEST_HIGHLIGHT:
        return Verdict.TOO_DARK
    if (
        photo.light.clipped > _MOST_CLIPPED
        and photo.light.lowest > _BRIGHTEST_SHADOW
        and photo.light.highest > _LEAST_WHITE
    ):
        return Verdict.TOO_BRIGHT
    if photo.noise > _MOST_NOISE:
        return Verdict.NOISY
    if faces_expected and (fault := _fault_of_faces(photo, size)):
        return fault
    softness = photo.blur - blur_limit(photo.seen_at)
    # Of a painting, or a coat of fur, nobody but its owner knows how sharp it is.
    if softness > _A_LITTLE and faces_expected:
        return Verdict.BLURRED
    if faces_expected and photo.face and (fault := _doubt_of_face(photo, photo.face)):
        return fault
    if softness > 0:
        return Verdict.SLIGHTLY_BLURRED
    return Verdict.LOW_CONTRAST if photo.light.range < _LEAST_CONTRAST else Verdict.ACCEPTED


def _fault_of_faces(photo: Measured, size: int) -> Verdict | None:
    if photo.face is None:
        return Verdict.NO_FACE
    if len(photo.faces) > 1 and _area(photo.faces[0].box) < _LARGEST_TO_SECOND * _area(photo.faces[1].box):
        return Verdict.SEVERAL_FACES
    return Verdict.FACE_TOO_SMALL if photo.face.side < _SMALLEST_FACE * size else None


def _doubt_of_face(photo: Measured, face: Face) -> Verdict | None:
    if _is_cut_off(face, *photo.kept):
        return Verdict.CUT_OFF
    # Before its parts: where there are no colours, nothing can be told from them.
    if photo.hues < _LEAST_HUES and photo.light.highest < _DIM_HIGHLIGHT:
        return Verdict.TOO_DARK
    if photo.hues < _LEAST_HUES or photo.warmth < _LEAST_WARMTH:
        return Verdict.FILTERED
    if photo.hidden and photo.light.range >= _LEAST_CONTRAST:
        return Verdict.COVERED
    if abs(pose_of(face).yaw) > _MOST_YAW:
        return Verdict.TURNED
    return Verdict.EYES_CLOSED if photo.eyes is not None and photo.eyes < _LEAST_OPEN else None


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


def _repeats(found: Mapping[int, Measured], rank: Mapping[int, float]) -> dict[int, tuple[Verdict, int]]:
    """Return which place repeats which, wholly or nearly."""
    places = list(found)
    repeats: dict[int, tuple[Verdict, int]] = {}
    same, near = repeated([one.print for one in found.values()])
    for verdict, pairs in ((Verdict.DUPLICATE, same), (Verdict.NEAR_DUPLICATE, near)):
        left = [(places[one], places[other]) for one, other in pairs]
        left = [(one, other) for one, other in left if one not in repeats and other not in repeats]
        repeats |= {place: (verdict, best) for place, best in _worse(left, rank).items()}
    return repeats


def _worse(pairs: Sequence[tuple[int, int]], rank: Mapping[int, float]) -> dict[int, int]:
    """Return the better one for each that is not kept: of a photo that came twice the better stays, or the earlier."""
    alike: dict[int, set[int]] = {}
    for one, other in pairs:
        alike.setdefault(one, set()).add(other)
        alike.setdefault(other, set()).add(one)
    worse: dict[int, int] = {}
    kept: set[int] = set()
    # Re-encoding changes the quality by a hair; that makes no photo better than the one it was made from.
    for place in sorted(alike, key=lambda place: (-round(rank[place], 1), place)):
        if place not in worse:
            kept.add(place)
            worse.update({twin: place for twin in alike[place] - kept if twin not in worse})
    return worse


def _original(place: int, repeats: Mapping[int, tuple[Verdict, int]]) -> int:
    """Return the photo that one repeats, or repeats a repetition of."""
    while place in repeats:
        place = repeats[place][1]
    return place


def _shown(
    compared: Mapping[int, Measured], vouched: Sequence[bool], by: Thresholds | Closeness | None
) -> dict[int, int]:
    """Return the subject of each photo that can be compared, by its place."""
    seen: dict[int, Embedding] = {}
    sure: list[bool] = []
    for (place, photo), own in zip(compared.items(), vouched, strict=True):
        face = photo.face.embedding if photo.face else None
        embedding = face if isinstance(by, Thresholds) else photo.look
        if embedding is not None:
            seen[place] = embedding
            sure.append(own)
    match by:
        case Thresholds(same_person=alike):
            other = alike
        case Closeness(same_subject=alike, ambiguous=other):
            pass
        case None:
            return {}
    return dict(zip(seen, subjects(list(seen.values()), alike, other, sure), strict=True))
