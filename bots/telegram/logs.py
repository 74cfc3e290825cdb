"""The log of a process that knows a token."""

import logging
import traceback
from pathlib import Path

# At INFO these write whole addresses, which hold the token.
TALKATIVE = ("httpx", "httpcore")
FRAMES = 5  # of a trace


class WithoutSecret(logging.Formatter):
    """Formats as usual, traces included, and takes the secret out of the result."""

    def __init__(self, secret: str) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secret = secret

    def format(self, record: logging.LogRecord) -> str:
        """One entry of the log, with the secret replaced."""
        written = super().format(record)
        return written.replace(self._secret, "<token>") if self._secret else written


def set_up(token: str, level: int) -> None:
    """Log to stderr, never with the secret half of the token."""
    handler = logging.StreamHandler()
    handler.setFormatter(WithoutSecret(token.partition(":")[2]))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    # The library logs the content of what it cannot read; our own code says which update it was.
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)


def where(fault: BaseException) -> str:
    """What went wrong where, without the error's own words: those can hold what people wrote."""
    if isinstance(fault, BaseExceptionGroup):
        return "; ".join(where(each) for each in fault.exceptions)
    frames = traceback.extract_tb(fault.__traceback__)[-FRAMES:]
    calls = " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{type(fault).__name__} at {calls}"
