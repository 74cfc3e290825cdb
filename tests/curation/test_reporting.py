"""What a set of photos is told about itself: what it shows, what it lacks, and what may be expected of it."""

from dataclasses import replace

import numpy as np
import pytest

from core.artifacts import Judgement, Verdict
from core.curation import Measured, judge, report_card
from core.curation.grading import Measures, enough, grade, of_one, recognised, well_taken
from core.curation.variety import expressions
from core.faces import FacePack
from core.report import Card
from pocket.cast import HELD_OUT
from pocket.drawing import draw
from pocket.people import make_person
from pocket.scenes import Expression, make_scene
from tests.curation.conftest import SIZE, STRANGER, drawings, measured

ACCEPTED = Judgement(Verdict.ACCEPTED, quality=0.9)
PERFECT = Measures(1.0, 1.0, 1.0, 1.0, 1.0)


def altered(
    photo: Measured, colour: tuple[int, int, int], luma: float, *, nose: float = 0, side: float = 1
) -> Measured:
    """The photo before another background, in other light, with the nose turned, from farther away."""
    [face] = photo.faces
    points = list(face.landmarks)
    points[2] = (points[2][0] + nose, points[2][1])
    left, top, __, __ = face.box
    box = (left, top, left + side * (face.box[2] - left), top + side * (face.box[3] - top))
    return replace(
        photo,
        thumbnail=np.full((32, 32, 3), colour, np.uint8),
        light=replace(photo.light, mean=luma),
        faces=(replace(face, landmarks=tuple(points), box=box),),
    )


def test_the_report_counts_what_was_sent_and_what_stayed(good: list[Measured], pack: FacePack) -> None:
    photos = [*good, good[0], None]

    report = report_card(photos, judge(photos, SIZE, pack.thresholds))

    assert report.verdicts == {Verdict.ACCEPTED: 11, Verdict.DUPLICATE: 1, Verdict.UNREADABLE: 1}
    assert report.counted == 11
    assert sum(report.angles.values()) == sum(report.distances.values()) == sum(report.light.values()) == 11
    assert 3 <= report.backgrounds <= 11
    assert report.missing["more_photos"] == 4
    assert "photos" not in report.missing


def test_only_the_photos_that_count_are_reported_on(good: list[Measured]) -> None:
    report = report_card(good, [ACCEPTED] * 11, counted=[0, 3, 4])

    assert report.counted == 3
    assert report.missing["photos"] == 2


def test_the_report_says_what_a_set_of_one_kind_lacks_and_how_many(good: list[Measured]) -> None:
    report = report_card([good[0]] * 20, [ACCEPTED] * 20)

    assert dict(report.missing) == {
        "angles": 4,
        "backgrounds": 2,
        "light": 2,
        "distances": 3,
        "expressions": 1,
    }
    assert (report.backgrounds, report.expressions) == (1, 1)


def test_so_many_more_would_do(good: list[Measured]) -> None:
    straight = altered(good[0], (9, 9, 9), 120.0)
    turned = altered(good[0], (9, 9, 9), 120.0, nose=60)
    first = report_card([straight] * 12, [ACCEPTED] * 12)

    filled = [straight] * 12 + [turned] * first.missing["angles"]
    one_less = filled[:-1]

    assert "angles" in report_card(one_less, [ACCEPTED] * len(one_less)).missing
    assert "angles" not in report_card(filled, [ACCEPTED] * len(filled)).missing


def test_a_varied_set_lacks_nothing(good: list[Measured]) -> None:
    colours = [(250, 0, 0), (0, 250, 0), (0, 0, 250), (250, 250, 250)]
    photos = [
        altered(
            good[n % 2], colours[n % 4], 90.0 + 20 * (n % 5), nose=60 * (n % 2), side=0.4 if n % 4 == 2 else 1
        )
        for n in range(16)
    ]
    for n in (3, 7):  # a mouth that is open
        thumbnail = photos[n].thumbnail.copy()
        thumbnail[16:24, 12:20] = 0
        photos[n] = replace(photos[n], thumbnail=thumbnail)

    assert dict(report_card(photos, [ACCEPTED] * 16).missing) == {}


