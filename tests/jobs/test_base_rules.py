"""Which base draws in a space is asked again by the worker, which alone knows what its base makes."""

from dataclasses import replace

import pytest
from sqlmodel import select

from core.conversation.messages import Command, Say
from core.families.catalogue import Catalogue
from core.storage.database import reading, writing
from core.storage.tables import Space, Work, WorkState
from tests.chat.groups import Group, balance, words
from tests.jobs.workplace import Workplace, refreshed


@pytest.fixture
def group(place: Workplace) -> Group:
    opened = Group(place.studio)
    opened.hear("ben", Command("start"))
    return opened


def make_content(place: Workplace, content: str) -> None:
    """The operator configured the base as one of this content."""
    catalogue = place.workshop.catalogue
    base = replace(catalogue.bases["pocket"], content=content)
    place.workshop.catalogue = Catalogue({"pocket": base}, catalogue.packs)


def rule(group: Group, text: str) -> None:
    with writing(group.studio.engine) as session:
        session.exec(select(Space)).one().rules = text


def asked(group: Group, text: str) -> Work:
    work = group.imagine("ben", text)
    assert work is not None
    return work


def test_a_worker_tells_what_its_base_makes(place: Workplace, group: Group) -> None:
    make_content(place, "photographic")
    place.turn()
    rule(group, '{"content": "drawn"}')

    assert group.imagine("ben", "a hat") is None
    assert "do not allow the base pocket" in words(group.said[group.chat])


@pytest.mark.parametrize("text", ["a hat --n 1", "a hat --n 1 --base pocket"])
@pytest.mark.parametrize(
    "rules", ['{"content": "drawn"}', '{"base": "another"}', '{"content": "drawn", "base": "pocket"}']
)
def test_what_was_queued_before_the_rule_is_not_drawn(
    place: Workplace, group: Group, text: str, rules: str
) -> None:
    work = asked(group, text)
    make_content(place, "photographic")
    rule(group, rules)

    place.work()

    ended = refreshed(place.studio, work)
    assert (ended.state, ended.reason) == (WorkState.FAILED, "base_refused")
    (said,) = group.news()
    assert isinstance(said, Say)
    assert "this group's admins do not allow it. Your credits are back." in said.text


def test_a_drawn_base_draws_where_only_those_may(place: Workplace, group: Group) -> None:
    rule(group, '{"content": "drawn", "base": "pocket"}')
    work = asked(group, "a hat --n 1")

    place.work()

    assert refreshed(place.studio, work).state == WorkState.SUCCEEDED


def test_a_base_that_was_asked_for_and_is_not_there_any_more_is_not_replaced(
    place: Workplace, group: Group
) -> None:
    work = asked(group, "a hat --n 1 --base pocket")
    base = replace(place.workshop.base, name="another")
    place.workshop.catalogue = Catalogue({"pocket": base}, place.workshop.catalogue.packs)

    place.work()

    assert refreshed(place.studio, work).reason == "base_refused"


def test_the_credits_of_what_a_base_may_not_draw_come_back(group: Group, place: Workplace) -> None:
    before = balance(group, "ben")
    asked(group, "a hat --n 2")
    make_content(place, "photographic")
    rule(group, '{"content": "drawn"}')

    place.work()

    assert balance(group, "ben") == before
    with reading(group.studio.engine) as session:
        assert session.exec(select(Work)).one().state == WorkState.FAILED
