"""Whether those who share a profile with a group or server are still members there: asked of the platform.

Who is not loses what they share there (SPEC H2). While a platform does not say, they count as members: it is asked
again at the next use and before pictures are shown.
"""

import asyncio
import logging
import time

from sqlalchemy.exc import InterfaceError, OperationalError

from bots.platform import Platform, SpaceGone
from core.chat import Incoming, outbox, owners, space_event
from core.chat.owners import Owner
from core.conversation.messages import Gallery, Original, Removed
from core.errors import where
from core.storage.studio import Studio

log = logging.getLogger(__name__)

HOLDS_SECONDS = 5.0  # an answer that somebody is there
ASK_SECONDS = 3.0  # somebody waits for what depends on it
MOST_ANSWERS = 10_000
PACE_SECONDS = 2.0  # between two questions of a round
ROUND_SECONDS = 1800.0  # between two rounds
AWAY = (OperationalError, InterfaceError, OSError)  # the database, the keys or the files do not answer


class Members:
    """Asks who is still where, and ends what they shared who are not."""

    def __init__(self, studio: Studio, platform: Platform) -> None:
        self._studio = studio
        self._platform = platform
        self._there: dict[tuple[str, int], float] = {}

    async def check(self, incoming: Incoming) -> None:
        """Before a turn that would draw what others share: are they still there?"""
        for owner in await asyncio.to_thread(owners.asked_for, self._studio, incoming):
            await self.is_there(owner)

    async def may_see(self, outgoing: outbox.Outgoing) -> bool:
        """Whether pictures of shared profiles may be shown: their owners are still there."""
        if not isinstance(outgoing.reply, Gallery | Original):
            return True
        for grant in outgoing.grants:
            owner = await asyncio.to_thread(owners.of_grant, self._studio, grant)
            if owner is None or not await self.is_there(owner):
                return False
        return True

    async def is_there(self, owner: Owner) -> bool:
        """Whether an owner is a member, as far as the platform says; what one shares who is not has ended then."""
        now = time.monotonic()
        if self._there.get((owner.space, owner.account), 0.0) > now:
            return True
        answers: list[bool | None] = []
        try:
            for user in owner.users:
                async with asyncio.timeout(ASK_SECONDS):
                    answers.append(await self._platform.is_member(owner.space, user))
        except TimeoutError:
            return True
        except SpaceGone:
            await asyncio.to_thread(space_event, self._studio, self._platform.name, owner.space, Removed())
            return False
        if True in answers:
            self._remember(owner, now)
        elif None not in answers:
            await asyncio.to_thread(owners.has_left, self._studio, self._platform.name, owner)
            return False
        return True

    def _remember(self, owner: Owner, now: float) -> None:
        if len(self._there) >= MOST_ANSWERS:
            self._there.clear()
        self._there[owner.space, owner.account] = now + HOLDS_SECONDS

    async def watch(self) -> None:
        """Ask of every owner in slow rounds until cancelled; the first begins at once."""
        while True:
            try:
                found = await asyncio.to_thread(
                    owners.everybody, self._studio, self._platform.name, self._platform.bot
                )
                for owner in found:
                    await self.is_there(owner)
                    await asyncio.sleep(PACE_SECONDS)
            except AWAY as lost:
                log.warning("who is still where is not known: %s", type(lost).__name__)
            except Exception as fault:  # ours: it must not end the other duties
                log.error("who is still where is not known: %s", where(fault))  # noqa: TRY400  (its words may be people's)
            await asyncio.sleep(ROUND_SECONDS)
