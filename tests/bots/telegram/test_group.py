"""Two people in one group over the wire: one makes and shares a profile, the other draws it, until it is taken back."""

from pathlib import Path

from core.storage.tables import WorkKind
from tests.botapi import BotApiServer, Person
from tests.bots.stories import PATIENCE, assert_withheld, judge, learn, studio_at_work
from tests.bots.telegram.conftest import bot_in
from tests.jobs.workplace import Workplace, photos


def trained(place: Workplace, ana: Person) -> None:
    """Ana's profile from her first word to its end, by what she sees and taps."""
    ana.send("/new")
    ana.wait_for_text("I am learning a...", PATIENCE)
    ana.tap("woman")
    ana.wait_for_text("What shall we call this profile?")
    ana.send("Ana summer")
    question = ana.wait_for_text("After training, your photos should be...")
    ana.tap(question.buttons[0])
    ana.wait_for_text("Is this you")
    ana.tap("It's me")
    ana.wait_for_text("Now the photos")
    ana.send_album(photos())
    judge(place, len(photos()))
    ana.wait_for(lambda chat: any("That's all I have" in message.buttons for message in chat), PATIENCE)
    ana.tap("That's all I have")
    ana.wait_for_text("Nothing can be changed after you confirm", PATIENCE)
    ana.tap("Train")
    ana.wait_for_text("Learning Ana summer", PATIENCE)
    learn(place)
    ana.wait_for_text("Ana summer is ready.", PATIENCE)


def pictures(person: Person) -> list[int]:
    return [message.id for message in person.from_bot() if message.photo]


def test_shared_drawn_and_taken_back_while_one_is_queued(tmp_path: Path) -> None:
    with (
        studio_at_work(tmp_path) as (place, settings),
        BotApiServer() as server,
        bot_in(server, place.studio.settings.data_dir) as bot,
    ):
        bot.start(**settings)
        ana, ben = server.person("Ana"), server.person("Ben")
        trained(place, ana)
        group = server.group("Friday people", ana, ben)
        here, there = ana.at(group), ben.at(group)

        here.send("/share")
        ana.wait_for_text("Share Ana summer with Friday people?", PATIENCE)
        ana.tap("Share")
        here.wait_for_text("Ana shared Ana summer", PATIENCE)

        there.send('/imagine @"Ana summer" as a pirate --n 1')
        there.wait_for_text("Drawing 1 for Ben", PATIENCE)
        place.work()
        there.wait_for_text("Ana summer for Ben.", PATIENCE)
        assert len(pictures(there)) == 1

        there.send('/imagine @"Ana summer" in a garden --n 1')
        there.wait_for_text("Drawing 1 for Ben", PATIENCE)
        queued = place.last(WorkKind.DRAW)
        here.send("/revoke")
        there.wait_for_text("the drawing is not delivered", PATIENCE)
        assert_withheld(place, queued)

        there.send('/imagine @"Ana summer" at sea --n 1')
        there.wait_for_text('I know no profile "Ana summer" that you may use', PATIENCE)
        bot.rest()
        assert len(pictures(there)) == 1
        assert server.violations == []
