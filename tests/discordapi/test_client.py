"""The real library takes the loopback Discord for Discord."""

import discord
import pytest

from tests.bots.processes import until
from tests.discordapi import DiscordServer, Person
from tests.discordapi.conftest import Running, taken_for_discord


def test_an_answer_follows_a_deferral_and_only_one_person_sees_the_private_one(
    at: DiscordServer, bot: Running, here: Person
) -> None:
    ben = at.person("Ben").at(here.channel)

    asked = here.slash("draw", prompt="a house")

    drawn = here.wait_for_text("Here is a house.")
    here.wait_for_text("Only for you.")
    assert asked.answered == 5
    assert drawn.id == asked.original
    assert [file.name for file in drawn.files] == ["picture.png"]
    assert [message.words for message in ben.from_bot()] == ["Here is a house."]


def test_what_is_typed_is_completed(bot: Running, here: Person) -> None:
    assert here.autocomplete("draw", "prompt", "the") == ["the sun", "the moon"]


def test_a_form_brings_a_file(at: DiscordServer, bot: Running, here: Person) -> None:
    here.submit(here.slash("portrait"), [("one.png", b"12345"), ("two.png", b"678")], name="Robin")

    assert here.wait_for_text("Robin: 8 bytes").only_for == here.user.id
    assert [at.world.files[each].name for each in at.downloads] == ["one.png", "two.png"]


def test_a_button_changes_its_message(bot: Running, here: Person) -> None:
    here.slash("ask")
    message = here.wait_for_text("Shall I?")

    tapped = here.tap("Yes", message)

    here.wait_for_text("Tapped.")
    assert tapped.answered == 7
    assert message.buttons == []
    assert message.only_for == here.user.id


def test_a_message_is_looked_at_from_its_menu(bot: Running, here: Person) -> None:
    here.menu("Look at it", here.send(files=[("one.png", b"12345")]))

    assert here.wait_for_text("5 bytes").only_for is None


@pytest.mark.parametrize(("fault", "status"), [({"retry_after": 1}, 429), ({"code": 502}, 502)])
def test_the_library_asks_again(
    at: DiscordServer, bot: Running, here: Person, fault: dict[str, int], status: int
) -> None:
    before = len(at.calls("POST /webhooks"))
    at.fault("POST /webhooks", **fault)

    here.slash("draw", prompt="a house")

    here.wait_for_text("Only for you.")
    assert [call.status for call in at.calls("POST /webhooks")[before:]] == [status, 200, 200]
    assert at.counts()["POST /webhooks"] == before + 3


@pytest.mark.parametrize("how", ["drop", "reconnect"])
def test_a_session_goes_on_where_it_was(at: DiscordServer, bot: Running, here: Person, how: str) -> None:
    identified, resumed = len(at.gateway.identified), at.gateway.resumed
    at.drop_gateway(how)

    here.slash("ask")

    here.wait_for_text("Shall I?", 20.0)
    assert at.gateway.resumed > resumed
    assert len(at.gateway.identified) == identified


def test_the_bot_hears_that_it_was_taken_out(at: DiscordServer, bot: Running, here: Person) -> None:
    guild = at.world.channels[here.channel].guild

    at.remove_bot(here.channel)

    until(lambda: bot.bot.left == [guild], lambda: bot.bot.left)


def test_who_leaves_is_not_told_without_the_intent(at: DiscordServer, bot: Running, here: Person) -> None:
    at.leave(here, here.channel)
    here.slash("ask")
    here.wait_for_text("Shall I?")

    with pytest.raises(ValueError, match="empty"):
        at.gateway.last("GUILD_MEMBER_REMOVE")


def test_who_leaves_is_told_with_the_intent() -> None:
    with taken_for_discord(privileged=discord.Intents(members=True).value) as server:
        person = server.person("Ana")
        channel = server.guild("Friday people", person)
        running = Running(server, discord.Intents(guilds=True, members=True))
        running.start()
        try:
            server.leave(person, channel)
            until(lambda: running.bot.gone == [person.user.id], lambda: running.bot.gone)
        finally:
            running.stop()


@pytest.mark.parametrize(
    ("intents", "token", "error"),
    [
        (discord.Intents(guilds=True, members=True), "", discord.PrivilegedIntentsRequired),
        (discord.Intents(guilds=True), "another", discord.LoginFailure),
    ],
)
def test_what_is_not_allowed_does_not_log_in(
    intents: discord.Intents, token: str, error: type[Exception]
) -> None:
    with taken_for_discord() as server:
        running = Running(server, intents, token)
        running.start(ready=False)

    assert isinstance(running.error, error)