def test_a_method_that_learns_from_one_photo_asks_for_no_variety(good: list[Measured]) -> None:
    report = report_card([good[0]] * 2, [ACCEPTED] * 2, least=1, recommended=3)

    assert "angles" not in report.missing
    assert "distances" not in report.missing


def test_a_set_of_nothing_lacks_photos_and_expects_nothing(pack: FacePack) -> None:
    report = report_card([None], judge([None], SIZE, pack.thresholds))

    assert (report.counted, report.backgrounds, dict(report.missing)) == (0, 0, {"photos": 5})
    assert report.expected == 0


def test_a_card_goes_through_the_records_unchanged(good: list[Measured]) -> None:
    card = report_card(good, [ACCEPTED] * 11).card(5, (15, 20))

    kept = {**vars(card), "angles": list(card.angles), "recommended": [15, 20], "later": 1}

    assert Card.read(kept) == card


def test_without_faces_a_card_has_no_angles(good: list[Measured]) -> None:
    card = report_card([replace(one, faces=()) for one in good], [ACCEPTED] * 11).card(5, (15, 20))

    assert (card.angles, card.distances, card.expressions) == ((), (), 0)


@pytest.mark.parametrize("name", ["recognised", "quality", "unity", "count", "variety"])
def test_each_measure_lowers_the_grade(name: str) -> None:
    half, none = (grade(replace(PERFECT, **{name: value})) for value in (0.5, 0.01))

    assert grade(PERFECT) == 100
    assert 0 <= none < half < 100


def test_what_the_middle_photo_is_seen_to_show_counts_most(good: list[Measured]) -> None:
    hardly, clearly = ([replace(one, said="a man", recognised=sure) for one in good] for sure in (0.06, 0.6))
    one_hides = [replace(clearly[0], recognised=0.0), *clearly[1:]]

    unseen, seen, nearly, alike = (
        report_card(photos, [ACCEPTED] * 11) for photos in (good, clearly, one_hides, hardly)
    )

    assert seen.expected == unseen.expected == nearly.expected  # nobody looked: nothing is doubted
    assert alike.expected < 0.7 * seen.expected
    assert recognised([0.1, 0.3, 0.9]) == pytest.approx(0.6)
    assert recognised([0.9]) == recognised([]) == 1


def test_photos_bring_less_and_less(pack: FacePack) -> None:
    gains = np.diff([enough(count, 15) for count in range(17)])

    assert (gains[:15] > 0).all()
    assert (np.diff(gains) <= 1e-12).all()
    assert enough(15, 15) == enough(40, 15) == 1


def test_a_fault_that_was_overruled_counts_against_a_set() -> None:
    assert well_taken([0.95, 0.95], [False, False]) == 1
    assert 0 < well_taken([0.95, 0.95], [False, True]) < 0.5
    assert well_taken([0.6], [False]) == well_taken([], []) == 0


def test_a_set_of_two_people_is_graded_below_one_of_one(good: list[Measured], pack: FacePack) -> None:
    other = measured(pack, *(drawing.pixels for drawing in drawings(STRANGER, 5)))
    same = pack.thresholds.same_person

    one = report_card(good[:10], [ACCEPTED] * 10, same_person=same)
    two = report_card([*good[:5], *other], [ACCEPTED] * 10, same_person=same)

    assert one.measures.unity > two.measures.unity
    assert one.expected > two.expected + 1


def test_likeness_beyond_doubt_is_unity() -> None:
    one, other = np.array([1, 0], np.float32), np.array([0.6, 0.8], np.float32)

    assert of_one([one, other], 0.6) == pytest.approx(1)
    assert of_one([one, other], 1.2) == pytest.approx(0, abs=1e-6)
    assert of_one([one], 0.5) == of_one([], 0.5) == 1


def test_open_mouths_are_told_from_closed_ones(pack: FacePack) -> None:
    def of(*mouths: Expression) -> int:
        scenes = [
            make_scene(
                920_150 + n, 0.6, noise=0.0, blur=0.0, expression=mouths[n % len(mouths)], intensity=1.0
            )
            for n in range(9)
        ]
        person = make_person(HELD_OUT + 3)
        return expressions(measured(pack, *(draw(person, scene, 384).pixels for scene in scenes)))

    assert of("neutral") < of("neutral", "laughing", "surprised")
