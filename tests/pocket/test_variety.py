"""Figures, hats, garments and places: drawn as asked for, told as drawn, and never in the way of the face."""

from dataclasses import fields, replace

import cv2
import numpy as np
import pytest

from pocket import palette
from pocket.captions import VALUES, attributes, describe
from pocket.drawing import draw, draw_background
from pocket.people import KINDS, make_person
from pocket.scenes import (
    FRAMINGS,
    GARMENTS,
    HATS,
    PLACES,
    POSES,
    Framing,
    Garment,
    Hat,
    Place,
    Pose,
    make_scene,
    make_varied_scene,
)

QUIET = {"noise": 0.0, "blur": 0.0}
VARIED = ("framing", "pose", "garment", "trousers", "hat", "hat_colour", "place")


def test_a_scene_without_variety_is_a_plain_portrait_before_a_coloured_wall() -> None:
    scene = make_scene(12)

    assert (scene.framing, scene.garment, scene.hat, scene.place) == ("portrait", "shirt", None, None)


def test_variety_leaves_alone_what_the_seed_decided_before() -> None:
    moved = {*VARIED, "scale", "x", "y", "roll"}
    for seed in range(40):
        plain, varied = make_scene(seed), make_varied_scene(seed)
        kept = [field.name for field in fields(plain) if field.name not in moved]
        assert [getattr(plain, name) for name in kept] == [getattr(varied, name) for name in kept]


def test_variety_comes_in_its_shares() -> None:
    scenes = [make_varied_scene(seed) for seed in range(1500)]

    def share(matching: list[bool]) -> float:
        return sum(matching) / len(scenes)

    assert share([scene.framing == "half" for scene in scenes]) == pytest.approx(0.15, abs=0.04)
    assert share([scene.framing == "full" for scene in scenes]) == pytest.approx(0.05, abs=0.03)
    assert share([scene.hat is not None for scene in scenes]) == pytest.approx(0.18, abs=0.04)
    assert share([scene.place is not None for scene in scenes]) == pytest.approx(0.35, abs=0.05)


def test_a_varied_scene_takes_fields_given() -> None:
    scene = make_varied_scene(3, framing="full", hat="cap", place="beach", scale=0.08)

    assert (scene.framing, scene.hat, scene.place, scene.scale) == ("full", "cap", "beach", 0.08)


def test_the_same_varied_seeds_draw_the_same_picture() -> None:
    first, second = (draw(make_person(5), make_varied_scene(9, place="city", hat="cap")) for _ in range(2))

    assert np.array_equal(first.pixels, second.pixels)


