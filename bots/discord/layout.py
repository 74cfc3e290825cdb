"""How a reply is made of Discord's components: words, a gallery, rows of buttons, lists."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch

import discord
from discord import ui
from PIL import Image

from bots.discord.hear import custom_id
from bots.turns import open_document, open_picture
from bots.words import cut
from core.conversation.exchange_phrases import too_large_here
from core.conversation.language import gettext as _
from core.conversation.messages import Document, Gallery, Option, Original, Reply, Say, TextFile
from core.conversation.views import Shown
from core.sheets import sheet
from core.storage.studio import Studio

# https://docs.discord.com/developers/components/reference
LONGEST_TEXT = 3800  # of 4000, because the marks that keep words plain count as well
LONGEST_LABEL, LONGEST_CHOICE = 80, 100
BUTTONS_IN_ROW, MOST_BUTTONS, MOST_CHOICES, MOST_LISTS = 5, 20, 25, 5
MOST_PICTURES = 10  # of a gallery, and of a message's files
PHOTOS_ON_SHEET = 9
MOST_BYTES = 24 << 20  # of one message; Discord takes 25 MiB with all around it
LISTED = frozenset({"out", "in", "picture"})  # steps whose options stand in a list
GREY = "wait"
OURS = {"/new": "/profile new", "/delete": "/profile delete"}  # commands that have other names here


@dataclass(frozen=True)
class Content:
    """What is shown: words, options and files; the files of a gallery stand in it."""

    text: str
    options: tuple[Option, ...] = ()
    files: tuple[tuple[str, bytes, str], ...] = ()  # name, bytes, what a screen reader says
    gallery: bool = True
    framed: bool = False


@singledispatch
def content(reply: Reply, studio: Studio, limit: int) -> Content:
    """Open a reply's pictures and fit them into `limit` bytes each."""
    raise NotImplementedError(type(reply).__name__)


@content.register
def _say(reply: Say, studio: Studio, limit: int) -> Content:
    return Content(reply.text, reply.options, framed=reply.slot.startswith("panel-"))


