import io
import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core.artifacts import Judgement, Pixels, Verdict
from core.curation import Measured, divided, judge, measure
from core.curation.appearance import blur_limit
from core.curation.embedding import Closeness
from core.errors import Refusal
from core.faces import FacePack, Thresholds
from pocket import faults
from pocket.cast import HELD_OUT, PEOPLE
from pocket.covers import Cover, covered
from pocket.drawing import Drawing, draw
from pocket.filters import with_filter
from pocket.people import make_person
from pocket.scenes import make_scene
from tests.curation.conftest import SIZE, STRANGER, SUBJECT, drawings, measured

Fault = Callable[[Drawing], Pixels]


def verdicts(judgements: list[Judgement]) -> list[Verdict]:
    return [judgement.verdict for judgement in judgements]


def recoded(pixels: Pixels, quality: int) -> Pixels:
    sink = io.BytesIO()
    Image.fromarray(pixels).save(sink, "JPEG", quality=quality)
    return np.asarray(Image.open(sink), np.uint8)


def test_good_photos_are_accepted(good: list[Measured], pack: FacePack) -> None:
    assert verdicts(judge(good, SIZE, pack.thresholds)) == [Verdict.ACCEPTED] * 11


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        (lambda drawing: faults.blurred(drawing.pixels), Verdict.BLURRED),
        (lambda drawing: faults.noisy(drawing.pixels, 1), Verdict.NOISY),
        (lambda drawing: faults.too_dark(drawing.pixels), Verdict.TOO_DARK),
        (lambda drawing: faults.blown_out(drawing.pixels), Verdict.TOO_BRIGHT),
        (lambda drawing: faults.tiny(drawing.pixels), Verdict.TOO_SMALL),
        (lambda drawing: faults.cut_off(drawing, 0.6), Verdict.CUT_OFF),
    ],
    ids=["blurred", "noisy", "dark", "bright", "small", "cut"],
)
def test_a_faulty_photo_is_rejected_with_its_fault(
    good: list[Measured], pack: FacePack, fault: Fault, verdict: Verdict
) -> None:
    spoiled = measured(pack, *(fault(drawing) for drawing in drawings(SUBJECT, 3, first_scene=5040)))

    assert verdicts(judge([*good, *spoiled], SIZE, pack.thresholds))[11:] == [verdict] * 3


def test_nobody_and_several_people_are_told_apart(pack: FacePack) -> None:
    people = [make_person(HELD_OUT + number) for number in range(2)]
    pictures = measured(pack, faults.nobody(make_scene(10), 512), faults.several(people, 5, 512))

    assert verdicts(judge(pictures, SIZE, pack.thresholds)) == [Verdict.NO_FACE, Verdict.SEVERAL_FACES]


def test_a_small_face_in_the_background_is_allowed(good: list[Measured], pack: FacePack) -> None:
    [face] = good[0].faces
    passer_by = replace(face, box=(0.0, 0.0, face.side / 3, face.side / 3))
    neighbour = replace(face, box=(0.0, 0.0, face.side * 0.6, face.side))

    photos = [replace(good[0], faces=(face, other)) for other in (passer_by, neighbour)]

    assert [judge([photo], SIZE, pack.thresholds)[0].verdict for photo in photos] == [
        Verdict.ACCEPTED,
        Verdict.SEVERAL_FACES,
    ]


def test_size_limits_follow_the_training_size(pack: FacePack) -> None:
    small = faults.tiny(drawings(SUBJECT, 1)[0].pixels, 160)

    for size, verdict in ((128, Verdict.ACCEPTED), (512, Verdict.TOO_SMALL)):
        assert judge([measure(small, pack, size)], size, pack.thresholds)[0].verdict is verdict


def test_blur_limits_follow_the_training_size(pack: FacePack) -> None:
    soft = faults.blurred(drawings(SUBJECT, 1)[0].pixels, 0.3)

    for size, verdict in ((128, Verdict.ACCEPTED), (512, Verdict.BLURRED)):
        assert judge([measure(soft, pack, size)], size, pack.thresholds)[0].verdict is verdict


def test_a_large_original_counts_and_not_what_was_kept_of_it(pack: FacePack) -> None:
    panorama = drawings(SUBJECT, 1)[0].pixels[:90]

    photo = measure(panorama, pack, SIZE, original=(6000, 1054))

    assert (photo.width, photo.height, photo.kept) == (6000, 1054, (512, 90))
    assert judge([photo], SIZE, pack.thresholds)[0].verdict is not Verdict.TOO_SMALL


