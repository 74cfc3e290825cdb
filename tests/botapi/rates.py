"""How fast the bot writes: counted always, enforced on wish.

Telegram's numbers are advice, not a contract: https://core.telegram.org/bots/faq#broadcasting-to-users
"""

import bisect
import math
from collections import defaultdict
from dataclasses import dataclass, field

GROUP_PER_MINUTE = 20
PRIVATE_PER_SECOND = 1.0
PRIVATE_BURST = 5
ALL_PER_SECOND = 30


@dataclass(frozen=True)
class Busiest:
    """The most messages and edits that one chat got in any second and any minute."""

    in_a_second: int
    in_a_minute: int


@dataclass
class Traffic:
    """When each chat got messages and edits, in monotonic seconds."""

    moments: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    everywhere: list[float] = field(default_factory=list)
    shares: dict[str, float] = field(default_factory=dict)  # the most of each allowance that was asked for

    def count(self, chat_id: int, now: float, messages: int) -> None:
        """Note that so many messages or edits went to a chat now."""
        self.moments[chat_id] += [now] * messages
        self.everywhere += [now] * messages

    def busiest(self) -> dict[int, Busiest]:
        """Return each chat's busiest second and minute."""
        return {chat: Busiest(_most(times, 1.0), _most(times, 60.0)) for chat, times in self.moments.items()}

    def ask(self, chat_id: int, now: float, *, private: bool) -> None:
        """Note which share of its allowances one message more takes, whether or not it is let through."""
        if private:
            asked = {"private": (self._spent(chat_id, now) + 1) / PRIVATE_BURST}
        else:
            asked = {"group": (len(_since(self.moments[chat_id], now - 60)) + 1) / GROUP_PER_MINUTE}
        asked["all"] = (len(_since(self.everywhere, now - 1)) + 1) / ALL_PER_SECOND
        for name, share in asked.items():
            self.shares[name] = max(share, self.shares.get(name, 0.0))

    def wait(self, chat_id: int, now: float, *, private: bool) -> int:
        """Return the whole seconds to wait before the next message, 0 where it may go at once."""
        recent = _since(self.everywhere, now - 1)
        if len(recent) >= ALL_PER_SECOND:
            return math.ceil(recent[-ALL_PER_SECOND] + 1 - now)
        if private:
            over = self._spent(chat_id, now) + 1 - PRIVATE_BURST
            return max(math.ceil(over / PRIVATE_PER_SECOND), 0)
        recent = _since(self.moments[chat_id], now - 60)
        return math.ceil(recent[-GROUP_PER_MINUTE] + 60 - now) if len(recent) >= GROUP_PER_MINUTE else 0

    def _spent(self, chat_id: int, now: float) -> float:
        """Return how much of a private chat's burst is used at this moment."""
        spent, last = 0.0, now
        for moment in self.moments[chat_id]:
            spent = max(spent - (moment - last) * PRIVATE_PER_SECOND, 0.0) + 1 if spent else 1.0
            last = moment
        return max(spent - (now - last) * PRIVATE_PER_SECOND, 0.0)


def _since(times: list[float], start: float) -> list[float]:
    return times[bisect.bisect_right(times, start) :]


def _most(times: list[float], window: float) -> int:
    return max(
        (bisect.bisect_left(times, start + window) - place for place, start in enumerate(times)), default=0
    )
