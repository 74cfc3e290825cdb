"""Updates as they come over the wire, and what is heard."""

from collections.abc import Callable
from typing import Any

import pytest
from telegram import Update, User

from bots.telegram.hear import hear
from bots.words import clean_name
from core.chat import Incoming
from core.conversation.messages import Chosen, Command, Happened, Heard, Left, Moved, Photos, Removed, Text
from tests.botapi import BotApiServer, Person
from tests.botapi.server import BOT
from tests.bots.processes import photo

US = User(BOT.id, BOT.first_name, is_bot=True, username=BOT.username)
ANA = {"id": 7, "is_bot": False, "first_name": "Ana"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Ana"}
GROUP = {"id": -100123, "type": "supergroup", "title": "Friday people"}
FILE = {"file_id": "f", "file_unique_id": "u", "file_size": 3}


@pytest.fixture
def ana(server: BotApiServer) -> Person:
    return server.person("Ana")


@pytest.fixture
def group(server: BotApiServer, ana: Person) -> Person:
    return ana.at(server.group("Friday people", ana, bot_is_admin=True))


def translated(raw: dict[str, Any]) -> Incoming | None:
    return hear(Update.de_json(raw, None), US)


def last(server: BotApiServer) -> Incoming | None:
    return translated(server.world.updates[-1])


def message(chat: dict[str, Any] = PRIVATE, **content: Any) -> Incoming | None:
    raw = {"message_id": 1, "date": 0, "chat": chat, "from": ANA, **content}
    return translated({"update_id": 5, "message": raw})


def test_the_language_of_the_speakers_telegram_is_passed_on() -> None:
    said = message(text="hola", **{"from": {**ANA, "language_code": "es"}})

    assert said is not None
    assert said.language == "es"


def heard_in_private(server: BotApiServer, ana: Person, text: str) -> Heard | Happened | None:
    ana.send(text)
    incoming = last(server)
    return incoming.heard if incoming else None


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("hello", Text("hello")),
        ("/start", Command("start")),
        ("/imagine  a red hat ", Command("imagine", "a red hat")),
        ("/imagine\nin two\nlines", Command("imagine", "in two\nlines")),
        ("/Imagine@Likeness_Test_Bot é𝄞 hat", Command("imagine", "é𝄞 hat")),
        ("/start@some_other_bot", Text("/start@some_other_bot")),
        ("/whatever", Command("whatever")),
        ("what does /start do", Text("what does /start do")),
        ("@likeness_test_bot hi", Text("@likeness_test_bot hi")),
    ],
)
def test_words_in_private(server: BotApiServer, ana: Person, text: str, heard: Heard) -> None:
    assert heard_in_private(server, ana, text) == heard


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("hello", None),
        ("/imagine a red hat", Command("imagine", "a red hat")),
        ("/imagine@likeness_test_bot a red hat", Command("imagine", "a red hat")),
        ("/imagine@some_other_bot a red hat", None),
        ("/roll 20", None),
        ("/roll@likeness_test_bot 20", Command("roll", "20")),
        ("@likeness_test_bot in a red hat", Command("imagine", "in a red hat")),
        ("𝄞 please @Likeness_Test_Bot draw", Command("imagine", "𝄞 please   draw")),
        ("ask @likeness_test_bot_2", None),
    ],
)
def test_words_in_a_group(server: BotApiServer, group: Person, text: str, heard: Heard | None) -> None:
    group.send(text)

    incoming = last(server)

    assert (incoming and incoming.heard) == heard
    assert incoming is None or incoming.group


def test_who_and_where(server: BotApiServer, ana: Person) -> None:
    ana.send("/start")

    incoming = last(server)

    assert incoming is not None
    assert (incoming.platform, incoming.source) == ("telegram", f"telegram:{BOT.id}")
    assert (incoming.user, incoming.chat, incoming.person) == (str(ana.id), str(ana.id), "Ana")
    assert incoming.update == server.world.updates[-1]["update_id"]
    assert not incoming.group


