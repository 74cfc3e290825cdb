"""Hearing Telegram: an update is acknowledged by the next request, after its turn has been committed.

The library's own updater acknowledges first and works later, so that a killed process loses what it had
fetched. Here the server's queue is what is left to do: a new process begins with all that was not
acknowledged, and what had its turn already finds itself in the inbox. The highest id in the inbox would be no
such mark, because turns of different people end in any order.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from telegram import Bot, Update
from telegram.error import Conflict, RetryAfter, TelegramError

from bots.hearing import AWAY, Hearing, Line, unless
from bots.telegram.errors import seconds_of
from bots.telegram.hear import hear
from bots.turns import Turns, pause
from core.chat import Incoming
from core.errors import where

log = logging.getLogger(__name__)

POLL_SECONDS = 25
ANSWER_SECONDS = 10.0  # on top of the poll's own
KINDS = ["message", "callback_query", "my_chat_member", "chat_member"]


@dataclass(frozen=True)
class _Turn:
    incoming: Incoming
    query: str = ""  # a tap that waits for its answer


class Poll:
    """The one poller of a bot."""

    def __init__(self, bot: Bot, turns: Turns, telegram: Line, stopping: asyncio.Event) -> None:
        self._bot = bot
        self._turns, self._telegram = turns, telegram
        self._hearing = Hearing(turns, stopping)
        self._stopping = stopping
        self._answers: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Ask, take turns, acknowledge, until it is time to stop; a turn that has begun is finished."""
        offset: int | None = None
        while not self._stopping.is_set():
            updates = await self._ask(offset)
            if updates and await self._take(updates):
                offset = max(update["update_id"] for update in updates) + 1
        await asyncio.gather(*self._answers)

    async def _ask(self, offset: int | None) -> Sequence[dict[str, Any]]:
        """What waits; nothing when there is nothing, no answer, or no more time."""
        # A short question shows at once that Telegram is back.
        seconds = 0 if self._telegram.away else POLL_SECONDS
        asked: dict[str, Any] = {"timeout": seconds, "allowed_updates": KINDS}
        if offset is not None:
            asked["offset"] = offset
        # Raw, because the library's own method fails for all of a batch when it cannot read one of it.
        request = self._bot.do_api_request(
            "getUpdates", asked, read_timeout=POLL_SECONDS + ANSWER_SECONDS, pool_timeout=ANSWER_SECONDS
        )
        try:
            updates = await unless(self._stopping, request)
        except Conflict:
            wait = self._telegram.lost("another bot hears with the same token")
        except RetryAfter as error:
            wait = seconds_of(error)
        except TelegramError as error:
            wait = self._telegram.lost(type(error).__name__)
        else:
            if updates is not None:
                self._telegram.back()
            return updates or ()
        await pause(self._stopping, wait)
        return ()

    async def _take(self, updates: Iterable[dict[str, Any]]) -> bool:
        """One turn after another for each person, people at the same time; True when all have had theirs."""
        people: dict[str, list[_Turn]] = defaultdict(list)
        for update in updates:
            if turn := self._read(update):
                people[turn.incoming.user].append(turn)
                if turn.query:
                    answer = asyncio.create_task(self._answer(turn))
                    self._answers.add(answer)
                    answer.add_done_callback(self._answers.discard)
        return all(await asyncio.gather(*(self._in_turn(turns) for turns in people.values())))

    def _read(self, raw: dict[str, Any]) -> _Turn | None:
        try:
            update = Update.de_json(raw, self._bot)
            incoming = hear(update, self._bot.bot)
        except Exception as fault:  # whatever it is, it must not keep the next update away
            log.error("update %s cannot be read: %s", raw.get("update_id"), where(fault))  # noqa: TRY400
            return None
        if incoming is None:
            return None
        return _Turn(incoming, update.callback_query.id if update.callback_query else "")

    async def _answer(self, turn: _Turn) -> None:
        """End the waiting circle on a button, with a word for whom it is not; it ends by itself if this is late."""
        objection = ""
        with suppress(*AWAY):
            objection = await self._turns.objection(turn.incoming)
        with suppress(TelegramError):
            await self._bot.answer_callback_query(turn.query, objection or None, show_alert=bool(objection))

    async def _in_turn(self, turns: Iterable[_Turn]) -> bool:
        for turn in turns:
            if not await self._hearing.hear(turn.incoming):
                return False
        return True
