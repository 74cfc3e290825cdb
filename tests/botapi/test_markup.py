"""Formatting becomes entities, and what cannot be read is refused."""

import asyncio

import pytest

from tests.botapi import BotApiServer, Person
from tests.botapi.conftest import library_bot, refused


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<b>open", 'can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>crossed</b></i>", 'expected "</i>", found "</b>"'),
        ("shut</b>", "unexpected end tag at byte offset 4"),
        ("<h1>title</h1>", 'unsupported start tag "h1"'),
        ("1 < 2", "unsupported start tag"),
    ],
)
def test_bad_html_is_refused(server: BotApiServer, ana: Person, text: str, words: str) -> None:
    caught = str(refused(server, lambda bot: bot.send_message(ana.id, text, parse_mode="HTML"))).lower()

    assert "can't parse entities" in caught
    assert words in caught


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("*open", "can't find end of bold entity at byte offset 0"),
        ("the end.", "character '.' is reserved and must be escaped"),
        ("[likeness](https://example.org", "can't find end of a url"),
    ],
)
def test_bad_markdown_is_refused(server: BotApiServer, ana: Person, text: str, words: str) -> None:
    caught = str(refused(server, lambda bot: bot.send_message(ana.id, text, parse_mode="MarkdownV2"))).lower()

    assert words in caught


@pytest.mark.parametrize(
    ("mode", "text"),
    [
        (
            "HTML",
            '👩 &lt;<b>bold <i>both</i></b> <a href="https://example.org">link</a> <code>1&amp;2</code>',
        ),
        ("MarkdownV2", "👩 <*bold _both_* [link](https://example.org) `1&2`"),
    ],
)
def test_formatting_becomes_entities(server: BotApiServer, ana: Person, mode: str, text: str) -> None:
    async def send() -> dict[str, str]:
        async with library_bot(server) as bot:
            sent = await bot.send_message(ana.id, text, parse_mode=mode)
            assert sent.text == "👩 <bold both link 1&2"
            return {entity.type: covered for entity, covered in sent.parse_entities().items()}

    assert asyncio.run(send()) == {"bold": "bold both", "italic": "both", "text_link": "link", "code": "1&2"}
