"""How fast the bot may write into a chat.

Telegram's own numbers are advice, not a contract (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits):
about one message a second in a chat, 20 a minute in a group, 30 a second in all; edits count as messages.
"""

from bots.rates import Limits, Together

SECONDS_EACH = 1.05  # a little over a second: messages can catch up with one another on the way
PRIVATE = Limits(SECONDS_EACH, burst=3, edit_seconds=3.0, most=58, seconds=61.0)
GROUP = Limits(SECONDS_EACH, burst=3, edit_seconds=5.0, most=20, seconds=61.0)

# Messages that leave evenly can still arrive together: room for a quarter of a second of that.
TOGETHER = Together(seconds_each=1 / 20, burst=5)


def limits(chat: int) -> Limits:
    """What a chat takes; groups have negative ids."""
    return GROUP if chat < 0 else PRIVATE