def test_a_face_far_away_is_too_small(pack: FacePack) -> None:
    drawing = drawings(SUBJECT, 1)[0]
    field = np.full((512, 512, 3), 128, np.uint8)
    field[240:280, 240:280] = faults.tiny(drawing.pixels, 40)
    photo = measure(field, pack, SIZE)
    [face] = measure(drawing.pixels, pack, SIZE).faces
    seen = replace(photo, faces=(replace(face, box=(250.0, 250.0, 275.0, 275.0)),))

    assert judge([seen], SIZE, pack.thresholds)[0].verdict is Verdict.FACE_TOO_SMALL


@pytest.mark.parametrize(
    "again",
    [
        lambda pixels: recoded(pixels, 40),
        lambda pixels: recoded(faults.tiny(pixels, 256), 80),
        lambda pixels: np.ascontiguousarray(pixels[:, ::-1]),
        lambda pixels: np.ascontiguousarray(pixels[8:500, 12:504]),
        lambda pixels: np.clip(pixels * 1.1 + 5.0, 0, 255).astype(np.uint8),
    ],
    ids=["recoded", "resized", "mirrored", "cropped", "brightened"],
)
def test_a_photo_sent_again_is_found(
    good: list[Measured], pack: FacePack, again: Callable[[Pixels], Pixels]
) -> None:
    repeated = measure(again(drawings(SUBJECT, 5)[4].pixels), pack, SIZE)

    judgements = judge([*good, repeated], SIZE, pack.thresholds)

    faulty = [(place, one) for place, one in enumerate(judgements) if one.verdict is not Verdict.ACCEPTED]
    assert [(place, one.verdict, one.other) for place, one in faulty] in (
        [(11, Verdict.DUPLICATE, 5)],
        [(4, Verdict.DUPLICATE, 12)],
    )


def test_of_equal_photos_the_earliest_stays(good: list[Measured], pack: FacePack) -> None:
    judgements = judge([good[0], good[1], good[0], good[0]], SIZE, pack.thresholds)

    assert verdicts(judgements) == [Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.DUPLICATE, Verdict.DUPLICATE]
    assert [judgement.other for judgement in judgements] == [None, None, 1, 1]


def test_of_two_copies_the_better_stays(good: list[Measured], pack: FacePack) -> None:
    worse = replace(good[0], noise=8.0)

    judgements = judge([worse, good[0]], SIZE, pack.thresholds)

    assert [(one.verdict, one.other) for one in judgements] == [
        (Verdict.DUPLICATE, 2),
        (Verdict.ACCEPTED, None),
    ]


@pytest.mark.parametrize("place", [0, 5, 11])
def test_somebody_else_is_found_wherever_he_stands(good: list[Measured], pack: FacePack, place: int) -> None:
    [stranger] = measured(pack, drawings(STRANGER, 1)[0].pixels)

    judgements = judge([*good[:place], stranger, *good[place:]], SIZE, pack.thresholds)

    assert judgements[place].verdict is Verdict.OTHER_PERSON
    assert verdicts(judgements).count(Verdict.ACCEPTED) == 11


def test_of_two_people_the_one_with_fewer_photos_is_the_other(good: list[Measured], pack: FacePack) -> None:
    strangers = measured(pack, *(drawing.pixels for drawing in drawings(STRANGER, 3)))

    judgements = judge([*strangers, *good], SIZE, pack.thresholds)

    assert verdicts(judgements)[:3] == [Verdict.OTHER_PERSON] * 3
    assert Verdict.OTHER_PERSON not in verdicts(judgements)[3:]


def test_of_two_photos_that_disagree_the_later_is_flagged(good: list[Measured], pack: FacePack) -> None:
    [stranger] = measured(pack, drawings(STRANGER, 1)[0].pixels)

    assert verdicts(judge([stranger, good[0]], SIZE, pack.thresholds)) == [
        Verdict.ACCEPTED,
        Verdict.OTHER_PERSON,
    ]


def test_two_people_are_one_to_a_pack_that_says_so(good: list[Measured], pack: FacePack) -> None:
    [stranger] = measured(pack, drawings(STRANGER, 1)[0].pixels)

    judgements = judge([good[0], stranger], SIZE, Thresholds(-1.0, -1.0, 0.0, 0.5))

    assert verdicts(judgements) == [Verdict.ACCEPTED] * 2


