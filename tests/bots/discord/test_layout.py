"""Replies as Discord's components, within its limits."""

import asyncio
import io
import random
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from bots.discord import layout
from bots.discord.hear import custom_id, read_custom_id
from bots.discord.layout import Content
from core.conversation.messages import Document, Gallery, Option, Original, Say
from core.conversation.views import UNUSED, USED, Shown
from core.exchange.leaving import About
from core.exchange.tensors import Tensor, Weights, written
from core.storage.studio import Studio
from tests.discordapi.model import COMPONENTS_V2, File, Json, walk
from tests.discordapi.strictness import check_message

USER = 1_200_000_000_000_000_001
MEGABYTE = 1 << 20


def drawn(shown: Content) -> list[Json]:
    """The components as they are sent, if Discord would take them."""

    async def make() -> list[Json]:
        made: list[Json] = layout.view(shown, USER).to_components()  # type: ignore[no-untyped-call]  # the library's
        return made

    components = asyncio.run(make())
    files = tuple(File(number, name, data, "") for number, (name, data, _) in enumerate(shown.files))
    check_message({"components": components, "flags": COMPONENTS_V2}, files)
    return list(walk(components))


def picture(side: int = 8, noise: int = 0) -> bytes:
    image = Image.new("RGB", (side, side))
    if noise:
        image.frombytes(random.Random(noise).randbytes(side * side * 3))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def keep(studio: Studio) -> Any:
    """Seal a picture; what shows it."""
    studio.keys.create("profile-1")

    def seal(content: bytes, label: str = "") -> Shown:
        name = f"1/{studio.keys.fingerprint('test', content)}"
        studio.files.write(name, content, studio.keys.open("profile-1"))
        return Shown(name, "profile-1", label)

    return seal


def options(count: int, step: str = "delete") -> tuple[Option, ...]:
    return tuple(Option(f"{step}:{number}", f"Label {number}") for number in range(count))


@pytest.mark.parametrize("count", [0, 1, 5, 6, 20, 21, 60, 200])
def test_any_number_of_buttons_fits(count: int) -> None:
    components = drawn(Content("Words.", options(count)))

    buttons = [each for each in components if each["type"] == 2]
    choices = [choice for each in components if each["type"] == 3 for choice in each["options"]]
    assert len(buttons) + len(choices) == min(count, 125)


def test_a_panel_of_fifty_photos_fits(studio: Studio, keep: Any) -> None:
    pictures = tuple(keep(picture(8, number), str(number)) for number in range(1, 51))
    reply = Gallery(pictures, "Words. " * 900, (*options(10), *options(50, "out")), "panel-1")

    shown = layout.content(reply, studio, 10 * MEGABYTE)
    components = drawn(shown)

    assert len(shown.files) == 6
    assert shown.files[0][2] == "1, 2, 3, 4, 5, 6, 7, 8, 9"
    assert sum(len(each["options"]) for each in components if each["type"] == 3) == 50


def test_a_set_of_photos_is_one_sheet_with_the_numbers_on_it(studio: Studio, keep: Any) -> None:
    pictures = tuple(
        replace(keep(picture(8, number), f"{number} (not used)"), mark=UNUSED if number == 3 else USED)
        for number in range(1, 13)
    )

    shown = layout.content(Gallery(pictures, "Words.", (), "sheet-1"), studio, 10 * MEGABYTE)

    [(__, data, label)] = shown.files
    assert label.startswith("1 (not used), 2 ")
    assert shown.text == "Words."
    assert Image.open(io.BytesIO(data)).width > 768


def test_drawn_pictures_are_shown_as_they_are(studio: Studio, keep: Any) -> None:
    pictures = (keep(picture(8, 1), "likeness 0.81"), keep(picture(8, 2), "likeness 0.79"))

    shown = layout.content(Gallery(pictures, "Likeness under each."), studio, 10 * MEGABYTE)

    assert [data for _, data, _ in shown.files] == [picture(8, 1), picture(8, 2)]
    assert shown.text == "Likeness under each.\n1: likeness 0.81 · 2: likeness 0.79"
    drawn(shown)