def test_the_largest_size_of_a_photo_is_taken(server: BotApiServer, ana: Person) -> None:
    sent = ana.send_photo(photo(1))

    incoming = last(server)

    assert incoming is not None
    assert isinstance(incoming.heard, Photos)
    (file,) = incoming.heard.files
    assert (file.ref, file.unique, file.mime) == (sent.photo[-1].id, sent.photo[-1].unique_id, "image/jpeg")
    assert file.size == len(sent.photo[-1].content)
    assert incoming.heard.group == ""


def test_parts_of_an_album_name_it(server: BotApiServer, ana: Person) -> None:
    ana.send_album([photo(1), photo(2)])

    parts = [translated(raw) for raw in server.world.updates[-2:]]

    groups = {part.heard.group for part in parts if part and isinstance(part.heard, Photos)}
    assert len(groups) == 1
    assert groups != {""}


def test_a_file_keeps_its_name_and_kind(server: BotApiServer, ana: Person) -> None:
    ana.send_document(b"%PDF-1.7", "invoice.pdf", mime="application/pdf")

    incoming = last(server)

    assert incoming is not None
    assert isinstance(incoming.heard, Photos)
    assert (incoming.heard.files[0].name, incoming.heard.files[0].mime) == ("invoice.pdf", "application/pdf")


@pytest.mark.parametrize(
    "send",
    [
        lambda group, ours: group.send_photo(photo(1), caption="/new@likeness_test_bot"),
        lambda group, ours: group.send_photo(photo(1), caption="@likeness_test_bot learn this"),
        lambda group, ours: group.send_photo(photo(1), reply_to=ours),
    ],
)
def test_photos_in_a_group_are_heard_when_they_are_meant_for_us(
    server: BotApiServer, group: Person, send: Callable[[Person, int], object]
) -> None:
    send(group, ours_in(server, group))

    incoming = last(server)

    assert incoming is not None
    assert isinstance(incoming.heard, Photos)


def test_other_photos_in_a_group_are_nobodys_business(server: BotApiServer, group: Person) -> None:
    group.send_photo(photo(1), caption="look at this")

    assert last(server) is None


def test_a_reply_to_us_in_a_group_is_text(server: BotApiServer, group: Person) -> None:
    group.send("nice one", reply_to=ours_in(server, group))

    incoming = last(server)

    assert incoming is not None
    assert incoming.heard == Text("nice one")


def test_films_are_announced_as_what_they_are() -> None:
    film = {**FILE, "width": 1, "height": 1, "duration": 1}

    incoming = message(video=film)

    assert incoming is not None
    assert isinstance(incoming.heard, Photos)
    assert incoming.heard.files[0].mime == "video/mp4"


@pytest.mark.parametrize(
    "content",
    [
        {"voice": {**FILE, "duration": 1}},
        {"location": {"latitude": 1.0, "longitude": 2.0}},
        {"contact": {"phone_number": "1", "first_name": "Ben"}},
        {
            "sticker": {
                **FILE, "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False,
            }
        },
    ],
)  # fmt: skip
def test_what_is_not_understood_is_answered_with_what_is(content: dict[str, Any]) -> None:
    incoming = message(**content)

    assert incoming is not None
    assert incoming.heard == Command("help")
    assert message(GROUP, **content) is None


@pytest.mark.parametrize(
    "content",
    [
        {"from": {"id": 1087968824, "is_bot": True, "first_name": "Group"}, "sender_chat": GROUP},
        {"from": {"id": 777000, "is_bot": False, "first_name": "Telegram"}},
        {"from": {"id": 136817688, "is_bot": True, "first_name": "Channel"}},
        {"from": {"id": 9, "is_bot": True, "first_name": "Another bot"}},
        {"sender_chat": {"id": -100999, "type": "channel", "title": "News"}},
    ],
)
def test_those_through_whom_many_speak_are_not_heard(content: dict[str, Any]) -> None:
    command = {"text": "/help", "entities": [{"type": "bot_command", "offset": 0, "length": 5}]}

    assert message(GROUP, **command) is not None
    assert message(GROUP, **command, **content) is None