def test_what_could_not_be_read_keeps_its_place(good: list[Measured], pack: FacePack) -> None:
    judgements = judge([None, good[0], Refusal.TRUNCATED, good[0]], SIZE, pack.thresholds)

    assert verdicts(judgements) == [
        Verdict.UNREADABLE,
        Verdict.ACCEPTED,
        Verdict.UNREADABLE,
        Verdict.DUPLICATE,
    ]
    assert judgements[3].other == 2


def test_nothing_has_no_verdict(pack: FacePack) -> None:
    assert judge([], SIZE, pack.thresholds) == []


def test_subjects_without_faces_are_judged_on_the_picture_alone(pack: FacePack) -> None:
    people = [make_person(HELD_OUT + number) for number in range(2)]
    group = faults.several(people, 5, 512)
    pictures = [group, drawings(STRANGER, 1)[0].pixels, faults.blurred(group), faults.too_dark(group)]

    judgements = judge(
        [measure(picture, None, SIZE) for picture in pictures], SIZE, pack.thresholds, faces_expected=False
    )

    assert verdicts(judgements) == [
        Verdict.ACCEPTED,
        Verdict.ACCEPTED,
        Verdict.SLIGHTLY_BLURRED,
        Verdict.TOO_DARK,
    ]


def test_dark_skin_in_good_light_is_not_too_dark(pack: FacePack) -> None:
    darkest = sorted(range(60), key=lambda number: sum(make_person(HELD_OUT + number).skin))[:4]

    for number in darkest:
        photos = measured(pack, *(drawing.pixels for drawing in drawings(HELD_OUT + number, 3)))

        assert Verdict.TOO_DARK not in verdicts(judge(photos, SIZE, pack.thresholds))


def test_a_sharper_photo_has_the_higher_quality(good: list[Measured], pack: FacePack) -> None:
    softer = replace(good[0], blur=good[0].blur + 0.1, hashes=(0, 0), thumbnail=good[1].thumbnail)

    sharp, soft = judge([good[0], softer], SIZE, pack.thresholds)

    assert 0 < soft.quality < sharp.quality <= 1


def test_what_a_filter_or_a_fog_took_is_named(good: list[Measured], pack: FacePack) -> None:
    pixels = drawings(SUBJECT, 1, first_scene=5060)[0].pixels
    grey = with_filter(pixels, "monochrome")
    neon = with_filter(pixels, "neon")
    hazy = np.clip((pixels - 110.0) * 0.2 + 110, 0, 255).astype(np.uint8)

    judgements = judge([*good, *measured(pack, grey, neon, hazy)], SIZE, pack.thresholds)

    assert verdicts(judgements)[11:] == [Verdict.FILTERED, Verdict.FILTERED, Verdict.LOW_CONTRAST]


@pytest.mark.parametrize("cover", ["mask", "sticker", "hand"])
def test_a_covered_face_is_named(pack: FacePack, cover: Cover) -> None:
    photos = measured(pack, *(covered(one, cover, 1) for one in drawings(SUBJECT, 2, first_scene=5080)))

    assert verdicts(judge(photos, SIZE, pack.thresholds)) == [Verdict.COVERED] * 2


def test_what_covers_the_face_in_most_photos_is_the_subjects_own(
    good: list[Measured], pack: FacePack
) -> None:
    glasses = [replace(photo, hidden=0.5) for photo in good]

    mostly = judge([*glasses[:6], *good[6:]], SIZE, pack.thresholds)
    sometimes = judge([*glasses[:4], *good[4:]], SIZE, pack.thresholds)

    assert verdicts(mostly) == [Verdict.ACCEPTED] * 11
    assert verdicts(sometimes).count(Verdict.COVERED) == 4


def test_a_stranger_in_dark_glasses_is_somebody_else_and_the_subject_in_them_is_not(
    good: list[Measured], pack: FacePack
) -> None:
    def in_dark_glasses(seed: int) -> Measured:
        person = make_person(seed)
        dark = replace(person, glasses=replace(person.glasses, shape="sun"))
        drawing = draw(dark, make_scene(5090, noise=0.0, blur=0.0), 256)
        [photo] = measured(pack, drawing.pixels)
        return photo

    own = judge([*good, in_dark_glasses(SUBJECT)], SIZE, pack.thresholds)[-1]
    others = [judge([*good, in_dark_glasses(seed)], SIZE, pack.thresholds)[-1] for seed in PEOPLE[40:52]]

    assert own.verdict is Verdict.COVERED
    assert set(verdicts(others)) == {Verdict.OTHER_PERSON}


