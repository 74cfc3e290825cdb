from dataclasses import replace

import pytest
import torch

from core.schedule import ScheduleUnreadable
from core.training.chance import ECHOES, UNSAID, Draws, draws
from core.training.plan import Plan

PLAN = Plan(
    steps=4,
    checkpoint_every=2,
    learning_rate=1e-3,
    rank=4,
    alpha=4,
    batch=2,
    prior_batch=2,
    prior_weight=1.0,
    silence=0.05,
    samples=1,
    vectors=2,
    init_word="man",
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("steps", 0),
        ("checkpoint_every", 0),
        ("learning_rate", float("nan")),
        ("learning_rate", 2.0),
        ("rank", 0),
        ("batch", 65),
        ("prior_weight", -1.0),
        ("silence", 0.6),
        ("seed", 2**54),
        ("accumulate", 0),
        ("vectors", 76),
        ("targets", "everything"),
        ("prior_target", "nothing"),
    ],
)
def test_a_setting_out_of_bounds_is_named_with_its_value(name: str, value: float | str) -> None:
    with pytest.raises(ValueError, match=f'{name} is "?{value}"?'):
        replace(PLAN, **{name: value})  # type: ignore[arg-type]  # wrong on purpose


def test_a_rate_may_be_a_schedule_and_one_that_cannot_be_followed_is_refused() -> None:
    assert replace(PLAN, learning_rate="0.005:2, 0.001").learning_rate == "0.005:2, 0.001"
    assert replace(PLAN, learning_rate=0.002).learning_rate == 0.002
    with pytest.raises(ScheduleUnreadable, match=r'piece 2, "0.001:1"'):
        replace(PLAN, learning_rate="0.005:2, 0.001:1")
    with pytest.raises(ScheduleUnreadable, match="ends before the training"):
        replace(PLAN, learning_rate="0.005:2, 0.001:3")


def drawn(plan: Plan, step: int, class_images: int = 5) -> Draws:
    return draws(
        plan, step, photos=9, class_images=class_images, shape=torch.Size((4, 8, 8)), noise_steps=1000
    )


def test_a_steps_chance_depends_on_seed_and_step_alone() -> None:
    first = drawn(PLAN, 3)
    torch.manual_seed(99)
    again = drawn(PLAN, 3)

    assert torch.equal(first.noise, again.noise)
    assert torch.equal(first.timesteps, again.timesteps)
    assert first.photos == again.photos
    assert not torch.equal(first.noise, drawn(PLAN, 4).noise)
    assert not torch.equal(first.noise, drawn(replace(PLAN, seed=1), 3).noise)


def test_every_photo_and_class_image_has_its_turn() -> None:
    steps = [drawn(PLAN, step) for step in range(200)]

    assert {photo for step in steps for photo in step.photos} == set(range(9))
    assert {image for step in steps for image in step.class_images} == set(range(5))
    assert {flip for step in steps for flip in step.mirrored} == {True, False}


def test_the_share_of_photos_without_caption_is_the_plans() -> None:
    plan = replace(PLAN, silence=0.25, batch=50)

    silent = sum(sum(drawn(plan, step).silent) for step in range(100)) / 5000

    assert silent == pytest.approx(0.25, abs=0.03)


def test_who_is_held_to_the_base_is_asked_about_photos_and_without_words_too() -> None:
    held = replace(PLAN, prior_target="base", prior_batch=20)
    steps = [drawn(held, step) for step in range(100)]

    assert sum(sum(step.echoes) for step in steps) / 2000 == pytest.approx(ECHOES, abs=0.04)
    assert sum(sum(step.unsaid) for step in steps) / 2000 == pytest.approx(UNSAID, abs=0.04)
    plain = drawn(replace(held, prior_target="noise"), 1)
    assert (set(plain.echoes), set(plain.unsaid)) == ({False}, {False})
    assert torch.equal(plain.noise, steps[1].noise)  # else they learn from the same


def test_without_class_images_none_are_drawn() -> None:
    assert drawn(PLAN, 1, class_images=0).class_images == []
    assert len(drawn(PLAN, 1, class_images=0).noise) == PLAN.batch


def test_batches_that_accumulate_are_drawn_as_one_large_batch_is() -> None:
    parts, whole = (
        drawn(replace(PLAN, batch=batch, prior_batch=batch, accumulate=accumulate), 1)
        for batch, accumulate in ((2, 3), (6, 1))
    )

    assert (parts.photos, parts.mirrored, parts.class_images) == (
        whole.photos,
        whole.mirrored,
        whole.class_images,
    )
    assert torch.equal(parts.noise, whole.noise)
