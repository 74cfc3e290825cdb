"""The menu of a person, "Make a picture of...", by what people see of it."""

from collections.abc import Iterator

import pytest
from sqlmodel import col, select

from bots.discord.picturing import MENU
from core.conversation.sharing_phrases import NOT_SHARED
from core.storage.database import reading
from core.storage.studio import Studio
from core.storage.tables import Grant, Profile, Work
from tests.bots.discord.sharing import people, share
from tests.bots.processes import BotProcess
from tests.bots.shared_profiles import give_profile, studio_in
from tests.discordapi import DiscordServer, Person
from tests.discordapi.model import Interaction, Message
from tests.discordapi.person import fields

NOTHING = "They share nothing here that I could draw."


@pytest.fixture
def studio(running: BotProcess) -> Iterator[Studio]:
    with studio_in(running.data) as opened:
        yield opened


@pytest.fixture
def ana_and_ben(running: BotProcess, shared: DiscordServer) -> tuple[Person, Person]:
    return people(shared)


def revoke(ana: Person, name: str) -> None:
    ana.slash("revoke", profile=name)
    ana.wait_for_text(f"{name} is not shared with")


def whispers(person: Person, text: str) -> list[Message]:
    found = [each for each in person.from_bot() if text in each.words]
    assert all(each.only_for == person.user.id for each in found)
    return found


def answered(person: Person, asked: Interaction) -> None:
    person.wait_for(lambda _: asked.answered)


def test_what_somebody_shares_is_drawn_as_imagine_does(
    studio: Studio, ana_and_ben: tuple[Person, Person]
) -> None:
    ana, ben = ana_and_ben
    (handle,) = share(studio, ana, "Ana summer")

    asked = ben.menu_of(MENU, ana)
    modal = ben.form(asked)
    assert modal["title"] == "Make a picture of Ana summer"
    assert list(fields(modal)) == ["prompt"]
    ben.submit(asked, prompt="as a pirate --n 2")

    drawing = ben.wait_for_text(f"Drawing 2 for {ben.user.name}")
    assert drawing.only_for is None
    with reading(studio.engine) as session:
        work = session.exec(select(Work).order_by(col(Work.id).desc())).first()
        assert work is not None
        assert session.get_one(Profile, work.profile_id).handle == handle
        assert session.get_one(Grant, work.grant_id).profile_id == work.profile_id


def test_of_several_one_is_chosen_first(studio: Studio, ana_and_ben: tuple[Person, Person]) -> None:
    ana, ben = ana_and_ben
    share(studio, ana, "Ana summer", "Ana winter")
    give_profile(studio, "discord", ana.user.id, "Ana secret", f"zeze{ana.user.name.lower()}")

    ben.menu_of(MENU, ana)
    listed = ben.wait_for_text("Which one shall I draw?")
    assert listed.only_for == ben.user.id
    assert listed.buttons == ["Ana summer (man)", "Ana winter (man)"]
    asked = ben.tap("Ana winter (man)")
    assert ben.form(asked)["title"] == "Make a picture of Ana winter"
    ben.submit(asked, prompt="at sea --n 1")

    assert ben.wait_for_text(f"Drawing 1 for {ben.user.name}").only_for is None
    assert "Which one" in listed.words


def test_what_is_not_shared_here_is_not_told_from_what_there_is_not(
    studio: Studio, shared: DiscordServer, ana_and_ben: tuple[Person, Person]
) -> None:
    ana, ben = ana_and_ben
    share(studio, ana, "Ana summer")
    elsewhere = shared.guild("Other people", ana, ben)
    stranger = shared.person("Cleo")

    for person in (ana, stranger):
        answered(ben, ben.at(elsewhere).menu_of(MENU, person))
    ben.at(elsewhere).wait_for(lambda chat: sum(each.words == NOTHING for each in chat) == 2)

    assert len(whispers(ben.at(elsewhere), NOTHING)) == 2
    assert {each.words for each in ben.at(elsewhere).from_bot()} == {NOTHING}


def test_of_oneself_everything_of_ones_own_is_offered(
    studio: Studio, ana_and_ben: tuple[Person, Person]
) -> None:
    ana, _ = ana_and_ben
    give_profile(studio, "discord", ana.user.id, "Ana summer", f"zizi{ana.user.name.lower()}")

    ana.menu_of(MENU, ana)
    listed = ana.wait_for_text("Which one shall I draw?")
    assert listed.buttons == ["Robin (man)", "Ana summer (man)"]
    ana.submit(ana.tap("Ana summer (man)"), prompt="in a garden --n 1")

    ana.wait_for_text("Drawing 1 for")


def test_what_was_taken_back_meanwhile_is_not_drawn(
    studio: Studio, ana_and_ben: tuple[Person, Person]
) -> None:
    ana, ben = ana_and_ben
    share(studio, ana, "Ana summer", "Ana winter")
    ben.menu_of(MENU, ana)
    ben.wait_for_text("Which one shall I draw?")
    opened = ben.tap("Ana winter (man)")
    ben.form(opened)
    revoke(ana, "Ana winter")

    ben.submit(opened, prompt="at sea")
    ben.wait_for_text(NOT_SHARED)
    ben.tap("Ana winter (man)")
    ben.wait_for(lambda chat: sum(NOT_SHARED in each.words for each in chat) == 2)

    assert len(whispers(ben, NOT_SHARED)) == 2
    assert not [each for each in ben.from_bot() if "Drawing" in each.words]


def test_a_forged_number_tells_nothing_of_a_profile(
    studio: Studio, ana_and_ben: tuple[Person, Person]
) -> None:
    ana, ben = ana_and_ben
    share(studio, ana, "Ana summer", "Ana winter")
    secret = give_profile(studio, "discord", ana.user.id, "Ana secret", f"zozo{ana.user.name.lower()}")
    ben.menu_of(MENU, ana)
    listed = ben.wait_for_text("Which one shall I draw?")
    custom_id = next(each["custom_id"] for each in listed.walk() if each["type"] == 3)

    for number in (secret, secret ^ 1):
        ben.press(custom_id, listed, [f"picture:{number}"])
    ben.wait_for(lambda chat: sum(NOT_SHARED in each.words for each in chat) == 2)

    assert len(whispers(ben, NOT_SHARED)) == 2


def test_a_form_that_comes_twice_is_drawn_once(studio: Studio, ana_and_ben: tuple[Person, Person]) -> None:
    ana, ben = ana_and_ben
    share(studio, ana, "Ana summer")
    asked = ben.menu_of(MENU, ana)

    ben.submit(asked, prompt="as a pirate --n 1")
    ben.submit(asked, prompt="as a pirate --n 1")

    ben.wait_for_text("That form has arrived already.")
    ben.wait_for_text("Drawing 1 for")
    assert sum("Drawing" in each.words for each in ben.from_bot()) == 1
