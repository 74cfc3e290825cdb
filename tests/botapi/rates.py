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


@dataclass(frozen=True)
class Busiest:
    """The most messages and edits that one chat got in any second and any minute."""

    in_a_second: int
    in_a_minute: int


@dataclass
class Traffic:
    """When each chat got messages and edits, in monotonic seconds."""

    moments: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))

    def count(self, chat_id: int, now: float, messages: int) -> None:
        """Note that so many messages or edits went to a chat now."""
        self.moments[chat_id] += [now] * messages

    def busiest(self) -> dict[int, Busiest]:
        """Return each chat's busiest second and minute."""
        return {chat: Busiest(_most(times, 1.0), _most(times, 60.0)) for chat, times in self.moments.items()}

    def wait(self, chat_id: int, now: float, *, private: bool) -> int:
        """Return the whole seconds to wait before the next message, 0 where it may go at once."""
        times = self.moments[chat_id]
        if not private:
            recent = times[bisect.bisect_right(times, now - 60) :]
            return math.ceil(recent[-GROUP_PER_MINUTE] + 60 - now) if len(recent) >= GROUP_PER_MINUTE else 0
        spent, last = 0.0, now
        for moment in times:
            spent = max(spent - (moment - last) * PRIVATE_PER_SECOND, 0.0) + 1 if spent else 1.0
            last = moment
        spent = max(spent - (now - last) * PRIVATE_PER_SECOND, 0.0)
        return max(math.ceil((spent + 1 - PRIVATE_BURST) / PRIVATE_PER_SECOND), 0)


def _most(times: list[float], window: float) -> int:
    return max(
        (bisect.bisect_left(times, start + window) - place for place, start in enumerate(times)), default=0
    )
