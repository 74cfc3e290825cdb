"""One process of the bot, and people who use it; the photos stay unjudged because no worker runs."""

from itertools import count, pairwise

import pytest

from bots.telegram.hear import COMMANDS
from core.conversation.language import LANGUAGES
from tests.botapi import BotApiServer, Person
from tests.botapi.model import Call
from tests.bots.processes import BotProcess, photo, until

NAMES = (f"Ana{number}" for number in count())


@pytest.fixture
def server(running: BotProcess, shared: BotApiServer) -> BotApiServer:
    return shared


@pytest.fixture
def ana(server: BotApiServer) -> Person:
    return server.person(next(NAMES))


def test_start_is_answered_with_the_name_and_buttons(ana: Person) -> None:
    ana.send("/start")

    hello = ana.wait_for_text(f"Hi {ana.user.first_name}.")

    assert {"Make my own", "How it works"} <= set(hello.buttons)


def test_the_menu_lists_the_commands(server: BotApiServer) -> None:
    menus = {code: menu for (_, code), menu in server.world.commands.items()}

    assert menus.keys() == {"", *LANGUAGES}
    assert [command["command"] for command in menus[""]] == list(COMMANDS)


def test_a_tap_is_answered_and_goes_on(ana: Person) -> None:
    ana.send("/start")
    ana.wait_for_text("Hi ")

    ana.tap("Make my own")

    question = ana.wait_for_text("I am learning a...")
    assert question.buttons[:2] == ["woman", "man"]
    until(ana.answers, ana.transcript)


def test_a_tap_on_an_old_question_says_so(ana: Person) -> None:
    ana.send("/start")
    ana.wait_for_text("Hi ")
    ana.tap("Make my own")
    question = ana.wait_for_text("I am learning a...")
    ana.send("/cancel")
    ana.wait_for_text("Kept as a draft")

    ana.tap("woman", question)

    ana.wait_for_text("That question is answered already.")


def test_an_album_of_seven_is_answered_by_one_message(server: BotApiServer, ana: Person) -> None:
    parts = ana.send_album([photo(shade) for shade in range(7)], gap=0.05)

    panel = ana.wait_for_text("7 photos, thank you.")
    until(lambda: "7 photos" in ana.from_bot()[-1].words, ana.transcript)
    assert [message.id for message in ana.from_bot()] == [panel.id]
    # A call is noted when it has been answered, a moment after it is seen.
    until(lambda: calls_to(server, ana, "sendMessage"), ana.transcript)
    assert len(calls_to(server, ana, "sendMessage")) == 1
    edits = [call.at for call in calls_to(server, ana, "editMessageText")]
    assert all(later - earlier >= 2.9 for earlier, later in pairwise(edits))
    unjudged = {part.photo[-1].id for part in parts}
    until(lambda: unjudged <= fetched(server), lambda: fetched(server))


def test_files_count_as_photos_whatever_they_are(server: BotApiServer, ana: Person) -> None:
    picture = ana.send_document(photo(1), "holiday.png", mime="image/png")
    paper = ana.send_document(b"%PDF-1.7", "invoice.pdf", mime="application/pdf")

    ana.wait_for_text("2 photos, thank you.")

    sent = {message.document.id for message in (picture, paper) if message.document}
    until(lambda: sent <= fetched(server), lambda: fetched(server))


def test_the_same_update_acts_once(server: BotApiServer, ana: Person) -> None:
    ana.send("/help")
    ana.wait_for_text("/imagine words")

    server.redeliver()
    ana.send("/status")

    ana.wait_for_text("Nothing is going on")
    assert len([each for each in ana.from_bot() if "/imagine words" in each.words]) == 1


def test_in_a_group_only_what_is_meant_for_the_bot_is_heard(server: BotApiServer, ana: Person) -> None:
    ben = server.person("Ben")
    group = server.group("Friday people", ana, ben, bot_is_admin=True)
    talk = ana.at(group)

    talk.send("good morning")
    talk.send("/roll 20")
    talk.send("/help@some_other_bot")
    talk.send_photo(photo(3))
    ben.at(group).send("/help@likeness_test_bot")
    ben.at(group).wait_for_text("/imagine words")

    assert len(talk.from_bot()) == 1


def test_in_a_group_a_mention_is_a_prompt(server: BotApiServer, ana: Person) -> None:
    talk = ana.at(server.group("Friday people", ana))

    talk.send("@likeness_test_bot")

    talk.wait_for_text("/imagine as an astronaut")


def test_in_a_group_photos_are_sent_to_the_private_chat(server: BotApiServer, ana: Person) -> None:
    talk = ana.at(server.group("Friday people", ana))

    talk.send_photo(photo(3), caption="/new@likeness_test_bot")

    talk.wait_for_text("write to me in a private chat")


def test_nothing_is_sent_faster_than_the_limits(server: BotApiServer, ana: Person) -> None:
    for _ in range(5):
        ana.send("/status")
    ana.wait_for(lambda chat: len([each for each in chat if each.from_bot]) == 5)

    assert all(busiest.in_a_second <= 3 for busiest in server.rates().values())


def test_neither_the_token_nor_words_are_in_the_log(
    server: BotApiServer, ana: Person, running: BotProcess
) -> None:
    ana.send("zebrafish")
    ana.send_photo(photo(5))
    ana.wait_for_text("1 photo, thank you.")

    assert server.token.split(":")[1] not in running.log
    assert "zebrafish" not in running.log
    assert "photos/" not in running.log


def test_what_was_asked_is_as_documented(server: BotApiServer) -> None:
    assert server.violations == []


def calls_to(server: BotApiServer, person: Person, method: str) -> list[Call]:
    return [call for call in server.calls(method) if call.parameters["chat_id"] == str(person.id)]


def fetched(server: BotApiServer) -> set[object]:
    """The files that the bot has asked for."""
    return {call.parameters["file_id"] for call in server.calls("getFile")}
