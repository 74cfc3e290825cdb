"""The prompt language: what people write after /imagine (SPEC G1 to G4).

    as an astronaut, (studio light:1.3) <lora:7211904583301177:0.8> --no hat --n 4 --seed 7 --steps 30 --ar 3:4 --fast

`@name`, or a profile's trigger in the text, says whom to draw; without either the first `<...>`, else the current
one. `<lora:ID:0.8>`, `<ti:ID>` and `<faceid:ID>` wear profiles by their ids, with a strength if one is given. Flags
may stand anywhere; `--no` takes words up to the next flag, `--fast` takes nothing, the others take one word.

A prompt is read as it was written, so that every column is one of the person's own text, in characters; its parts
are normalised afterwards.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from core.wording import (
    Misplaced,
    checked,
    encode_trigger as encode_trigger,
    pieces as pieces,
)

MOST_PICTURES = 8
LONGEST_PROMPT = 1000  # characters
BOUNDS = {"n": (1, MOST_PICTURES), "steps": (1, 100), "cfg": (0.0, 20.0), "seed": (0, 2**53 - 1)}
SAMPLERS = ("ddim", "euler", "euler_a", "dpmpp_2m", "unipc", "lcm")
MOST_STRETCH = 2.0  # of the longer side over the shorter
METHODS = {
    "lora": "lora",
    "faceid": "faceid",
    "ti": "textual_inversion",
}  # what may stand in <...>, and what it is
MOST_ADAPTERS = 4  # worn together
MOST_STRENGTH = 2.0
LARGEST_ID = 2**53 - 1
FLAGS = ("no", "n", "seed", "steps", "cfg", "ar", "base", "sampler", "fast")

# A name begins a word; what is quoted may hold anything, flags and brackets too.
_BEGIN = r"(?<![^\s(>])@"
_QUOTED = _BEGIN + r'"[^"]+"'
_NAME = re.compile(
    _BEGIN + r'(?:"(?P<quoted>[^"]*)"|(?P<plain>[^\s<>"()]*[^\s<>"(),.;:])[,.;:]*|(?P<open>"))'
)
_PART = re.compile(rf"(?P<name>{_QUOTED})|<(?P<tag>[^<>]*)>|(?P<stray>[<>])|--(?P<flag>\w+)")
_VALUE = re.compile(r"\s*(\S+)")


class PromptRefused(ValueError):
    """A prompt that cannot be read; `column` counts characters from 1, `what` is a code, `value` the offender."""

    def __init__(self, what: str, value: str, column: int) -> None:
        super().__init__(f"{what} at column {column}: {value}")
        self.what = what
        self.value = value
        self.column = column


@dataclass(frozen=True)
class Tag:
    """A profile that is worn by its id, as `<lora:ID:0.8>` says it."""

    kind: str  # lora, faceid, ti
    profile: int  # handle
    strength: float = 1.0

    def __str__(self) -> str:
        strength = "" if self.strength == 1 else f":{self.strength}"
        return f"<{self.kind}:{self.profile}{strength}>"


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
    fast: bool = False
    tags: tuple[Tag, ...] = ()


def parse(words: str) -> Prompt:
    """Read a prompt; raises `PromptRefused` naming the first offender."""
    length = max(len(words), len(unicodedata.normalize("NFC", words)))
    if length > LONGEST_PROMPT:
        raise PromptRefused("too_long", str(length), LONGEST_PROMPT)
    tags, flags, bare = _taken_apart(words)
    values, page, negative = _values(bare, flags)
    name, page = _named(page)
    for written_in in (page, negative):
        _check_words(written_in)
    return Prompt(
        text=_plain(page),
        name=name,
        negative=_plain(negative),
        tags=tags,
        fast=any(flag == "fast" for flag, _, _ in flags),
        **{field: read(flag, *values[flag]) for flag, (field, read) in _READERS.items() if flag in values},
    )


def written(prompt: Prompt) -> str:
    """A prompt as somebody could write it; reading it gives the same prompt."""
    usual = Prompt("")
    values = {
        "n": prompt.count if prompt.count != usual.count else None,
        "seed": prompt.seed,
        "steps": prompt.steps,
        "cfg": prompt.cfg,
        "ar": "{}:{}".format(*prompt.aspect) if prompt.aspect != usual.aspect else None,
        "base": prompt.base,
        "sampler": prompt.sampler,
    }
    parts = [f'@"{prompt.name}"' if prompt.name else "", prompt.text, *map(str, prompt.tags)]
    parts += [f"--{flag} {value}" for flag, value in values.items() if value is not None]
    parts += ["--fast" if prompt.fast else "", f"--no {prompt.negative}" if prompt.negative else ""]
    return " ".join(part for part in parts if part)


def from_record(asked: Mapping[str, Any]) -> Prompt:
    """A prompt from `asdict`'s fields after they were JSON; what an older record lacks is as usual."""
    known = {field.name: asked[field.name] for field in fields(Prompt) if field.name in asked}
    tags = tuple(Tag(**tag) for tag in known.get("tags", ()))
    return Prompt(**{**known, "aspect": tuple(known.get("aspect", (1, 1))), "tags": tags})


# ── taken apart

Flag = tuple[str, int, int]
"""A flag, where its `--` stands and where its value may begin."""


