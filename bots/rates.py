"""How fast a bot may write. Nobody sleeps here: who is too fast is told how long to wait."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

MOST_REMEMBERED = 10_000  # chats and messages, before those that have rested are forgotten


@dataclass(frozen=True)
class Limits:
    """What one chat takes; edits count as messages."""

    seconds_each: float  # between messages, on average
    burst: int  # messages at once
    edit_seconds: float  # between edits of one message
    most: int  # messages within `seconds`
    seconds: float


@dataclass(frozen=True)
class Together:
    """What a platform takes of one bot, all chats together."""

    seconds_each: float  # between messages, on average
    burst: int  # messages at once


@dataclass
class _Pace:
    """What one chat has been sent; times are monotonic seconds."""

    free_at: float = 0.0  # when all that was sent would have been sent one by one
    sent: deque[float] = field(default_factory=deque)
    held_until: float = 0.0


class Rates:
    """The pace of every chat, of every message that is edited, and of all of them together."""

    def __init__(
        self, limits: Callable[[int], Limits], together: Together, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limits = limits
        self._together = together
        self._clock = clock
        self._free_at = 0.0
        self._chats: dict[int, _Pace] = {}
        self._edited: dict[tuple[int, str], float] = {}

    def take(self, chat: int, message: str = "") -> float:
        """Seconds until this chat can be sent to, or this message of it edited; 0.0 means now, and counts."""
        now, limits = self._clock(), self._limits(chat)
        pace = self._chats.setdefault(chat, _Pace())
        wait = max(pace.held_until, pace.free_at - (limits.burst - 1) * limits.seconds_each) - now
        if len(pace.sent) >= limits.most:
            wait = max(wait, pace.sent[-limits.most] + limits.seconds - now)
        if (chat, message) in self._edited:
            wait = max(wait, self._edited[chat, message] + limits.edit_seconds - now)
        if wait > 0:
            return wait
        pace.free_at = max(pace.free_at, now) + limits.seconds_each
        pace.sent.append(now)
        while pace.sent[0] + limits.seconds < now:
            pace.sent.popleft()
        if message:
            self._edited[chat, message] = now
        self._forget(now)
        return 0.0

    def turn(self) -> float:
        """Take the next place among all chats' messages; answers in how many seconds that is.

        The wait is short, because few messages are on their way at once; the chat's own pace is taken before.
        """
        now, each = self._clock(), self._together.seconds_each
        self._free_at = max(self._free_at, now) + each
        return max(0.0, self._free_at - now - self._together.burst * each)

    def hold(self, chat: int, seconds: float) -> None:
        """The platform itself asked for silence in this chat."""
        self._chats.setdefault(chat, _Pace()).held_until = self._clock() + seconds

    def _forget(self, now: float) -> None:
        if len(self._edited) > MOST_REMEMBERED:
            self._edited = {
                key: at for key, at in self._edited.items() if now - at < self._limits(key[0]).edit_seconds
            }
        if len(self._chats) > MOST_REMEMBERED:
            self._chats = {
                chat: pace
                for chat, pace in self._chats.items()
                if now < pace.held_until or (pace.sent and now - pace.sent[-1] < self._limits(chat).seconds)
            }
