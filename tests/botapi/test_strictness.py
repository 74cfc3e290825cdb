"""What Telegram refuses is refused here, in Telegram's words; what it ignores is noted."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaDocument, InputMediaPhoto
from telegram.error import BadRequest, EndPointNotFound, Forbidden, NetworkError, TelegramError

from tests.botapi import BotApiServer, Person
from tests.botapi.conftest import as_bot, picture, refused

PICTURE = picture()
PORTRAIT = InputMediaPhoto(PICTURE)


def buttons(*data: str, label: str = "Go") -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=each)] for each in data])


REFUSALS: list[tuple[Callable[[Bot, int], Awaitable[object]], type[TelegramError], str]] = [
    (lambda bot, chat: bot.send_message(chat, "  \n "), BadRequest, "message text is empty"),
    (lambda bot, chat: bot.send_message(chat, "x" * 4097), BadRequest, "message is too long"),
    (lambda bot, chat: bot.send_photo(chat, PICTURE, caption="x" * 1025), BadRequest, "caption is too long"),
    (
        lambda bot, chat: bot.send_message(chat, "x", reply_markup=buttons("é" * 33)),
        BadRequest,
        "data_invalid",
    ),
    (
        lambda bot, chat: bot.send_message(chat, "x", reply_markup=buttons(*["a"] * 101)),
        BadRequest,
        "too long",
    ),
    (
        lambda bot, chat: bot.send_message(chat, "x", reply_markup=buttons("a", label=" ")),
        BadRequest,
        "is empty",
    ),
    (
        lambda bot, chat: bot.send_message(chat, "x", parse_mode="Markdown"),
        BadRequest,
        "unsupported parse_mode",
    ),
    (lambda bot, chat: bot.send_message(chat + 1, "x"), BadRequest, "chat not found"),
    (lambda bot, chat: bot.send_message("@nobody", "x"), BadRequest, "chat not found"),
    (lambda bot, chat: bot.send_photo(chat, b"no picture"), BadRequest, "image_process_failed"),
    (lambda bot, chat: bot.send_photo(chat, picture(2100, 100)), BadRequest, "photo_invalid_dimensions"),
    (lambda bot, chat: bot.send_photo(chat, bytes((10 << 20) + 1)), NetworkError, "request entity too large"),
    (
        lambda bot, chat: bot.send_document(chat, bytes((50 << 20) + 1)),
        NetworkError,
        "request entity too large",
    ),
    (lambda bot, chat: bot.send_photo(chat, "unknown-id"), BadRequest, "wrong remote file identifier"),
    (lambda bot, chat: bot.send_media_group(chat, [PORTRAIT]), BadRequest, "too few messages"),
    (lambda bot, chat: bot.send_media_group(chat, [PORTRAIT] * 11), BadRequest, "too many messages"),
    (
        lambda bot, chat: bot.send_media_group(chat, [PORTRAIT, InputMediaDocument(b"x", filename="a")]),
        BadRequest,
        "can't be mixed",
    ),
    (lambda bot, chat: bot.send_chat_action(chat, "dancing"), BadRequest, "wrong parameter action"),
    (lambda bot, chat: bot.edit_message_text("x", chat, 999), BadRequest, "message to edit not found"),
    (lambda bot, chat: bot.edit_message_text("x", chat, 1), BadRequest, "message can't be edited"),
    (lambda bot, chat: bot.delete_message(chat, 999), BadRequest, "message to delete not found"),
    (lambda bot, chat: bot.delete_messages(chat, [1] * 101), BadRequest, "from 1 to 100"),
    (lambda bot, chat: bot.answer_callback_query("17"), BadRequest, "query is too old"),
    (lambda bot, chat: bot.set_webhook("http://plain"), BadRequest, "bad webhook"),
    (lambda bot, chat: bot.set_my_commands([("Imagine", "draw")]), BadRequest, "bot_command_invalid"),
    (lambda bot, chat: bot.get_chat_member(chat, 5), BadRequest, "participant_id_invalid"),
    (lambda bot, chat: bot.get_file("unknown-id"), BadRequest, "wrong remote file identifier"),
    (lambda bot, chat: bot.do_api_request("sendFlowers"), EndPointNotFound, "not found"),
]


@pytest.mark.parametrize(("work", "error", "words"), REFUSALS, ids=[words for *_, words in REFUSALS])
def test_what_telegram_refuses_is_refused_in_its_words(
    server: BotApiServer,
    ana: Person,
    work: Callable[[Bot, int], Awaitable[object]],
    error: type[TelegramError],
    words: str,
) -> None:
    caught = refused(server, lambda bot: work(bot, ana.id))

    assert isinstance(caught, error)
    assert words in str(caught).lower()
    assert ana.from_bot() == []


def test_limits_are_reached_before_they_are_passed(server: BotApiServer, ana: Person) -> None:
    async def fill(bot: Bot) -> None:
        await bot.send_message(ana.id, "x" * 4096, reply_markup=buttons("é" * 32, *["a"] * 99))
        await bot.send_photo(ana.id, PICTURE, caption="x" * 1024)
        await bot.send_media_group(ana.id, [PORTRAIT] * 10)
        await bot.send_document(ana.id, bytes(50 << 20), filename="large.bin")

    as_bot(server, fill)

    assert len(ana.from_bot()) == 13


def test_an_edit_that_changes_nothing_is_refused(server: BotApiServer, ana: Person) -> None:
    async def edit_in_vain(bot: Bot) -> None:
        text = await bot.send_message(ana.id, "<b>same</b>", parse_mode="HTML", reply_markup=buttons("a"))
        photo = await bot.send_photo(ana.id, PICTURE, caption="same")
        with pytest.raises(BadRequest, match="not modified"):
            await text.edit_text(" <b>same</b> ", parse_mode="HTML", reply_markup=buttons("a"))
        with pytest.raises(BadRequest, match="not modified"):
            await text.edit_reply_markup(buttons("a"))
        with pytest.raises(BadRequest, match="not modified"):
            await photo.edit_media(InputMediaPhoto(photo.photo[-1].file_id, caption="same"))
        with pytest.raises(BadRequest, match="not modified"):
            await photo.edit_caption("same")
        await text.edit_text("same", reply_markup=buttons("a"))

    as_bot(server, edit_in_vain)

    assert [message.edits for message in ana.from_bot()] == [1, 0]


def test_texts_and_captions_are_not_each_other(server: BotApiServer, ana: Person) -> None:
    async def confuse(bot: Bot) -> None:
        text, photo = await bot.send_message(ana.id, "words"), await bot.send_photo(ana.id, PICTURE)
        with pytest.raises(BadRequest, match=r"(?i)there is no text in the message to edit"):
            await photo.edit_text("words")
        with pytest.raises(BadRequest, match=r"(?i)there is no caption in the message to edit"):
            await text.edit_caption("words")

    as_bot(server, confuse)


def test_albums_get_no_keyboard(server: BotApiServer, ana: Person) -> None:
    async def press(bot: Bot) -> None:
        parts = await bot.send_media_group(ana.id, [PORTRAIT, InputMediaPhoto(picture(shade=5))])
        with pytest.raises(BadRequest, match="can't be edited"):
            await parts[0].edit_reply_markup(buttons("a"))

    as_bot(server, press)


def test_nobody_is_written_to_who_did_not_write_first(server: BotApiServer, ana: Person) -> None:
    ben = server.person("Ben")

    with pytest.raises(Forbidden, match="can't initiate conversation"):
        as_bot(server, lambda bot: bot.send_message(ben.id, "Hi"))
    ana.block()
    with pytest.raises(Forbidden, match="blocked by the user"):
        as_bot(server, lambda bot: bot.send_message(ana.id, "Hi"))


def test_a_file_over_20_mb_cannot_be_fetched(server: BotApiServer, ana: Person) -> None:
    ana.send_document(bytes((20 << 20) + 1), "raw.dng")

    async def fetch(bot: Bot) -> None:
        message = (await bot.get_updates())[-1].message
        assert message is not None
        assert message.document is not None
        await message.document.get_file()

    assert "file is too big" in str(refused(server, fetch)).lower()


def test_a_tap_is_answered_in_time_or_not_at_all() -> None:
    now = [1_000_000.0]
    with BotApiServer(clock=lambda: now[0]) as server:
        ana = server.person("Ana")
        ana.send("/start")
        as_bot(server, lambda bot: bot.send_message(ana.id, "Go?", reply_markup=buttons("go")))
        tapped = ana.tap("Go")
        now[0] += 151

        caught = refused(server, lambda bot: bot.answer_callback_query(tapped.id))

    assert "query is too old" in str(caught).lower()


def test_messages_older_than_two_days_stay() -> None:
    now = [1_000_000.0]
    with BotApiServer(clock=lambda: now[0]) as server:
        ana = server.person("Ana")
        old = ana.send("/start")
        now[0] += 48 * 3600 + 1

        caught = refused(server, lambda bot: bot.delete_message(ana.id, old.id))

    assert "can't be deleted" in str(caught)


def call(server: BotApiServer, method: str, **sent: object) -> tuple[int, str]:
    answer = httpx.post(f"{server.url}/bot{server.token}/{method}", json=sent)
    return answer.status_code, answer.json().get("description", "")


def test_parameters_are_held_against_the_documentation(server: BotApiServer, ana: Person) -> None:
    assert call(server, "sendMessage", text="x") == (400, "Bad Request: chat_id is empty")
    assert call(server, "sendMessage", chat_id=ana.id) == (400, "Bad Request: message text is empty")
    assert call(server, "sendPhoto", chat_id=ana.id) == (400, "Bad Request: there is no photo in the request")
    status, why = call(server, "deleteMessage", chat_id=ana.id, message_id="first")
    assert (status, "message_id must be a number" in why) == (400, True)
    status, why = call(server, "sendMessage", chat_id=ana.id, text="x", disable_notification="maybe")
    assert (status, "must be a boolean" in why) == (400, True)
    status, why = call(server, "sendMessage", chat_id=ana.id, text="x", reply_markup="{")
    assert (status, why) == (400, "Bad Request: can't parse reply_markup JSON object")
    status, why = call(server, "sendMessage", chat_id=ana.id, text="x", reply_parameters={"quote": "y"})
    assert (status, "'message_id' must be specified" in why) == (400, True)
    rows = {"inline_keyboard": [[{"text": "no action"}]]}
    status, why = call(server, "sendMessage", chat_id=ana.id, text="x", reply_markup=rows)
    assert (status, "Text buttons are unallowed" in why) == (400, True)
    assert server.violations == []


def test_what_the_documentation_does_not_know_is_noted(server: BotApiServer, ana: Person) -> None:
    rows = {"inline_keyboard": [[{"text": "a", "callback_data": "a", "colour": "red"}] * 9]}

    assert call(server, "sendMessage", chat_id=ana.id, text="x", parsemode="HTML", reply_markup=rows) == (
        200,
        "",
    )
    assert call(server, "sendDice", chat_id=ana.id) == (404, "Not Found")

    noted = "\n".join(server.violations)
    assert "unknown parameter 'parsemode'" in noted
    assert "unknown field 'colour' in reply_markup.inline_keyboard[0][0] (InlineKeyboardButton)" in noted
    assert "9 buttons in a row" in noted
    assert "sendDice: no method of this server" in noted


def test_forms_and_addresses_carry_parameters_too(server: BotApiServer, ana: Person) -> None:
    method = f"{server.url}/bot{server.token}/sendMessage"

    httpx.post(method, data={"chat_id": str(ana.id), "text": "form"}).raise_for_status()
    httpx.get(method, params={"chat_id": str(ana.id), "text": "address"}).raise_for_status()

    assert [message.text for message in ana.from_bot()] == ["form", "address"]


@pytest.mark.parametrize("body", ["{", "[1]"])
def test_a_body_that_is_no_json_object_is_refused(server: BotApiServer, body: str) -> None:
    method = f"{server.url}/bot{server.token}/getMe"

    answer = httpx.post(method, content=body, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["ok"]) == (400, False)
