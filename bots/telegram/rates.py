"""How fast the bot may write into a chat.

Telegram's own numbers are advice, not a contract (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits):
about one message a second in a chat, 20 a minute in a group; edits count as messages.
"""

from bots.rates import Limits

SECONDS_EACH = 1.05  # a little over a second: messages can catch up with one another on the way
PRIVATE = Limits(SECONDS_EACH, burst=3, edit_seconds=3.0, most=58, seconds=61.0)
GROUP = Limits(SECONDS_EACH, burst=3, edit_seconds=5.0, most=20, seconds=61.0)


def limits(chat: int) -> Limits:
    """What a chat takes; groups have negative ids."""
    return GROUP if chat < 0 else PRIVATE
