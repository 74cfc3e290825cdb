"""The client: what comes over the gateway is acknowledged at once and heard in its order.

Buttons and forms are recognised by their custom ids alone, so that those of last year work after any number of
restarts. Nothing that people wrote is logged.
"""

import asyncio
import logging
import sys
from collections import deque
from typing import Any
from weakref import WeakValueDictionary

import aiohttp
import discord

from bots.discord import phrases, picturing
from bots.discord.forms import form, read_form
from bots.discord.guilds import gone
from bots.discord.hear import (
    PLATFORM,
    form_incoming,
    hear_message,
    incoming,
    of_form,
    read_custom_id,
    removed,
)
from bots.discord.lines import Line, Lines
from bots.discord.places import is_direct, place_of
from bots.discord.setup import intents
from bots.discord.translator import said_to
from bots.hearing import AWAY, Hearing, Line as Connection
from core.chat import Incoming, objection, outbox
from core.conversation.language import speaking
from core.conversation.messages import Chosen, Command, Heard
from core.errors import where
from core.storage.studio import Studio

log = logging.getLogger(__name__)

NOTHING_SECONDS = 10.0  # until "thinking" is taken away where there was nothing to say
MOST_FORMS = 10_000  # that were sent, and are remembered
FIELDS = ("photos", "class", "name", "words", "caption")  # of a draft that have a form of their own
LONGEST_WAIT = 30.0  # seconds that the library may sleep over a limit before it gives the request back


