"""Class words in every language that we speak."""

import pytest

from core.conversation.class_words import english, names_a_minor
from core.conversation.language import LANGUAGES, speaking
from core.conversation.phrases import CLASSES, MINOR_CLASSES, class_label


@pytest.mark.parametrize(
    "words",
    [
        "girl", "young boy", "12 years old", "17yo", "teenager", "schoolgirl", "niña", "un niño", "bebé", "adolescente",
        "15 años", "девочка", "мальчик", "ребёнок", "подросток", "10 лет", "女孩", "小男孩", "儿童", "12岁",
        "طفلة", "الولد", "بنتي", "طِفل", "مراهقة", "١٥ سنة", "９ years",
    ],
)  # fmt: skip
def test_a_child_is_one_in_every_language(words: str) -> None:
    assert names_a_minor(words)


@pytest.mark.parametrize(
    "words",
    [
        "woman", "older man", "tabby cat", "kidney", "girlish cat", "18 years old", "30 años", "mujer",
        "gato", "женщина", "пожилой мужчина", "собака", "45 лет", "女人", "老人", "猫", "25岁", "امرأة", "رجل", "قطة",
    ],
)  # fmt: skip
def test_who_is_grown_up_is_no_child(words: str) -> None:
    assert not names_a_minor(words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lists_words_are_known_in_every_language(language: str) -> None:
    for word in CLASSES + MINOR_CLASSES:
        with speaking(language):
            label = class_label(word)
        assert english(label.lower()) == word
        assert names_a_minor(label.lower()) == (word in MINOR_CLASSES)


def test_another_word_stays_as_it_was_written() -> None:
    assert english("tabby cat") == "tabby cat"
