import pytest
from hypothesis import given, strategies as st

from bots.telegram.layout import keyboard
from bots.words import cut
from core.conversation.messages import Option


def rows(*labels: str) -> list[list[str]]:
    shown = keyboard([Option(f"k{number}", label) for number, label in enumerate(labels)])
    return [[button.text for button in row] for row in shown.inline_keyboard] if shown else []


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ((), []),
        (("1", "2", "3", "4", "Again", "Vary"), [["1", "2", "3", "4"], ["Again", "Vary"]]),
        ([str(n) for n in range(1, 11)], [[str(n) for n in range(1, 9)], ["9", "10"]]),
        (("woman", "man", "cat", "dog"), [["woman", "man", "cat"], ["dog"]]),
        (("older woman", "older man", "dog"), [["older woman", "older man"], ["dog"]]),
        (("Again", "Stop and keep the best", "Cancel"), [["Again", "Stop and keep the best"], ["Cancel"]]),
        (("Yes", "x" * 25, "No"), [["Yes"], ["x" * 25], ["No"]]),
    ],
)  # fmt: skip
def test_options_stand_in_rows(labels: list[str], expected: list[list[str]]) -> None:
    assert rows(*labels) == expected


@given(st.lists(st.text(min_size=1, max_size=40), max_size=150))
def test_buttons_keep_their_order_and_telegrams_limits(labels: list[str]) -> None:
    shown = rows(*labels)

    assert [label for row in shown for label in row] == labels[:100]
    assert all(len(row) <= 8 for row in shown)


def test_a_text_that_fits_stays() -> None:
    assert cut("a\nb", 3) == "a\nb"


def test_a_text_that_does_not_fit_is_cut_at_a_line() -> None:
    assert cut("first line\nsecond line\nthird line", 25) == "first line\nsecond line\n…"


@given(st.text(max_size=60), st.integers(min_value=4, max_value=30))
def test_a_cut_text_fits(text: str, most: int) -> None:
    shown = cut(text, most)

    assert len(shown.encode("utf-16-le")) // 2 <= most
    assert shown == text or shown.endswith("…")
