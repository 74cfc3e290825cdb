"""What every platform's bot does the same way: hear in order, deliver, fetch, and tell the news.

Each duty is a loop of its own. A loop that loses the network, the server or the database says so once, keeps
trying, and says once when it is back; all it works on is in the database, so nothing is lost meanwhile.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib.resources import files

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bots.members import ASK_SECONDS, AWAY, Members
from bots.platform import MessageGone, NotNow, Platform, Refused, SpaceGone, SpaceMoved, Unanswered
from core.chat import Incoming, arrivals, news, objection, outbox, respond_all, space_event, wants_rank
from core.conversation.language import speaking
from core.conversation.messages import Document, Moved, Removed
from core.conversation.views import USED, Shown
from core.errors import KeyGone, PhotoRefused, Refusal
from core.exchange.leaving import export
from core.report_picture import draw_card
from core.sheets import contact_sheet, part
from core.storage.studio import Studio
from core.work_queue import WAKE

log = logging.getLogger(__name__)

MOST_TURNS = 32  # in one commit
POLL_SECONDS = 2.0  # how long unheard news waits at most
BACKOFF_SECONDS = (1.0, 2.0, 5.0, 10.0)


class Turns:
    """One platform's bot at work."""

    def __init__(self, studio: Studio, platform: Platform, redis: "Redis | None" = None) -> None:
        self.studio = studio
        self.platform = platform
        self.members = Members(studio, platform)
        self._redis = redis
        self._outbox = asyncio.Event()
        self._arrivals = asyncio.Event()
        self._news = asyncio.Event()
        self._heard: list[tuple[Incoming, asyncio.Future[bool]]] = []
        self._hearing: asyncio.Task[None] | None = None

    async def hear(self, incoming: Incoming) -> bool:
        """One turn, in the order of calls; answers when it is committed. False when it was heard before.

        Raises whatever went wrong in this turn; nothing of it has pause then.
        """
        if incoming.space:
            incoming = await self._ranked(incoming)
            await self.members.check(incoming)
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._heard.append((incoming, answer))
        if self._hearing is None or self._hearing.done():
            self._hearing = asyncio.create_task(self._hear_all())
        return await answer

    async def objection(self, incoming: Incoming) -> str:
        """What somebody should read, alone, whose tap is not theirs to make; empty when it is."""
        if not incoming.group:
            return ""
        return await asyncio.to_thread(objection, self.studio, await self._ranked(incoming))

    async def _ranked(self, incoming: Incoming) -> Incoming:
        """With whether the speaker is an admin of the space, asked of the platform, where that matters."""
        if not await asyncio.to_thread(wants_rank, self.studio, incoming):
            return incoming
        try:
            async with asyncio.timeout(ASK_SECONDS):
                admin = await self.platform.is_admin(incoming.space, incoming.user)
        except TimeoutError:
            admin = None
        return replace(incoming, admin=admin)

    async def _hear_all(self) -> None:
        """Take all turns that wait, as one commit, until none waits."""
        while self._heard:
            batch, self._heard = self._heard[:MOST_TURNS], self._heard[MOST_TURNS:]
            answers: list[bool | Exception]
            try:
                answers = await asyncio.to_thread(respond_all, self.studio, [one for one, _ in batch])
            except Exception as error:
                answers = [error] * len(batch)
            for (_, waiting), answer in zip(batch, answers, strict=True):
                if waiting.cancelled():
                    continue
                if isinstance(answer, Exception):
                    waiting.set_exception(answer)
                else:
                    waiting.set_result(answer)
            self._outbox.set()
            self._arrivals.set()
            await self._wake_others()

    async def run(self) -> None:
        """Deliver, fetch and tell until cancelled."""
        async with asyncio.TaskGroup() as duties:
            duties.create_task(self._forever("deliver", self._outbox, self.deliver))
            duties.create_task(self._forever("fetch", self._arrivals, self.fetch))
            duties.create_task(self._forever("tell", self._news, self.tell))
            duties.create_task(self.members.watch())
            if self._redis is not None:
                duties.create_task(self._listen(self._redis))

    async def deliver(self) -> bool:
        """Send what can be sent now, one reply per chat at a time; answers whether there was anything.

        What was claimed is finished even when it is time to stop: broken off, it would count as sent.
        """
        sending = asyncio.ensure_future(self._deliver())
        try:
            return await asyncio.shield(sending)
        except asyncio.CancelledError:
            await sending
            raise

    async def _deliver(self) -> bool:
        claimed = await asyncio.to_thread(outbox.claim, self.studio, self.platform.name)
        await asyncio.gather(*(self._deliver_one(outgoing) for outgoing in claimed))
        return bool(claimed)

    async def _deliver_one(self, outgoing: outbox.Outgoing) -> None:
        try:
            if not await self.members.may_see(outgoing):
                return  # what was shared has ended with that, and this with it
            with speaking(outgoing.language):
                message, media = await self.platform.show(outgoing)
        except NotNow as later:
            await asyncio.to_thread(outbox.put_off, self.studio, outgoing, later.seconds)
        except SpaceMoved as moved:
            await asyncio.to_thread(
                space_event, self.studio, self.platform.name, outgoing.chat, Moved(moved.to)
            )
            await asyncio.to_thread(outbox.put_off, self.studio, outgoing, 0.0)
        except SpaceGone as gone:
            space = gone.space or outgoing.chat
            await asyncio.to_thread(space_event, self.studio, self.platform.name, space, Removed())
            if gone.elsewhere:
                await asyncio.to_thread(outbox.put_off, self.studio, outgoing, 0.0)
            else:
                await asyncio.to_thread(outbox.undeliverable, self.studio, outgoing)
        except (Refused, KeyGone):
            await asyncio.to_thread(outbox.undeliverable, self.studio, outgoing)
        except MessageGone:
            await asyncio.to_thread(outbox.forget_message, self.studio, self.platform.name, outgoing)
            await asyncio.to_thread(outbox.put_off, self.studio, outgoing, 0.0)
        except Unanswered:
            # Changing a message can be done again without harm; sending one could say it twice.
            if outgoing.message:
                await asyncio.to_thread(outbox.put_off, self.studio, outgoing, 1.0)
            else:
                await asyncio.to_thread(outbox.delivered, self.studio, outgoing, "")
        except AWAY:
            await asyncio.to_thread(outbox.put_off, self.studio, outgoing, 5.0)
            raise
        except Exception as fault:  # one reply that cannot be shown must not silence the bot
            log.error("reply %d cannot be shown: %s", outgoing.id, type(fault).__name__)  # noqa: TRY400  (its words may be people's)
            await asyncio.to_thread(outbox.undeliverable, self.studio, outgoing, ours=True)
        else:
            await asyncio.to_thread(outbox.delivered, self.studio, outgoing, message, media)

    async def fetch(self) -> bool:
        """Download what was announced; answers whether there was anything."""
        waiting = await asyncio.to_thread(arrivals.waiting, self.studio, self.platform.name)
        await asyncio.gather(*(self._fetch_one(arrival) for arrival in waiting))
        if waiting:
            await self._wake_others()
        return bool(waiting)

    async def _fetch_one(self, arrival: arrivals.Arrival) -> None:
        try:
            content = await self.platform.fetch(arrival.upload)
        except PhotoRefused as refused:
            await asyncio.to_thread(arrivals.refuse, self.studio, arrival, refused.refusal, refused.detail)
            self._news.set()
        except NotNow as later:
            await asyncio.to_thread(arrivals.put_off, self.studio, arrival, later.seconds)
        except AWAY:
            await asyncio.to_thread(arrivals.put_off, self.studio, arrival)
            raise
        except Exception as fault:  # one file that cannot be fetched must not stop the others
            log.error("photo %d cannot be fetched: %s", arrival.photo, type(fault).__name__)  # noqa: TRY400
            await asyncio.to_thread(arrivals.refuse, self.studio, arrival, Refusal.NOT_FETCHED, "")
        else:
            await asyncio.to_thread(arrivals.keep, self.studio, arrival, content)

    async def tell(self) -> bool:
        """Let the conversation hear of finished work; answers whether there was any."""
        told = await asyncio.to_thread(news, self.studio, self.platform.name)
        if told:
            self._outbox.set()
        return bool(told)

    async def open_picture(self, shown: Shown) -> bytes:
        """A sealed picture's bytes; raises `KeyGone` when it was deleted."""
        return await asyncio.to_thread(open_picture, self.studio, shown)

    async def _wake_others(self) -> None:
        if self._redis is None:
            return
        try:
            await self._redis.publish(WAKE, "work")
        except RedisError:
            return  # the dispatcher looks by itself soon

    async def _forever(self, duty: str, event: asyncio.Event, act: Callable[[], Awaitable[bool]]) -> None:
        failures = 0
        while True:
            event.clear()
            try:
                busy = await act()
                if failures:
                    log.warning("%s: back again", duty)
                failures = 0
            except AWAY as lost:
                if not failures:
                    log.warning("%s: %s; what was given is kept, trying again", duty, type(lost).__name__)
                failures += 1
                await asyncio.sleep(BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS)) - 1])
                continue
            if not busy:
                await pause(event, POLL_SECONDS)

    async def _listen(self, redis: "Redis") -> None:
        """Wake the duties when a worker has news; without a server they look by themselves."""
        while True:
            try:
                async with redis.pubsub() as channel:
                    await channel.subscribe(WAKE)
                    async for message in channel.listen():
                        if message["data"] == b"news":
                            self._news.set()
                            self._outbox.set()
            except RedisError:
                await asyncio.sleep(POLL_SECONDS)


def open_picture(studio: Studio, shown: Shown) -> bytes:
    """The bytes of a picture, or of the part of it that is shown; raises `KeyGone` when it was deleted."""
    if shown.card is not None:
        return draw_card(shown.card)
    if not shown.key:
        return (files("core") / "guide" / shown.file).read_bytes()
    key = studio.keys.open(shown.key)
    try:
        content = studio.files.read(shown.file, key)
    except FileNotFoundError:
        raise KeyGone(shown.key) from None
    return part(content, shown.part) if shown.part else content


def marked_sheet(studio: Studio, pictures: Sequence[Shown]) -> bytes:
    """A set of photos as one contact sheet."""
    contents = [open_picture(studio, picture) for picture in pictures]
    return contact_sheet(contents, [one.label for one in pictures], [one.mark == USED for one in pictures])


def open_document(studio: Studio, document: Document) -> bytes:
    """A file for other tools, in memory alone; raises `KeyGone` when what was learnt was deleted."""
    return export(open_picture(studio, document.weights), document.about)


async def pause(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, so long at most.

    Python 3.11's `wait_for` forgets that it was cancelled in the moment in which the event comes: a duty that did
    would never end. `timeout` does not.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
