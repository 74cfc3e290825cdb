"""How fast the bot asks: counted always, told in the headers and enforced on wish."""

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.discordapi.model import Refused

# Requests within seconds, as Discord's headers tell for these routes.
SIZES = {
    "POST /channels/messages": (5, 5.0),
    "PATCH /channels/messages": (5, 5.0),
    "POST /webhooks": (5, 2.0),
    "PATCH /webhooks/messages": (5, 2.0),
}


# https://docs.discord.com/developers/topics/rate-limits#global-rate-limit; answers to interactions are free of it.
EVERYWHERE = (50, 1.0)


@dataclass
class Buckets:
    """Each route's requests per channel or per interaction, in monotonic seconds."""

    enforced: bool
    moments: dict[tuple[str, str], deque[float]] = field(default_factory=lambda: defaultdict(deque))
    shares: dict[str, float] = field(default_factory=dict)  # the most of each allowance that was asked for

    def take(self, route: str, match: Mapping[str, str], now: float) -> dict[str, str]:
        """Return the headers about a request's bucket; where that is enforced, refuses it when it is empty."""
        if "token" not in match:
            self._take("everywhere", "", EVERYWHERE, now)
        if route not in SIZES:
            return {}
        left, reset = self._take(route, match.get("channel") or match.get("token", ""), SIZES[route], now)
        if not self.enforced:
            return {}
        return {
            "X-RateLimit-Limit": str(SIZES[route][0]),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset-After": f"{reset:.3f}",
            "X-RateLimit-Bucket": route.replace(" ", "").replace("/", "-"),
        }

    def _take(self, name: str, place: str, size: tuple[int, float], now: float) -> tuple[int, float]:
        """Return how many requests are left, and the seconds until the oldest counts no more."""
        most, seconds = size
        moments = self.moments[name, place]
        while moments and moments[0] <= now - seconds:
            moments.popleft()
        self.shares[name] = max(self.shares.get(name, 0.0), (len(moments) + 1) / most)
        if self.enforced and len(moments) >= most:
            wait = max(0.05, moments[0] + seconds - now)
            raise Refused(429, 0, "You are being rate limited.", wait, everywhere=not place)
        moments.append(now)
        return max(0, most - len(moments)), moments[0] + seconds - now
