"""The server answers the real library in the shape of every method."""

import asyncio
import time

import pytest
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    ReplyParameters,
)
from telegram.error import BadRequest, Conflict, InvalidToken

from tests.botapi import BotApiServer, Person
from tests.botapi.conftest import as_bot, library_bot, picture, updates

LIKE = InlineKeyboardMarkup([[InlineKeyboardButton("Like", callback_data="like:1")]])


def test_the_bot_learns_who_it_is(server: BotApiServer) -> None:
    me = as_bot(server, lambda bot: bot.get_me())

    assert (me.is_bot, me.can_join_groups, me.can_read_all_group_messages) == (True, True, False)
    assert server.token.startswith(f"{me.id}:")


def test_another_token_is_not_let_in(server: BotApiServer) -> None:
    async def knock() -> None:
        async with Bot("1:stranger", base_url=f"{server.url}/bot"):
            pass

    with pytest.raises(InvalidToken):
        asyncio.run(knock())


def test_a_text_reaches_the_person_with_entities_and_buttons(server: BotApiServer, ana: Person) -> None:
    sent = as_bot(
        server, lambda bot: bot.send_message(ana.id, "Hi <b>Ana</b>", parse_mode="HTML", reply_markup=LIKE)
    )

    seen = ana.from_bot()[-1]
    assert (sent.text, sent.parse_entities()) == ("Hi Ana", {sent.entities[0]: "Ana"})
    assert sent.reply_markup == LIKE
    assert (seen.id, seen.text, seen.buttons) == (sent.message_id, "Hi Ana", ["Like"])
    assert server.violations == []


def test_what_the_bot_uploads_can_be_read_back(server: BotApiServer, ana: Person) -> None:
    drawn, written = picture(900, 700), b"any bytes"

    async def show(bot: Bot) -> None:
        photo = await bot.send_photo(ana.id, drawn, caption="a sheet")
        assert [size.width for size in photo.photo] == [90, 320, 800, 900]
        again = await bot.send_photo(ana.id, photo.photo[0].file_id)
        assert again.photo[-1].file_unique_id == photo.photo[-1].file_unique_id
        document = await bot.send_document(ana.id, written, filename="face.safetensors")
        assert document.document is not None
        assert (document.document.file_name, document.document.file_size) == ("face.safetensors", 9)

    as_bot(server, show)

    assert [message.content for message in ana.from_bot()] == [drawn, drawn, written]
    assert [message.media for message in ana.from_bot()] == ["photo", "photo", "document"]
    assert server.violations == []


def test_an_album_shares_one_id_and_keeps_each_picture(server: BotApiServer, ana: Person) -> None:
    drawn = [picture(shade=shade) for shade in (1, 2, 3)]
    media = [InputMediaPhoto(content, caption=f"number {place}") for place, content in enumerate(drawn)]

    sent = as_bot(server, lambda bot: bot.send_media_group(ana.id, media))

    assert len({message.media_group_id for message in sent}) == 1
    assert [message.content for message in ana.from_bot()] == drawn
    assert [message.caption for message in ana.from_bot()] == ["number 0", "number 1", "number 2"]
    assert server.violations == []


def test_a_placeholder_becomes_a_picture_and_changes_on(server: BotApiServer, ana: Person) -> None:
    drawn = picture(shade=9)

    async def draw(bot: Bot) -> None:
        sent = await bot.send_message(ana.id, "Drawing 4...")
        await sent.edit_text("Drawing 3...")
        await sent.edit_media(InputMediaPhoto(drawn, caption="1 to 4"), reply_markup=LIKE)
        await sent.edit_caption("five of five", reply_markup=LIKE)
        await sent.edit_reply_markup(None)

    as_bot(server, draw)

    seen = ana.from_bot()[-1]
    assert (seen.content, seen.caption, seen.text, seen.buttons) == (drawn, "five of five", "", [])
    assert [earlier.words for earlier in seen.history] == [
        "Drawing 4...",
        "Drawing 3...",
        "1 to 4",
        "five of five",
    ]
    assert seen.edits == 4
    assert server.violations == []


def test_a_document_can_take_the_place_of_a_photo(server: BotApiServer, ana: Person) -> None:
    async def show(bot: Bot) -> None:
        sent = await bot.send_photo(ana.id, picture())
        await sent.edit_media(InputMediaDocument(b"original", filename="one.png"))

    as_bot(server, show)

    assert (ana.from_bot()[-1].media, ana.from_bot()[-1].content) == ("document", b"original")


def test_deleted_messages_are_gone(server: BotApiServer, ana: Person) -> None:
    async def clean(bot: Bot) -> None:
        ids = [(await bot.send_message(ana.id, text)).message_id for text in ("one", "two", "three")]
        await bot.delete_message(ana.id, ids[0])
        await bot.delete_messages(ana.id, [*ids[1:], 9999])

    as_bot(server, clean)

    assert ana.from_bot() == []
    assert [message.text for message in server.world.deleted] == ["one", "two", "three"]


