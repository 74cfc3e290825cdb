"""How much the bot asks: requests by route, and how fast it edits in each channel."""

from collections import Counter
from collections.abc import Iterable, Mapping

from tests.botapi.rates import Busiest, Traffic
from tests.discordapi.model import Call, Interaction

EDITS = frozenset({"PATCH /channels/messages", "PATCH /webhooks/messages"})
UPDATE = 7  # the answer to a button that changes its message

__all__ = ["Busiest", "counts", "edits"]


def counts(calls: Iterable[Call]) -> dict[str, int]:
    """Return how often each route was asked for, refused requests too."""
    return dict(Counter(call.route for call in calls))


def edits(calls: Iterable[Call], interactions: Mapping[str, Interaction]) -> dict[int, Busiest]:
    """Return the most edits that each channel got in any second and any minute."""
    traffic = Traffic()
    for call in sorted(calls, key=lambda each: each.at):
        updates = call.route == "POST /callback" and call.body.get("type") == UPDATE
        if call.status < 300 and (call.route in EDITS or updates):
            known = interactions.get(call.place)
            traffic.count(known.channel if known else int(call.place), call.at, 1)
    return traffic.busiest()