def test_a_face_turned_too_far_is_named(good: list[Measured], pack: FacePack) -> None:
    [face] = good[0].faces
    eyes = face.landmarks[1][0] - face.landmarks[0][0]
    turned = replace(
        face,
        landmarks=tuple((x + (0.6 * eyes if n == 2 else 0), y) for n, (x, y) in enumerate(face.landmarks)),
    )

    assert judge([replace(good[0], faces=(turned,))], SIZE, pack.thresholds)[0].verdict is Verdict.TURNED


def test_a_little_blur_is_doubtful_and_much_is_final(good: list[Measured], pack: FacePack) -> None:
    limit = blur_limit(good[0].seen_at)

    found = [
        judge([replace(good[0], blur=limit + over)], SIZE, pack.thresholds)[0].verdict for over in (0.02, 0.1)
    ]

    assert found == [Verdict.SLIGHTLY_BLURRED, Verdict.BLURRED]


def test_the_next_of_a_burst_is_nearly_the_same_picture(good: list[Measured], pack: FacePack) -> None:
    scene = make_scene(5200, hardness=0.6, noise=0.0, blur=0.0)
    moved = replace(scene, yaw=scene.yaw + 0.03, x=scene.x + 0.008, roll=scene.roll + 0.01)
    pair = measured(pack, *(draw(make_person(SUBJECT), each, 512).pixels for each in (scene, moved)))

    judgements = judge([*good, *pair], SIZE, pack.thresholds)

    assert sorted(verdicts(judgements)[11:]) == [Verdict.ACCEPTED, Verdict.NEAR_DUPLICATE]


def test_a_copy_that_the_owner_keeps_stays_instead_of_the_better(
    good: list[Measured], pack: FacePack
) -> None:
    worse = replace(good[0], noise=8.0)

    judgements = judge([good[0], worse], SIZE, pack.thresholds, owners=["", "kept"])

    assert verdicts(judgements) == [Verdict.DUPLICATE, Verdict.ACCEPTED]


def test_nothing_is_compared_with_what_the_owner_took_out(good: list[Measured], pack: FacePack) -> None:
    judgements = judge([good[0], good[0]], SIZE, pack.thresholds, owners=["removed", ""])

    assert verdicts(judgements) == [Verdict.ACCEPTED] * 2


def test_two_people_half_and_half_divide_a_set(good: list[Measured], pack: FacePack) -> None:
    strangers = measured(pack, *(drawing.pixels for drawing in drawings(STRANGER, 5)))

    judgements = judge([*good[:5], *strangers, good[0]], SIZE, pack.thresholds)

    assert divided(judgements) == ((1, 2, 3, 4, 5, 11), (6, 7, 8, 9, 10))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_few_strangers_do_not_divide_a_set(good: list[Measured], pack: FacePack, count: int) -> None:
    strangers = measured(pack, *(drawing.pixels for drawing in drawings(STRANGER, count)))

    judgements = judge([*good, *strangers], SIZE, pack.thresholds)

    assert divided(judgements) == ()
    assert verdicts(judgements).count(Verdict.OTHER_PERSON) == count


def test_whom_the_owner_keeps_belongs_to_the_set(good: list[Measured], pack: FacePack) -> None:
    strangers = measured(pack, *(drawing.pixels for drawing in drawings(STRANGER, 5)))
    owners = [*[""] * 5, *["kept"] * 4, ""]

    judgements = judge([*good[:5], *strangers], SIZE, pack.thresholds, owners=owners)

    assert verdicts(judgements) == [Verdict.ACCEPTED] * 10
    assert divided(judgements) == ()


def test_subjects_without_faces_are_told_apart_by_what_an_embedder_sees(
    good: list[Measured], pack: FacePack
) -> None:
    one, other = np.eye(8, dtype=np.float32)[:2]
    photos = [replace(photo, look=one) for photo in good[:5]] + [replace(good[5], look=other)]

    told = judge(photos, SIZE, pack.thresholds, faces_expected=False, closeness=Closeness(0.5, 0.4))
    untold = judge(photos, SIZE, pack.thresholds, faces_expected=False)

    assert verdicts(told) == [*[Verdict.ACCEPTED] * 5, Verdict.OTHER_SUBJECT]
    assert verdicts(untold) == [Verdict.ACCEPTED] * 6


def test_what_was_measured_before_has_no_new_fault(good: list[Measured], pack: FacePack) -> None:
    old = json.loads(good[0].to_json())
    for field in ("detail", "hues", "hidden", "warmth", "glasses", "look"):
        del old[field]

    again = Measured.from_json(json.dumps(old))

    assert verdicts(judge([again, good[0]], SIZE, pack.thresholds)) == [Verdict.ACCEPTED, Verdict.DUPLICATE]
