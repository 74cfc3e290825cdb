"""What the Bot API's published documentation says about parameters and answers, as data.

`specification.json` states for each method its answer and its parameters, and for each type its
fields, as `Type|Type` with `!` for required and `=value` for a fixed one; a list of names is a union.
It holds the methods this server speaks, everything they take, and the outer types that they answer.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.botapi.refusals import Refused, bad_request

ARRAY_OF = "Array of "
DISCRIMINATORS = ("type", "status")


@dataclass(frozen=True)
class Upload:
    """A file that came with a request."""

    content: bytes
    name: str


@dataclass(frozen=True)
class Requirement:
    """What one parameter or field must be."""

    types: tuple[str, ...]
    required: bool
    constant: str | None


@dataclass
class Reading:
    """One request being read: its uploads, and what it says that the documentation does not know."""

    method: str
    uploads: dict[str, Upload]
    violations: list[str] = field(default_factory=list)


@cache
def published() -> dict[str, Any]:
    """Return the whole documentation."""
    text = Path(__file__).with_name("specification.json").read_text("utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def read_parameters(reading: Reading, sent: dict[str, object]) -> dict[str, Any]:
    """Return the parameters in their documented types, or refuse the request as Telegram does.

    What the documentation does not know is ignored, as Telegram does, and noted in the violations.
    """
    wanted = requirements(published()["methods"][reading.method]["fields"])
    given = {**sent, **{name: reading.uploads[name] for name in reading.uploads if name in wanted}}
    reading.violations += [
        f"{reading.method}: unknown parameter {name!r}" for name in given.keys() - wanted.keys()
    ]
    for name, requirement in wanted.items():
        if requirement.required and given.get(name) in (None, ""):
            raise _missing(name)
    return {
        name: _read(reading, name, given[name], requirement.types)
        for name, requirement in wanted.items()
        if given.get(name) is not None
    }


def flaws(value: object, types: str) -> list[str]:
    """Return how an answer departs from its documented types; objects of types not kept here pass."""
    return list(_flaws(value, tuple(types.split("|")), "answer"))


@cache
def _requirement(text: str) -> Requirement:
    types, _, constant = text.partition("=")
    return Requirement(
        types=tuple(types.rstrip("!").split("|")), required=types.endswith("!"), constant=constant or None
    )


def requirements(fields: dict[str, str]) -> dict[str, Requirement]:
    """Return the fields of a method or a type, understood."""
    return {name: _requirement(text) for name, text in fields.items()}


def _missing(name: str) -> Refused:
    match name:
        case "text":
            return bad_request("message text is empty")
        case "photo" | "document":
            return bad_request(f"there is no {name} in the request")
        case "message_id":
            return bad_request("message identifier is not specified")
        case _:
            return bad_request(f"{name} is empty")


def _read(reading: Reading, name: str, value: object, types: tuple[str, ...]) -> Any:
    if isinstance(value, Upload):
        if "InputFile" in types:
            return value
        raise bad_request(f"{name} must not be a file")
    if not isinstance(value, str) or types == ("String",):
        return _of_any(reading, name, value, types)
    if "Integer" in types and re.fullmatch(r"-?\d+", value):
        return int(value)
    if "Float" in types and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value)
    if "Boolean" in types:
        return _boolean(name, value)
    if "String" in types:
        return value
    if "Integer" in types or "Float" in types:
        raise bad_request(f"{name} must be a number, got {value!r}")
    try:
        return _of_any(reading, name, json.loads(value), types)
    except json.JSONDecodeError as error:
        raise bad_request(f"can't parse {name} JSON object") from error


def _boolean(name: str, value: str) -> bool:
    known = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if value.lower() not in known:
        raise bad_request(f"{name} must be a boolean, got {value!r}")
    return known[value.lower()]


def _of_any(reading: Reading, name: str, value: object, types: tuple[str, ...]) -> Any:
    """Read a value that JSON has already given a type."""
    if isinstance(value, list):
        items = tuple(each.removeprefix(ARRAY_OF) for each in types if each.startswith(ARRAY_OF))
        if items:
            return [_of_any(reading, f"{name}[{place}]", item, items) for place, item in enumerate(value)]
    elif isinstance(value, dict):
        return _object(reading, name, value, _object_type(name, value, types))
    elif any(_is_plain(value, each) for each in types):
        return value
    raise bad_request(f"{name} must be {' or '.join(types)}, got {value!r}")


def _object_type(name: str, value: dict[str, Any], types: tuple[str, ...]) -> str:
    """Return the type among the possible ones that the fixed fields, or else the required ones, name."""
    candidates = list(_members(types))
    for each in candidates:
        fields = requirements(published()["types"][each])
        fixed = {key: need.constant for key, need in fields.items() if need.constant}
        if fixed and all(value.get(key) == constant for key, constant in fixed.items()):
            return each
        if not fixed and all(key in value for key, need in fields.items() if need.required):
            return each
    if len(candidates) == 1:
        return candidates[0]
    raise bad_request(f"{name} is none of {', '.join(candidates) or ', '.join(types)}: {value!r}")


def _members(types: tuple[str, ...]) -> Iterator[str]:
    for each in types:
        known = published()["types"].get(each)
        if isinstance(known, list):
            yield from _members(tuple(known))
        elif known is not None:
            yield each


def _object(reading: Reading, name: str, value: dict[str, Any], kind: str) -> dict[str, Any]:
    fields = requirements(published()["types"][kind])
    reading.violations += [
        f"{reading.method}: unknown field {key!r} in {name} ({kind})" for key in value.keys() - fields.keys()
    ]
    for key, need in fields.items():
        if need.required and key not in value:
            raise bad_request(f"can't parse {kind}: field {key!r} must be specified in {name}")
    return {
        key: _of_any(reading, f"{name}.{key}", value[key], need.types)
        for key, need in fields.items()
        if key in value
    }


def _is_plain(value: object, kind: str) -> bool:
    match kind:
        case "Integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "Float":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "Boolean":
            return isinstance(value, bool)
        case "String" | "InputFile":
            return isinstance(value, str)
        case _:
            return False


def _flaws(value: object, types: tuple[str, ...], path: str) -> Iterator[str]:
    if isinstance(value, list):
        items = tuple(each.removeprefix(ARRAY_OF) for each in types if each.startswith(ARRAY_OF))
        if not items:
            yield f"{path}: a list is not {types}"
        for place, item in enumerate(value):
            yield from _flaws(item, items, f"{path}[{place}]")
    elif isinstance(value, dict):
        yield from _object_flaws(value, types, path)
    elif not any(_is_plain(value, each) for each in types):
        yield f"{path}: {value!r} is not {types}"


def _object_flaws(value: dict[str, Any], types: tuple[str, ...], path: str) -> Iterator[str]:
    if not any(True for _ in _members(types)):
        return
    try:
        kind = _object_type(path, value, types)
    except Refused as refused:
        yield refused.description
        return
    fields = requirements(published()["types"][kind])
    yield from (f"{path}: {key!r} is no field of {kind}" for key in value.keys() - fields.keys())
    for key, need in fields.items():
        if key in value:
            yield from _flaws(value[key], need.types, f"{path}.{key}")
        elif need.required:
            yield f"{path}: {kind} lacks {key!r}"
