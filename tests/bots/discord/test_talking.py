"""People in a server and in direct messages, and the bot in its own process."""

from itertools import count

import pytest

from core.conversation.phrases import GONE
from core.conversation.sharing_phrases import NOT_SHARED, not_yours
from tests.bots.processes import BotProcess, photo, until
from tests.discordapi import DiscordServer, Person
from tests.discordapi.person import fields

NOT_YOURS = not_yours("")
NAMES = (f"Ana{number}" for number in count())


@pytest.fixture
def server(running: BotProcess, shared: DiscordServer) -> DiscordServer:
    return shared


@pytest.fixture
def ana(server: DiscordServer) -> Person:
    """Somebody who looks at a channel of a server."""
    person = server.person(next(NAMES))
    return person.at(server.guild("Friday people", person))


def make_draft(ana: Person, name: str = "Ana summer", photos: int = 6) -> None:
    asked = ana.slash("profile new")
    files = [(f"{shade}.jpg", photo(shade)) for shade in range(photos)]
    ana.submit(asked, files, kind="woman", name=name, retention="keep")
    ana.wait_for_text("Draft: ")


def test_a_form_opens_with_five_fields(ana: Person) -> None:
    modal = ana.form(ana.slash("profile new"))

    assert list(fields(modal)) == ["kind", "word", "name", "retention", "photos"]


def test_a_form_becomes_a_panel_that_only_its_person_sees(server: DiscordServer, ana: Person) -> None:
    make_draft(ana)

    panel = ana.wait_for_text("6 photos, thank you.")
    assert panel.words.startswith("Draft: Ana summer · woman · photos kept")
    assert panel.only_for == ana.user.id
    assert panel.buttons[:3] == ["It's me", "They agreed", "Add photos"]
    assert panel.grey == ["Train: consent is missing"]
    assert server.person("Ben").at(ana.channel).messages() == []


def test_consent_is_a_tap_that_changes_the_panel(ana: Person) -> None:
    make_draft(ana)
    panel = ana.wait_for_text("6 photos")

    ana.tap("It's me")

    ana.wait_for(lambda _: panel.grey == ["Train: looking at 6 photos"])
    assert "It's me" not in panel.buttons
    assert len(ana.from_bot()) == 1


def test_what_a_form_leaves_out_is_asked_by_buttons(ana: Person) -> None:
    ana.submit(ana.slash("profile new"), kind="other", word="tabby cat")
    panel = ana.wait_for_text("Draft: no name yet · tabby cat")

    ana.submit(ana.tap("Name..."), name="Tom")
    ana.wait_for_text("Draft: Tom · tabby cat")
    ana.tap("Face template kept")
    ana.wait_for_text("Draft: Tom · tabby cat · face template kept")
    ana.submit(ana.tap("Add photos"), [("one.jpg", photo(1))])

    ana.wait_for_text("1 photo, thank you.")
    assert ana.from_bot() == [panel]


def test_a_name_of_two_hundred_emoji_is_refused_and_the_rest_is_kept(ana: Person) -> None:
    ana.submit(ana.slash("profile new"), kind="woman", name="\N{GRINNING FACE}" * 200)

    ana.wait_for_text("That name has 200 characters; up to 40 fit.")
    ana.wait_for_text("Draft: no name yet · woman")


def test_a_class_of_children_is_refused_in_a_form_too(ana: Person) -> None:
    ana.submit(ana.slash("profile new"), kind="other", word="little girl")

    ana.wait_for_text("I do not learn children or teenagers here")
    ana.wait_for_text("no class yet")


def test_a_form_that_is_sent_twice_counts_once(ana: Person) -> None:
    asked = ana.slash("profile new")
    files = [("one.jpg", photo(1)), ("two.jpg", photo(2))]
    ana.submit(asked, files, kind="woman", name="Ana")
    ana.wait_for_text("2 photos")

    ana.submit(asked, [("three.jpg", photo(3))], kind="man", name="Other")

    ana.wait_for_text("That form has arrived already.")
    assert "woman" in ana.wait_for_text("2 photos").words


def test_photos_of_a_message_are_added_from_its_menu(server: DiscordServer, ana: Person) -> None:
    message = ana.send("us at the lake", [("one.jpg", photo(1)), ("two.png", photo(2)), ("a.pdf", b"%PDF")])

    ana.menu("Add photos to profile", message)

    assert ana.wait_for_text("2 photos, thank you.").only_for == ana.user.id


