"""A profile in a group or server: shared, drawn by its members, ruled by its admins, and taken back."""

import json
from dataclasses import dataclass

import pytest

from core.conversation import sharing_phrases
from core.conversation.language import LANGUAGES
from core.storage.database import clock, writing
from core.storage.tables import WorkerRow
from tests.bots.dialogues.desk import Desk, Someone
from tests.bots.dialogues.seen import Seen
from tests.bots.dialogues.worker import draw, teach

PIRATE = '@"Ana summer" as a pirate'


@dataclass
class Friday:
    """A group in which Ana, who is its admin, may share."""

    ana: Someone
    ben: Someone
    cleo: Someone


@pytest.fixture
def friday(desk: Desk, ana: Someone) -> Friday:
    ben, cleo = desk.person("Ben"), desk.person("Cleo")
    teach(desk, ana)
    place = desk.group("Friday people", ana, ben, cleo)
    return Friday(ana.at(place), ben.at(place), cleo.at(place))


@pytest.fixture
def shared(friday: Friday) -> Friday:
    friday.ana.command("share")
    friday.ana.tap("Share", friday.ana.sees("Share Ana summer with Friday people?"))
    return friday


def test_sharing_is_asked_of_the_owner_alone_and_said_to_all(friday: Friday) -> None:
    friday.ana.command("share", "Ana summer")

    asked = friday.ana.sees(
        "Share Ana summer with Friday people? Its members can draw it there, nowhere else;"
    )
    assert asked.alone
    assert asked.labels == ["Share", "No"]
    friday.ana.tap("No")
    friday.ana.sees("Kept.")
    friday.ana.tap("Share", asked)
    friday.ana.sees("Ana summer is shared with Friday people. /usage shows who draws it, and stops it.")
    said = friday.ben.sees('Ana shared Ana summer. Try: /imagine @"Ana summer" as a pirate')
    assert not said.alone


def test_members_draw_it_and_the_owner_sees_who(desk: Desk, shared: Friday) -> None:
    shared.ben.command("profiles")
    shared.ben.sees('Shared here:\n- Ana summer (Ana): /imagine @"Ana summer" ...')
    shared.ben.command("imagine", f"{PIRATE} --n 1")
    assert shared.cleo.sees("Drawing 1 for Ben").labels == ["Cancel"]

    draw(desk, [5])
    drawn = shared.cleo.sees("Ana summer for Ben.")
    assert drawn.shades == {5}
    assert not drawn.alone

    shared.cleo.tap("1", drawn)
    assert shared.cleo.fresh() == []
    if desk.turns.platform.name != "console":
        assert shared.cleo.whispered() == sharing_phrases.not_yours("Ben")
    shared.ben.tap("1", drawn)
    assert len(shared.ben.fresh()[-1].files) == 1

    shared.ana.command("usage")
    used = shared.ana.sees("Ana summer in Friday people:\n  Ben: 1 time, 1 picture")
    assert used.alone
    shared.ana.tap("Stop sharing Ana summer with Friday people", used)
    shared.ana.sees("Ana summer is not shared with Friday people any more.")


def test_taken_back_while_one_is_queued(desk: Desk, shared: Friday) -> None:
    shared.ben.command("imagine", PIRATE)

    shared.ana.command("revoke")

    shared.ana.sees("Ana summer is not shared with Friday people any more. What was queued is not delivered;")
    shared.ben.sees(
        "That profile is not shared here any more: the drawing is not delivered, and its credits are back."
    )
    draw(desk, [1])
    assert shared.ben.fresh() == []
    shared.ben.command("imagine", PIRATE)
    shared.ben.sees('I know no profile "Ana summer" that you may use.')
    shared.ana.command("usage")
    shared.ana.sees(sharing_phrases.NO_USE)


def test_what_is_private_is_not_said_in_a_group(desk: Desk, friday: Friday) -> None:
    for name in ("privacy", "forget", "link"):
        friday.ana.command(name)
        for seen in friday.ana.fresh():
            assert (
                seen.alone
                or seen.words
                == "Photos and profiles are between you and me: write to me in a private chat for that."
            )


