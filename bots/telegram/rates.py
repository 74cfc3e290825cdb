"""How fast the bot may write into a chat. Nobody sleeps here: who is too fast is told how long to wait.

Telegram's own numbers are advice, not a contract (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits):
about one message a second in a chat, 20 a minute in a group; edits count as messages.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

SECONDS_EACH = 1.05  # a little over a second: messages can catch up with one another on the way
BURST = 3
GROUP_MESSAGES, GROUP_SECONDS = 20, 61.0
EDIT_SECONDS, GROUP_EDIT_SECONDS = 3.0, 5.0  # between edits of one message
MOST_REMEMBERED = 10_000  # chats and messages, before those that have rested are forgotten


@dataclass
class _Pace:
    """What one chat has been sent; times are monotonic seconds."""

    free_at: float = 0.0  # when all that was sent would have been sent one by one
    sent: deque[float] = field(default_factory=lambda: deque(maxlen=GROUP_MESSAGES))
    held_until: float = 0.0


class Rates:
    """The pace of every chat, and of every message that is edited."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._chats: dict[int, _Pace] = {}
        self._edited: dict[tuple[int, str], float] = {}

    def take(self, chat: int, message: str = "") -> float:
        """Seconds until this chat can be sent to, or this message of it edited; 0.0 means now, and counts."""
        now = self._clock()
        pace = self._chats.setdefault(chat, _Pace())
        wait = max(pace.held_until, pace.free_at - (BURST - 1) * SECONDS_EACH) - now
        if chat < 0 and len(pace.sent) == GROUP_MESSAGES:
            wait = max(wait, pace.sent[0] + GROUP_SECONDS - now)
        if (chat, message) in self._edited:
            spacing = GROUP_EDIT_SECONDS if chat < 0 else EDIT_SECONDS
            wait = max(wait, self._edited[chat, message] + spacing - now)
        if wait > 0:
            return wait
        pace.free_at = max(pace.free_at, now) + SECONDS_EACH
        pace.sent.append(now)
        if message:
            self._edited[chat, message] = now
        self._forget(now)
        return 0.0

    def hold(self, chat: int, seconds: float) -> None:
        """Telegram itself asked for silence in this chat."""
        self._chats.setdefault(chat, _Pace()).held_until = self._clock() + seconds

    def _forget(self, now: float) -> None:
        if len(self._edited) > MOST_REMEMBERED:
            self._edited = {key: at for key, at in self._edited.items() if now - at < GROUP_EDIT_SECONDS}
        if len(self._chats) > MOST_REMEMBERED:
            self._chats = {
                chat: pace
                for chat, pace in self._chats.items()
                if now < pace.held_until or (pace.sent and now - pace.sent[-1] < GROUP_SECONDS)
            }