def test_a_message_without_pictures_says_so(ana: Person) -> None:
    ana.menu("Add photos to profile", ana.send("good morning"))

    ana.wait_for_text("That message has no pictures.")


def test_photos_and_words_are_heard_in_direct_messages(server: DiscordServer) -> None:
    ana = server.person(next(NAMES))

    ana.send(files=[("one.jpg", photo(1)), ("two.jpg", photo(2))])
    panel = ana.wait_for_text("2 photos, thank you.")
    ana.send("tabby cat")

    ana.wait_for_text("Draft: no name yet · tabby cat")
    assert panel.only_for is None


def test_every_file_is_fetched_once(server: DiscordServer, ana: Person) -> None:
    message = ana.send(files=[("one.jpg", photo(1)), ("two.jpg", photo(2))])

    ana.menu("Add photos to profile", message)

    fetched = [file.id for file in message.files]
    until(lambda: all(server.downloads.count(each) == 1 for each in fetched), lambda: server.downloads)


def test_drawing_is_for_everybody_to_see(ana: Person) -> None:
    ana.slash("imagine", prompt="as an astronaut", count=2)

    said = ana.wait_for_text("Drawing 2 for Ana")
    assert said.only_for is None
    assert said.buttons == ["Cancel"]


def test_the_profile_field_offers_what_one_has(ana: Person) -> None:
    ana.slash("status")
    ana.wait_for_text("Nothing is going on")

    (offered,) = ana.autocomplete("imagine", "profile", "rob")
    assert offered.startswith("Robin (")
    assert ana.autocomplete("imagine", "profile", "nobody of this name") == []
    assert ana.autocomplete("imagine", "base") == ["pocket"]


def test_a_profile_that_was_chosen_is_drawn(ana: Person) -> None:
    ana.slash("status")
    ana.wait_for_text("Nothing is going on")
    trigger = ana.choose("imagine", "profile", "Robin")

    ana.slash("imagine", prompt="in a forest", profile=trigger)

    ana.wait_for_text("Drawing 4 for Ana")


def test_an_unknown_profile_is_refused_by_name(ana: Person) -> None:
    ana.slash("imagine", prompt="in a forest", profile="Zed")

    ana.wait_for_text('I know no profile "Zed"')


def test_a_button_of_somebody_else_changes_nothing(server: DiscordServer, ana: Person) -> None:
    ben = server.person("Ben").at(ana.channel)
    ana.slash("imagine", prompt="as an astronaut")
    said = ana.wait_for_text("Drawing 4 for Ana")

    ben.tap("Cancel", said)

    assert ben.wait_for_text(not_yours(ana.user.name)).only_for == ben.user.id
    assert said.words.startswith("Drawing 4 for Ana")


@pytest.mark.parametrize(
    "forged", ["stop:9007199254740991", "erase:1", "train:1:yes", "form:7:photos", "nonsense"]
)
def test_a_forged_button_is_answered_and_does_nothing(ana: Person, forged: str) -> None:
    ana.slash("imagine", prompt="as an astronaut")
    said = ana.wait_for_text("Drawing 4 for Ana")

    asked = ana.press(f"{ana.user.id}/{forged}", said)

    if forged.startswith("form"):
        ana.submit(asked, [("one.jpg", photo(1))])
    ana.wait_for(lambda _: len(ana.from_bot()) == 2)
    answer = ana.from_bot()[-1]
    assert answer.words in (NOT_YOURS, NOT_SHARED, GONE)
    assert answer.only_for == ana.user.id


@pytest.mark.parametrize("foreign", ["", "button", "0/", "x/new", "\N{GRINNING FACE}/new", "1" * 100])
def test_a_button_of_another_program_is_answered(ana: Person, foreign: str) -> None:
    ana.press(foreign, ana.send("look"))

    ana.wait_for_text("That button is none of mine any more.")


def test_what_is_private_is_ephemeral(ana: Person) -> None:
    for command in ("profiles", "status", "privacy", "forget", "help", "cancel", "setup", "profile draft"):
        ana.slash(command)

    ana.wait_for(lambda _: len(ana.from_bot()) == 8)
    assert {message.only_for for message in ana.from_bot()} == {ana.user.id}


