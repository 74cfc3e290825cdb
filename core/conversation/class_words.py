"""Class words in all languages that we speak: which name a child, and which the base knows in English."""

import re
import unicodedata

from core.conversation import phrases
from core.conversation.language import LANGUAGES, speaking

# Words that name a child or a teenager, whatever the list offers (SPEC A5); a class word may be typed in any of
# our languages. Ages stand before the word for years in all of them.
_MINORS = re.compile(
    r"\b(girls?|boys?|child|children|kids?|bab(y|ies)|toddlers?|infants?|teen\w*|minors?|schoolgirls?|schoolboys?)\b"
    r"|\b(niñ[oa]s?|beb[eé]s?|infantes?|adolescentes?|muchach[oa]s?|chic[oa]s?|menor(es)?|cr[ií][oa]s?|colegial(a|as|es)?)\b"
    r"|\b(девоч\w*|девчон\w*|мальчи\w*|реб[её]н\w*|дет(и|ей|ям|ск\w*)|младен\w*|малыш\w*|подрост\w*|школьни\w*|тинейдж\w*"
    r"|пацан\w*|несовершеннолетн\w*)\b"
    r"|女孩|男孩|女童|男童|孩|儿童|兒童|婴儿|嬰兒|幼儿|幼兒|宝宝|寶寶|少女|少年|未成年|小学生|小學生|中学生|中學生"
    r"|\b(ال)?(طفل\w*|أطفال\w*|اطفال\w*|ولد\w*|أولاد\w*|بنت\w*|بنات\w*|بنوت\w*|ابن|ابن[يه]|ابنت\w*|ابنة|فتاة|فتيات|فتى"
    r"|صبي\w*|صبايا|غلام|مولود\w*|بيبي|تلميذ\w*|رضيع\w*|مراهق\w*|قاصر\w*)\b"
    r"|\b(\d|1[0-7])[ -]*((years?|yo|y/o|yrs?|años?|лет|год|года|سنة|سنوات|عام|عاما|أعوام)\b|[岁歲])",
    re.IGNORECASE,
)
_ARABIC_MARKS = re.compile("[\u064b-\u0652\u0640]")  # vowels, and the stroke that stretches a word


def names_a_minor(words: str) -> bool:
    """Whether a class word names somebody who is not grown up."""
    bare = _ARABIC_MARKS.sub("", words)
    figures = "".join(str(unicodedata.digit(char)) if char.isdecimal() else char for char in bare)
    return _MINORS.search(figures) is not None


def english(word: str) -> str:
    """The word that the base knows for one of the list in any of our languages; any other word as it is."""
    for language in LANGUAGES:
        with speaking(language):
            for known in (*phrases.CLASSES, *phrases.MINOR_CLASSES, phrases.STYLE_LABEL):
                if word == phrases.class_label(known).lower():
                    return known
    return word
