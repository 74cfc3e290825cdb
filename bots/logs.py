"""The log of a process that knows a token."""

import logging

# At INFO these write whole addresses, which hold the token.
TALKATIVE = ("httpx", "httpcore")
# These log the content of what they cannot read; our own code says which update it was.
INDISCREET = ("telegram", "discord")


class WithoutSecret(logging.Formatter):
    """Formats as usual, traces included, and takes the secret out of the result."""

    def __init__(self, secret: str) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secret = secret

    def format(self, record: logging.LogRecord) -> str:
        """One entry of the log, with the secret replaced."""
        written = super().format(record)
        return written.replace(self._secret, "<token>") if self._secret else written


def set_up(secret: str, level: int) -> None:
    """Log to stderr, never with the secret."""
    handler = logging.StreamHandler()
    handler.setFormatter(WithoutSecret(secret))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in INDISCREET:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
