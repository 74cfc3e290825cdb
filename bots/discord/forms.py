"""Forms: what is asked in them, and what was filled in. They are read from what Discord sends, so that a form
that was open while the bot was started again is heard as well."""

from typing import Any

import discord
from discord import SelectOption, ui

from bots.discord.hear import custom_id, raw_upload
from bots.discord.translator import speaking_to
from core.captions import LONGEST_CAPTION
from core.conversation.importing import LONGEST_WORDS
from core.conversation.language import gettext as _
from core.conversation.messages import Form
from core.conversation.phrases import CLASSES, MINOR_CLASSES, RETENTION, RETENTION_SHORT, class_label
from core.subjects import STYLE

MOST_FILES = 10  # https://docs.discord.com/developers/components/reference#file-upload
LONGEST_NAME = 40
OTHER = "other"
CAPTION, ALL = "caption", "all"
# https://docs.discord.com/developers/components/reference
LONGEST_TITLE, LONGEST_LABEL, LONGEST_DESCRIPTION = 45, 45, 100


def form(what: str, interaction: discord.Interaction, *, draft: int = 0, minors: bool = False) -> ui.Modal:
    """A form of five fields at most: `new`, or one field of a draft: `photos`, `class`, `name`, `caption-3`."""
    with speaking_to(interaction):
        return _form(what, interaction, draft, minors=minors)


def _form(what: str, interaction: discord.Interaction, draft: int, *, minors: bool) -> ui.Modal:
    kind, _dash, about = what.partition("-")
    fields = {
        "new": (_kind(minors), _class(), _name(required=False), _retention(), _photos(required=False)),
        "photos": (_photos(required=True),),
        "class": (_kind(minors), _class()),
        "name": (_name(required=True),),
        "words": (_words(),),
        CAPTION: (_caption(about),),
    }
    titles = {
        "new": _("A new profile"),
        "photos": _("Add photos"),
        "class": _("What is it?"),
        "name": _("Its name"),
        "words": _("Its words"),
        CAPTION: _("Captions"),
    }
    key = f"modal:{what}:{draft}:{interaction.id}"
    modal = ui.Modal(title=titles[kind][:LONGEST_TITLE], custom_id=custom_id(interaction.user.id, key))
    for field in fields[kind]:
        modal.add_item(field)
    modal.stop()  # the library would keep it in memory to call it back; we go by its custom id
    return modal


def _kind(minors: bool) -> ui.Label[Any]:
    words = CLASSES + (MINOR_CLASSES if minors else ())
    options = [SelectOption(label=class_label(word), value=word) for word in words]
    options.append(SelectOption(label=_("a style"), value=STYLE))
    options.append(SelectOption(label=_("something else: write it below"), value=OTHER))
    return _label(_("What is it?"), ui.Select(custom_id="kind", options=options))


def _class() -> ui.Label[Any]:
    return _label(
        _("Class, if it is something else"),
        ui.TextInput(custom_id="word", required=False, max_length=30),
        _("One to three words, such as tabby cat. The closer the word, the better I do."),
    )


def _name(*, required: bool) -> ui.Label[Any]:
    field: ui.TextInput[Any] = ui.TextInput(
        custom_id="name", required=required, max_length=LONGEST_NAME, placeholder="Ana 2026"
    )
    return _label(_("Name"), field, _("By which you will ask for it."))


def _words() -> ui.Label[Any]:
    field: ui.TextInput[Any] = ui.TextInput(
        custom_id="words", max_length=LONGEST_WORDS, placeholder="ohwx woman"
    )
    return _label(_("Words"), field, _("Which words bring it up in a prompt?"))


def _caption(about: str) -> ui.Label[Any]:
    """The caption of the photo with this number, or a change of all."""
    field: ui.TextInput[Any] = ui.TextInput(
        custom_id=f"{CAPTION}-{about}", style=discord.TextStyle.paragraph, max_length=LONGEST_CAPTION
    )
    if about == ALL:
        return _label(_("Words to add, or: old words -> new words"), field)
    return _label(_("The caption of photo {number}").format(number=about), field)


def _retention() -> ui.Label[Any]:
    options = [
        SelectOption(
            label=_(RETENTION_SHORT[key]).capitalize(),
            value=key,
            description=_(sentence)[:LONGEST_DESCRIPTION],
        )
        for key, sentence in RETENTION.items()
    ]
    return _label(_("After training"), ui.Select(custom_id="retention", options=options, required=False))


def _photos(*, required: bool) -> ui.Label[Any]:
    return _label(
        _("Photos"),
        ui.FileUpload(custom_id="photos", required=required, min_values=int(required), max_values=MOST_FILES),
        _("Up to 10 at once, 15 to 20 in all are best: sharp, one face each, different days and light."),
    )


def _label(text: str, component: ui.Item[Any], description: str = "") -> ui.Label[Any]:
    """A field; words that are longer in a language than Discord allows are cut, or it would refuse the form."""
    return ui.Label(
        text=text[:LONGEST_LABEL],
        description=description[:LONGEST_DESCRIPTION] or None,
        component=component,
    )


def read_form(data: dict[str, Any], draft: int) -> Form:
    """What was filled in."""
    values: dict[str, Any] = {}
    for label in data.get("components", ()):
        field = label.get("component") or {}
        values[field.get("custom_id", "")] = field.get("values") or field.get("value") or ""
    files = data.get("resolved", {}).get("attachments", {})
    kind = _first(values.get("kind"))
    return Form(
        class_word=_first(values.get("word")) or (kind if kind != OTHER else ""),
        name=_first(values.get("name")),
        retention=_first(values.get("retention")),
        photos=tuple(raw_upload(files[number]) for number in values.get("photos") or () if number in files),
        words=_first(values.get("words")),
        caption=_written_caption(values),
        draft=draft,
    )


def _written_caption(values: dict[str, Any]) -> str:
    """A caption as it would be written in a chat: with its photo's number before it, or for all."""
    written = ((field.removeprefix(f"{CAPTION}-"), words) for field, words in values.items())
    return next((f"{about}: {_first(words)}" for about, words in written if about not in values), "")


def _first(value: str | list[str] | None) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return (value or "").strip()