def _taken_apart(words: str) -> tuple[tuple[Tag, ...], list[Flag], str]:
    """The tags, the flags, and the words with blanks where tags stood, every character in its own place."""
    tags: dict[int, Tag] = {}
    flags: list[Flag] = []
    bare = list(words)
    for part in _PART.finditer(words):
        column = part.start() + 1
        if part["stray"]:
            raise PromptRefused("bracket", part["stray"], column)
        if part["tag"] is not None:
            tag = _tag(part["tag"], column)
            if tag.profile in tags:
                raise PromptRefused("repeated_tag", str(tag.profile), column)
            if len(tags) == MOST_ADAPTERS:
                raise PromptRefused("too_many_tags", str(MOST_ADAPTERS), column)
            tags[tag.profile] = tag
            bare[part.start() : part.end()] = " " * len(part[0])
        elif part["flag"]:
            flag = part["flag"].lower()
            if flag not in FLAGS:
                raise PromptRefused("unknown_flag", flag, column)
            if any(flag == known for known, _, _ in flags):
                raise PromptRefused("repeated_flag", flag, column)
            flags.append((flag, part.start(), part.end()))
    return tuple(tags.values()), flags, "".join(bare)


def _tag(inside: str, column: int) -> Tag:
    """What stands between < and >; the column is that of the <."""
    kind, colon, rest = inside.partition(":")
    profile, more, strength = rest.partition(":")
    if kind.strip().lower() not in METHODS or not colon:
        raise PromptRefused("tag", f"<{inside}>", column)
    column += len(kind) + 2
    if not re.fullmatch(r"\d{1,16}", profile.strip()) or not 0 < int(profile) <= LARGEST_ID:
        raise PromptRefused("tag_id", profile.strip(), column)
    column += len(profile) + 1
    number = _real(strength) if more else 1.0
    if number is None or not -MOST_STRENGTH <= number <= MOST_STRENGTH:
        raise PromptRefused("tag_strength", strength.strip(), column)
    return Tag(kind.strip().lower(), int(profile), number)


def _values(bare: str, flags: list[Flag]) -> tuple[dict[str, tuple[str, int]], str, str]:
    """Each flag's value and column; then the text and what is not wanted, every character in its own place."""
    values: dict[str, tuple[str, int]] = {}
    page, negative = [" "] * len(bare), [" "] * len(bare)
    ends = [*(start for _, start, _ in flags), len(bare)][1:]
    first = flags[0][1] if flags else len(bare)
    page[:first] = bare[:first]
    for (flag, start, begin), end in zip(flags, ends, strict=True):
        found = _VALUE.match(bare, begin, end)
        if flag == "fast":
            page[begin:end] = bare[begin:end]
        elif not found:
            raise PromptRefused("missing_value", flag, start + 1)
        elif flag == "no":
            negative[begin:end] = bare[begin:end]
        else:
            values[flag] = (found[1], start + 1)
            page[found.end() : end] = bare[found.end() : end]
    return values, "".join(page), "".join(negative)


def _named(page: str) -> tuple[str, str]:
    """The name behind the one @, and the text without it."""
    name = ""
    while found := _NAME.search(page):
        column = found.start() + 1
        said = _plain(found["quoted"] or found["plain"] or "")
        if not said:
            raise PromptRefused("unclosed_name", found[0], column)
        if name:
            raise PromptRefused("several_names", said, column)
        name = said
        page = page[: found.start()] + " " * len(found[0]) + page[found.end() :]
    return name, page


def _check_words(page: str) -> None:
    if stray := re.search("[<>]", page):  # out of a quoted name where none is read
        raise PromptRefused("bracket", stray[0], stray.start() + 1)
    try:
        checked(page)
    except Misplaced as wrong:
        raise PromptRefused(wrong.what, wrong.value, wrong.place + 1) from None


def _plain(words: str) -> str:
    return " ".join(unicodedata.normalize("NFC", words).split())


# ── values


def _real(value: str) -> float | None:
    """A number as people write it; Python's own underscores are none."""
    try:
        return None if "_" in value else float(value)
    except ValueError:
        return None


def _whole(value: str) -> int | None:
    return int(value) if re.fullmatch(r"[+-]?\d+", value) else None


def _number(flag: str, value: str, column: int) -> float:
    least, most = BOUNDS[flag]
    whole = isinstance(least, int)
    number = _whole(value) if whole else _real(value)
    if number is None:
        raise PromptRefused("not_a_number", f"{flag} {value}", column)
    if not least <= number <= most:
        raise PromptRefused("out_of_bounds", f"{flag} {value}: {least:g} to {most:g}", column)
    return number


def _aspect(flag: str, value: str, column: int) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,2}):(\d{1,2})", value)
    width, height = (int(match[1]), int(match[2])) if match else (0, 0)
    if not width or not height:
        raise PromptRefused("not_an_aspect", value, column)
    if max(width, height) / min(width, height) > MOST_STRETCH:
        raise PromptRefused("out_of_bounds", f"{flag} {value}: 1:2 to 2:1", column)
    return width, height


def _sampler(flag: str, value: str, column: int) -> str:
    if value not in SAMPLERS:
        raise PromptRefused("not_offered", f"{flag} {value}: {', '.join(SAMPLERS)}", column)
    return value


def _base(flag: str, value: str, column: int) -> str:
    if not re.fullmatch(r'[^@"<>]+', value):
        raise PromptRefused("not_a_base", value, column)
    return unicodedata.normalize("NFC", value)


_READERS: Mapping[str, tuple[str, Callable[[str, str, int], Any]]] = {
    "n": ("count", _number),
    "seed": ("seed", _number),
    "steps": ("steps", _number),
    "cfg": ("cfg", _number),
    "ar": ("aspect", _aspect),
    "sampler": ("sampler", _sampler),
    "base": ("base", _base),
}
