"""What people do in the app reaches the bot, and what the bot does shows."""

import asyncio
import io
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from PIL import Image
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest
from telegram.ext import Application, CommandHandler

from tests.botapi import BotApiServer, Person
from tests.botapi.conftest import as_bot, picture, updates
from tests.botapi.control import ControlledServer

ROOT = Path(__file__).parents[2]
LIKE = InlineKeyboardMarkup([[InlineKeyboardButton("Like", callback_data="like:1")]])


def test_a_tap_is_heard_and_answered_once(server: BotApiServer, ana: Person) -> None:
    async def talk(bot: Bot) -> None:
        await bot.send_message(ana.id, "Do you?", reply_markup=LIKE)
        ana.tap("Like")
        query = (await bot.get_updates())[-1].callback_query
        assert query is not None
        assert (query.data, query.from_user.id, query.message.text) == ("like:1", ana.id, "Do you?")  # type: ignore[union-attr] # accessible
        await query.answer("Thank you", show_alert=True)
        with pytest.raises(BadRequest, match=r"(?i)query is too old"):
            await query.answer()

    as_bot(server, talk)

    assert [(answer.data, answer.text, answer.alert) for answer in ana.answers()] == [
        ("like:1", "Thank you", True)
    ]


def test_tapping_what_is_not_there_says_what_is(server: BotApiServer, ana: Person) -> None:
    as_bot(server, lambda bot: bot.send_message(ana.id, "Do you?", reply_markup=LIKE))

    with pytest.raises(LookupError, match=r"Love.*Like"):
        ana.tap("Love")


def test_a_photo_arrives_recompressed_in_sizes_and_without_metadata(
    server: BotApiServer, ana: Person
) -> None:
    exif = Image.Exif()
    exif[0x010E] = "where I live"
    written = io.BytesIO()
    Image.new("RGB", (2000, 1000)).save(written, "JPEG", exif=exif)
    ana.send_photo(written.getvalue(), caption="me")

    async def fetch(bot: Bot) -> tuple[list[int], bytes]:
        message = (await bot.get_updates())[-1].message
        assert message is not None
        file = await message.photo[-1].get_file()
        return [size.width for size in message.photo], bytes(await file.download_as_bytearray())

    widths, content = as_bot(server, fetch)

    assert widths == [90, 320, 800, 1280]
    with Image.open(io.BytesIO(content)) as received:
        assert (received.format, received.size, dict(received.getexif())) == ("JPEG", (1280, 640), {})


def test_a_photo_is_turned_upright(server: BotApiServer, ana: Person) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    written = io.BytesIO()
    Image.new("RGB", (200, 100)).save(written, "JPEG", exif=exif)

    sent = ana.send_photo(written.getvalue())

    assert (sent.photo[-1].width, sent.photo[-1].height) == (100, 200)


def test_message_ids_are_counted_by_group_and_across_private_chats(server: BotApiServer, ana: Person) -> None:
    ben = server.person("Ben")
    group = server.group("Friday people", ana, ben)

    assert [ana.send("a").id, ben.send("b").id, ana.at(group).send("c").id] == [2, 3, 2]


def test_a_document_keeps_its_bytes_name_and_type(server: BotApiServer, ana: Person) -> None:
    content = picture(kind="PNG")
    ana.send_document(content, "me.png")

    async def fetch(bot: Bot) -> tuple[str | None, str | None, bytes]:
        message = (await bot.get_updates())[-1].message
        assert message is not None
        assert message.document is not None
        file = await message.document.get_file()
        return (
            message.document.file_name,
            message.document.mime_type,
            bytes(await file.download_as_bytearray()),
        )

    assert as_bot(server, fetch) == ("me.png", "image/png", content)


@pytest.mark.parametrize("as_documents", [False, True])
def test_the_parts_of_an_album_come_one_by_one(
    server: BotApiServer, ana: Person, *, as_documents: bool
) -> None:
    contents = [picture(shade=shade) for shade in range(3)]
    began = time.monotonic()
    ana.send_album(contents, gap=0.02, caption="us", as_documents=as_documents)

    parts = [each.message for each in updates(server)[1:] if each.message]

    assert time.monotonic() - began >= 0.04
    assert len({part.media_group_id for part in parts}) == 1
    assert [part.caption for part in parts] == ["us", None, None]
    assert [bool(part.document) for part in parts] == [as_documents] * 3


