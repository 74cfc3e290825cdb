"""Cats and dogs are individuals, drawn the same every time, and their captions tell the truth."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from pocket.animal_captions import ANIMAL_VALUES, animal_attributes, describe_animal
from pocket.animal_drawing import animal_face, draw_animal
from pocket.animals import ANIMAL_KINDS, PATTERNS, AnimalKind, make_animal
from pocket.canvas import Pixels
from pocket.cast import ANIMALS, HELD_OUT, PEOPLE, STYLES, animal_photos_of
from pocket.scenes import FRAMINGS, Framing, make_scene, make_varied_scene
from pocket.unseen_looks import UNSEEN_LOOKS

# Recorded from the renderer that draws the training pictures; thumbnails are 8 x 8.
GOLDEN = json.loads((Path(__file__).parent / "golden_animals.json").read_text())


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: f"{golden['animal']}-{golden['scene']}")
def test_an_animal_stays_as_the_weights_know_it(golden: dict[str, Any]) -> None:
    animal, scene = make_animal(golden["animal"]), make_scene(golden["scene"])

    pixels = draw_animal(animal, scene, golden["size"])

    side = golden["size"] // 8
    thumbnail = pixels.reshape(8, side, 8, side, 3).mean((1, 3))
    # OpenCV may smooth edges differently on another processor; a head that moved by a pixel differs by more.
    assert np.abs(thumbnail - np.array(golden["thumbnail"])).max() < 0.5
    assert describe_animal(animal, scene, golden["scene"]) == golden["caption"]


def test_the_same_seeds_draw_the_same_picture() -> None:
    first, second = (draw_animal(make_animal(5), make_scene(9)) for _ in range(2))

    assert np.array_equal(first, second)


@pytest.mark.parametrize("kind", ANIMAL_KINDS)
def test_an_animal_is_of_the_kind_asked_for(kind: AnimalKind) -> None:
    assert {make_animal(seed, kind).kind for seed in range(20)} == {kind}


def test_a_seed_has_its_own_kind_and_asking_for_it_changes_nothing() -> None:
    animals = [make_animal(seed) for seed in range(40)]

    assert {animal.kind for animal in animals} == set(ANIMAL_KINDS)
    assert [make_animal(animal.seed, animal.kind) for animal in animals] == animals


def test_an_unknown_kind_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="one of cat, dog, not 'horse'"):
        make_animal(1, "horse")  # type: ignore[arg-type]


def test_every_value_of_every_attribute_occurs() -> None:
    truths = [animal_attributes(make_animal(seed), make_varied_scene(seed)) for seed in range(600)]

    seen = {name: {truth[name] for truth in truths} for name in ANIMAL_VALUES}

    assert seen == {name: set(values) for name, values in ANIMAL_VALUES.items()}


@pytest.mark.parametrize("kind", ANIMAL_KINDS)
def test_a_coat_has_only_the_patterns_of_its_colour(kind: AnimalKind) -> None:
    coats = {
        (make_animal(seed, kind).coat.colour, make_animal(seed, kind).coat.pattern) for seed in range(400)
    }

    assert coats == {(colour, pattern) for colour, patterns in PATTERNS[kind].items() for pattern in patterns}


def test_two_hundred_animals_are_two_hundred_individuals() -> None:
    looks = Counter(
        (animal.kind, animal.coat.rgb, animal.build, animal.ears, animal.eyes, animal.muzzle)
        for animal in map(make_animal, range(200))
    )

    assert len(looks) == 200


@pytest.mark.parametrize("seed", range(30))
def test_a_full_caption_says_what_is_there_and_nothing_else(seed: int) -> None:
    animal, scene = make_animal(seed), make_scene(seed)

    opening, *parts = describe_animal(animal, scene, seed, drop=0.0).split(", ")

    truth = animal_attributes(animal, scene)
    assert opening.split()[-1] == animal.kind
    assert parts[0].startswith(truth["coat"])
    assert f"{truth['eyes']} eyes" in parts
    assert f"{truth['ears']} ears" in parts
    assert [part for part in parts if part.endswith("collar")] == (
        [f"{truth['collar']} collar"] if truth["collar"] != "none" else []
    )
    assert ("open mouth" in parts) == (scene.expression in {"smiling", "laughing"})
    assert parts[-1] == f"{truth['background']} background"


def test_a_caption_names_its_look_and_may_say_no_more_than_the_kind() -> None:
    caption = describe_animal(make_animal(1, "cat"), make_scene(1), 3, look="ink", drop=1.0)

    assert caption.endswith("cat")
    assert "ink" in caption or "pen" in caption


@pytest.mark.parametrize("kind", ANIMAL_KINDS)
@pytest.mark.parametrize("yaw", [-0.5, 0.0, 0.5])
def test_eyes_that_close_change_where_the_eyes_are_said_to_be(kind: AnimalKind, yaw: float) -> None:
    animal = make_animal(3, kind)
    awake, asleep = (make_scene(4, yaw=yaw, noise=0.0, openness=openness) for openness in (1.0, 0.1))
    before, after = (draw_animal(animal, scene, 256).astype(int) for scene in (awake, asleep))
    rows, columns = np.nonzero(np.abs(before - after).sum(2) > 60)

    box, features = animal_face(animal, awake, 256)

    eyes, width = features[:2], box[2] - box[0]
    away = np.hypot(columns[:, None] - eyes[:, 0], rows[:, None] - eyes[:, 1])
    assert len(rows) > 20
    assert away.min(1).max() < 0.2 * width
    assert away.min(0).max() < 0.1 * width
    assert ((features >= box[:2]) & (features <= box[2:])).all()


@pytest.mark.parametrize("size", [48, 128, 200, 1024])
def test_a_drawing_has_the_size_asked_for(size: int) -> None:
    pixels = draw_animal(make_animal(3), make_scene(4, backdrop="plain", noise=0.0), size)

    assert pixels.shape == (size, size, 3)
    assert pixels.dtype == np.uint8


@pytest.mark.parametrize("kind", ANIMAL_KINDS)
def test_one_size_is_the_other_enlarged(kind: AnimalKind) -> None:
    animal, scene = make_animal(3, kind), make_scene(4, noise=0.0)

    small, large = draw_animal(animal, scene, 128), draw_animal(animal, scene, 512)

    shrunk = cv2.resize(large, (128, 128), interpolation=cv2.INTER_AREA)
    assert np.abs(shrunk.astype(int) - small).mean() < 6


@pytest.mark.parametrize("yaw", [-0.6, 0.6])
@pytest.mark.parametrize("scale", [0.26, 0.4])
def test_turned_and_tilted_heads_are_drawn_too(yaw: float, scale: float) -> None:
    for seed in range(6):
        scene = make_scene(seed, yaw=yaw, roll=0.35, scale=scale, backdrop="plain", light_fall=0.0)

        assert draw_animal(make_animal(seed), scene, 64).std((0, 1)).min() > 5


def test_a_place_is_named_instead_of_the_backdrop() -> None:
    scene = make_scene(1, place="beach", background="red")

    assert animal_attributes(make_animal(1), scene)["background"] == "beach"
    assert describe_animal(make_animal(1), scene, 1, drop=0.0).endswith("at the beach")


@pytest.mark.parametrize("framing", FRAMINGS)
def test_an_animal_fills_the_picture_in_scenes_for_whole_figures_too(framing: Framing) -> None:
    for seed in range(8):
        scene = make_varied_scene(
            seed, framing=framing, place=None, backdrop="plain", noise=0.0, light_fall=0.0
        )
        pixels = draw_animal(make_animal(seed), scene, 64).astype(int)

        assert (np.abs(pixels - pixels[0, 0]).max(2) > 12).mean() > 0.15


@pytest.mark.parametrize("kind", ANIMAL_KINDS)
def test_an_open_mouth_can_be_seen(kind: AnimalKind) -> None:
    animal = make_animal(2, kind)
    shut, opened = (
        draw_animal(animal, make_scene(2, expression=expression, openness=1.0), 128)
        for expression in ("neutral", "laughing")
    )

    changed = np.abs(shut.astype(int) - opened).max(2) > 40

    assert changed.sum() > 60


def test_a_collar_has_its_colour_in_the_picture() -> None:
    collared = [animal for animal in map(make_animal, range(60)) if animal.collar.colour == "blue"]
    plain = {"noise": 0.0, "blur": 0.0, "light": 1.0, "light_fall": 0.0, "tint": (0.0, 0.0, 0.0)}
    scene = make_scene(
        3, hardness=0.0, background="red", backdrop="plain", expression="neutral", openness=0.1, **plain
    )

    pictures = [draw_animal(animal, scene).astype(int) for animal in collared]

    assert collared
    for pixels in pictures:
        assert ((pixels[..., 2] - pixels[..., 0] > 70) & (pixels[..., 2] > 120)).sum() > 60


def test_photos_of_one_animal_are_more_alike_than_photos_of_two() -> None:
    coats = np.array([[coat_colour(photo) for photo in animal_photos_of(seed, 4)] for seed in ANIMALS[:16]])

    within = np.linalg.norm(coats - coats.mean(1, keepdims=True), axis=-1).mean()
    between = np.linalg.norm(coats.mean(1) - coats.mean((0, 1)), axis=-1).mean()

    assert between > 1.5 * within


def test_the_cast_is_held_out_and_complete() -> None:
    assert (len(set(PEOPLE)), len(set(ANIMALS)), len(set(STYLES))) == (200, 40, 10)
    assert min(*PEOPLE, *ANIMALS, *(seed for _, seed in STYLES)) >= HELD_OUT
    assert {make_animal(seed).kind for seed in ANIMALS} == set(ANIMAL_KINDS)
    assert {name for name, _ in STYLES} == set(UNSEEN_LOOKS)


def test_an_animal_that_a_recipe_may_have_seen_is_refused() -> None:
    with pytest.raises(ValueError, match="from 1000000 on, not 7"):
        animal_photos_of(7, 1)


def coat_colour(photo: Pixels) -> np.ndarray:
    """Return the mean colour of the picture's middle, where the head is."""
    middle = photo[45:75, 45:83].reshape(-1, 3).astype(float)
    return np.asarray(middle.mean(0))
