"""Files as they are fetched, by the real library from a strict server."""

import asyncio

import pytest

from bots.platform import NotNow
from bots.telegram.fetch import fetch
from core.conversation.messages import Upload
from core.errors import PhotoRefused, Refusal
from tests.botapi import BotApiServer, Person
from tests.botapi.conftest import as_bot


@pytest.fixture(autouse=True)
def waits_are_durations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the library tell `retry_after` as the program asks it to."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def ana(server: BotApiServer) -> Person:
    return server.person("Ana")


def sent(ana: Person, content: bytes) -> Upload:
    message = ana.send_document(content, "a.png")
    assert message.document is not None
    return Upload(message.document.id, message.document.unique_id)


def fetched(server: BotApiServer, upload: Upload) -> bytes:
    return as_bot(server, lambda bot: fetch(bot, upload))


def test_a_file_is_fetched(server: BotApiServer, ana: Person) -> None:
    assert fetched(server, sent(ana, b"twelve bytes")) == b"twelve bytes"


def test_a_file_that_is_announced_as_too_large_is_not_asked_for(server: BotApiServer, ana: Person) -> None:
    upload = Upload("any", "any", size=(20 << 20) + 1)

    with pytest.raises(PhotoRefused, match="20 MB") as refused:
        fetched(server, upload)

    assert refused.value.refusal == Refusal.TOO_MANY_BYTES
    assert server.calls("getFile") == []


def test_a_file_that_turns_out_too_large_is_refused(server: BotApiServer, ana: Person) -> None:
    with pytest.raises(PhotoRefused, match="20 MB") as refused:
        fetched(server, sent(ana, bytes((20 << 20) + 1)))

    assert refused.value.refusal == Refusal.TOO_MANY_BYTES


def test_a_film_is_refused_by_name(server: BotApiServer) -> None:
    with pytest.raises(PhotoRefused, match="mp4") as refused:
        fetched(server, Upload("any", "any", size=3, mime="video/mp4"))

    assert refused.value.refusal == Refusal.NOT_A_PICTURE


def test_a_file_that_is_gone_is_refused(server: BotApiServer) -> None:
    with pytest.raises(PhotoRefused) as refused:
        fetched(server, Upload("nothing of this name", "any"))

    assert refused.value.refusal == Refusal.NOT_FETCHED


@pytest.mark.parametrize("method", ["getFile", "download"])
@pytest.mark.parametrize("fault", [{"drop": True}, {"code": 502}, {"retry_after": 3}])
def test_a_platform_that_does_not_answer_is_asked_again(
    server: BotApiServer, ana: Person, method: str, fault: dict[str, int | bool]
) -> None:
    upload = sent(ana, b"twelve bytes")
    server.fault(method, **fault)

    with pytest.raises(NotNow):
        fetched(server, upload)

    assert fetched(server, upload) == b"twelve bytes"


def test_the_address_of_a_file_is_in_no_error(server: BotApiServer, ana: Person) -> None:
    upload = sent(ana, b"twelve bytes")
    server.fault("download", code=404)

    async def run() -> str:
        try:
            await asyncio.to_thread(fetched, server, upload)
        except (NotNow, PhotoRefused) as error:
            return f"{error!r} {error.__cause__!r}"
        return ""

    seen = asyncio.run(run())

    assert seen
    assert server.token.split(":")[1] not in seen