class Client(discord.AutoShardedClient):
    """Discord's end of the bot."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(
            intents=intents(),
            max_ratelimit_timeout=LONGEST_WAIT,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
        )
        self.studio = studio
        self.lines = Lines()
        self.hearing: Hearing | None = None
        self._gateway = Connection("Discord")
        self._forms: deque[int] = deque(maxlen=MOST_FORMS)
        self._errands: set[asyncio.Task[None]] = set()
        self._people: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    # ── what is heard

    async def take(self, interaction: discord.Interaction, heard: Heard, *, private: bool) -> None:
        """Acknowledge an interaction and have it heard; the answer comes through the outbox."""
        place = place_of(interaction, private=private)
        line = self.lines.begin(interaction, place, ephemeral=private and not is_direct(interaction))
        await self._hear(incoming(interaction, heard, place), line)

    async def take_about_draft(self, interaction: discord.Interaction, heard: Heard) -> None:
        """The same for what answers with the panel of a draft: it comes as a new message, where it was asked for."""
        place = place_of(interaction, private=True)
        line = self.lines.begin(interaction, place, ephemeral=not is_direct(interaction))
        await self._hear(incoming(interaction, heard, place), line, anew=True)

    async def _hear(self, said: Incoming, line: Line | None, *, anew: bool = False) -> None:
        """One turn after another for each person; `anew` shows their draft in a new message."""
        assert self.hearing is not None  # noqa: S101  (set before the gateway is opened)
        async with self._people.setdefault(said.user, asyncio.Lock()):
            if anew:
                await self._forget_panels(said.chat)
            await self.hearing.hear(said)
        if line and line.waiting:
            self._later(self._tidy(line))

    async def _forget_panels(self, chat: str) -> None:
        try:
            await asyncio.to_thread(outbox.forget_slots, self.studio, PLATFORM, chat, "panel-")
        except AWAY:
            return  # then the panel is changed where it is

    async def _tidy(self, line: Line) -> None:
        """Take "thinking" away when nothing was said to it."""
        await asyncio.sleep(NOTHING_SECONDS)
        if line.waiting and line.live:
            line.waiting = False
            try:
                await line.interaction.delete_original_response()
            except (discord.HTTPException, aiohttp.ClientError, OSError):
                return

    def _later(self, work: Any) -> None:
        errand = asyncio.create_task(work)
        self._errands.add(errand)
        errand.add_done_callback(self._errands.discard)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """A button, a list or a form; commands have their own way."""
        data: Any = interaction.data or {}
        if interaction.type not in (
            discord.InteractionType.component,
            discord.InteractionType.modal_submit,
        ):
            return
        try:
            owner, key = read_custom_id(str(data.get("custom_id", "")))
        except ValueError:
            await self.tell(interaction, said_to(interaction, phrases.UNKNOWN_BUTTON))
            return
        if owner != interaction.user.id and _is_alone(interaction):
            await self.tell(interaction, said_to(interaction, phrases.UNKNOWN_BUTTON))
        elif interaction.type is discord.InteractionType.modal_submit:
            await self._form(interaction, key, data)
        else:
            await self._button(interaction, key, data)

    async def _button(self, interaction: discord.Interaction, key: str, data: Any) -> None:
        if key.startswith("pick:"):
            key = str(next(iter(data.get("values") or ()), ""))
        step, _, rest = key.partition(":")
        handle, _, what = rest.partition(":")
        if key == "new" or (step == "form" and what.partition("-")[0] in FIELDS and handle.isdecimal()):
            await self.ask(interaction, what or "new", draft=int(handle or 0))
            return
        if step == picturing.STEP and handle.isdecimal():
            await picturing.choose(self, interaction, int(handle))
            return
        try:
            heard = Chosen(key)
        except ValueError:
            await self.tell(interaction, said_to(interaction, phrases.UNKNOWN_BUTTON))
            return
        alone = _is_alone(interaction)
        place = place_of(interaction, private=alone)
        line = self.lines.begin(interaction, place, ephemeral=alone and not is_direct(interaction))
        said = incoming(interaction, heard, place)
        if said.group and (objection := await self._objection(said)):
            await self._whisper(line, objection)
            return
        await self._hear(said, line)

    async def _objection(self, said: Incoming) -> str:
        try:
            with speaking(said.language):
                return await asyncio.to_thread(objection, self.studio, said)
        except AWAY:
            return ""  # the turn decides by itself, later

    async def _whisper(self, line: Line, text: str) -> None:
        """Say something to one person below a message that everybody sees."""
        if await self.lines.usable(line):
            await self.respond(line.interaction.followup.send(text, ephemeral=True))

    async def _form(self, interaction: discord.Interaction, key: str, data: Any) -> None:
        kind, *parts = key.split(":")
        wanted = {"modal": 3, picturing.STEP: 2}.get(kind)
        if len(parts) != wanted or not (parts[-2].isdecimal() and parts[-1].isdecimal()):
            await self.tell(interaction, said_to(interaction, phrases.UNKNOWN_BUTTON))
            return
        about, opened = int(parts[-2]), int(parts[-1])
        if opened in self._forms:
            await self.tell(interaction, said_to(interaction, phrases.FORM_AGAIN))
            return
        self._forms.append(opened)
        if kind == picturing.STEP:
            await self._picture(interaction, about, opened, picturing.read_words(data))
            return
        place = place_of(interaction, private=True)
        line = self.lines.begin(interaction, place, ephemeral=not is_direct(interaction))
        said = form_incoming(interaction, read_form(data, about), place, opened)
        await self._hear(said, line, anew=interaction.message is None)

    async def _picture(self, interaction: discord.Interaction, handle: int, opened: int, words: str) -> None:
        """What /imagine does with a profile of that handle, for everybody to see like that."""
        profile = await picturing.find(self, interaction, handle)
        if profile is None:
            return
        place = place_of(interaction, private=False)
        line = self.lines.begin(interaction, place, ephemeral=False, anew=True)
        said = incoming(interaction, Command("imagine", picturing.named(profile.trigger, words)), place)
        await self._hear(of_form(said, opened), line)

    async def on_message(self, message: discord.Message) -> None:
        """A direct message."""
        if self.application_id and (said := hear_message(message, self.application_id)):
            await self._hear(said, None)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed, or the server deleted; one that is only away for a while is not told here."""
        await self._hear(removed(self.application_id or 0, guild.id), None)

    # ── what needs no turn

    async def ask(self, interaction: discord.Interaction, what: str, *, draft: int = 0) -> None:
        """Open a form."""
        await self.respond(
            interaction.response.send_modal(
                form(what, interaction, draft=draft, minors=self.studio.settings.minors)
            )
        )

    async def tell(self, interaction: discord.Interaction, text: str) -> None:
        """Say something to one person that changes nothing."""
        await self.respond(interaction.response.send_message(text, ephemeral=not is_direct(interaction)))

    async def respond(self, work: Any) -> None:
        """Answer an interaction in a way of its own; one that cannot be answered is logged."""
        try:
            await work
        except (discord.HTTPException, aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("an interaction was not answered: %s", type(error).__name__)

    # ── the connection

    async def on_ready(self) -> None:
        """All shards are there."""
        self._gateway.back()
        log.info("%s listens on %d shards", self.application_id, self.shard_count or 1)

    async def on_shard_ready(self, shard: int) -> None:
        """A shard was told of all its servers: those of ours that are missing may be over."""
        try:
            found = await gone(self, self.studio, shard)
        except AWAY:
            return  # the next time, or when something is sent there
        for guild in found:
            await self._hear(removed(self.application_id or 0, guild), None)

    async def on_shard_disconnect(self, shard: int) -> None:
        """A shard was lost; the library goes on trying."""
        if not self.is_closed():
            self._gateway.lost(f"shard {shard} lost")

    async def on_shard_resumed(self, shard: int) -> None:
        """A shard is back, with all that happened meanwhile."""
        self._gateway.back()

    async def on_shard_connect(self, shard: int) -> None:
        """A shard is back, without what happened meanwhile."""
        self._gateway.back()

    async def on_error(self, event: str, *args: Any, **kwargs: Any) -> None:
        """Log where something went wrong, without its words: those can be people's."""
        fault = sys.exc_info()[1]
        log.error("%s failed: %s", event, where(fault) if fault else "?")


def _is_alone(interaction: discord.Interaction) -> bool:
    """Whether nobody else sees the message whose button this is."""
    message = interaction.message
    return is_direct(interaction) or message is None or message.flags.ephemeral