@content.register
def _gallery(reply: Gallery, studio: Studio, limit: int) -> Content:
    framed = reply.slot.startswith("panel-")
    opened = [(open_picture(studio, picture), picture.label) for picture in reply.pictures]
    if framed or len(opened) > MOST_PICTURES:
        opened = _numbered(opened)
    each = min(limit, MOST_BYTES // max(1, len(opened)))
    files = tuple(
        (f"picture-{number}.{_suffix(fitted)}", fitted, label)
        for number, (fitted, label) in enumerate(((fit(one, each), label) for one, label in opened), 1)
    )
    labels = [
        f"{number}: {picture.label}" for number, picture in enumerate(reply.pictures, 1) if picture.label
    ]
    text = reply.text if framed or not labels else f"{reply.text}\n{' · '.join(labels)}"
    return Content(text, reply.options, files, framed=framed)


@content.register
def _original(reply: Original, studio: Studio, limit: int) -> Content:
    opened = open_picture(studio, reply.picture)
    fitted = fit(opened, min(limit, MOST_BYTES))
    text = reply.text
    if fitted is not opened:
        smaller = _("Made smaller: files may have {megabytes} MB here.").format(megabytes=limit >> 20)
        text = f"{reply.text}\n{smaller}"
    name = f"{reply.name.rpartition('.')[0]}.{_suffix(fitted)}"
    return Content(text, files=((name, fitted, reply.text),), gallery=False)


@content.register
def _text_file(reply: TextFile, studio: Studio, limit: int) -> Content:
    return Content(reply.text, files=((reply.name, reply.content.encode(), reply.name),), gallery=False)


@content.register
def _document(reply: Document, studio: Studio, limit: int) -> Content:
    opened = open_document(studio, reply)
    if len(opened) > limit:
        return Content(too_large_here(reply.name, len(opened), limit))
    return Content(reply.text, files=((reply.name, opened, reply.name),), gallery=False)


def media(studio: Studio, reply: Reply) -> str:
    """Which pictures a reply shows; empty for words."""
    shown: tuple[Shown, ...] = ()
    if isinstance(reply, Gallery):
        shown = reply.pictures
    elif isinstance(reply, Original):
        shown = (reply.picture,)
    elif isinstance(reply, Document):
        shown = (reply.weights,)
    return studio.keys.fingerprint("shown", "\n".join(one.file for one in shown).encode()) if shown else ""


def files(shown: Content) -> list[discord.File]:
    """The files as the library sends them; each may be sent once."""
    return [
        discord.File(io.BytesIO(data), name, description=label[:1024] or None)
        for name, data, label in shown.files
    ]


def view(shown: Content, user: int, *, mention: bool = False) -> ui.LayoutView:
    """The components of a message; made where an event loop runs."""
    made = ui.LayoutView(timeout=None)
    items: list[ui.Item[ui.LayoutView]] = []
    text = plain(
        cut(shown.text, LONGEST_TEXT // 2 if len(plain(shown.text)) > LONGEST_TEXT else LONGEST_TEXT)
    )
    if mention:
        text = f"<@{user}>\n{text}"
    if text.strip():
        items.append(ui.TextDisplay(text))
    if shown.files and shown.gallery:
        gallery: ui.MediaGallery[ui.LayoutView] = ui.MediaGallery()
        for name, _, label in shown.files:
            gallery.add_item(media=f"attachment://{name}", description=label[:256] or None)
        items.append(gallery)
    elif shown.files:
        items += [ui.File(f"attachment://{name}") for name, _, _ in shown.files]
    items += _rows(shown.options, user)
    if shown.framed:
        made.add_item(ui.Container(*items))
    else:
        for item in items:
            made.add_item(item)
    made.stop()  # the library would keep it in memory to call it back; we go by custom ids
    return made


def _rows(options: Sequence[Option], user: int) -> list[ui.Item[ui.LayoutView]]:
    listed = [option for option in options if _step(option) in LISTED]
    tapped = [option for option in options if _step(option) not in LISTED]
    if len(tapped) > MOST_BUTTONS:
        tapped, listed = [], [*tapped, *listed]
    rows: list[ui.Item[ui.LayoutView]] = [
        ui.ActionRow(*(_button(option, user) for option in tapped[start : start + BUTTONS_IN_ROW]))
        for start in range(0, len(tapped), BUTTONS_IN_ROW)
    ]
    for number in range(min(MOST_LISTS, -(-len(listed) // MOST_CHOICES))):
        part = listed[number * MOST_CHOICES : (number + 1) * MOST_CHOICES]
        choices = [discord.SelectOption(label=each.label[:LONGEST_CHOICE], value=each.key) for each in part]
        rows.append(
            ui.ActionRow(
                ui.Select(
                    custom_id=custom_id(user, f"pick:{number}"),
                    placeholder=f"{part[0].label} ... {part[-1].label}"[:150],
                    options=choices,
                )
            )
        )
    return rows


def _button(option: Option, user: int) -> ui.Button[ui.LayoutView]:
    danger = discord.ButtonStyle.danger
    styles = {"train": discord.ButtonStyle.success, "erase": danger, "forget-all": danger}
    return ui.Button(
        label=option.label[:LONGEST_LABEL],
        custom_id=custom_id(user, option.key),
        disabled=_step(option) == GREY,
        style=styles.get(_step(option), discord.ButtonStyle.secondary),
    )


def _step(option: Option) -> str:
    return option.key.partition(":")[0]


def plain(text: str) -> str:
    """Words that Discord shows as they are: no marks, no mentions, no links; with the commands' names here."""
    for ours, here in OURS.items():
        text = re.sub(rf"(?<![\w/]){ours}\b", here, text, flags=re.ASCII)
    return re.sub(r"([\\*_~`|<>#\[\]@:])", r"\\\1", text)


def _numbered(opened: list[tuple[bytes, str]]) -> list[tuple[bytes, str]]:
    """Photos with their numbers below, each alone while there are few; Discord shows no words under pictures."""
    size = 1 if len(opened) <= MOST_PICTURES else PHOTOS_ON_SHEET
    parts = [opened[start : start + size] for start in range(0, len(opened), size)]
    return [
        (sheet([one for one, _ in part], [label for _, label in part]), ", ".join(label for _, label in part))
        for part in parts[:MOST_PICTURES]
    ]


def fit(picture: bytes, most: int) -> bytes:
    """The picture as it is, or as a JPEG, made smaller until it has at most so many bytes."""
    if len(picture) <= most:
        return picture
    with Image.open(io.BytesIO(picture)) as opened:
        smaller = opened.convert("RGB")
    while True:
        out = io.BytesIO()
        smaller.save(out, "JPEG", quality=90)
        if out.tell() <= most:
            return out.getvalue()
        smaller = smaller.resize((max(1, smaller.width * 3 // 4), max(1, smaller.height * 3 // 4)))


def _suffix(picture: bytes) -> str:
    return "png" if picture.startswith(b"\x89PNG") else "jpg"
