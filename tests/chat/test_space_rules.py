"""What the admins of a group set, and that only they do."""

import pytest
from sqlmodel import select

from core.conversation import sharing_phrases
from core.conversation.messages import Chosen, Command, Say
from core.storage import ledger
from core.storage.database import reading
from core.storage.tables import Account, Space
from tests.chat.groups import Group, balance, words


def panel_key(group: Group, label: str) -> Chosen:
    (panel,) = group.hear("ana", Command("settings"), admin=True)
    assert isinstance(panel, Say)
    return Chosen(next(option.key for option in panel.options if option.label == label))


def test_only_admins_see_and_change_the_rules(shared: Group) -> None:
    key = panel_key(shared, "8 pictures a day each")

    assert words(shared.hear("ben", Command("settings"))) == sharing_phrases.ADMINS_ONLY
    assert words(shared.hear("ben", key)) == sharing_phrases.ADMINS_ONLY
    assert words(shared.hear("ben", key, admin=None)) == sharing_phrases.RANK_UNKNOWN
    assert "8 pictures a day each" in words(shared.hear("ana", key, admin=True))


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
