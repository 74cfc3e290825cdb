"""What the benchmarks make of what they saw, where the answer is known."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks import (
    __main__ as benchmarks,
    base,
    choosing,
    drift,
    faceid,
    faces,
    inversion,
    personal,
    row,
    weights,
)
from benchmarks.choosing import Course
from benchmarks.drift import Drawn, Drift
from benchmarks.people import adults
from benchmarks.personal import Outcome
from benchmarks.row import Row, bootstrap
from core.artifacts import Embedding, Face, Picture
from core.assessment import Score
from core.families import catalogue
from pocket.people import make_person


def unit(*numbers: float) -> Embedding:
    vector = np.array(numbers, np.float32)
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def clouds(people: int, photos: int, spread: float) -> list[list[Embedding]]:
    """Faces of people, each somewhere about a place of their own."""
    random = np.random.default_rng(0)
    places = random.normal(size=(people, 8))
    return [[unit(*(place + spread * random.normal(size=8))) for _ in range(photos)] for place in places]


def outcome(delivered: list[float], *, own: float = 0.8, made: int = 6, untrained: float = 0.1) -> Outcome:
    return Outcome(60.0, made, delivered, own, [True] * len(delivered), untrained, 0)


def values(rows: list[Row]) -> dict[str, float]:
    return {one.id: one.value for one in rows}


def test_area_and_true_accepts_are_those_of_counting_every_pair() -> None:
    people = clouds(12, 4, 0.8)
    pairs = faces.Pairs(people)
    flat = [(name, face) for name, own in enumerate(people) for face in own]
    cosines = [(a == b, float(x @ y)) for i, (a, x) in enumerate(flat) for b, y in flat[i + 1 :]]
    same = np.array([cosine for alike, cosine in cosines if alike])
    others = np.array([cosine for alike, cosine in cosines if not alike])
    allowed = int(faces.FALSE_ACCEPTS * len(others))
    border = np.sort(others)[::-1][allowed]

    even = np.ones(len(people))

    assert pairs.auc(even) == pytest.approx((same[:, None] > others).mean(), abs=1e-6)
    assert pairs.accepted(even) == pytest.approx((same > border).mean(), abs=1e-6)


def test_people_who_are_counted_twice_weigh_twice() -> None:
    people = clouds(6, 3, 0.8)
    counts = np.array([2.0, 0, 1, 1, 1, 1])

    weighed = faces.Pairs(people).auc(counts)

    assert weighed != faces.Pairs(people).auc(np.ones(6))
    without = faces.Pairs([own for place, own in enumerate(people) if place != 1])
    assert faces.Pairs(people).auc(np.array([1.0, 0, 1, 1, 1, 1])) == pytest.approx(without.auc(np.ones(5)))


def test_faces_that_nobody_can_confuse_have_the_whole_area() -> None:
    people = [[unit(1, 0, 0)] * 2, [unit(0, 1, 0)] * 2, [unit(0, 0, 1)] * 2]

    assert faces.Pairs(people).auc(np.ones(3)) == 1
    assert faces.Pairs(people).accepted(np.ones(3)) == 1


def test_overlap_is_intersection_over_union() -> None:
    face = Face((0, 0, 10, 10), (), 1.0, unit(1))

    assert faces.overlap(face, np.array((5, 0, 15, 10), np.float32)) == pytest.approx(1 / 3)
    assert faces.overlap(face, np.array((20, 20, 30, 30), np.float32)) == 0


def test_an_interval_covers_the_mean_and_needs_six_groups() -> None:
    found = bootstrap([1.0, 2, 3, 4, 5, 6, 7], lambda some: float(np.mean(some)))

    assert found is not None
    assert found[0] < 4 < found[1]
    assert bootstrap([1.0] * 5, lambda some: 0.0) is None


def test_likeness_counts_a_person_without_any_picture_as_nothing() -> None:
    found = values(personal.rows([outcome([0.72, 0.76]), outcome([]), outcome([])]))

    assert found["likeness-ratio"] == 0
    assert found["likeness-gain"] == pytest.approx(-0.1)
    assert found["candidates-per-delivered"] == 9


def test_likeness_is_a_share_of_what_the_photos_reach() -> None:
    found = values(personal.rows([outcome([0.4, 0.72, 0.8])]))

    assert found["likeness-ratio"] == pytest.approx(0.9)
    assert found["likeness-gain"] == pytest.approx(0.62)


def test_changes_either_way_do_not_cancel_out() -> None:
    still = Drawn(0.1, 1.0, 0.8, 0.5)
    up, down = Drawn(0.2, 0.9, 0.9, 0.6), Drawn(0.0, 1.0, 0.7, 0.4)

    found = values(drift.rows([Drift(still, up, 0.7), Drift(still, down, None)]))

    assert found["class-drift"] == pytest.approx(0.1)
    assert found["class-drift-one-face"] == pytest.approx(5)
    assert found["class-drift-attributes"] == pytest.approx(10)
    assert found["class-drift-diversity"] == pytest.approx(20)
    assert found["class-drift-gap"] == pytest.approx(0.5)


def test_a_class_of_which_nobody_is_left_has_no_diversity_and_holds_no_goal() -> None:
    still, gone = Drawn(0.1, 1.0, 0.8, 0.5), Drawn(0.0, 0.0, 0.0, drift.diversity([]))

    held = {one.id: one.holds for one in drift.rows([Drift(still, gone, None)])}

    assert not any(held.values())


def test_diversity_is_the_mean_distance_of_two_faces() -> None:
    assert drift.diversity([unit(1, 0), unit(1, 0)]) == pytest.approx(0, abs=1e-6)
    assert drift.diversity([unit(1, 0), unit(0, 1), unit(1, 0)]) == pytest.approx(2 / 3)


def test_wishes_name_what_is_judged() -> None:
    for wish in base.wishes(("man", "woman"), 20):
        assert set(wish.truth) == set(base.JUDGED)
        assert all(value in wish.prompt for value in wish.truth.values())


def test_only_grown_up_people_of_the_cast_are_learnt() -> None:
    assert {make_person(seed).kind for seed in adults(20)} == {"man", "woman"}
    assert len(adults(20)) == 20


def test_other_weights_are_configured_with_their_own_checksums(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = tmp_path / "faces" / "detector.onnx"
    changed.parent.mkdir()
    changed.write_bytes(b"another detector")
    monkeypatch.setattr(weights, "WEIGHTS", tmp_path)

    with weights.models_file() as models:
        pack = catalogue.read(models).packs["pocket"]

    shipped = catalogue.read(weights.MODELS).packs["pocket"]
    assert pack.path == tmp_path / "faces"
    assert pack.sha256["detector.onnx"] == catalogue.sha256_of(changed)
    assert pack.sha256["recogniser.onnx"] == shipped.sha256["recogniser.onnx"]


def test_adapters_are_configured_where_a_folder_of_weights_has_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = tmp_path / "adapters" / "faceid.safetensors"
    unet = tmp_path / "ink" / "unet" / "diffusion_pytorch_model.safetensors"
    for file in (adapter, unet):
        file.parent.mkdir(parents=True)
        file.write_bytes(file.name.encode())
    monkeypatch.setattr(weights, "WEIGHTS", tmp_path)

    with weights.models_file() as models:
        bases = catalogue.read(models).bases

    assert bases["pocket"].faceid == adapter
    assert bases["pocket"].sha256["faceid"] == catalogue.sha256_of(adapter)
    assert bases["pocket"].fast is None
    assert "fast" not in bases["pocket"].sha256
    assert (bases[weights.INK].path, bases[weights.INK].rest) == (tmp_path / "ink", tmp_path / "base")
    assert bases[weights.INK].sha256["unet/diffusion_pytorch_model.safetensors"] == catalogue.sha256_of(unet)


def test_missing_weights_are_named_with_what_makes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(weights, "WEIGHTS", tmp_path)
    monkeypatch.setattr(benchmarks, "BENCHMARKS", {"personal": personal.run, "faceid": faceid.run})
    monkeypatch.setattr(row, "RESULTS", tmp_path / "results")
    monkeypatch.setattr("sys.argv", ["benchmarks"])

    assert benchmarks.main() == 0

    told = capsys.readouterr().out
    assert f"{tmp_path / 'grader'} is not there: make pocket part=grader" in told
    assert f"{tmp_path / 'adapters/faceid.safetensors'} is not there: make pocket part=faceid" in told


def test_a_word_is_a_share_of_the_photos_and_elsewhere_a_share_of_that() -> None:
    words = [
        inversion.Word([0.4, 0.5, 0.6], 0.8, [0.4]),
        inversion.Word([], 0.8, [0.9]),
        inversion.Word([0.72], 0.9, [0.36]),
    ]

    found = values(inversion.rows(words))

    assert found == {"ti-ratio": pytest.approx(0.625), "ti-transfer": pytest.approx(0.5)}
    assert "ti-transfer" not in values(inversion.rows([inversion.Word([0.4], 0.8)]))


def test_a_face_is_compared_pair_by_pair() -> None:
    rows = faceid.rows(
        [faceid.Known([0.5], 0.8), faceid.Known([], 0.8)], [(1.5, 1.0), (2.6, 2.0), (9.0, 3.0)]
    )

    assert values(rows) == {"faceid-ratio": pytest.approx(0.3125), "faceid-time": pytest.approx(1.5)}


def qualities(*values: float) -> list[Score]:
    return [Score(50 * place, 0.5, None, None, 0.0, value) for place, value in enumerate(values, 1)]


def test_the_chooser_sees_no_more_than_it_would_have() -> None:
    rising = qualities(20, 40, 60, 70, 80, 90)
    flat = qualities(40, 80, 80, 80, 80, 95)

    assert choosing.chosen(rising, {"steps": 400}) == (5, 5)
    assert choosing.chosen(rising, {"steps": 200}) == (3, 3)  # it takes no more steps than are recommended
    assert choosing.chosen(rising, {"steps": 200, "most_steps": 250}) == (4, 4)  # unless it is not there yet
    assert choosing.chosen(qualities(20, 60, 92, 95, 99), {"steps": 200, "most_steps": 250}) == (3, 3)
    kept, ended = choosing.chosen(flat, {"steps": 400})
    assert ended < 5  # the last would have been better, and was never seen
    assert kept < ended


def test_of_candidates_is_delivered_what_requests_for_four_deliver() -> None:
    def made(*likenesses: float) -> list[Picture]:
        return [Picture(np.zeros((1, 1, 3), np.uint8), 0, one) for one in likenesses]

    def delivered(*likenesses: float) -> list[float | None]:
        return [one.similarity for one in choosing.requested(made(*likenesses), 0.5, asked=4)]

    assert delivered(0.6, 0.9, 0.7, 0.1, 0.8, 0.95) == [0.95, 0.9, 0.8, 0.7]  # the best four of six
    assert delivered(0.6, 0.9, 0.1, 0.1, 0.1, 0.95, 0.7, 0.2, 0.99) == [0.95, 0.9, 0.7, 0.6]  # topped up
    assert delivered(0.6, 0.9, 0.1, 0.1, 0.1) == []  # too few to ask with
    assert delivered(*[0.8] * 6, *[0.9] * 6, 0.99) == [0.8] * 4 + [0.9] * 4


def test_regret_steps_and_ratio_are_of_what_was_chosen() -> None:
    scores = qualities(40, 80, 80, 80)
    one = Course(scores, [0.3, 0.5, 0.6, 0.4], 1, 3, [0.4, 0.6, 0.5], 0.8)
    nobody = Course(scores, [0.3, 0.7, 0.6, 0.4], 1, 1, [], 0.8)

    rows = choosing.rows([one, nobody])

    assert values(rows) == {
        "lora-ratio": pytest.approx((0.5 / 0.8 + 0) / 2, abs=1e-3),
        "choice-regret": pytest.approx(0.05),
        "choice-steps": pytest.approx((200 / 400 + 100 / 400) / 2),
    }
    assert {one.id: one.holds for one in rows} == {
        "lora-ratio": False,
        "choice-regret": False,
        "choice-steps": True,
    }
