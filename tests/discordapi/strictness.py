"""What Discord refuses in messages and forms: https://docs.discord.com/developers/components/reference"""

import re
from collections import Counter

from tests.discordapi.model import COMPONENTS_V2, File, Json, Refused, walk

NAME = re.compile(r"[-_\w]+")
OUTSIDE = {1, 9, 10, 12, 13, 14, 17}  # what stands by itself in a message of components v2
IN_MODALS = {3, 4, 5, 6, 7, 8, 19, 21, 22, 23}
# https://docs.discord.com/developers/reference#locales
LOCALES = {
    *(
        "id",
        "da",
        "de",
        "en-GB",
        "en-US",
        "es-ES",
        "es-419",
        "fr",
        "hr",
        "it",
        "lt",
        "hu",
        "nl",
        "no",
        "pl",
        "pt-BR",
    ),
    *(
        "ro",
        "fi",
        "sv-SE",
        "vi",
        "tr",
        "cs",
        "el",
        "bg",
        "ru",
        "uk",
        "hi",
        "th",
        "zh-CN",
        "ja",
        "zh-TW",
        "ko",
    ),
}


def _bad(why: str) -> Refused:
    return Refused(400, 50035, f"Invalid Form Body: {why}")


def check_message(body: Json, files: tuple[File, ...], *, was_v2: bool = False) -> None:
    """Refuse what Discord would."""
    v2 = bool(body.get("flags", 0) & COMPONENTS_V2) or was_v2
    components = list(walk(body.get("components") or []))
    if v2 and (body.get("content") or body.get("embeds")):
        raise _bad("content and embeds go with no components v2")
    if len(body.get("content") or "") > 2000:
        raise _bad("content is longer than 2000")
    if not v2 and any(each["type"] not in (1, 2, 3, 5, 6, 7, 8) for each in components):
        raise _bad("components v2 need their flag")
    if len(components) > 40:
        raise _bad(f"{len(components)} components, 40 are the most")
    if sum(len(each["content"]) for each in components if each["type"] == 10) > 4000:
        raise _bad("more than 4000 characters")
    if len(files) > 10:
        raise _bad("more than 10 files")
    ids = Counter(each["custom_id"] for each in components if "custom_id" in each)
    if any(count > 1 for count in ids.values()):
        raise _bad("a custom id stands there twice")
    for each in body.get("components") or []:
        if each["type"] not in (OUTSIDE if v2 else {1}):
            raise _bad(f"type {each['type']} does not stand by itself")
    for each in components:
        check_component(each, {file.name for file in files})
    if not body.get("content") and not components and not files:
        raise Refused(400, 50006, "Cannot send an empty message")


def check_component(each: Json, names: set[str]) -> None:
    """Refuse one component that Discord would."""
    if "custom_id" in each and not 1 <= len(each["custom_id"]) <= 100:
        raise _bad("a custom id has 1 to 100 characters")
    match each["type"]:
        case 1:
            buttons = [child for child in each["components"] if child["type"] == 2]
            if not 1 <= len(each["components"]) <= 5 or (buttons and len(buttons) < len(each["components"])):
                raise _bad("a row has 1 to 5 buttons or one list")
        case 2 if not 1 <= len(each.get("label", "")) <= 80:
            raise _bad("a label has 1 to 80 characters")
        case 3:
            options = each["options"]
            if not 1 <= len(options) <= 25 or len({one["value"] for one in options}) < len(options):
                raise _bad("a list has 1 to 25 different options")
            if any(len(one[key]) > 100 for one in options for key in ("label", "value")):
                raise _bad("an option has at most 100 characters")
            if len(each.get("placeholder") or "") > 150:
                raise _bad("a placeholder has at most 150 characters")
            _check_bounds(each, 25, len(options))
        case 9:
            if not 1 <= len(each["components"]) <= 3 or any(one["type"] != 10 for one in each["components"]):
                raise _bad("a section has 1 to 3 texts")
            if each.get("accessory", {}).get("type") not in (2, 11):
                raise _bad("a section has a button or a thumbnail beside it")
        case 17 if any(one["type"] not in OUTSIDE - {17} for one in each["components"]):
            raise _bad("this does not stand in a container")
        case 10 if not each["content"]:
            raise _bad("words are missing")
        case 12:
            if not 1 <= len(each["items"]) <= 10:
                raise _bad("a gallery has 1 to 10 pictures")
            for item in each["items"]:
                _check_file(item["media"]["url"], names)
        case 13:
            _check_file(each["file"]["url"], names)


