"""Replies as they arrive in the chat, sent by the real library to a strict server."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import get_args

import pytest

from bots.platform import MessageGone, NotNow, Refused, Unanswered
from bots.telegram.show import TelegramPlatform, _numbered, present
from core.chat.outbox import Outgoing
from core.conversation.messages import Document, Gallery, Option, Original, Reply, Say, TextFile
from core.conversation.views import Shown
from core.errors import KeyGone
from core.exchange.leaving import About
from core.exchange.tensors import Tensor, Weights, written
from core.settings import Settings
from core.storage.files import new_name
from core.storage.studio import Studio, open_studio
from tests.botapi import BotApiServer, Person
from tests.botapi.conftest import library_bot
from tests.bots.processes import photo

KEY = "profile-1"
AGAIN = Option("again:1", "Again")


@pytest.fixture(autouse=True)
def waits_are_durations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the library tell `retry_after` as the program asks it to."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def studio(settings: Settings) -> Studio:
    return open_studio(settings)


@pytest.fixture
def ana(server: BotApiServer) -> Person:
    person = server.person("Ana")
    person.send("/start")
    return person


@pytest.fixture
def picture(studio: Studio) -> Callable[[int], Shown]:
    def kept(shade: int) -> Shown:
        name = new_name(1, "picture")
        studio.files.write(name, photo(shade), studio.keys.create(KEY))
        return Shown(name, KEY, f"likeness 0.{shade}")

    return kept


Show = Callable[..., tuple[str, str]]


@pytest.fixture
def show(server: BotApiServer, studio: Studio, ana: Person) -> Show:
    """Show one reply to Ana, replacing a message if one is named."""

    def once(reply: Reply, message: str = "", media: str = "", chat: str = "") -> tuple[str, str]:
        async def run() -> tuple[str, str]:
            async with library_bot(server) as bot:
                outgoing = Outgoing(1, chat or str(ana.id), reply, message, media)
                return await TelegramPlatform(bot, studio).show(outgoing)

        return asyncio.run(run())

    return once


@pytest.fixture
def document(studio: Studio) -> Document:
    """A LoRA of one layer."""
    layer = "unet.mid_block.attentions.0.proj_in"
    tensors = {f"{layer}.lora_{side}.weight": Tensor("F16", (2, 2), bytes(8)) for side in "AB"}
    key = studio.keys.create("profile-7")
    studio.files.write("7/weights-1", written(Weights(tensors, {})), key)
    about = About("lora", "sd15", "pocket", "zanora", "sks", "woman", "ana")
    return Document(Shown("7/weights-1", "profile-7"), about, "ana.safetensors", "Ana.")


@pytest.fixture
def replies(document: Document, picture: Callable[[int], Shown]) -> dict[type, Reply]:
    """One of each kind."""
    return {
        Say: Say("Hello.", (AGAIN,)),
        Gallery: Gallery((picture(1), picture(2)), "Two.", (Option("one:1", "1"), Option("one:2", "2"))),
        Original: Original(picture(1), "likeness-1.png", "0.81"),
        Document: document,
        TextFile: TextFile("1: at the beach\n", "captions.txt", "All captions."),
    }


@pytest.mark.parametrize("kind", get_args(Reply))
def test_every_kind_of_reply_can_be_sent_and_can_replace_words(
    server: BotApiServer, ana: Person, show: Show, replies: dict[type, Reply], kind: type
) -> None:
    assert kind in present.registry

    sent, media = show(replies[kind])
    words, _ = show(Say("Working..."))
    replaced, media_again = show(replies[kind], words)

    assert [str(message.id) for message in ana.from_bot()] == [sent, words]
    assert replaced == words
    assert media == media_again
    first, second = ana.from_bot()
    assert (first.words, first.media, first.buttons) == (second.words, second.media, second.buttons)
    assert server.violations == []


def test_words_are_plain_whatever_they_are(ana: Person, show: Show) -> None:
    show(Say("*Robin* <b>is</b> [here](http://example.org) & there_"))

    (message,) = ana.from_bot()
    assert message.text == "*Robin* <b>is</b> [here](http://example.org) & there_"
    assert message.entities == ()


def test_words_that_are_too_long_are_cut_at_a_line(ana: Person, show: Show) -> None:
    show(Say("\n".join(f"{number:04} " + "x" * 95 for number in range(60))))

    (message,) = ana.from_bot()
    assert len(message.text) <= 4096
    assert message.text.endswith("x\n…")


def test_a_single_picture_is_sent_as_it_is(ana: Person, show: Show, picture: Callable[[int], Shown]) -> None:
    show(Gallery((picture(1),), "One.", (AGAIN,)))

    (message,) = ana.from_bot()
    assert (message.content, message.caption, message.buttons) == (photo(1), "One.", ["Again"])


def test_several_pictures_become_one_sheet(ana: Person, show: Show, picture: Callable[[int], Shown]) -> None:
    show(Gallery(tuple(picture(shade) for shade in range(4)), "x" * 2000))

    (message,) = ana.from_bot()
    assert message.content is not None
    assert message.photo[-1].width > 2 * 300
    assert len(message.caption) <= 1024


def test_the_same_pictures_are_not_sent_again(
    server: BotApiServer, ana: Person, show: Show, picture: Callable[[int], Shown]
) -> None:
    gallery = Gallery((picture(1), picture(2)), "step 1")
    message, media = show(gallery)

    again = show(replace(gallery, text="step 2"), message, media)
    other = show(Gallery((picture(3),), "step 3"), message, media)

    assert again == (message, media)
    assert other[0] == message
    assert other[1] not in ("", media)
    assert [len(server.calls(method)) for method in ("editMessageCaption", "editMessageMedia")] == [1, 1]
    assert ana.from_bot()[0].caption == "step 3"
    assert ana.from_bot()[0].content == photo(3)


def test_words_in_a_picture_s_slot_stand_under_it(
    ana: Person, show: Show, picture: Callable[[int], Shown]
) -> None:
    message, media = show(Gallery((picture(1),), "One."))

    shown = show(Say("Cancelled.", (AGAIN,)), message, media)

    assert shown == (message, media)
    assert (ana.from_bot()[0].caption, ana.from_bot()[0].media) == ("Cancelled.", "photo")


def test_replacing_words_by_the_same_words_is_done(show: Show) -> None:
    message, media = show(Say("Hello.", (AGAIN,)))

    assert show(Say("Hello.", (AGAIN,)), message, media) == (message, media)


def test_the_original_is_a_file_with_its_name(
    ana: Person, show: Show, picture: Callable[[int], Shown]
) -> None:
    show(Original(picture(1), "likeness-7.png", "0.81"))

    (message,) = ana.from_bot()
    assert message.document is not None
    assert (message.document.name, message.content, message.caption) == ("likeness-7.png", photo(1), "0.81")


def test_a_topic_is_answered_in_the_topic(server: BotApiServer, ana: Person, show: Show) -> None:
    group = server.group("Friday people", ana)

    show(Say("Hello."), chat=f"{group}/45")

    (call,) = server.calls("sendMessage")
    assert (call.parameters["chat_id"], call.parameters["message_thread_id"]) == (str(group), "45")


def test_a_message_that_was_deleted_is_gone(server: BotApiServer, ana: Person, show: Show) -> None:
    message, _ = show(Say("Hello."))
    with server.world.changing():
        server.world.delete(ana.from_bot()[0])

    with pytest.raises(MessageGone):
        show(Say("Hello again."), message)


def test_a_message_that_turns_out_to_show_a_picture_is_sent_anew(
    show: Show, picture: Callable[[int], Shown]
) -> None:
    message, _ = show(Gallery((picture(1),), "One."))

    with pytest.raises(MessageGone):
        show(Say("Words."), message, "")


def test_a_person_who_blocked_the_bot_refuses(ana: Person, show: Show) -> None:
    ana.block()

    with pytest.raises(Refused):
        show(Say("Hello."))


def test_a_chat_that_is_not_there_refuses(show: Show) -> None:
    with pytest.raises(Refused):
        show(Say("Hello."), chat="999")


@pytest.mark.parametrize(
    ("fault", "meant"),
    [
        ({"retry_after": 7}, NotNow),
        ({"drop": True}, Unanswered),
        ({"after": True}, Unanswered),
        ({"code": 502}, Unanswered),
        ({"code": 413}, Refused),
        ({"code": 401}, NotNow),
        ({"code": 400, "description": "Bad Request: wrong parameter"}, Refused),
    ],
)
def test_what_goes_wrong_is_told_for_what_it_is(
    server: BotApiServer, show: Show, fault: dict[str, int | bool | str], meant: type[Exception]
) -> None:
    server.fault("sendMessage", **fault)

    with pytest.raises(meant):
        show(Say("Hello."))


def test_without_a_network_nothing_was_sent(server: BotApiServer, studio: Studio, ana: Person) -> None:
    async def run() -> None:
        async with library_bot(server) as bot:
            await asyncio.to_thread(server.outage, 5)
            with pytest.raises(NotNow):
                await TelegramPlatform(bot, studio).show(Outgoing(1, str(ana.id), Say("Hello.")))

    asyncio.run(run())


def test_a_chat_that_asked_for_silence_is_left_alone(
    server: BotApiServer, studio: Studio, ana: Person
) -> None:
    server.fault("sendMessage", retry_after=7)

    async def run() -> list[float]:
        waits = []
        async with library_bot(server) as bot:
            platform = TelegramPlatform(bot, studio)
            for _ in range(3):
                with pytest.raises(NotNow) as later:
                    await platform.show(Outgoing(1, str(ana.id), Say("Hello.")))
                waits.append(later.value.seconds)
        return waits

    waits = asyncio.run(run())

    assert all(6 < wait <= 7 for wait in waits)
    assert len(server.calls("sendMessage")) == 1


def test_pictures_whose_key_is_destroyed_are_not_shown(
    studio: Studio, ana: Person, show: Show, picture: Callable[[int], Shown]
) -> None:
    gone = picture(1)
    studio.keys.destroy(KEY)

    with pytest.raises(KeyGone):
        show(Gallery((gone,), "One."))

    assert ana.from_bot() == []


def test_photos_of_a_set_keep_their_own_numbers() -> None:
    assert _numbered(1, "3 (not used)") == "3 (not used)"
    assert _numbered(2, "likeness 0.81") == "2  likeness 0.81"
    assert _numbered(3, "0.81") == "3  0.81"
    assert _numbered(4, "") == "4"


def test_a_file_that_is_larger_than_telegram_takes_is_said_to_be(
    ana: Person, show: Show, studio: Studio, document: Document
) -> None:
    numbers = bytes(27 << 20)
    layer = "unet.mid_block.attentions.0.proj_in"
    tensors = {f"{layer}.lora_{side}.weight": Tensor("F16", (1, 27 << 19), numbers) for side in "AB"}
    studio.files.write("7/weights-1", written(Weights(tensors, {})), studio.keys.open("profile-7"))

    show(document)

    (message,) = ana.from_bot()
    assert message.document is None
    assert message.text.startswith("ana.safetensors has 55 MB, and here I may send 47 MB at most.")