def test_commands_have_their_names_here(ana: Person) -> None:
    ana.slash("status")

    ana.wait_for_text("/imagine draws, /profile new teaches me somebody.")


def test_answers_stand_under_their_commands(ana: Person) -> None:
    for command in ("privacy", "profile draft", "status"):
        ana.slash(command)

    ana.wait_for(lambda _: len(ana.from_bot()) == 3)
    starts = ["What I keep", "Draft: no name", "Draft without a name: 0 photos"]
    assert [each.words[:10] for each in ana.from_bot()] == [start[:10] for start in starts]


def test_deleting_asks_once(ana: Person) -> None:
    ana.slash("profiles")
    ana.wait_for_text("Robin")

    ana.slash("profile delete", profile=ana.choose("profile delete", "profile", "rob"))
    ana.wait_for_text("Delete Robin with its photos")
    ana.tap("Delete for ever")

    ana.wait_for_text("Robin is deleted.")


def test_forgetting_erases_everything(ana: Person) -> None:
    ana.slash("profiles")
    ana.wait_for_text("Robin")

    ana.slash("forget")
    ana.wait_for_text("Erase everything of yours?")
    ana.tap("Erase everything")

    ana.wait_for_text("Everything is erased")
    assert ana.autocomplete("imagine", "profile") == []


def test_people_bring_the_bot_along(server: DiscordServer) -> None:
    ana = server.person(next(NAMES))
    there = ana.at(server.guild("Others", ana, bot=False))
    group = ana.at(server.group_chat(ana))

    there.slash("imagine", prompt="as an astronaut")
    group.slash("status")

    there.wait_for_text("Drawing 4...")
    group.wait_for_text("Drawing 4...")


def test_an_admin_is_told_what_is_missing(server: DiscordServer) -> None:
    ana = server.person(next(NAMES))
    closed = ana.at(server.guild("Closed", ana, permissions=1 << 10))
    open_ = ana.at(server.guild("Open", ana, permissions=(1 << 10) | (1 << 11) | (1 << 15) | (1 << 38)))
    without = ana.at(server.guild("Without", ana, bot=False))

    closed.slash("setup")
    open_.slash("setup")
    without.slash("setup")

    lacking = closed.wait_for_text("I lack: ").words
    assert all(name in lacking for name in ("Send Messages,", "Attach Files", "Send Messages in Threads"))
    assert f"permissions={(1 << 10) | (1 << 11) | (1 << 15) | (1 << 38)}" in lacking
    open_.wait_for_text("Everything I need in this channel is there.")
    without.wait_for_text("I am not a member of this server")


def test_two_people_of_one_platform_are_not_linked(server: DiscordServer, ana: Person) -> None:
    ben = server.person("Ben").at(ana.channel)
    ana.slash("link")
    given = ana.wait_for_text("Write this to me on your other platform")
    assert given.only_for == ana.user.id
    code = given.words.split("/link ")[1].splitlines()[0]

    ben.slash("link", code=code)

    ben.wait_for_text("That is no code that counts")


def test_words_of_people_are_shown_as_they_are(ana: Person) -> None:
    make_draft(ana, name="*Ana* _x_ [a](https://b) `c`")

    panel = ana.wait_for_text("Draft: ")
    assert panel.words.startswith("Draft: *Ana* _x_ [a](https://b) `c` ·")
    (text,) = [each["content"] for each in panel.walk() if each["type"] == 10]
    assert r"\*Ana\*" in text
    assert r"https\://b" in text


def test_no_privileged_intent_is_asked_for(server: DiscordServer) -> None:
    privileged = (1 << 1) | (1 << 8) | (1 << 15)

    assert {asked["intents"] & privileged for asked in server.gateway.identified} == {0}


def test_neither_the_token_nor_words_are_in_the_log(
    running: BotProcess, shared: DiscordServer, ana: Person
) -> None:
    ana.slash("imagine", prompt="zebrafish")
    ana.wait_for_text("Drawing 4 for Ana")

    assert shared.token not in running.log
    assert "zebrafish" not in running.log
    assert "Traceback" not in running.log
    assert "failed" not in running.log


def test_nothing_was_refused(server: DiscordServer) -> None:
    assert [call for call in server.calls() if call.status >= 400] == []