def test_service_messages_are_not_heard() -> None:
    assert message(GROUP, new_chat_members=[ANA]) is None
    assert message(pinned_message={"message_id": 1, "date": 0, "chat": PRIVATE}) is None


@pytest.mark.parametrize(
    ("content", "heard", "user"),
    [
        ({"left_chat_member": {"id": 8, "is_bot": False, "first_name": "Ben"}}, Left(), "8"),
        ({"left_chat_member": {"id": BOT.id, "is_bot": True, "first_name": "Likeness"}}, Removed(), ""),
        ({"migrate_to_chat_id": -100777}, Moved("-100777"), ""),
    ],
)
def test_what_happens_to_a_group(content: dict[str, Any], heard: Happened, user: str) -> None:
    incoming = message(GROUP, **content)

    assert incoming is not None
    assert (incoming.heard, incoming.user, incoming.space) == (heard, user, "-100123")


@pytest.mark.parametrize(
    ("kind", "who", "status", "heard"),
    [
        ("my_chat_member", BOT.id, {"status": "kicked", "until_date": 0}, Removed()),
        ("my_chat_member", BOT.id, {"status": "member"}, None),
        ("chat_member", 8, {"status": "left"}, Left()),
    ],
)
def test_who_is_out(kind: str, who: int, status: dict[str, Any], heard: Happened | None) -> None:
    member = {"user": {"id": who, "is_bot": who == BOT.id, "first_name": "x"}}
    change = {"chat": GROUP, "from": ANA, "date": 0, "old_chat_member": {**member, "status": "member"}}
    change["new_chat_member"] = {**member, **status}

    incoming = translated({"update_id": 5, kind: change})

    assert (incoming.heard if incoming else None) == heard


def test_a_topic_is_a_chat_of_its_own_and_a_thread_of_replies_is_not() -> None:
    command = {"text": "/help", "entities": [{"type": "bot_command", "offset": 0, "length": 5}]}

    topic = message({**GROUP, "is_forum": True}, **command, message_thread_id=45, is_topic_message=True)
    thread = message(GROUP, **command, message_thread_id=45)

    assert topic is not None
    assert thread is not None
    assert (topic.chat, thread.chat) == ("-100123/45", "-100123")


def test_a_tap_is_the_key_of_its_option() -> None:
    where = {"message_id": 1, "date": 5, "chat": GROUP, "message_thread_id": 45, "is_topic_message": True}
    tap = {"id": "9", "from": ANA, "chat_instance": "1", "data": "class:1:woman"}

    incoming = translated({"update_id": 5, "callback_query": {**tap, "message": where}})
    too_old = translated(
        {"update_id": 6, "callback_query": {**tap, "message": {"message_id": 1, "date": 0, "chat": PRIVATE}}}
    )

    assert incoming is not None
    assert too_old is not None
    assert incoming.heard == too_old.heard == Chosen("class:1:woman")
    assert (incoming.chat, too_old.chat) == ("-100123/45", "7")
    assert (incoming.user, incoming.group) == ("7", True)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("Ana", "Ana"),
        (" Ana\n\tMaria ", "Ana Maria"),
        ("\u202eanA\u0007", "anA"),
        ("Ü" * 50, "Ü" * 40),
        ("\u200b", ""),
    ],
)
def test_names_can_stand_in_a_sentence(name: str, clean: str) -> None:
    assert clean_name(name) == clean


def ours_in(server: BotApiServer, group: Person) -> int:
    """A message of the bot's own in the group."""
    with server.world.changing():
        from_bot = server.world.messages[group.chat_id]
        template = next(iter(from_bot.values()))
        return server.world.post(type(template)(group.chat_id, BOT, 0.0, text="Hello.")).id
