"""Expert settings: what each does, chosen by a tap or in words, and what cannot be together."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from core.conversation.effects import Describe
from core.conversation.messages import Chosen, Command, Text
from core.conversation.script import take_turn
from core.conversation.views import ProfileView, View
from core.training.plan import Plan
from tests.conversation.test_dialogues import FULL, HANDLE, labels, tap, texts, view
from tests.training.test_plan import PLAN

USUAL: Mapping[str, float | str] = {
    "steps": 300, "learning_rate": 0.001, "batch": 4, "rank": 16, "prior_weight": 1.0, "silence": 0.05,
}  # fmt: skip
WORD = {**USUAL, "learning_rate": "0.005:200, 0.001"}


def seen(draft: ProfileView = FULL, **more: object) -> View:
    return view(draft, training={"lora": USUAL, "textual_inversion": WORD}, **more)


def plan_of(turn_effects: tuple[object, ...]) -> dict[str, float | str]:
    (effect,) = turn_effects
    assert isinstance(effect, Describe)
    assert effect.field == "plan"
    return json.loads(effect.value or "{}")  # type: ignore[no-any-return]  # it is what was chosen


def said(words: str, draft: ProfileView = FULL) -> str:
    turn = take_turn(seen(draft), Text(words))
    assert turn.effects == ()
    return texts(turn)


def test_the_summary_offers_them_where_a_worker_has_told_what_it_recommends() -> None:
    assert "Expert settings" in labels(take_turn(seen(), Command("new")))
    assert "Expert settings" not in labels(take_turn(view(FULL), Command("new")))
    assert "Expert settings" not in labels(take_turn(seen(replace(FULL, method="faceid")), Command("new")))


def test_all_are_shown_with_what_is_recommended() -> None:
    draft = replace(FULL, plan={"steps": 600})

    turn = tap(seen(draft), take_turn(seen(draft), Command("new")), "Expert settings")

    assert "- Steps: 600 (recommended: 300)" in texts(turn)
    assert "- Rank: 16\n" in texts(turn)
    assert labels(turn) == [
        "Steps", "Learning rate", "Batch", "Accumulation", "Rank", "Prior weight", "All as recommended",
    ]  # fmt: skip
    assert tap(seen(draft), turn, "All as").effects == (Describe("plan", ""),)


@pytest.mark.parametrize("name", ["Steps", "Learning rate", "Batch", "Accumulation", "Rank", "Prior weight"])
def test_each_says_what_it_does_and_every_value_that_it_offers_makes_a_plan(name: str) -> None:
    panel = take_turn(seen(), Chosen(f"expert:{HANDLE}:ask"))
    one = tap(seen(), panel, name)

    assert "More" in texts(one)
    assert "ess " in texts(one) or "fewer" in texts(one) or "quickest" in texts(one)
    offered = [option for reply in one.replies for option in reply.options[:-1]]  # type: ignore[union-attr]
    assert len(offered) >= 3
    for option in offered:
        chosen = plan_of(take_turn(seen(), Chosen(option.key)).effects)
        assert isinstance(replace(PLAN, **{"steps": 300, **chosen}), Plan)  # type: ignore[arg-type]


def test_a_rate_that_falls_on_the_way_is_one_tap_away_and_can_be_written() -> None:
    one = take_turn(seen(), Chosen(f"expert:{HANDLE}:rate"))
    assert "0.001:200, 0.00025" in labels(one)

    turn = take_turn(seen(), Text("rate 0.002:100, 5e-4"))

    assert plan_of(turn.effects) == {"learning_rate": "0.002:100, 5e-4"}
    assert "- Learning rate: 0.002:100, 5e-4 (recommended: 0.001)" in texts(turn)


def test_what_is_recommended_is_not_noted_as_a_choice() -> None:
    draft = replace(FULL, plan={"steps": 600, "batch": 2})

    assert plan_of(take_turn(seen(draft), Text("Steps 300")).effects) == {"batch": 2}


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("rate 0.005:200, 0.001:100", 'Piece 2, "0.001:100", goes backwards'),
        ("rate 0.005, 0.001:300", 'Piece 1, "0.005", lasts to the end'),
        ("rate 0.005:200, 0.001:250", "ends before the 300 steps do"),
        ("rate 7", 'Piece 1, "7.0": a learning rate lies between 1e-07 and 1'),
        ("rate fast", '"fast" is none that would do'),
        ("rate nan", 'Piece 1, "nan"'),
        ("steps 2.5", '"2.5" is none that would do'),
        ("steps many", '"many" is none that would do'),
        ("steps inf", '"inf" is none that would do'),
        ("steps 0", "Steps must lie between 1 and 100000; 0 does not."),
        ("batch 65", "Batch must lie between 1 and 64"),
        ("accumulate 100", "Batch times accumulation is 400 photos a step, and 256 are the most"),
        ("prior -1", "Prior weight must lie between 0 and 100"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason_and_changes_nothing(words: str, reason: str) -> None:
    assert reason in said(words)


def test_the_resolution_goes_from_half_of_the_bases_own_up_to_it() -> None:
    large = view(FULL, training={"lora": {**USUAL, "size": 1024}})

    one = take_turn(large, Chosen(f"expert:{HANDLE}:resolution"))

    assert labels(one)[:3] == ["512", "768", "1024"]
    assert "half the side takes a quarter" in texts(one)
    assert plan_of(take_turn(large, Text("resolution 640")).effects) == {"size": 640}
    assert plan_of(take_turn(large, Text("resolution 1024")).effects) == {}


@pytest.mark.parametrize(
    ("own", "words", "reason"),
    [
        (1024, "resolution 700", "in steps of 64 pixels, from 512 to 1024; 700 is none of them"),
        (
            1024,
            "resolution 2048",
            "must lie between 512 and 1024; 2048 does not. This base was taught at 1024",
        ),
        (1024, "resolution 0", "must lie between 512 and 1024; 0 does not"),
        (128, "resolution 96", "in steps of 64 pixels, from 64 to 128; 96 is none of them"),
        (64, "resolution 128", "This base learns at 64 pixels only."),
    ],
)
def test_a_resolution_at_which_the_base_cannot_learn_is_refused(own: int, words: str, reason: str) -> None:
    turn = take_turn(view(FULL, training={"lora": {**USUAL, "size": own}}), Text(words))

    assert turn.effects == ()
    assert reason in texts(turn)


def test_more_steps_than_a_chosen_schedule_lasts_are_refused() -> None:
    draft = replace(FULL, plan={"learning_rate": "0.005:200, 0.001:300"})

    assert "ends before the 600 steps do" in said("steps 600", draft)


def test_a_setting_that_the_way_does_not_have_shows_those_that_it_has() -> None:
    word = replace(FULL, method="textual_inversion")

    assert "- Learning rate: 0.005:200, 0.001" in said("rank 8", word)


def test_other_words_and_a_new_way_are_no_settings() -> None:
    assert "put /imagine before it" in texts(take_turn(seen(), Text("a cat with a hat")))

    changed = take_turn(
        seen(replace(FULL, plan={"rank": 8}, photos=FULL.photos * 2)),
        Chosen(f"way:{HANDLE}:textual_inversion"),
    )
    assert changed.effects == (Describe("method", "textual_inversion"),)
