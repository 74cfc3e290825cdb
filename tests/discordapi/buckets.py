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


@dataclass
class Buckets:
    """Each route's requests per channel or per interaction, in monotonic seconds."""

    enforced: bool
    moments: dict[tuple[str, str], deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def take(self, route: str, match: Mapping[str, str], now: float) -> dict[str, str]:
        """Return the headers about a request's bucket; refuses it when that is empty."""
        if route not in SIZES or not self.enforced:
            return {}
        most, seconds = SIZES[route]
        moments = self.moments[route, match.get("channel") or match.get("token", "")]
        while moments and moments[0] <= now - seconds:
            moments.popleft()
        if len(moments) >= most:
            raise Refused(429, 0, "You are being rate limited.", max(0.05, moments[0] + seconds - now))
        moments.append(now)
        return {
            "X-RateLimit-Limit": str(most),
            "X-RateLimit-Remaining": str(most - len(moments)),
            "X-RateLimit-Reset-After": f"{moments[0] + seconds - now:.3f}",
            "X-RateLimit-Bucket": route.replace(" ", "").replace("/", "-"),
        }