def test_in_a_group_the_bot_hears_only_what_is_meant_for_it(server: BotApiServer, ana: Person) -> None:
    ben = server.person("Ben")
    group = server.group("Friday people", ana, ben)
    posted = as_bot(server, lambda bot: bot.send_message(group, "Hello"))
    here = ben.at(group)
    here.send("what a day")
    here.send_photo(picture())
    here.send("/imagine ana as a pirate")
    here.send("/imagine@other_bot ana")
    here.send("what do you say, @Likeness_test_bot")
    here.send_photo(picture(), reply_to=posted.message_id)

    arrived = [each.effective_message for each in updates(server)[3:]]

    assert [(each.text, bool(each.photo)) for each in arrived if each] == [
        ("/imagine ana as a pirate", False),
        ("what do you say, @Likeness_test_bot", False),
        (None, True),
    ]
    assert {(each.chat.type, each.chat.title) for each in arrived if each} == {
        ("supergroup", "Friday people")
    }
    assert arrived[-1] is not None
    assert arrived[-1].reply_to_message == posted


def test_an_administrator_hears_everything_in_a_group(server: BotApiServer, ana: Person) -> None:
    group = server.group("Friday people", ana, bot_is_admin=True)
    ana.at(group).send("what a day")

    heard = updates(server)

    assert heard[-1].effective_message is not None
    assert heard[-1].effective_message.text == "what a day"
    member = as_bot(server, lambda bot: bot.get_chat_member(group, ana.id))
    assert member.status == "creator"
    assert server.violations == []


def test_waiting_ends_with_what_was_seen_or_with_the_chat(server: BotApiServer, ana: Person) -> None:
    as_bot(server, lambda bot: bot.send_message(ana.id, "Your portrait is ready"))

    assert ana.wait_for_text("ready", timeout=0.1).from_bot
    with pytest.raises(TimeoutError, match="Your portrait is ready"):
        ana.wait_for_text("failed", timeout=0.01)


def test_a_whole_application_of_the_library_talks_with_a_person(server: BotApiServer) -> None:
    async def echo(update: Update, _: object) -> None:
        assert update.message is not None
        await update.message.reply_text(f"you said {update.message.text}")

    async def talk(person: Person) -> str:
        building = Application.builder().token(server.token)
        application = building.base_url(f"{server.url}/bot").base_file_url(f"{server.url}/file/bot").build()
        application.add_handler(CommandHandler("imagine", echo))
        async with application:
            assert application.updater is not None
            await application.start()
            await application.updater.start_polling()
            person.send("/imagine a boat")
            answer = await asyncio.to_thread(person.wait_for_text, "you said")
            await application.updater.stop()
            await application.stop()
        return answer.text

    assert asyncio.run(talk(server.person("Ana"))) == "you said /imagine a boat"
    assert server.violations == []
    assert {call.status for call in server.calls()} <= {0, 200}


def test_people_can_be_driven_over_http() -> None:
    server = ControlledServer()
    with server, httpx.Client(base_url=f"{server.url}/ctl") as app:
        person = app.post("/person", json={"name": "Ana"}).json()["person"]
        files = [("file", ("a.jpg", picture(shade=1))), ("file", ("b.jpg", picture(shade=2)))]
        album = app.post("/album", data={"person": person, "caption": "us"}, files=files).json()
        as_bot(server, lambda bot: bot.send_photo(person, picture(shade=3), caption="You", reply_markup=LIKE))
        seen = app.get("/wait", params={"person": person, "text": "You", "timeout": 1}).json()
        tapped = app.post("/tap", data={"person": person, "label": "Like"}).json()
        refused = app.post("/tap", data={"person": person, "label": "Love"})
        content = app.get(f"/file/{seen['file']}").content
        chat = app.get(f"/chat/{person}").json()

    assert [part["caption"] for part in album] == ["us", ""]
    assert (tapped["data"], content) == ("like:1", picture(shade=3))
    assert refused.status_code == 400
    assert refused.json()["error"] == "LookupError: no button 'Love' to tap, there are ['Like']"
    assert [(message["from"], message["media"], message["buttons"]) for message in chat] == [
        ("Ana", "photo", []),
        ("Ana", "photo", []),
        ("Likeness", "photo", [["Like"]]),
    ]


def test_the_server_runs_on_its_own_until_told_to_stop() -> None:
    command = [sys.executable, "-m", "tests.botapi", "--port", "0", "--token", "5:abc"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip().partition("=")[2]
        listed = httpx.get(f"{url}/ctl").json()
        me = httpx.get(f"{url}/bot5:abc/getMe").json()
        process.terminate()

    assert process.returncode == 0
    assert listed["/ctl/tap"] == "Tap a button: person, label, message?, chat?."
    assert me["result"]["is_bot"] is True
