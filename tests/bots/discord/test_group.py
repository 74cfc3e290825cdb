"""Two people in one server over the wire: one shares a profile, the other draws it, until it is taken back."""

from pathlib import Path

from sqlmodel import col, select

from core.storage.database import reading
from core.storage.tables import Grant, WorkKind
from tests.bots.discord.conftest import bot_at
from tests.bots.processes import not_outliving, until
from tests.bots.stories import PATIENCE, assert_withheld, judge, learn, studio_at_work
from tests.discordapi import DiscordServer, Person
from tests.discordapi.model import Message
from tests.jobs.workplace import Workplace, photos


def trained(place: Workplace, ana: Person) -> None:
    """Ana's profile from its form to its end, by what she sees and taps."""
    files = [(f"{number}.jpg", content) for number, content in enumerate(photos())]
    ana.submit(ana.slash("profile new"), files, kind="woman", name="Ana summer", retention="keep")
    ana.wait_for_text("Draft: Ana summer", PATIENCE)
    ana.tap("It's me")
    judge(place, len(photos()))
    ana.wait_for(lambda chat: any("Train" in message.buttons for message in chat), PATIENCE)
    ana.tap("Train")
    ana.wait_for_text("Learning Ana summer", PATIENCE)
    learn(place)
    ana.wait_for_text("Ana summer is ready.", PATIENCE)


def pictures(person: Person) -> int:
    return sum(len(message.files) for message in person.from_bot() if message.only_for is None)


def asked(chat: list[Message]) -> list[Message]:
    return [each for each in chat if "Share Ana summer with" in each.words]


def open_grants(place: Workplace) -> int:
    with reading(place.studio.engine) as session:
        return len(session.exec(select(Grant.id).where(col(Grant.ended_at).is_(None))).all())


def test_shared_drawn_and_taken_back_while_one_is_queued(tmp_path: Path) -> None:
    with (
        studio_at_work(tmp_path) as (place, settings),
        DiscordServer() as server,
        not_outliving(bot_at(server, place.studio.settings.data_dir)) as bot,
    ):
        bot.start(**settings)
        ana, ben = server.person("Ana"), server.person("Ben")
        channel = server.guild("Friday people", ana, ben)
        ana, ben = ana.at(channel), ben.at(channel)
        trained(place, ana)

        ben.slash("imagine", prompt="as a pirate", profile="Ana summer", count=1)
        ben.wait_for_text('I know no profile "Ana summer" that you may use', PATIENCE)
        assert not [each for each in ben.autocomplete("imagine", "profile") if "Ana" in each]

        ana.slash("share", profile="Ana summer")
        question = ana.wait_for_text("Share Ana summer with Friday people?", PATIENCE)
        assert question.only_for == ana.user.id
        ana.tap("Share")
        ben.wait_for_text("Ana shared Ana summer", PATIENCE)

        trigger = ben.choose("imagine", "profile", "Ana")
        ben.slash("imagine", prompt="as a pirate", profile=trigger, count=1)
        ben.wait_for_text("Drawing 1 for Ben", PATIENCE)
        place.work()
        ben.wait_for_text("Ana summer for Ben.", PATIENCE)
        assert pictures(ben) == 1

        ana.slash("usage")
        assert "Ben: 1 time, 1 picture" in ana.wait_for_text("Ana summer in Friday people:", PATIENCE).words

        ben.slash("imagine", prompt="in a garden", profile=trigger, count=1)
        ben.wait_for_text("Drawing 1 for Ben", PATIENCE)
        queued = place.last(WorkKind.DRAW)
        ana.slash("revoke")
        ben.wait_for_text("the drawing is not delivered", PATIENCE)
        assert_withheld(place, queued)

        ben.slash("imagine", prompt="at sea", profile="Ana summer", count=1)
        ben.wait_for(lambda chat: sum("I know no profile" in each.words for each in chat) == 2, PATIENCE)
        bot.rest()
        assert pictures(ben) == 1

        ana.slash("share")
        ana.tap("Share", ana.wait_for(lambda chat: asked(chat)[1:])[0])
        until(lambda: open_grants(place) == 1, ana.transcript)
        guild = str(server.world.channels[channel].guild)
        server.world.announce("GUILD_DELETE", {"id": guild, "unavailable": True}, int(guild))
        ana.slash("status")
        ana.wait_for_text("Nothing is going on", PATIENCE)
        assert open_grants(place) == 1
        server.world.announce("GUILD_DELETE", {"id": guild}, int(guild))
        until(lambda: open_grants(place) == 0, lambda: bot.log)
        assert [call for call in server.calls() if call.status >= 400] == []
