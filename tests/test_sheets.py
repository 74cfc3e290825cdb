"""Pictures that are made where they are shown: contact sheets, parts of photos, report cards, examples."""

import io
from importlib.resources import files

import pytest
from PIL import Image

from core.report import Card
from core.report_picture import draw_card
from core.sheets import USED, contact_sheet, part

CARD = Card(12, 5, (15, 20), (2, 9, 1), (10, 2, 0), (1, 10, 1), 3, 4, 71.4, {"angles": 3, "more_photos": 3})


def a_photo(colour: tuple[int, int, int], size: tuple[int, int] = (96, 64)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as picture:
        return picture.convert("RGB")


def has(picture: Image.Image, colour: tuple[int, int, int], near: int = 14) -> bool:
    found = picture.getcolors(picture.width * picture.height) or []
    return any(
        max(abs(a - b) for a, b in zip(pixel, colour, strict=True)) <= near
        for __, pixel in found
        if isinstance(pixel, tuple)
    )


def test_used_photos_keep_their_colours_and_get_a_tick() -> None:
    sheet = opened(contact_sheet([a_photo((200, 40, 40))], ["1"], [True]))

    assert has(sheet, (200, 40, 40))
    assert has(sheet, USED)


def test_photos_that_are_not_used_are_grey() -> None:
    sheet = opened(contact_sheet([a_photo((40, 40, 220))], ["1 (not used)"], [False]))

    assert not has(sheet, (40, 40, 220), 60)
    assert not has(sheet, USED)


@pytest.mark.parametrize("count", [1, 2, 20, 50])
def test_however_many_there_are_they_fit_on_one_sheet(count: int) -> None:
    sheet = opened(
        contact_sheet([a_photo((9, 9, 9))] * count, [str(n) for n in range(count)], [True] * count)
    )

    assert max(sheet.size) <= 2500
    assert min(sheet.size) >= 200


def test_a_part_of_a_picture_is_cut_out_of_it() -> None:
    out = io.BytesIO()
    picture = Image.new("RGB", (200, 100), (0, 0, 255))
    picture.paste((255, 0, 0), (50, 25, 100, 75))
    picture.save(out, "PNG")

    cut = opened(part(out.getvalue(), (0.25, 0.25, 0.5, 0.75)))

    assert cut.width == cut.height
    assert cut.getpixel((cut.width // 2, cut.height // 2)) == pytest.approx((254, 0, 0), abs=3)
    assert not has(cut, (0, 0, 255), 60)


@pytest.mark.parametrize(
    "card",
    [
        CARD,
        Card(0, 5, (15, 20), (), (), (0, 0, 0), 0, 0, 0.0, {"photos": 5}),
        Card(50, 1, (3, 5), (0, 50, 0), (50, 0, 0), (0, 50, 0), 50, 50, 100.0, {}),
    ],
)
def test_every_card_can_be_drawn(card: Card) -> None:
    assert opened(draw_card(card)).width == 960


def test_a_card_shows_what_lacks_in_another_colour() -> None:
    complete = Card(16, 5, (15, 20), (3, 9, 4), (10, 4, 2), (1, 14, 1), 5, 5, 90.0, {})

    amber = (232, 176, 74)
    assert has(opened(draw_card(CARD)), amber)
    assert not has(opened(draw_card(complete)), amber)


@pytest.mark.parametrize("name", ["animal", "face", "person", "style"])
def test_the_examples_are_there_and_small(name: str) -> None:
    content = (files("core") / "guide" / f"{name}.jpg").read_bytes()

    assert len(content) <= 60_000
    assert opened(content).width > 500
