"""Two people in one server over the wire: one shares a profile, the other draws it, until it is taken back."""

from pathlib import Path

from sqlmodel import col, select

from core.storage.database import reading
from core.storage.tables import Grant, Photo, PhotoState, WorkKind, WorkState
from tests.bots.discord.conftest import bot_at
from tests.bots.processes import not_outliving, until
from tests.discordapi import DiscordServer, Person
from tests.discordapi.model import Message
from tests.jobs.workplace import (
    Workplace,
    change,
    embedded_server,
    newest_profile,
    photos,
    refreshed,
    version_of,
    workplace,
    write_models,
)

PATIENCE = 30.0


def trained(place: Workplace, ana: Person) -> None:
    """Ana's profile from its form to its end, by what she sees and taps."""
    files = [(f"{number}.jpg", content) for number, content in enumerate(photos())]
    ana.submit(ana.slash("profile new"), files, kind="woman", name="Ana summer", retention="keep")
    ana.wait_for_text("Draft: Ana summer", PATIENCE)
    ana.tap("It's me")

    def stored() -> bool:
        with reading(place.studio.engine) as session:
            states = session.exec(select(Photo.state).where(col(Photo.raw) != "")).all()
        return states == [PhotoState.STORED] * len(photos())

    until(stored, ana.transcript)
    place.work()
    ana.wait_for(lambda chat: any("Train" in message.buttons for message in chat), PATIENCE)
    ana.tap("Train")
    ana.wait_for_text("Learning Ana summer", PATIENCE)
    place.work()
    ana.wait_for_text("Ana summer is ready.", PATIENCE)
    # So short a training makes no likeness; which pictures pass is not what this is about.
    change(place.studio, version_of(place.studio, newest_profile(place.studio)), floor=-1.0)


def pictures(person: Person) -> int:
    return sum(len(message.files) for message in person.from_bot() if message.only_for is None)


def asked(chat: list[Message]) -> list[Message]:
    return [each for each in chat if "Share Ana summer with" in each.words]


def open_grants(place: Workplace) -> int:
    with reading(place.studio.engine) as session:
        return len(session.exec(select(Grant.id).where(col(Grant.ended_at).is_(None))).all())


def test_shared_drawn_and_taken_back_while_one_is_queued(tmp_path: Path) -> None:
    data = tmp_path / "data"
    models = write_models(tmp_path)
    with (
        embedded_server() as redis,
        workplace(data, redis, models) as place,
        DiscordServer() as server,
        not_outliving(bot_at(server, data)) as bot,
    ):
        bot.start(REDIS_URL=redis, MODELS_FILE=str(models))
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
        assert WorkKind.DRAW not in place.work()
        assert refreshed(place.studio, queued).state == WorkState.CANCELLED

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
