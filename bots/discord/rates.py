"""How fast the bot may write into a channel.

The library keeps to the buckets that Discord's answers name; this keeps messages about progress rare, and leaves
room for others: a channel takes five messages in five seconds.
"""

from bots.rates import Limits, Together

LIMITS = Limits(seconds_each=1.0, burst=5, edit_seconds=2.0, most=100, seconds=60.0)

# 50 requests a second, https://docs.discord.com/developers/topics/rate-limits#global-rate-limit: some are no messages.
TOGETHER = Together(seconds_each=1 / 30, burst=5)


def limits(_: int) -> Limits:
    """Every channel takes the same."""
    return LIMITS
