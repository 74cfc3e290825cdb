"""What a bot's request may carry: texts, keyboards and files, read and checked."""

from dataclasses import dataclass
from typing import Any, Literal

from tests.botapi import refusals
from tests.botapi.markup import read_text
from tests.botapi.model import Button, Json, Keyboard, StoredFile
from tests.botapi.refusals import Refused, bad_request, too_large
from tests.botapi.specification import Upload
from tests.botapi.world import World

ACTIONS = frozenset({
    "callback_data", "url", "web_app", "login_url", "copy_text", "pay", "switch_inline_query",
    "switch_inline_query_current_chat", "switch_inline_query_chosen_chat",
})  # fmt: skip
Kind = Literal["photo", "document"]


@dataclass(frozen=True)
class Request:
    """One request of the bot whose parameters have their documented types."""

    world: World
    method: str
    parameters: dict[str, Any]
    uploads: dict[str, Upload]

    def get(self, name: str) -> Any:
        """Return a parameter, or None where it was not sent."""
        return self.parameters.get(name)

    def warn(self, what: str) -> None:
        """Note something that Telegram would let pass and a bot should not do."""
        self.world.violations.append(f"{self.method}: {what}")


def text_of(request: Request) -> Json:
    """Return the text and its entities as changes to a message."""
    text, entities = read_text(request.get("text") or "", request.get("parse_mode"), request.get("entities"))
    if not text:
        raise bad_request("message text is empty")
    if len(text) > refusals.TEXT_LENGTH:
        raise bad_request("message is too long")
    return {"text": text, "caption": "", "entities": tuple(entities)}


def caption_of(carrier: dict[str, Any]) -> Json:
    """Return the caption and its entities, of a request's or a medium's fields, as changes to a message."""
    text, entities = read_text(
        carrier.get("caption") or "", carrier.get("parse_mode"), carrier.get("caption_entities")
    )
    if len(text) > refusals.CAPTION_LENGTH:
        raise bad_request("message caption is too long")
    return {"text": "", "caption": text, "entities": tuple(entities)}


def markup_of(request: Request) -> Json:
    """Return the keyboard, checked, as changes to a message."""
    markup = request.get("reply_markup")
    if not markup:
        return {"keyboard": (), "other_markup": None}
    if "inline_keyboard" not in markup:
        return {"keyboard": (), "other_markup": markup}
    rows: Keyboard = tuple(tuple(_button(raw) for raw in row) for row in markup["inline_keyboard"] if row)
    if sum(len(row) for row in rows) > refusals.BUTTONS:
        raise bad_request("reply markup is too long")
    for row in rows:
        if len(row) > refusals.BUTTONS_IN_ROW:
            request.warn(f"{len(row)} buttons in a row, Telegram shows {refusals.BUTTONS_IN_ROW}")
    return {"keyboard": rows, "other_markup": None}


def photo_or_document(request: Request, kind: Kind, value: object) -> Json:
    """Return the file meant (an upload, `attach://name`, or a known id) as changes to a message."""
    if isinstance(value, str) and value.startswith("attach://"):
        name = value.removeprefix("attach://")
        if name not in request.uploads:
            raise bad_request(f"can't find file {name!r} in the request")
        value = request.uploads[name]
    if isinstance(value, Upload):
        return _uploaded(request.world, kind, value)
    return _known(request.world, kind, str(value))


def reply_of(request: Request, chat_id: int) -> int | None:
    """Return the id of the message that is replied to, or refuse when it is gone."""
    reply = request.get("reply_parameters")
    if not reply:
        return None
    if reply.get("chat_id", chat_id) != chat_id:
        raise bad_request("message to be replied not found")
    if request.world.message(chat_id, reply["message_id"]):
        return int(reply["message_id"])
    if reply.get("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def _button(raw: Json) -> Button:
    if not raw["text"].strip():
        raise bad_request("inline keyboard button text is empty")
    actions = ACTIONS & raw.keys()
    if not actions:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(actions) > 1:
        raise bad_request(f"can't parse inline keyboard button: {sorted(actions)} exclude each other")
    data = raw.get("callback_data")
    if data is not None and not 1 <= len(data.encode()) <= refusals.CALLBACK_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    return Button(raw["text"], data, raw)


def _uploaded(world: World, kind: Kind, upload: Upload) -> Json:
    if not upload.content:
        raise bad_request("file must be non-empty")
    if kind == "photo":
        if len(upload.content) > refusals.PHOTO_UPLOAD_BYTES:
            raise too_large()
        return {"photo": world.keep_photo(upload.content), "document": None}
    if len(upload.content) > refusals.FILE_UPLOAD_BYTES:
        raise too_large()
    return {"photo": (), "document": world.keep(upload.content, name=upload.name)}


def _known(world: World, kind: Kind, file_id: str) -> Json:
    if file_id.startswith(("http://", "https://")):
        # There is nothing but loopback here; Telegram answers the same when it cannot reach the address.
        raise bad_request("failed to get HTTP URL content")
    file = known_file(world, file_id)
    if file.kind != kind:
        raise bad_request(f"can't use file of type {file.kind.title()} as {kind.title()}")
    if kind == "photo":
        return {"photo": world.photos[file_id], "document": None}
    return {"photo": (), "document": file}


def known_file(world: World, file_id: str) -> StoredFile:
    """Return a file by its id, or refuse."""
    if file_id not in world.files:
        raise _wrong_file()
    return world.files[file_id]


def _wrong_file() -> Refused:
    return bad_request("wrong remote file identifier specified: Wrong string length")
