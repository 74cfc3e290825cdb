"""Texts with formatting: HTML and MarkdownV2 to plain text with entities, and the entities people type.

Rules: https://core.telegram.org/bots/api#formatting-options. Offsets and lengths are in UTF-16 units.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.botapi.refusals import Refused, bad_request

Entity = dict[str, Any]

TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "span": "spoiler", "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}  # fmt: skip
MARKS = {"*": "bold", "_": "italic", "__": "underline", "~": "strikethrough", "||": "spoiler"}
CODE_MARKS = {"`": "code", "```": "pre"}
RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
NAMED_CHARACTERS = frozenset({"&lt;", "&gt;", "&amp;", "&quot;"})
HTML_PART = re.compile(r"</?([a-zA-Z][\w-]*)([^<>]*)>|<|&(?:#x?[0-9a-fA-F]+|\w+);|[^<&]+|&")
MARKDOWN_PART = re.compile(r"\\(.)|```|__|\|\||!?\[|\]\(|.", re.DOTALL)
TYPED = re.compile(r"(?<!\S)/(?P<bot_command>\w{1,32}(?:@\w+)?)|(?<!\w)@(?P<mention>\w{3,32})")


@dataclass
class _Writing:
    """Plain text as it grows, with the entities that are open and those that are finished."""

    text: str = ""
    opened: list[tuple[str, int, int, Entity]] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def open(self, mark: str, at: int, entity: Entity) -> None:
        self.opened.append((mark, at, units(self.text), entity))

    def close(self, **more: str) -> None:
        _, _, start, entity = self.opened.pop()
        length = units(self.text) - start
        if length:
            self.entities.append({**entity, **more, "offset": start, "length": length})

    def finished(self) -> tuple[str, list[Entity]]:
        leading = units(self.text) - units(self.text.lstrip())
        text = self.text.strip()
        placed = []
        for entity in self.entities:
            start = max(entity["offset"] - leading, 0)
            end = min(entity["offset"] + entity["length"] - leading, units(text))
            if start < end:
                placed.append({**entity, "offset": start, "length": end - start})
        return text, sorted(placed, key=lambda each: (each["offset"], -each["length"]))


def units(text: str) -> int:
    """Return the length as Telegram counts offsets."""
    return len(text.encode("utf-16-le")) // 2


def spelled(text: str, entity: Entity) -> str:
    """Return the part of the text that an entity covers."""
    start, end = entity["offset"], entity["offset"] + entity["length"]
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")


def read_text(text: str, parse_mode: str | None, entities: list[Entity] | None) -> tuple[str, list[Entity]]:
    """Return the text without its formatting and the entities in its place."""
    match (parse_mode or "").lower():
        case "":
            written = _Writing(text, entities=list(entities or []))
            return written.finished()
        case "html":
            return _read_html(text)
        case "markdownv2":
            return _read_markdown(text)
        case _:
            raise bad_request(f"unsupported parse_mode {parse_mode!r}")


def typed_entities(text: str) -> list[Entity]:
    """Return the commands and mentions in what a person typed."""
    return [
        {"type": found.lastgroup, "offset": units(text[: found.start()]), "length": units(found.group())}
        for found in TYPED.finditer(text)
    ]


def _refusal(why: str) -> Refused:
    return bad_request(f"can't parse entities: {why}")


def _offset(text: str, place: int) -> int:
    return len(text[:place].encode())


def _read_html(text: str) -> tuple[str, list[Entity]]:
    written = _Writing()
    for part in HTML_PART.finditer(text):
        at, tag = _offset(text, part.start()), (part[1] or "").lower()
        if part[0].startswith("</") and tag:
            _close_tag(written, tag, at)
        elif tag:
            written.open(tag, at, _tag_entity(tag, part[2], at))
        elif part[0] == "<":
            raise _refusal(
                f"Unsupported start tag {text[part.start() + 1 : part.start() + 12]!r} at byte offset {at}"
            )
        elif part[0].startswith("&#") or part[0] in NAMED_CHARACTERS:
            written.text += html.unescape(part[0])
        else:
            written.text += part[0]
    if written.opened:
        mark, at, *_ = written.opened[-1]
        raise _refusal(f'Can\'t find end tag corresponding to start tag "{mark}" at byte offset {at}')
    return written.finished()


def _tag_entity(tag: str, attributes: str, at: int) -> Entity:
    if tag not in TAGS or (tag == "span" and "tg-spoiler" not in attributes):
        raise _refusal(f'Unsupported start tag "{tag}" at byte offset {at}')
    entity: Entity = {"type": TAGS[tag]}
    if tag == "a":
        found = re.search(r"""href\s*=\s*["']([^"']*)["']""", attributes)
        entity["url"] = html.unescape(found[1]) if found else ""
    elif tag == "tg-emoji":
        found = re.search(r"""emoji-id\s*=\s*["'](\d+)["']""", attributes)
        if not found:
            raise _refusal(f'Tag "tg-emoji" must have attribute "emoji-id" at byte offset {at}')
        entity["custom_emoji_id"] = found[1]
    return entity


def _close_tag(written: _Writing, tag: str, at: int) -> None:
    if not written.opened:
        raise _refusal(f"Unexpected end tag at byte offset {at}")
    expected = written.opened[-1][0]
    if tag != expected:
        raise _refusal(f'Unmatched end tag at byte offset {at}, expected "</{expected}>", found "</{tag}>"')
    written.close()


def _read_markdown(text: str) -> tuple[str, list[Entity]]:
    written = _Writing()
    parts = MARKDOWN_PART.finditer(text)
    for part in parts:
        at, mark = _offset(text, part.start()), part[0]
        inside = written.opened[-1][0] if written.opened else ""
        if part[1]:
            written.text += part[1]
        elif inside in CODE_MARKS and mark != inside:
            written.text += mark
        elif mark == inside:
            written.close()
        elif mark in MARKS or mark in CODE_MARKS:
            written.open(mark, at, {"type": {**MARKS, **CODE_MARKS}[mark]})
        elif mark in {"[", "!["}:
            written.open(mark, at, {"type": "text_link" if mark == "[" else "custom_emoji"})
        elif mark == "](" and inside in {"[", "!["}:
            target = _target(parts, at)
            key = "url" if inside == "[" else "custom_emoji_id"
            written.close(**{key: target if inside == "[" else target.partition("emoji?id=")[2]})
        elif mark == ">" and written.text[-1:] in {"", "\n"}:
            # A quote's lines are ordinary text here: nothing reads where it ends.
            continue
        elif RESERVED.intersection(mark):
            raise _refusal(f"Character '{mark}' is reserved and must be escaped with the preceding '\\'")
        else:
            written.text += mark
    if written.opened:
        _, at, _, entity = written.opened[-1]
        raise _refusal(f"Can't find end of {entity['type'].title()} entity at byte offset {at}")
    return written.finished()


def _target(parts: Iterator[re.Match[str]], at: int) -> str:
    target = ""
    for part in parts:
        if part[0] == ")":
            return target
        target += part[1] or part[0]
    raise _refusal(f"Can't find end of a URL at byte offset {at}")
