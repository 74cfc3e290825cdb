import io
import logging

from bots.logs import WithoutSecret
from core.errors import where

SECRET = "AAEhBOweik6ad9r_QXMENQjcrGbqCr4K"


def written(message: str, *values: object, trace: bool = False) -> str:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(WithoutSecret(SECRET))
    log = logging.Logger("test")
    log.addHandler(handler)
    if trace:
        try:
            int(f"https://example.org/bot42:{SECRET}/getMe")
        except ValueError:
            log.exception(message, *values)
    else:
        log.warning(message, *values)
    return out.getvalue()


def test_the_secret_is_in_no_message() -> None:
    assert written("GET https://example.org/bot42:%s/getMe", SECRET).endswith("bot42:<token>/getMe\n")


def test_the_secret_is_in_no_trace() -> None:
    trace = written("failed", trace=True)

    assert "ValueError" in trace
    assert SECRET not in trace


def test_without_a_secret_nothing_is_changed() -> None:
    handler = WithoutSecret("")
    record = logging.makeLogRecord({"msg": "hello"})

    assert handler.format(record).endswith("hello")


def test_where_something_went_wrong_is_told_without_its_words() -> None:
    def fail() -> None:
        raise ExceptionGroup("secret words", [ValueError("secret words"), KeyError("secret words")])

    try:
        fail()
    except ExceptionGroup as fault:
        told = where(fault)

    assert "ValueError" in told
    assert "KeyError" in told
    assert "secret" not in told