def panel(someone: Someone) -> Seen:
    someone.command("settings")
    return someone.sees("Rules of Friday people, for its admins. A tap changes one.")


def test_the_rules_are_its_admins(desk: Desk, shared: Friday) -> None:
    shared.ben.command("settings")
    shared.ben.sees(sharing_phrases.ADMINS_ONLY)

    rules = panel(shared.ana)
    assert rules.labels == [
        "Let only admins ask", "8 pictures a day each", "40 pictures a day each",
        "Let it be: the profile's owner pays", "Let it be: the group's pool pays", "Only pocket", "Only drawn bases",
        "Only this topic", *LANGUAGES.values(),
    ]  # fmt: skip
    if not rules.alone:
        shared.ben.tap("Let only admins ask", rules)
        shared.ben.sees(sharing_phrases.ADMINS_ONLY)
        assert shared.ben.whispered() in ("", sharing_phrases.ADMINS_ONLY)
    shared.ana.tap("Let only admins ask", rules)
    assert "- only admins may ask" in shared.ana.sees("Rules of Friday people").words
    shared.ben.command("imagine", PIRATE)
    shared.ben.sees(sharing_phrases.ADMINS_ASK)
    shared.ana.command("imagine", PIRATE)
    shared.ana.sees("Drawing 4 for Ana")


def test_the_rules_are_shown_anew_to_who_asks_again(shared: Friday) -> None:
    first, second = panel(shared.ana), panel(shared.ana)

    assert first.id != second.id


def test_a_quota_of_a_day(shared: Friday) -> None:
    shared.ana.tap("8 pictures a day each", panel(shared.ana))
    shared.ana.sees("- 8 pictures a day each")

    shared.ben.command("imagine", f"{PIRATE} --n 6")
    shared.ben.sees("Drawing 6 for Ben")
    shared.ben.command("imagine", f"{PIRATE} --n 3")
    shared.ben.sees("Here each member has 8 pictures a day, and you have 2 left until tomorrow.")


def test_a_pool_pays(desk: Desk, shared: Friday) -> None:
    shared.ana.tap("Let it be: the group's pool pays", panel(shared.ana))
    shared.ana.sees("- the group's pool pays: 0 credits in it")
    shared.ben.command("imagine", PIRATE)
    shared.ben.sees("The pool of this group has 0 picture credits left, and that takes 4. /pool 10 puts ten")

    shared.ana.command("pool", "5")
    shared.ana.sees("5 picture credits given to the pool of this group.")
    shared.ana.command("pool", "50")
    shared.ana.sees("That takes 50 pictures, and 5 pictures of your plan are left.")
    shared.ben.command("imagine", PIRATE)
    shared.ben.sees("Drawing 4 for Ben")
    if not desk.asks_for_words:
        shared.ana.command("pool", "many")
        shared.ana.sees("How many of your picture credits? For example: /pool 10")


def test_only_bases_that_draw(desk: Desk, shared: Friday) -> None:
    with writing(desk.studio.engine) as session:
        offers = {"base_title": "Photo", "base_content": "photographic"}
        session.add(WorkerRow(name="w1", seen_at=clock(session), offers=json.dumps(offers)))
    shared.ana.tap("Only drawn bases", panel(shared.ana))
    shared.ana.sees("- content: only bases that draw, none like photos")

    for words in (PIRATE, f"{PIRATE} --base pocket"):
        shared.ben.command("imagine", words)
        shared.ben.sees("The admins of this group do not allow the base pocket.")


def test_in_one_topic_alone(shared: Friday) -> None:
    shared.ana.tap("Only this topic", panel(shared.ana))

    shared.ana.sees("- only in this topic")
    shared.ben.command("imagine", f"{PIRATE} --n 1")
    shared.ben.sees("Drawing 1 for Ben")