def test_commands_menus_actions_chats_and_members_answer(server: BotApiServer, ana: Person) -> None:
    async def ask(bot: Bot) -> None:
        await bot.set_my_commands([BotCommand("imagine", "draw")], language_code="es")
        assert [each.command for each in await bot.get_my_commands(language_code="es")] == ["imagine"]
        assert await bot.get_my_commands() == ()
        assert await bot.send_chat_action(ana.id, "upload_photo")
        assert (await bot.get_chat(ana.id)).first_name == "Ana"
        assert (await bot.get_chat_member(ana.id, ana.id)).status == "member"

    as_bot(server, ask)

    assert server.violations == []


def test_a_webhook_stands_in_the_way_of_polling_until_deleted(server: BotApiServer, ana: Person) -> None:
    async def switch(bot: Bot) -> None:
        await bot.set_webhook("https://likeness.example/hook")
        with pytest.raises(Conflict):
            await bot.get_updates()
        assert (await bot.get_webhook_info()).pending_update_count == 1
        await bot.delete_webhook(drop_pending_updates=True)
        assert await bot.get_updates() == ()

    as_bot(server, switch)


def test_updates_come_until_the_offset_acknowledges_them(server: BotApiServer, ana: Person) -> None:
    ana.send("one")
    ana.send("two")

    first = updates(server, limit=2)
    assert [each.message.text for each in first if each.message] == ["/start", "one"]
    assert updates(server, limit=2) == first
    rest = updates(server, offset=first[-1].update_id + 1)
    assert [each.message.text for each in rest if each.message] == ["two"]
    assert updates(server, offset=-1) == rest


def test_a_poll_ends_the_moment_somebody_writes(server: BotApiServer, ana: Person) -> None:
    async def poll(bot: Bot) -> tuple[float, str | None]:
        old = await bot.get_updates()
        waiting = asyncio.create_task(bot.get_updates(offset=old[-1].update_id + 1, timeout=5))
        await asyncio.sleep(0.1)
        began = time.monotonic()
        await asyncio.to_thread(ana.send, "now")
        (update,) = await waiting
        return time.monotonic() - began, update.message.text if update.message else None

    waited, text = as_bot(server, poll)

    assert text == "now"
    assert waited < 1.0


def test_of_two_pollers_the_first_is_sent_away(server: BotApiServer) -> None:
    async def fight(bot: Bot) -> None:
        first = asyncio.create_task(bot.get_updates(timeout=5))
        await asyncio.sleep(0.1)
        async with library_bot(server) as other:
            assert await other.get_updates(timeout=0) == ()
        with pytest.raises(Conflict):
            await first

    as_bot(server, fight)


def test_kinds_of_updates_nobody_asked_for_are_not_kept(server: BotApiServer, ana: Person) -> None:
    as_bot(server, lambda bot: bot.get_updates(offset=10**9, allowed_updates=["callback_query"]))
    ana.send("hello?")

    assert updates(server) == ()


def test_kinds_that_are_off_by_default_come_only_when_asked_for(server: BotApiServer, ana: Person) -> None:
    reaction: dict[str, object] = {"message_reaction_count": {}}
    server.update(reaction)
    assert len(server.world.updates) == 1
    as_bot(server, lambda bot: bot.get_updates(allowed_updates=["message_reaction_count"]))

    server.update(reaction)

    assert [sorted(each)[0] for each in server.world.updates] == ["message", "message_reaction_count"]


def test_a_redelivered_update_has_its_old_id_even_when_acknowledged(
    server: BotApiServer, ana: Person
) -> None:
    (first,) = updates(server)
    assert updates(server, offset=first.update_id + 1) == ()

    server.redeliver()

    assert [each.update_id for each in updates(server, offset=first.update_id + 1)] == [first.update_id]
    assert updates(server, offset=first.update_id + 1) == ()


def test_a_raw_update_arrives_as_it_is(server: BotApiServer) -> None:
    update_id = server.update(
        {"poll_answer": {"poll_id": "5", "option_ids": [], "option_persistent_ids": []}}
    )

    (update,) = updates(server)

    assert (update.update_id, update.poll_answer.poll_id if update.poll_answer else "") == (update_id, "5")


def test_replies_name_what_they_answer_or_are_refused(server: BotApiServer, ana: Person) -> None:
    asked = ana.send("which one?")

    async def reply(bot: Bot) -> None:
        sent = await bot.send_message(ana.id, "this", reply_parameters=ReplyParameters(asked.id))
        assert sent.reply_to_message is not None
        assert sent.reply_to_message.text == "which one?"
        with pytest.raises(BadRequest, match="replied not found"):
            await bot.send_message(ana.id, "this", reply_parameters=ReplyParameters(999))
        lenient = ReplyParameters(999, allow_sending_without_reply=True)
        assert (await bot.send_message(ana.id, "this", reply_parameters=lenient)).reply_to_message is None

    as_bot(server, reply)
