"""How fast the bot may write into a channel.

The library keeps to the buckets that Discord's answers name; this keeps messages about progress rare, and leaves
room for others: a channel takes five messages in five seconds.
"""

from bots.rates import Limits

LIMITS = Limits(seconds_each=1.0, burst=5, edit_seconds=2.0, most=100, seconds=60.0)


def limits(_: int) -> Limits:
    """Every channel takes the same."""
    return LIMITS
