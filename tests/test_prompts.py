import pytest
from hypothesis import given, strategies as some

from core.names import normal_name
from core.prompts import Prompt, PromptRefused, encode_trigger, parse, with_trigger


def test_a_prompt_is_read_into_its_parts() -> None:
    read = parse(
        "@ana as an astronaut --no hat, glasses --n 2 --seed 7 --steps 30 --cfg 4.5 --ar 3:4 --sampler euler_a"
    )

    assert read == Prompt("as an astronaut", "ana", "hat, glasses", 2, 7, 30, 4.5, (3, 4), "euler_a", None)


def test_words_after_a_flag_belong_to_the_text() -> None:
    assert parse("a pirate --n 2 in the snow").text == "a pirate in the snow"


def test_a_name_with_blanks_is_quoted() -> None:
    assert parse('@"Ana summer" in a forest').name == "Ana summer"


@pytest.mark.parametrize(
    ("words", "what", "column"),
    [
        ("x --n 0", "out_of_bounds", 3),
        ("x --n nine", "not_a_number", 3),
        ("x --n", "missing_value", 3),
        ("x --n 2 --n 3", "repeated_flag", 9),
        ("--wings 2", "unknown_flag", 1),
        ("x --seed -1", "out_of_bounds", 3),
        ("x --cfg nan", "out_of_bounds", 3),
        ("x --ar 9:1", "out_of_bounds", 3),
        ("x --ar wide", "not_an_aspect", 3),
        ("x --sampler magic", "not_offered", 3),
        ("a <lora:1:1> b", "bracket", 3),
        ("x" * 1001, "too_long", 1000),
    ],
)
def test_the_first_offender_is_named_with_its_column(words: str, what: str, column: int) -> None:
    with pytest.raises(PromptRefused) as refused:
        parse(words)

    assert (refused.value.what, refused.value.column) == (what, column)


@given(some.text(max_size=200))
def test_any_words_are_read_or_refused(words: str) -> None:
    try:
        read = parse(words)
    except PromptRefused:
        return
    assert 1 <= read.count <= 8
    assert "<" not in read.text


def test_a_text_that_does_not_name_the_subject_is_about_it() -> None:
    assert with_trigger("as a pirate", "zanora") == "a photo of a zanora, as a pirate"
    assert with_trigger("Zanora as a pirate", "zanora") == "Zanora as a pirate"


def test_the_base_sees_token_and_class_instead_of_the_trigger() -> None:
    assert encode_trigger("Zanora and zanorama", "zanora", "sks", "woman") == "sks woman and zanorama"


def test_names_are_compared_without_case_width_and_blanks() -> None:
    assert normal_name("  ＡNA   summer ") == normal_name("ana Summer")