@pytest.mark.parametrize("framing", ["half", "full"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_has_its_whole_face_in_the_picture(framing: Framing, kind: str) -> None:
    for seed in range(12):
        drawing = draw(make_person(seed, kind), make_varied_scene(seed, framing=framing), 64)  # type: ignore[arg-type]
        left, top, right, bottom = drawing.box
        assert left > 0
        assert top > 0
        assert right < 64
        assert bottom < 64
        assert ((drawing.landmarks > [left, top]) & (drawing.landmarks < [right, bottom])).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_figure_stands_on_its_shoes_in_the_picture(kind: str) -> None:
    for seed in range(6):
        scene = make_varied_scene(
            seed,
            framing="full",
            place=None,
            backdrop="plain",
            background="white",
            shirt="green",
            light=1.0,
            light_fall=0.0,
            tint=(0.0, 0.0, 0.0),
            **QUIET,
        )
        dark = (draw(make_person(seed, kind), scene).pixels.min(2) < 150).any(1)  # type: ignore[arg-type]
        assert not dark[-1]
        assert dark[int(0.88 * 128) : int(0.98 * 128)].any()


@pytest.mark.parametrize("hat", HATS)
@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_hat_never_covers_the_eyes(hat: Hat, framing: Framing) -> None:
    for seed in range(12):
        person = make_person(seed)
        pitch = (-0.3, 0.0, 0.3)[seed % 3]
        scene = make_varied_scene(seed, framing=framing, hat=hat, pitch=pitch, **QUIET)
        drawing = draw(person, scene, 160)
        # Hair lies flatter under a hat; what is compared is what the hat itself paints.
        bare = draw(replace(person, hair=replace(person.hair, style="bald")), replace(scene, hat=None), 160)
        hatted = draw(replace(person, hair=replace(person.hair, style="bald")), scene, 160)

        assert np.array_equal(drawing.box, bare.box)
        assert np.array_equal(drawing.landmarks, bare.landmarks)
        radius = max(1, round(person.eyes.half_width * 0.8 * scene.scale * 0.96 * 160))
        for eye in drawing.landmarks[:2]:
            x, y = (round(float(value)) for value in eye)
            around = slice(y - radius, y + radius + 1), slice(x - radius, x + radius + 1)
            assert np.array_equal(hatted.pixels[around], bare.pixels[around])


@pytest.mark.parametrize("hat", HATS)
def test_every_hat_is_seen_above_the_face(hat: Hat) -> None:
    scene = make_varied_scene(1, framing="portrait", hat=hat, hat_colour="purple", **QUIET)
    person = make_person(1)
    with_hat, without = draw(person, scene), draw(person, replace(scene, hat=None))

    changed = np.abs(with_hat.pixels.astype(int) - without.pixels).max(2) > 40

    assert changed.sum() > 400
    assert np.nonzero(changed)[0].mean() < with_hat.landmarks[:2, 1].mean()


@pytest.mark.parametrize("framing", FRAMINGS)
def test_every_garment_is_drawn_differently(framing: Framing) -> None:
    woman = make_person(4, "woman")
    scene = make_varied_scene(2, framing=framing, garment="sweater", pose="relaxed", **QUIET)
    pictures = [draw(woman, replace(scene, garment=garment)).pixels for garment in GARMENTS]

    assert len({picture.tobytes() for picture in pictures}) == len(GARMENTS)


@pytest.mark.parametrize(
    ("garment", "kind", "worn"),
    [
        ("dress", "woman", "dress"),
        ("dress", "man", "sweater"),
        ("suit", "woman", "suit"),
        ("suit", "boy", "sweater"),
        ("stripes", "girl", "striped shirt"),
    ],
)
def test_what_is_told_is_what_is_worn(garment: Garment, kind: str, worn: str) -> None:
    person = make_person(3, kind)  # type: ignore[arg-type]
    scene = make_varied_scene(3, garment=garment, shirt="blue", **QUIET)

    assert attributes(person, scene)["garment"] == worn
    assert f"blue {worn}" in describe(person, scene, 1, drop=0.0)
    if worn == "sweater":
        same = replace(scene, garment="sweater")
        assert np.array_equal(draw(person, scene).pixels, draw(person, same).pixels)


@pytest.mark.parametrize("pose", POSES)
def test_a_pose_moves_the_arms_and_not_the_face(pose: Pose) -> None:
    scene = make_varied_scene(6, framing="half", hat=None, **QUIET)
    person = make_person(6)
    drawings = {other: draw(person, replace(scene, pose=other)) for other in POSES}

    assert [o for o in POSES if np.array_equal(drawings[o].pixels, drawings[pose].pixels)] == [pose]
    assert np.array_equal(drawings[pose].landmarks, drawings["relaxed"].landmarks)


@pytest.mark.parametrize("place", PLACES)
def test_a_place_is_painted_whether_or_not_somebody_is_there(place: Place) -> None:
    scene = make_varied_scene(5, place=place, framing="full", **QUIET)

    empty, peopled = draw_background(scene), draw(make_person(5), scene).pixels

    corner = slice(0, 30), slice(0, 20)
    assert np.array_equal(empty[corner], peopled[corner])
    assert len({draw_background(replace(scene, place=other)).tobytes() for other in PLACES}) == len(PLACES)


@pytest.mark.parametrize("size", [48, 512])
def test_variety_looks_the_same_at_every_size(size: int) -> None:
    person = make_person(8)
    for place, hat, framing in zip(PLACES, [*HATS, *HATS], [*FRAMINGS] * 3, strict=False):
        scene = make_varied_scene(8, place=place, hat=hat, framing=framing, **QUIET)
        usual, other = draw(person, scene, 128), draw(person, scene, size)
        side = min(size, 128)
        both = [
            cv2.resize(picture.pixels, (side, side), interpolation=cv2.INTER_AREA).astype(int)
            for picture in (usual, other)
        ]
        assert np.abs(both[0] - both[1]).mean() < 6
        assert other.landmarks * (128 / size) == pytest.approx(usual.landmarks, abs=0.01)


def test_attributes_take_exactly_the_values_that_are_listed() -> None:
    seen: dict[str, set[str]] = {name: set() for name in VALUES}
    for seed in range(2500):
        told = attributes(make_person(seed), make_varied_scene(seed))
        assert list(told) == list(VALUES)
        for name, value in told.items():
            seen[name].add(value)

    assert seen == {name: set(values) for name, values in VALUES.items()}


def test_a_caption_names_hat_garment_place_and_framing() -> None:
    scene = make_varied_scene(
        2, hat="cap", hat_colour="red", garment="hoodie", shirt="blue", place="beach", framing="half"
    )

    caption = describe(make_person(2), scene, 4, drop=0.0)

    assert caption.endswith("half-length")
    for said in ("a red cap", "blue hoodie", "at the beach"):
        assert f", {said}" in caption
    assert "background" not in caption


def test_a_plain_portrait_is_told_in_the_words_of_old() -> None:
    scene = make_scene(2)

    assert describe(make_person(2), scene, 4, drop=0.0).count(f"{scene.shirt} shirt") == 1
    assert f"{scene.background} background" in describe(make_person(2), scene, 4, drop=0.0)
    assert set(VALUES["shirt"]) == set(palette.THINGS)


def test_a_hat_is_never_of_the_walls_colour() -> None:
    scenes = [make_varied_scene(seed) for seed in range(300)]

    assert all(scene.hat_colour != scene.background for scene in scenes)
