"""What of a free description is not the subject: models describe people whatever they are asked; pure.

A caption for a training must not say what the trigger is to mean: who it is, hair, skin, eyes, beard, age.
"""

import re

_SUBJECT = (
    "woman|man|girl|boy|lady|guy|person|child|kid|baby|teenager|female|male|adult|people|someone|cat|kitten|dog|puppy|"
    "horse|rabbit|bird|hamster|animal|pet"
)
_OPENING = re.compile(
    r"^(?:(?:this|the|a|an)\s+)?"
    r"(?:(?:image|picture|photo(?:graph)?|portrait|close[- ]?up|selfie|painting|drawing)\b\s*)+"
    r"(?:(?:of|shows|depicts|features|showing|is\s+of)\b)?\s*",
    re.IGNORECASE,
)
# "a young woman with", "the man is", "one dog": the words before what it does or wears.
_NAMED = re.compile(
    rf"\b(?:(?:a|an|the|one|this)\s+)?(?:[\w-]+\s+){{0,3}}?(?:{_SUBJECT})\b(?:'s)?(?:\s+(?:is|are|who\s+is))?\s*",
    re.IGNORECASE,
)
_TRAITS = re.compile(
    r"\b(?:hair(?:ed|style)?|haircut|bangs|ponytail|braids?|bald(?:ing)?|blond[e]?|brunette|redhead|beard(?:ed)?|"
    r"mou?stache|stubble|goatee|eyes?|eyebrows?|skin(?:ned)?|complexion|freckles?|wrinkles?|fur|furry|coat of|"
    r"years?[- ]old|aged|young|old|elderly|middle-aged)\b",
    re.IGNORECASE,
)
_CLAUSES = re.compile(r"[,.;]\s*|\s+(?=with\b)|\s+and\s+(?=(?:has|have|with|wears|wearing)\b)", re.IGNORECASE)
# Where what somebody does or is at begins, after what they look like.
_ON = re.compile(r"\s+(?=(?:\w{2,}ing|in|on|at|under|by|near|beside|behind)\b)", re.IGNORECASE)
_EMPTY = re.compile(r"^(?:with|and|has|have|is|are|who|he|she|it|they|in|on|of|a|an|the|\s)*$", re.IGNORECASE)
_PRONOUN = re.compile(r"^(?:and\s+)?(?:he|she|it|they)\s+(?:is|are|has|have)?\s*", re.IGNORECASE)


def beside_subject(text: str) -> str:
    """A description without what says who or what the subject is, as a caption's parts."""
    kept = []
    for clause in _CLAUSES.split(" ".join(text.split())):
        said = _PRONOUN.sub("", _OPENING.sub("", clause.strip()))
        said = _NAMED.sub("", said, count=1).strip()
        parts = _ON.split(said) if _TRAITS.search(said) else [said]
        left = " ".join(part for part in parts if not _TRAITS.search(part))
        if not _EMPTY.match(left):
            kept.append(left)
    return ", ".join(kept)