def test_what_is_too_large_is_made_to_fit(studio: Studio, keep: Any) -> None:
    large = picture(700, 5)
    assert len(large) > MEGABYTE

    shown = layout.content(Original(keep(large), "likeness-7.png", "0.81"), studio, MEGABYTE // 4)

    ((name, data, _),) = shown.files
    assert name == "likeness-7.jpg"
    assert len(data) <= MEGABYTE // 4
    assert "Made smaller" in shown.text
    drawn(shown)


def test_an_original_stays_as_it_is_where_it_fits(studio: Studio, keep: Any) -> None:
    shown = layout.content(Original(keep(picture(8, 3)), "likeness-7.png", "0.81"), studio, MEGABYTE)

    assert shown.files[0][:2] == ("likeness-7.png", picture(8, 3))


@pytest.mark.parametrize(
    "text", ["*" * 4000, "word " * 2000, "line\n" * 2000, "\N{GRINNING FACE}" * 4000, ""]
)
def test_any_words_fit(text: str) -> None:
    drawn(Content(text, options(1)))


def test_words_are_not_marks() -> None:
    assert layout.plain("**x** <@1> @everyone [a](http://b)") == (
        r"\*\*x\*\* \<\@1\> \@everyone \[a\](http\://b)"
    )


def test_commands_have_their_names_here() -> None:
    assert layout.plain("/new goes on, /delete ends, /newer and a/new stay") == (
        "/profile new goes on, /profile delete ends, /newer and a/new stay"
    )


def test_a_button_that_waits_is_grey() -> None:
    (button,) = [
        each for each in drawn(Content("", (Option("wait:1:x", "Train: later"),))) if each["type"] == 2
    ]

    assert button["disabled"]


def test_a_custom_id_names_its_owner() -> None:
    assert read_custom_id(custom_id(USER, "one:7")) == (USER, "one:7")


@pytest.mark.parametrize("written", ["", "one:7", "7/", "x/one:7", "7/\N{GRINNING FACE}", "7/" + "a" * 65])
def test_a_custom_id_of_others_is_recognised(written: str) -> None:
    with pytest.raises(ValueError, match="no button of ours"):
        read_custom_id(written)


def test_every_slot_but_a_panel_is_unframed(studio: Studio) -> None:
    assert layout.content(Say("x", (), "panel-7"), studio, 1).framed
    assert not layout.content(Say("x", (), "draw-7"), studio, 1).framed


def test_weights_go_as_a_file_unless_discord_does_not_take_them(studio: Studio) -> None:
    layer = "unet.mid_block.attentions.0.proj_in"
    tensors = {
        f"{layer}.lora_{side}.weight": Tensor("F16", (2, MEGABYTE), bytes(4 * MEGABYTE)) for side in "AB"
    }
    studio.files.write("7/weights-1", written(Weights(tensors, {})), studio.keys.create("profile-7"))
    about = About("lora", "sd15", "pocket", "zanora", "sks", "woman", "ana")
    document = Document(Shown("7/weights-1", "profile-7"), about, "ana.safetensors", "Ana.")

    sent = layout.content(document, studio, 10 * MEGABYTE)
    refused = layout.content(document, studio, 8 * MEGABYTE)

    ((name, content, _),) = sent.files
    assert (name, sent.text) == ("ana.safetensors", "Ana.")
    assert b"lora_unet_mid_block_attentions_0_proj_in" in content[:1000]
    assert [each["file"]["url"] for each in drawn(sent) if each["type"] == 13] == [
        "attachment://ana.safetensors"
    ]
    assert refused.files == ()
    assert refused.text.startswith("ana.safetensors has 9 MB, and here I may send 8 MB at most.")
