import unicodedata

import pytest
from hypothesis import example, given, strategies as some

from core.names import normal_name
from core.prompts import LARGEST_ID, Prompt, PromptRefused, Tag, from_record, parse, written


def refused(words: str) -> tuple[str, str, int]:
    """The code, the offender and the column of a refusal."""
    with pytest.raises(PromptRefused) as caught:
        parse(words)
    return caught.value.what, caught.value.value, caught.value.column


def test_a_prompt_is_read_into_its_parts() -> None:
    read = parse(
        "@ana as an astronaut --no hat, glasses --n 2 --seed 7 --steps 30 --cfg 4.5 --ar 3:4 --sampler euler_a"
    )

    assert read == Prompt("as an astronaut", "ana", "hat, glasses", 2, 7, 30, 4.5, (3, 4), "euler_a", None)


def test_words_after_a_flag_belong_to_the_text() -> None:
    assert parse("a pirate --n 2 in the snow").text == "a pirate in the snow"


def test_fast_takes_no_value() -> None:
    read = parse("a pirate --fast in the snow")

    assert (read.fast, read.text) == (True, "a pirate in the snow")


def test_a_name_with_blanks_is_quoted() -> None:
    assert parse('@"Ana summer" in a forest').name == "Ana summer"


def test_what_a_quoted_name_holds_is_its_own() -> None:
    read = parse('@"Ana <3 --n 2" in a forest')

    assert (read.name, read.text, read.count) == ("Ana <3 --n 2", "in a forest", 4)


def test_an_address_is_no_name() -> None:
    assert parse("a letter to ana@home").name == ""


def test_profiles_are_worn_by_their_ids_wherever_that_stands() -> None:
    read = parse("<LoRA:8812:0.8> in a forest <ti:5> --no hat <faceid:7211904583301177:-1.5> or cap --n 2")

    assert read.tags == (Tag("lora", 8812, 0.8), Tag("ti", 5), Tag("faceid", 7211904583301177, -1.5))
    assert (read.text, read.negative, read.count) == ("in a forest", "hat or cap", 2)


def test_emphasis_stays_in_the_text_for_the_base_to_read() -> None:
    assert parse(r"a (red hat:1.3), \(not:1.2\) (plain)").text == r"a (red hat:1.3), \(not:1.2\) (plain)"


@pytest.mark.parametrize(
    ("words", "what", "column"),
    [
        ("x --n 0", "out_of_bounds", 3),
        ("x --n nine", "not_a_number", 3),
        ("x --n 1_0", "not_a_number", 3),
        ("x --n " + "9" * 400, "out_of_bounds", 3),
        ("x --n", "missing_value", 3),
        ("x --n --seed 3", "missing_value", 3),
        ("x --n <lora:1>", "missing_value", 3),
        ("x --n 2 --n 3", "repeated_flag", 9),
        ("x --fast --fast", "repeated_flag", 10),
        ("--wings 2", "unknown_flag", 1),
        ("x --seed -1", "out_of_bounds", 3),
        ("x --cfg nan", "out_of_bounds", 3),
        ("x --ar 9:1", "out_of_bounds", 3),
        ("x --ar 00:1", "not_an_aspect", 3),
        ("x --ar wide", "not_an_aspect", 3),
        ("x --sampler magic", "not_offered", 3),
        ('x --base @"y', "not_a_base", 3),
        ("a < b", "bracket", 3),
        ("a > b", "bracket", 3),
        ('a --no @"<b"', "bracket", 10),
        ("a <new> b", "tag", 3),
        ("a <lora> b", "tag", 3),
        ("a <hyper:1:1> b", "tag", 3),
        ("a <lora:ana:1> b", "tag_id", 9),
        ("a <lora:0> b", "tag_id", 9),
        ("a <ti:9999999999999999> b", "tag_id", 7),
        ("a <lora:12:2.1> b", "tag_strength", 12),
        ("a <lora:12:> b", "tag_strength", 12),
        ("a <lora:12:nan> b", "tag_strength", 12),
        ("a <lora:12:1:1> b", "tag_strength", 12),
        ("<lora:1> <ti:1>", "repeated_tag", 10),
        ("<ti:1><ti:2><ti:3><ti:4><ti:5>", "too_many_tags", 25),
        ("a (hat:3) b", "emphasis", 8),
        ("a (hat:0) b", "emphasis", 8),
        ("a --no (hat:9) b", "emphasis", 13),
        ("((a:1.2) b:1.1)", "nested", 2),
        ('@"ana in a forest', "unclosed_name", 1),
        ('a @"" b', "unclosed_name", 3),
        ("@ana and @ben", "several_names", 10),
        ("x" * 1001, "too_long", 1000),
    ],
)
def test_the_first_offender_is_named_with_its_column(words: str, what: str, column: int) -> None:
    code, _, place = refused(words)

    assert (code, place) == (what, column)


