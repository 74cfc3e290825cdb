"""A server's pool over the wire: its admin has it pay, somebody fills it, a member draws on it until it is empty."""

from pathlib import Path

from sqlmodel import update

from core.conversation.phrases import out_of_credits
from core.storage import ledger
from core.storage.database import reading, writing
from core.storage.tables import Identity, Version
from tests.bots.discord.conftest import bot_at
from tests.bots.processes import not_outliving
from tests.discordapi import DiscordServer, Person
from tests.jobs.workplace import Workplace, embedded_server, workplace, write_models

PATIENCE = 30.0


def credits_of(place: Workplace, person: Person) -> int:
    with reading(place.studio.engine) as session:
        account = session.get_one(Identity, ("discord", str(person.user.id))).account_id
        return ledger.balance(session, account, ledger.PICTURE)


def let_everything_pass(place: Workplace) -> None:
    """So few steps make no likeness; which pictures pass is not what this is about."""
    with writing(place.studio.engine) as session:
        session.execute(update(Version).values(floor=-1.0))


def test_a_member_draws_on_the_pool_that_was_filled(tmp_path: Path) -> None:
    data, models = tmp_path / "data", write_models(tmp_path)
    with (
        embedded_server() as redis,
        workplace(data, redis, models, unlimited=False) as place,
        DiscordServer() as server,
        not_outliving(bot_at(server, data)) as bot,
    ):
        bot.start(REDIS_URL=redis, MODELS_FILE=str(models), UNLIMITED="false")
        olga, mia = server.person("Olga"), server.person("Mia")
        channel = server.guild("Book people", olga, mia)
        olga, mia = olga.at(channel), mia.at(channel)

        olga.slash("settings")
        rules = olga.wait_for_text("everybody may ask", PATIENCE)
        olga.tap("Let it be: the group's pool pays", rules)
        olga.wait_for_text("the group's pool pays: 0 credits in it", PATIENCE)
        mia.slash("imagine", prompt="as a pirate", count=2)
        mia.wait_for_text("The pool of this group has 0 picture credits left, and that takes 2.", PATIENCE)
        let_everything_pass(place)

        olga.slash("pool", amount=11)
        olga.wait_for_text(out_of_credits("picture", 10, 11), PATIENCE)
        olga.slash("pool", amount=3)
        given = olga.wait_for_text("3 picture credits given to the pool of this group.", PATIENCE)
        assert given.only_for == olga.user.id

        mia.slash("imagine", prompt="as a pirate", count=2)
        mia.wait_for_text("Drawing 2 for Mia", PATIENCE)
        place.work()
        drawn = mia.wait_for_text("Robin for Mia.", PATIENCE)
        assert len(drawn.files) == 2
        assert (credits_of(place, olga), credits_of(place, mia)) == (7, 10)
        olga.slash("settings")
        olga.wait_for_text("the group's pool pays: 1 credit in it", PATIENCE)

        mia.slash("imagine", prompt="at sea", count=2)
        mia.wait_for_text("The pool of this group has 1 picture credit left, and that takes 2.", PATIENCE)
        bot.rest()
        assert sum(len(each.files) for each in mia.from_bot()) == 2
