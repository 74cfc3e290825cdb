"""One person on two platforms, another on one of them: both bots, one studio, one worker, over the wire."""

import re
from pathlib import Path

from core.storage.tables import WorkKind
from tests.botapi import BotApiServer, Person as TelegramPerson
from tests.bots.discord.conftest import bot_at
from tests.bots.processes import not_outliving
from tests.bots.stories import PATIENCE, assert_withheld, judge, learn, studio_at_work
from tests.bots.telegram.conftest import bot_in
from tests.discordapi import DiscordServer, Person as DiscordPerson
from tests.discordapi.model import Message
from tests.jobs.workplace import Workplace, photos

SENT_THERE = 3  # of the photos, those that are sent on Telegram


def begun(place: Workplace, ana: TelegramPerson) -> None:
    """A draft on Telegram that lacks photos and everything that is asked after the name."""
    ana.send("/new")
    ana.wait_for_text("I am learning a...", PATIENCE)
    ana.tap("woman")
    ana.wait_for_text("What shall we call this profile?", PATIENCE)
    ana.send("Ana summer")
    ana.wait_for_text("After training, your photos should be...", PATIENCE)
    ana.send_album(photos()[:SENT_THERE])
    judge(place, SENT_THERE)
    ana.wait_for_text(f"{SENT_THERE} photos, thank you. {SENT_THERE} good.", PATIENCE)


def linked(ana: TelegramPerson, ana_there: DiscordPerson) -> None:
    """A code from Telegram is entered on Discord, and nothing is linked before Telegram says yes."""
    ana.send("/link")
    given = ana.wait_for_text("Write this to me on your other platform", PATIENCE)
    code = re.search(r"/link (\S+)", given.words)
    assert code is not None
    ana_there.slash("link", code=code.group(1))
    entered = ana_there.wait_for_text("Ana on Telegram gave out that code", PATIENCE)
    assert entered.only_for == ana_there.user.id
    ana_there.slash("profiles")
    assert "Ana summer" not in ana_there.wait_for_text("Robin", PATIENCE).words
    ana.wait_for_text("Ana on Discord entered your code. Is that you?", PATIENCE)
    ana.tap("Yes, that is me")
    ana.wait_for_text("You and Ana on Discord are one now", PATIENCE)


def on_the_sheet(panel: Message) -> int:
    """How many photos the one sheet says that it shows."""
    [sheet] = panel.files
    return len(sheet.description.split(", "))


def finished(place: Workplace, ana: DiscordPerson) -> None:
    """The draft of Telegram as a panel on Discord, given there what it lacks, and trained."""
    ana.slash("profile draft")
    panel = ana.wait_for_text("Draft: Ana summer · woman", PATIENCE)
    assert f"{SENT_THERE} photos, thank you. {SENT_THERE} good." in panel.words
    assert on_the_sheet(panel) == SENT_THERE
    files = [(f"{number}.jpg", content) for number, content in enumerate(photos()[SENT_THERE:])]
    ana.submit(ana.tap("Add photos"), files)
    judge(place, len(files))
    ana.tap("Photos kept")
    ana.wait_for_text("Draft: Ana summer · woman · photos kept", PATIENCE)
    ana.tap("It's me")
    ana.wait_for(lambda _: "Train" in panel.buttons, PATIENCE)
    assert on_the_sheet(panel) == len(photos())
    ana.tap("Train")
    ana.wait_for_text("Learning Ana summer", PATIENCE)
    learn(place)
    ana.wait_for_text("Ana summer is ready.", PATIENCE)


def pictures(person: DiscordPerson) -> int:
    return sum(len(message.files) for message in person.from_bot() if message.only_for is None)


def test_begun_on_telegram_finished_and_drawn_on_discord_and_taken_back_from_telegram(tmp_path: Path) -> None:
    with (
        studio_at_work(tmp_path) as (place, settings),
        BotApiServer() as telegram,
        DiscordServer() as discord,
        bot_in(telegram, place.studio.settings.data_dir) as bot,
        not_outliving(bot_at(discord, place.studio.settings.data_dir)) as bot_there,
    ):
        bot.start(**settings)
        bot_there.start(**settings)
        ana, ana_there, ben = telegram.person("Ana"), discord.person("Ana"), discord.person("Ben")
        channel = discord.guild("Friday people", ana_there, ben)
        ana_there, ben = ana_there.at(channel), ben.at(channel)

        begun(place, ana)
        linked(ana, ana_there)
        finished(place, ana_there)

        ana_there.slash("share")
        ana_there.wait_for_text("Share Ana summer with Friday people?", PATIENCE)
        ana_there.tap("Share")
        ben.wait_for_text("Ana shared Ana summer", PATIENCE)
        trigger = ben.choose("imagine", "profile", "Ana")
        ben.slash("imagine", prompt="as a pirate", profile=trigger, count=1)
        ben.wait_for_text("Drawing 1 for Ben", PATIENCE)
        place.work()
        ben.wait_for_text("Ana summer for Ben.", PATIENCE)
        assert pictures(ben) == 1

        ben.slash("imagine", prompt="in a garden", profile=trigger, count=1)
        ben.wait_for_text("Drawing 1 for Ben", PATIENCE)
        queued = place.last(WorkKind.DRAW)
        ana.send("/usage")
        ana.wait_for_text("Ben: 1 time, 1 picture", PATIENCE)
        ana.tap("Stop sharing Ana summer with Friday people")
        ben.wait_for_text("the drawing is not delivered", PATIENCE)
        assert_withheld(place, queued)

        ben.slash("imagine", prompt="at sea", profile=trigger, count=1)
        ben.wait_for_text("I know no profile", PATIENCE)
        bot_there.rest()
        assert pictures(ben) == 1
        assert telegram.violations == []
        assert [call for call in discord.calls() if call.status >= 400] == []
