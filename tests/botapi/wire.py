"""Requests of the bot as they come over the wire, and refusals and faults as they go back."""

import asyncio
import json

from aiohttp import web

from tests.botapi.faults import Fault
from tests.botapi.model import Json
from tests.botapi.refusals import Refused, bad_request, too_many
from tests.botapi.specification import Upload

CODES = {
    401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict",
    413: "Request Entity Too Large", 500: "Internal Server Error", 502: "Bad Gateway",
}  # fmt: skip


async def read_body(http: web.Request) -> tuple[dict[str, object], dict[str, Upload]]:
    """Return the parameters and the files of a request in any of the encodings the Bot API takes."""
    sent: dict[str, object] = dict(http.query)
    uploads: dict[str, Upload] = {}
    if http.content_type == "application/json":
        try:
            given = json.loads(await http.text() or "{}")
        except json.JSONDecodeError as error:
            raise bad_request(f"can't parse JSON: {error}") from error
        if not isinstance(given, dict):
            raise bad_request(f"a JSON body must be an object, got {given!r}")
        return sent | given, uploads
    for name, value in (await http.post()).items():
        if isinstance(value, web.FileField):
            uploads[name] = Upload(value.file.read(), value.filename)
            value.file.close()
        else:
            sent[name] = value
    return sent, uploads


async def go_wrong(http: web.Request, fault: Fault | None, *, after: bool) -> None:
    """Let a fault happen where its time is this one, before or after the effect."""
    if fault is None or fault.after is not after:
        return
    await asyncio.sleep(fault.hang)
    if fault.loses_answer:
        if http.transport:
            http.transport.abort()
        raise Refused(500, "the connection was dropped on purpose")
    if fault.retry_after is not None:
        raise too_many(fault.retry_after)
    if fault.code:
        raise Refused(fault.code, fault.description or CODES.get(fault.code, "Refused on purpose"))


def refusal_answer(refused: Refused) -> web.Response:
    """Return a refusal in the envelope of the Bot API."""
    answer: Json = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.retry_after is not None:
        answer["parameters"] = {"retry_after": refused.retry_after}
    return web.json_response(answer, status=refused.code)