def _check_bounds(each: Json, most: int, offered: int) -> None:
    least, top = each.get("min_values", 1), each.get("max_values", 1)
    if not 0 <= least <= top <= most or top < 1 or least > offered or top > offered:
        raise _bad(f"{least} to {top} of {offered} cannot be chosen")


def _check_file(url: str, names: set[str]) -> None:
    if not url.startswith("attachment://") or url.removeprefix("attachment://") not in names:
        raise _bad(f"{url} is no file of this message")


def check_modal(data: Json) -> None:
    """Refuse a form that Discord would."""
    if not 1 <= len(data["title"]) <= 45 or not 1 <= len(data["custom_id"]) <= 100:
        raise _bad("a form has a title of at most 45 and an id of at most 100 characters")
    if not 1 <= len(data["components"]) <= 5:
        raise _bad("a form has 1 to 5 fields")
    ids = Counter(each["custom_id"] for each in walk(data["components"]) if "custom_id" in each)
    if any(count > 1 for count in ids.values()):
        raise _bad("a custom id stands there twice")
    for label in data["components"]:
        if label["type"] == 10:
            continue
        if label["type"] != 18 or label["component"]["type"] not in IN_MODALS:
            raise _bad("a field is a label with something to fill in")
        if not 1 <= len(label["label"]) <= 45 or len(label.get("description") or "") > 100:
            raise _bad("a label has at most 45 characters, its description 100")
        inner = label["component"]
        check_component(inner, set())
        if inner["type"] == 19:
            _check_bounds(inner, 10, 10)
        if len(inner.get("placeholder") or "") > 100 and inner["type"] == 4:
            raise _bad("a placeholder has at most 100 characters")


def check_commands(commands: list[Json]) -> None:
    """Refuse commands that Discord would: https://docs.discord.com/developers/interactions/application-commands"""
    most = {1: 100, 2: 15, 3: 15}
    kinds = Counter(each.get("type", 1) for each in commands)
    if any(count > most.get(kind, 0) for kind, count in kinds.items()):
        raise _bad(f"at most 100 commands, 15 of a person's menu and 15 of a message's: {dict(kinds)}")
    names = Counter((each.get("type", 1), each["name"]) for each in commands)
    if any(count > 1 for count in names.values()):
        raise _bad("a command stands there twice")
    for each in commands:
        _check_option(each, typed=each.get("type", 1) == 1)


def _check_option(each: Json, *, typed: bool = True) -> None:
    """Refuse a command, or an option of one, that Discord would; `typed` where it is written after a slash."""
    name, options, choices = each["name"], each.get("options") or [], each.get("choices") or []
    if not 1 <= len(name) <= 32 or (typed and (name != name.lower() or not NAME.fullmatch(name))):
        raise _bad(f"{name!r} is no name: 1 to 32 small letters, numbers, - and _")
    if typed and not 1 <= len(each.get("description") or "") <= 100:
        raise _bad(f"the description of {name!r} has 1 to 100 characters")
    if len(options) > 25 or len({one["name"] for one in options}) < len(options):
        raise _bad(f"{name!r} has at most 25 different options")
    if len(choices) > 25 or any(not 1 <= len(one["name"]) <= 100 for one in choices):
        raise _bad(f"{name!r} offers at most 25 choices of 1 to 100 characters")
    _check_localizations(each, "name", 32)
    _check_localizations(each, "description", 100)
    for one in choices:
        _check_localizations(one, "name", 100)
    wanted = [one.get("required", False) for one in options]
    if wanted != sorted(wanted, reverse=True):
        raise _bad(f"what {name!r} needs stands before what it does not")
    for one in options:
        _check_option(one)


def _check_localizations(each: Json, what: str, most: int) -> None:
    """Refuse words for a language that Discord does not have, or too many of them."""
    words = each.get(f"{what}_localizations") or {}
    if unknown := words.keys() - LOCALES:
        raise _bad(f"Discord speaks no {sorted(unknown)}")
    if any(not 1 <= len(one) <= most for one in words.values()):
        raise _bad(f"the {what} of {each['name']!r} has 1 to {most} characters in every language")
