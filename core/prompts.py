"""The prompt language: what people write after /imagine (SPEC G1, G3).

    as an astronaut, studio light --no hat --n 4 --seed 7 --steps 30 --cfg 5 --ar 3:4 --sampler euler_a

`@name`, or a profile's trigger in the text, says whom to draw; without either the current one. Flags may stand
anywhere; `--no` takes words up to the next flag, the others take one word.
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import zip_longest

MOST_PICTURES = 8
LONGEST_PROMPT = 1000  # characters
BOUNDS = {"n": (1, MOST_PICTURES), "steps": (1, 100), "cfg": (0.0, 20.0), "seed": (0, 2**53 - 1)}
SAMPLERS = ("ddim", "euler_a", "dpmpp_2m")
MOST_STRETCH = 2.0  # of the longer side over the shorter

_FLAG = re.compile(r"--(\w+)")
_NAMED = re.compile(r"@(\"[^\"]+\"|\S+)")


class PromptRefused(ValueError):
    """A prompt that cannot be read; `column` counts from 1, `what` is a code, `value` the offender."""

    def __init__(self, what: str, value: str, column: int) -> None:
        super().__init__(f"{what} at column {column}: {value}")
        self.what = what
        self.value = value
        self.column = column


@dataclass(frozen=True)
class Prompt:
    """A prompt in its parts; None is the base model's or the profile's own."""

    text: str
    name: str = ""  # of the profile, from @name
    negative: str = ""
    count: int = 4
    seed: int | None = None
    steps: int | None = None
    cfg: float | None = None
    aspect: tuple[int, int] = (1, 1)
    sampler: str | None = None
    base: str | None = None


def parse(words: str) -> Prompt:
    """Read a prompt; raises `PromptRefused` naming the first offender."""
    words = unicodedata.normalize("NFC", words)
    if len(words) > LONGEST_PROMPT:
        raise PromptRefused("too_long", str(len(words)), LONGEST_PROMPT)
    flags, text = _split_flags(words)
    name = ""
    if match := _NAMED.search(text):
        name = match.group(1).strip('"').rstrip(",.;:")
        text = text[: match.start()] + text[match.end() :]
    for bracket in "<>":
        if bracket in text:
            raise PromptRefused("bracket", bracket, words.index(bracket) + 1)
    width, height = _aspect(*flags["ar"]) if "ar" in flags else (1, 1)
    return Prompt(
        text=" ".join(text.split()),
        name=name,
        negative=flags["no"][0] if "no" in flags else "",
        count=int(_number("n", *flags["n"])) if "n" in flags else 4,
        seed=int(_number("seed", *flags["seed"])) if "seed" in flags else None,
        steps=int(_number("steps", *flags["steps"])) if "steps" in flags else None,
        cfg=_number("cfg", *flags["cfg"]) if "cfg" in flags else None,
        aspect=(width, height),
        sampler=_one_of("sampler", SAMPLERS, *flags["sampler"]) if "sampler" in flags else None,
        base=flags["base"][0] if "base" in flags else None,
    )


def _split_flags(words: str) -> tuple[dict[str, tuple[str, int]], str]:
    """Each flag's value and column, and what is left of the text."""
    known = {"no", "n", "seed", "steps", "cfg", "ar", "sampler", "base"}
    flags: dict[str, tuple[str, int]] = {}
    matches = list(_FLAG.finditer(words))
    text = words[: matches[0].start()] if matches else words
    for match, following in zip_longest(matches, matches[1:]):
        flag, column = match.group(1).lower(), match.start() + 1
        if flag not in known:
            raise PromptRefused("unknown_flag", flag, column)
        if flag in flags:
            raise PromptRefused("repeated_flag", flag, column)
        value = words[match.end() : following.start() if following else len(words)].strip()
        if not value:
            raise PromptRefused("missing_value", flag, column)
        if flag != "no":
            value, _, rest = value.partition(" ")
            text += " " + rest
        flags[flag] = (value, column)
    return flags, text


def _number(flag: str, value: str, column: int) -> float:
    least, most = BOUNDS[flag]
    whole = isinstance(least, int)
    try:
        number = float(int(value)) if whole else float(value)
    except ValueError:
        raise PromptRefused("not_a_number", f"{flag} {value}", column) from None
    if not least <= number <= most:
        raise PromptRefused("out_of_bounds", f"{flag} {value}: {least:g} to {most:g}", column)
    return int(value) if whole else number


def _aspect(value: str, column: int) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,2}):(\d{1,2})", value)
    if not match or "0" in match.groups():
        raise PromptRefused("not_an_aspect", value, column)
    width, height = int(match.group(1)), int(match.group(2))
    if max(width, height) / min(width, height) > MOST_STRETCH:
        raise PromptRefused("out_of_bounds", f"ar {value}: 1:2 to 2:1", column)
    return width, height


def _one_of(flag: str, choices: tuple[str, ...], value: str, column: int) -> str:
    if value not in choices:
        raise PromptRefused("not_offered", f"{flag} {value}: {', '.join(choices)}", column)
    return value


def with_trigger(text: str, trigger: str) -> str:
    """The text with the trigger in it: a text that does not name the subject is about the subject."""
    if re.search(rf"(?<!\w){re.escape(trigger)}(?!\w)", text, re.IGNORECASE):
        return text
    return f"a photo of a {trigger}, {text}" if text else f"a photo of a {trigger}"


def encode_trigger(text: str, trigger: str, instance_token: str, class_word: str) -> str:
    """Replace the trigger by what training bound the subject to (SPEC section 1)."""
    return re.sub(
        rf"(?<!\w){re.escape(trigger)}(?!\w)", f"{instance_token} {class_word}", text, flags=re.IGNORECASE
    )