def test_columns_are_those_of_what_was_written_not_of_its_normal_form() -> None:
    decomposed = unicodedata.normalize("NFD", "á é í --what")
    composed = unicodedata.normalize("NFC", decomposed)

    assert refused(decomposed)[2] == decomposed.index("--") + 1 == 10
    assert refused(composed)[2] == composed.index("--") + 1 == 7
    assert parse(unicodedata.normalize("NFD", "á é")) == parse(unicodedata.normalize("NFC", "á é"))


# Words that are likely to be misread, in any order and without blanks between.
MORSELS = (
    "a", " ", "  ", "\n", "é", "e\u0301", "\u0301", "\u0958", "\u212a", "@", '"', "@ana", '@"Ana 2"', "ana@b", "(", ")",
    "(hat:1.2)", "\\", "\\(", "\\)", ":", "1.2", ".", ",", "<", ">", "<lora:12:0.8>", "<ti:5>", "<faceid:7:1e-5>",
    "<lora:", "-", "--", "--no", "--no ", "--n 2", "--n", "--seed 3 ", "--steps ٣ ", "--cfg 4.5 ", "--cfg 1e-7 ",
    "--ar 3:4 ", "--base pocket ", "--base é ", "--sampler ddim ", "--fast", "--fast ", "_", "9" * 30, "=",
)  # fmt: skip
ANYTHING = some.text(max_size=200) | some.lists(some.sampled_from(MORSELS), max_size=25).map("".join)


@given(ANYTHING)
@example("--no \u0958@a --n 2")
@example('x --no @"y --fast z')
@example("-<ti:5>-n 2")
def test_any_words_are_read_or_refused_and_reading_is_stable(words: str) -> None:
    try:
        read = parse(words)
    except PromptRefused:
        assert 1 <= refused(words)[2] <= len(words)
        return
    assert 1 <= read.count <= 8
    assert not {"<", ">"} & set(read.text + read.negative)
    assert parse(written(read)) == read


IDS = some.integers(1, LARGEST_ID)
TAGS = some.builds(Tag, some.sampled_from(["lora", "faceid", "ti"]), IDS, some.floats(-2, 2))
WORDS = some.text("abc é,.;:?!-", max_size=30).map(lambda words: " ".join(words.replace("--", "").split()))


@given(
    some.builds(
        Prompt,
        text=WORDS,
        name=some.sampled_from(["", "ana", "Ana (2)", "7"]),
        negative=WORDS,
        count=some.integers(1, 8),
        seed=some.none() | some.integers(0, 2**53 - 1),
        steps=some.none() | some.integers(1, 100),
        cfg=some.none() | some.floats(0, 20),
        aspect=some.sampled_from([(1, 1), (3, 4), (2, 1)]),
        sampler=some.sampled_from([None, "ddim"]),
        base=some.sampled_from([None, "pocket-2"]),
        fast=some.booleans(),
        tags=some.lists(TAGS, max_size=4, unique_by=lambda tag: tag.profile).map(tuple),
    )
)
def test_what_is_written_is_read_again(prompt: Prompt) -> None:
    assert parse(written(prompt)) == prompt


def test_a_record_that_is_older_than_a_part_lacks_it() -> None:
    asked = {"text": "a hat", "count": 2, "seed": 7, "aspect": [3, 4], "handle": 5}

    assert from_record(asked) == Prompt("a hat", count=2, seed=7, aspect=(3, 4))
    assert from_record({"text": "", "tags": [{"kind": "ti", "profile": 5, "strength": 1.0}]}).tags == (
        Tag("ti", 5),
    )


def test_names_are_compared_without_case_width_and_blanks() -> None:
    assert normal_name("  ＡNA   summer ") == normal_name("ana Summer")
