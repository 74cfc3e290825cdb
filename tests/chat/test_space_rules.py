"""What the admins of a group set, and that only they do."""

import json

import pytest
from sqlmodel import select

from core.conversation import sharing_phrases
from core.conversation.messages import Chosen, Command, Say
from core.conversation.views import Rules
from core.storage import ledger
from core.storage.database import clock, reading, writing
from core.storage.tables import Account, Space, WorkerRow
from tests.chat.groups import Group, balance, words


def panel_key(group: Group, label: str) -> Chosen:
    (panel,) = group.hear("ana", Command("settings"), admin=True)
    assert isinstance(panel, Say)
    return Chosen(next(option.key for option in panel.options if option.label == label))


def words_of_last(group: Group) -> str:
    return words(group.said[group.chat][-1:])


def test_only_admins_see_and_change_the_rules(shared: Group) -> None:
    key = panel_key(shared, "8 pictures a day each")

    assert words(shared.hear("ben", Command("settings"))) == sharing_phrases.ADMINS_ONLY
    assert words(shared.hear("ben", key)) == sharing_phrases.ADMINS_ONLY
    assert words(shared.hear("ben", key, admin=None)) == sharing_phrases.RANK_UNKNOWN
    assert "8 pictures a day each" in words(shared.hear("ana", key, admin=True))


def test_the_rules_are_shown_again_to_who_asks_again(shared: Group) -> None:
    before = len(shared.shown)
    panel_key(shared, "Let only admins ask")
    key = panel_key(shared, "Let only admins ask")
    assert len(shared.shown) == before + 2

    shared.hear("ana", key, admin=True)

    assert len(shared.shown) == before + 2  # a tap changes the newest in place
    newest = list(shared.shown.values())[-1]
    assert "only admins may ask" in words([newest])


def test_everybody_who_shares_in_a_group_is_told_where_the_question_is(shared: Group) -> None:
    said = [words(shared.hear(user, Command("usage"))) for user in ("ana", "ben", "ben")]

    assert said == [sharing_phrases.ASKED_ALONE] * 3


def test_a_rule_that_the_panel_does_not_offer_is_refused(shared: Group) -> None:
    panel_key(shared, "Only this topic")
    with reading(shared.studio.engine) as session:
        space = session.exec(select(Space)).one()

    for forged in ("quota=1000000", "who=nobody", "pool_id=1", "place=-999"):
        shared.hear("ana", Chosen(f"set:{space.handle}:{forged}"), admin=True)

    with reading(shared.studio.engine) as session:
        assert session.exec(select(Space)).one().rules == ""


def test_the_quota_of_a_day(shared: Group) -> None:
    shared.hear("ana", panel_key(shared, "8 pictures a day each"), admin=True)

    assert shared.imagine("ben", "as a pirate --n 6") is not None
    refused = words(shared.hear("ben", Command("imagine", "as a pirate --n 3")))
    assert "you have 2 left until tomorrow" in refused
    assert shared.imagine("cleo", "as a pirate --n 8") is not None


def test_only_admins_ask_where_the_admins_say_so(shared: Group) -> None:
    shared.hear("ana", panel_key(shared, "Let only admins ask"), admin=True)

    assert words(shared.hear("ben", Command("imagine", "a pirate"))) == sharing_phrases.ADMINS_ASK
    assert "Drawing" in words(shared.hear("ben", Command("imagine", "a pirate"), admin=True))


def test_in_the_chosen_topic_alone(shared: Group) -> None:
    (panel,) = shared.hear("ana", Command("settings"), admin=True, topic="45")
    assert isinstance(panel, Say)
    key = next(option.key for option in panel.options if option.label == "Only this topic")
    shared.hear("ana", Chosen(key), admin=True, topic="45")

    assert words(shared.hear("ben", Command("imagine", "a pirate"))) == sharing_phrases.elsewhere()
    assert "Drawing" in words(shared.hear("ben", Command("imagine", "a pirate"), topic="45"))


@pytest.mark.parametrize(
    ("rules", "base", "content", "allowed"),
    [
        (Rules(), "photo", "photographic", True),
        (Rules(base="pocket"), "photo", "drawn", False),
        (Rules(base="pocket"), "pocket", "photographic", True),
        (Rules(content="drawn"), "pocket", "drawn", True),
        (Rules(content="drawn"), "photo", "photographic", False),
        (Rules(content="drawn"), "photo", "", True),  # nobody has told yet: the worker decides
        (Rules(base="pocket", content="drawn"), "pocket", "photographic", False),
    ],
)
def test_which_base_may_draw(rules: Rules, base: str, content: str, allowed: bool) -> None:
    assert rules.allow(base, content) == allowed


@pytest.mark.parametrize("words", ["a pirate", "a pirate --base pocket"])
@pytest.mark.parametrize(("content", "drawn"), [("drawn", True), ("photographic", False), (None, True)])
def test_a_base_of_other_content_draws_where_the_admins_let_it(
    shared: Group, words: str, content: str | None, drawn: bool
) -> None:
    shared.hear("ana", panel_key(shared, "Only drawn bases"), admin=True)
    with writing(shared.studio.engine) as session:
        offers = {"base": "pocket"} | ({} if content is None else {"base_content": content})
        session.add(WorkerRow(name="w1", seen_at=clock(session), offers=json.dumps(offers)))

    assert (shared.imagine("ben", words) is not None) == drawn
    if not drawn:
        assert words_of_last(shared) == sharing_phrases.base_refused("pocket")
        shared.hear("ana", panel_key(shared, "All content the operator allows"), admin=True)
        assert shared.imagine("ben", words) is not None


@pytest.mark.parametrize(
    ("label", "payer"), [("the profile's owner pays", "ana"), ("the group's pool pays", "")]
)
def test_whose_credits_pay(shared: Group, label: str, payer: str) -> None:
    shared.hear("ana", panel_key(shared, f"Let it be: {label}"), admin=True)
    shared.imagine("ben", "as a pirate --n 3")

    assert balance(shared, "ben") == 10
    assert balance(shared, "ana") == (7 if payer == "ana" else 10)
    if payer == "ana":
        assert "are paid with your credits" in words(shared.said["ana"])
    with reading(shared.studio.engine) as session:
        pool = session.exec(select(Space)).one().pool_id
        if not payer:
            assert session.get(Account, pool) is not None
            assert ledger.balance(session, pool or 0, ledger.PICTURE) == -3
